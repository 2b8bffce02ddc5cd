from dataclasses import replace

import numpy as np
import pytest
from fake_source import FakeSource
from tiny import CONFIG, PAPER, TEXT, make_bundle

from nsa_ros.body.poses import named_pose
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.shards import read_corpus
from nsa_ros.learning.training.batches import Clips, fit_representation, plan_batch, plan_examples, token_row
from nsa_ros.learning.training.tasks import DenoiserTask
from nsa_ros.signing.alignment import END


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(make_bundle() / "corpus")


def test_pointers_follow_their_tokens_when_a_sentence_is_moved(corpus):
    examples = plan_examples(corpus.train, TEXT.tokens)
    end = len(corpus.vocabulary)
    plain = plan_batch(examples, end, TEXT.tokens)
    moved = plan_batch(examples, end, TEXT.tokens, np.random.default_rng(0))
    assert (moved.start >= 0).any()
    for batch in (plain, moved):
        for row, example in enumerate(examples):
            for step, unit in enumerate(example.plan):
                expected = end if unit.unit == END else example.tokens[unit.token]
                assert batch.tokens[row, batch.pointers[row, step]] == expected


def test_a_sentence_too_long_for_the_encoder_is_refused():
    with pytest.raises(NsaError, match="takes 3"):
        token_row([5, 5, 5, 5], 9, 4)


def make_clips(corpus, seed=0, **settings):
    representation = fit_representation("rot6d", corpus.train, named_pose("neutral"))
    rows = np.zeros((len(corpus.train), 1), dtype=np.int64)
    return Clips(
        corpus.train, corpus.draw, rows, representation, batch=3, window=16, steps=4, seed=(seed, 2), **settings
    )


@pytest.mark.parametrize(("conditioning", "share"), [("aligned", 0.5), ("sentence", 0.0)])
def test_who_is_told_units_sees_drills_in_half_of_its_clips(corpus, conditioning, share):
    rng = np.random.default_rng(0)
    drills = FakeSource().drills(rng)
    config = CONFIG if conditioning == "aligned" else PAPER
    stream = DenoiserTask(config, replace(corpus, drills=drills)).stream
    places = [stream._draw(rng) for _ in range(400)]
    assert np.mean([place >= len(corpus.train) for place in places]) == pytest.approx(share, abs=0.1)
    assert len(stream._clean) == len(corpus.train) + (len(drills) if share else 0)


def test_windows_walk_through_a_clip_without_gap_at_one_diffusion_time(corpus):
    clips = make_clips(corpus)
    representation = fit_representation("rot6d", corpus.train, named_pose("neutral"))
    whole = [representation.encode(p.poses.astype(float), p.expression) for p in corpus.train]
    windows = [clips.next() for _ in range(12)]
    assert windows[0].fresh.all()
    starts = [i for i, window in enumerate(windows) if window.fresh[0]]
    first, then = starts[0], starts[1]
    walked = np.concatenate([w.clean[0][w.present[0] > 0].numpy() for w in windows[first:then]])
    assert any(walked.shape == clip.shape and np.array_equal(walked, clip) for clip in whole)
    assert len({float(w.time[0]) for w in windows[first:then]}) == 1


def test_a_restored_state_gives_the_same_windows(corpus):
    one, other = make_clips(corpus), make_clips(corpus, seed=9)
    one.next()
    other.restore(one.state())
    for _ in range(4):
        a, b = one.next(), other.next()
        assert (a.clean == b.clean).all()
        assert (a.time == b.time).all()


def test_all_coefficients_are_modelled_when_asked_for(corpus):
    representation = fit_representation("rotvec", corpus.train, named_pose("neutral"), all_coefficients=True)
    assert representation.coefficients == tuple(range(10))
    encoded = representation.encode(corpus.train[0].poses.astype(float), corpus.train[0].expression)
    assert np.isfinite(encoded).all()


def test_only_joints_that_move_are_modelled(corpus):
    representation = fit_representation("rot6d", corpus.train, named_pose("neutral"))
    assert 16 in representation.joints
    assert 0 not in representation.joints
    assert representation.coefficients == (0,)
