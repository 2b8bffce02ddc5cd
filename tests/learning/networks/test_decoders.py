from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nsa_ros.errors import NsaError
from nsa_ros.learning.networks.decoders import DECODERS, HEADS, REACH, AttentionDecoder, AttentionLayer

HIDDEN, LAYERS, FRAMES = 8, 2, 3 * REACH + 5
CELLS = sorted(DECODERS)


def make(cell, hidden=HIDDEN, layers=LAYERS):
    torch.manual_seed(0)
    decoder = DECODERS[cell](hidden, layers).eval()
    for name, value in decoder.named_parameters():
        if "distance_bias" in name:
            torch.nn.init.normal_(value)
    return decoder


@torch.no_grad()
def run(decoder, features, lengths):
    state = torch.zeros(decoder.rows, len(features), features.shape[-1])
    parts = []
    for part in features.split(lengths, dim=1):
        made, following = decoder(part, state)
        assert following.shape == state.shape
        parts.append(made)
        state = following
    return torch.cat(parts, dim=1)


@settings(max_examples=12, deadline=None)
@given(cell=st.sampled_from(CELLS), cuts=st.sets(st.integers(1, FRAMES - 1), max_size=30))
def test_any_partition_equals_the_whole(cell, cuts):
    decoder, features = make(cell), torch.randn(2, FRAMES, HIDDEN, generator=torch.Generator().manual_seed(1))
    edges = [0, *sorted(cuts), FRAMES]
    lengths = [b - a for a, b in pairwise(edges)]
    torch.testing.assert_close(run(decoder, features, lengths), run(decoder, features, [FRAMES]), atol=1e-5, rtol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_frame_by_frame_equals_the_whole(cell):
    decoder, features = make(cell), torch.randn(1, FRAMES, HIDDEN)
    single = run(decoder, features, [1] * FRAMES)
    torch.testing.assert_close(single, run(decoder, features, [FRAMES]), atol=1e-5, rtol=0)


def moved_by(cell, layers, changed):
    """Frames of the output that change with a frame of the input."""
    decoder, features = make(cell, layers=layers), torch.randn(1, FRAMES, HIDDEN)
    before = run(decoder, features, [FRAMES])
    features[:, changed] += 5.0 * torch.randn(HIDDEN)
    after = run(decoder, features, [FRAMES])
    return ((before - after).abs().amax(-1)[0] > 1e-6).nonzero().flatten().tolist()


@pytest.mark.parametrize("cell", CELLS)
def test_a_frame_never_changes_an_earlier_one(cell):
    moved = moved_by(cell, LAYERS, 40)
    assert moved[0] == 40
    assert (moved == [40]) == (cell == "none")


def test_one_layer_of_attention_reaches_exactly_as_far_as_its_cache():
    assert moved_by("attention", 1, 10) == list(range(10, 10 + REACH + 1))


def test_attention_is_the_formula_written_out_frame_by_frame():
    torch.manual_seed(0)
    layer = AttentionLayer(HIDDEN).double()
    torch.nn.init.normal_(layer.distance_bias)
    features = torch.randn(1, REACH + 7, HIDDEN, dtype=torch.float64)
    empty = (torch.arange(REACH + features.shape[1])[None] < REACH).double()
    made, _ = layer(features, torch.zeros(2 * REACH, 1, HIDDEN, dtype=torch.float64), empty)
    width = HIDDEN // HEADS
    query, key, value = layer.project(layer.norm(features[0])).chunk(3, dim=-1)
    for frame in range(features.shape[1]):
        reached = range(max(0, frame - REACH), frame + 1)
        read = []
        for head in range(HEADS):
            part = slice(head * width, (head + 1) * width)
            scores = torch.stack(
                [query[frame, part] @ key[j, part] / width**0.5 + layer.distance_bias[head, frame - j] for j in reached]
            )
            read.append(scores.softmax(0) @ value[list(reached), part])
        expected = layer.feed_forward(features[0, frame] + layer.out(torch.cat(read)))
        torch.testing.assert_close(made[0, frame], expected)


def test_layers_of_all_decoders_have_about_as_many_parameters():
    hidden = 64
    counts = {cell: sum(p.numel() for p in make(cell, hidden, 1).parameters()) for cell in CELLS if cell != "gru"}
    assert all(8 * hidden**2 <= count < 8.5 * hidden**2 for count in counts.values()), counts


def test_a_width_that_heads_cannot_share_is_refused():
    with pytest.raises(NsaError, match="hidden 30"):
        AttentionDecoder(30, 1)


def test_the_state_of_a_fresh_sequence_may_stand_beside_an_old_one():
    decoder, features = make("attention"), torch.randn(2, 20, HIDDEN)
    with torch.no_grad():
        _, state = decoder(features, torch.zeros(decoder.rows, 2, HIDDEN))
        state[:, 1] = 0.0
        both, _ = decoder(features, state)
        alone, _ = decoder(features[1:], torch.zeros(decoder.rows, 1, HIDDEN))
    torch.testing.assert_close(both[1], alone[0], atol=1e-6, rtol=0)


def test_what_a_frame_holds_gets_through_four_fresh_layers_of_the_lstm():
    torch.manual_seed(0)
    decoder = DECODERS["lstm"](64, 4)
    features = 0.2 * torch.randn(2, 6, 64)
    with torch.no_grad():
        (first, other), _ = decoder(features, torch.zeros(decoder.rows, 2, 64))
    assert (first - other).std() > 0.2 * (features[0] - features[1]).std()
