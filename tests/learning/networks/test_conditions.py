"""Every kind of conditioning with every decoder: exact in chunks, causal, and told nothing when it is to be."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny import CONFIG

from nsa_ros.body.poses import named_pose
from nsa_ros.errors import NsaError
from nsa_ros.learning.config import GuidanceConfig
from nsa_ros.learning.networks.conditions import Context, TokensCondition, places
from nsa_ros.learning.networks.decoders import DECODERS
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.learning.networks.sampling import sample
from nsa_ros.signing.alignment import TIMING
from nsa_ros.signing.ddim import Ddim
from nsa_ros.signing.noise import frame_noise
from nsa_ros.signing.representation import Representation

KINDS = ("aligned", "sentence", "words", "tokens")
FRAMES, UNITS, WORDS, LENGTH = 23, 9, 12, 8
FRAME = Representation("rotvec", (16, 18, 40), (0,), np.zeros(10), np.ones(10), named_pose("neutral"))
TEXT = replace(CONFIG.text, tokens=LENGTH)


def make(kind, cell="lstm", dropout=0.5, clip_width=0):
    torch.manual_seed(0)
    denoiser = replace(CONFIG.denoiser, cell=cell)
    config = replace(CONFIG, conditioning=kind, denoiser=denoiser, guidance=GuidanceConfig(dropout), text=TEXT)
    return MotionModel(config, FRAME, UNITS, WORDS, clip_width).eval()


def told(seed=0, batch=2, frames=FRAMES):
    rng = torch.Generator().manual_seed(seed)
    text = torch.randint(1, WORDS, (batch, LENGTH), generator=rng)
    text[:, 5], text[:, 6:] = WORDS, 0
    ids = torch.randint(0, UNITS, (batch, frames, 3), generator=rng)
    timing = torch.rand(batch, frames, TIMING, generator=rng)
    place = torch.from_numpy(places(0, frames, frames))[None].expand(batch, -1, -1)
    return Context(ids, ids % 2, timing, text, place)


def run(model, noisy, context, cut):
    state, made, first = model.start(len(noisy)), [], 0
    for size in cut:
        part = slice(first, first + size)
        with torch.no_grad():
            out, state = model(noisy[:, part], context.frames(part), torch.tensor([1.0, 0.5]), state)
        made.append(out)
        first += size
    return torch.cat(made, dim=1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", DECODERS)
def test_chunks_of_any_lengths_equal_the_whole(kind, cell):
    model, context, noisy = make(kind, cell), told(), torch.randn(2, FRAMES, 10)
    whole = run(model, noisy, context, [FRAMES])
    for cut in ([1] * FRAMES, [4, 16, 3], [22, 1]):
        torch.testing.assert_close(run(model, noisy, context, cut), whole, atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_never_changes_an_earlier_one(kind):
    model, context, noisy = make(kind), told(), torch.randn(2, FRAMES, 10)
    before = run(model, noisy, context, [FRAMES])
    noisy[:, 12:] += 1.0
    later = told(seed=5)
    mixed = [torch.cat([a[:, :12], b[:, 12:]], dim=1) for a, b in zip(context[:3], later[:3], strict=True)]
    after = run(model, noisy, Context(*mixed, *context[3:]), [FRAMES])
    torch.testing.assert_close(before[:, :12], after[:, :12], atol=1e-6, rtol=0)
    assert (before[:, 12] - after[:, 12]).abs().max() > 1e-4


@pytest.mark.parametrize("kind", KINDS)
def test_a_dropped_sequence_does_not_depend_on_the_text_and_the_other_does(kind):
    model, noisy = make(kind), torch.randn(2, FRAMES, 10)
    dropped = torch.tensor([True, False])
    one, other = (run(model, noisy, told(seed)._replace(dropped=dropped), [FRAMES]) for seed in (1, 2))
    assert torch.equal(one[0], other[0])
    assert (one[1] - other[1]).abs().max() > 1e-4


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_takes_part(kind):
    model, context = make(kind), told()._replace(dropped=torch.tensor([True, False]))
    model(torch.randn(2, FRAMES, 10), context, torch.ones(2), model.start(2))[0].square().sum().backward()
    unused = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert [name for name in unused if "tower.tower" not in name] == []
    assert kind in ("aligned", "words") or any(p.grad is not None for p in model.condition.tower.parameters())


def test_words_are_a_bag_and_the_end_is_no_word():
    model = make("words")
    text = torch.tensor([[3, 4, 5, WORDS, 0, 0, 0, 0], [5, 4, 3, WORDS, 0, 0, 0, 0], [5, 4, 3, 0, 0, 0, 0, 0]])
    pooled = model.condition.pool(text)
    expected = model.condition.word.weight[[3, 4, 5]].mean(0)
    torch.testing.assert_close(pooled, expected.expand(3, -1))


def test_padding_after_the_text_is_not_attended_to():
    model, noisy = make("tokens", clip_width=6), torch.randn(2, FRAMES, 10)
    features = torch.randn(2, 5, 6)
    longer = torch.cat([features, torch.zeros(2, 3, 6)], dim=1).half()
    made = [run(model, noisy, told()._replace(sentence=text), [FRAMES]) for text in (features.half(), longer)]
    torch.testing.assert_close(*made, atol=1e-6, rtol=0)


def test_features_of_a_frozen_encoder_are_taken_as_they_are():
    model, noisy = make("sentence", clip_width=6), torch.randn(2, FRAMES, 10)
    assert run(model, noisy, told()._replace(sentence=torch.randn(2, 6)), [FRAMES]).shape == (2, FRAMES, 10)


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(NsaError, match="'clairvoyant', choose aligned, sentence, words or tokens"):
        make("clairvoyant")


DDIM = Ddim("cosine", "x0", 3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_sampling_in_chunks_gives_the_same_frames(kind, scale):
    model, context = make(kind), told()
    whole = sample(model, DDIM, context, [FRAMES, 17], [3, 4], 5, scale)
    chunked = sample(model, DDIM, context, [FRAMES, 17], [3, 4], 5, scale, chunk=4)
    np.testing.assert_allclose(chunked, whole, atol=1e-5)
    assert whole.shape == (2, FRAMES, 10)
    assert not whole[1, 17:].any()
    assert np.abs(whole[1, :17]).min(1).max() > 0


@pytest.mark.parametrize("kind", KINDS)
def test_one_sequence_is_sampled_as_in_company(kind):
    model, context = make(kind), told()
    both = sample(model, DDIM, context, [FRAMES, 17], [3, 4], 5)
    alone = sample(model, DDIM, Context(*(p if p is None else p[1:] for p in context)), [17], [4], 5)
    np.testing.assert_allclose(alone[0], both[1, :17], atol=1e-5)


def test_one_step_is_the_models_own_prediction_of_the_run_times_noise():
    model, context = make("aligned"), told(batch=1)
    noise = torch.from_numpy(frame_noise(8, 0, FRAMES, 10, 5))[None]
    with torch.no_grad():
        expected = model(noise, context, torch.ones(1), model.start(1))[0]
    made = sample(model, Ddim("cosine", "x0", 1), context, [FRAMES], [8], 5)
    np.testing.assert_allclose(made, expected.numpy(), atol=1e-6)


def test_guidance_is_the_step_from_no_text_to_the_text_and_beyond():
    model, context = make("sentence"), told(batch=1)
    ddim = Ddim("cosine", "x0", 1)
    nothing = sample(model, ddim, context._replace(dropped=torch.tensor([True])), [FRAMES], [8], 1)
    text = sample(model, ddim, context, [FRAMES], [8], 1)
    made = sample(model, ddim, context, [FRAMES], [8], 1, guidance_scale=3.0)
    np.testing.assert_allclose(made, nothing + 3.0 * (text - nothing), atol=1e-4)


def test_guidance_of_a_model_that_never_was_told_nothing_is_refused():
    with pytest.raises(NsaError, match=r"guidance: \{dropout: 0\.1\}"):
        sample(make("sentence", dropout=0.0), DDIM, told(), [FRAMES, FRAMES], [0, 1], 1, guidance_scale=2.0)


def test_attention_learns_to_read_the_text_from_left_to_right_at_the_pace_of_its_length():
    torch.manual_seed(0)
    letters, per_letter = torch.randn(8, 6), 4
    condition = TokensCondition(None, 6, channels=2, hidden=24, width=24, heads=2)
    head = torch.nn.Linear(24, 6)
    optimizer = torch.optim.Adam([*condition.parameters(), *head.parameters()], lr=1e-2)

    def error(texts):
        frames = per_letter * texts.shape[1]
        place = torch.from_numpy(places(0, frames, frames))[None].expand(len(texts), -1, -1)
        nothing = torch.zeros(len(texts), frames, 3)
        context = Context(nothing, nothing, nothing, letters[texts], place)
        noisy, start = torch.randn(len(texts), frames, 2), torch.zeros(1, len(texts), 24)
        told, _ = condition(context, torch.ones(len(texts)), noisy, start)
        wanted = letters[texts].repeat_interleave(per_letter, dim=1)
        return (head(told[..., :24]) - wanted).square().mean()

    for update in range(220):
        loss = error(torch.randint(8, (24, 3 + update % 4)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert error(torch.randint(8, (64, 5))) < 0.3 * letters.var()
