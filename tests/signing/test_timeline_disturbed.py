"""The timeline when it is cancelled, starved or fed what cannot be signed: within limits whatever happens."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_motion import waving
from timeline_checks import MODEL, REST, assert_within_limits, endings, run, signed, until, until_rest

from nsa_ros.body.motion import still
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX
from nsa_ros.errors import NsaError
from nsa_ros.signing.timeline import Timeline, UnusableMotion


def test_when_frames_run_out_the_figure_slows_down_waits_and_goes_on():
    motion = waving(72)
    timeline = Timeline(MODEL)
    timeline.push(1, motion[:36])
    samples = run(timeline, 250)
    assert timeline.underruns == 1
    np.testing.assert_allclose(samples[-1].velocity, 0.0, atol=1e-9)
    assert samples[-1].phase == "signing"
    assert samples[-1].frame <= 34
    timeline.push(1, motion[36:])
    timeline.finish(1)
    samples += until_rest(timeline)
    assert timeline.underruns == 1
    assert timeline.counts.rate.sum() == 0
    assert_within_limits(samples)
    frames = [sample.frame for sample in samples if sample.utterance == 1]
    assert frames == sorted(frames)
    assert frames[-1] == 71


@pytest.mark.parametrize("at", [10, 45, 60, 120, 180])
def test_cancelling_leaves_from_anywhere_smoothly(at):
    timeline = Timeline(MODEL)
    signed(timeline, waving(60, size=1.5), waving(30))
    samples = run(timeline, at)
    timeline.cancel()
    samples += until_rest(timeline)
    assert_within_limits(samples)
    assert sorted(endings(samples)) == [(1, "cancelled"), (2, "cancelled")]
    assert samples[at].utterance is None
    assert timeline.counts.rate.sum() == 0
    np.testing.assert_allclose(samples[-1].q, REST, atol=1e-9)


def test_cancelling_one_goes_straight_on_to_the_next():
    timeline = Timeline(MODEL)
    signed(timeline, waving(60), waving(30))
    samples = run(timeline, 90)
    timeline.cancel(1)
    samples += run(timeline, 1)
    assert samples[-1].utterance == 2
    samples += until_rest(timeline)
    assert_within_limits(samples)
    assert endings(samples) == [(1, "cancelled"), (2, "finished")]


def test_cancelling_one_that_waits_leaves_the_one_being_signed_alone():
    timeline, alone = Timeline(MODEL), Timeline(MODEL)
    signed(timeline, waving(), waving(30))
    signed(alone, waving())
    samples = run(timeline, 60)
    timeline.cancel(2)
    samples += until_rest(timeline)
    np.testing.assert_allclose([s.q for s in samples], [s.q for s in until_rest(alone)], atol=1e-12)


def test_frames_of_a_cancelled_utterance_are_dropped():
    timeline = Timeline(MODEL)
    timeline.push(1, waving()[:24])
    run(timeline, 30)
    timeline.cancel(1)
    timeline.push(1, waving()[24:])
    timeline.finish(1)
    samples = until_rest(timeline)
    assert endings(samples) == [(1, "cancelled")]
    assert all(sample.utterance is None for sample in samples)


def test_cancelling_before_the_first_frame_keeps_the_utterance_from_being_signed():
    timeline = Timeline(MODEL)
    timeline.cancel(1)
    timeline.push(1, waving())
    samples = run(timeline, 5)
    assert endings(samples) == [(1, "cancelled")]
    assert samples[-1].phase == "rest"


def broken(kind):
    motion = waving(24)
    if kind == "nan":
        motion.poses[5, INDEX["left_wrist"], 1] = np.nan
    elif kind == "infinite face":
        motion.expression[3, 2] = np.inf
    elif kind == "turns":
        motion.poses[5, INDEX["left_wrist"], 1] = 40.0
    elif kind == "leaps":
        motion.poses[5, INDEX["left_wrist"], 1] = 3.0
    elif kind == "grimace":
        motion.expression[3, 2] = 50.0
    else:
        motion.transl[0, 1] = 9.0
    return motion


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("nan", "the pose of left_wrist is not finite in frame 5"),
        ("infinite face", "expression is not finite"),
        ("turns", "left_wrist turns by 40.0 rad from rest"),
        ("leaps", r"left_wrist turns by \d\.\d rad in one frame"),
        ("grimace", "expression explodes"),
        ("flies", "pelvis is 9.0 m away"),
    ],
)
def test_unusable_frames_end_their_utterance_and_the_next_is_signed_from_rest(kind, reason):
    timeline = Timeline(MODEL)
    timeline.push(1, waving())
    samples = run(timeline, 80)
    with pytest.raises(UnusableMotion, match=reason):
        timeline.push(1, broken(kind))
    timeline.push(2, waving(30))
    timeline.finish(2)
    samples += until(timeline, lambda sample: sample.phase == "holding")
    failed = next(ending for sample in samples for ending in sample.ended)
    assert failed.outcome == "failed"
    assert re.search(reason, failed.reason)
    assert endings(samples)[1:] == [(2, "finished")]
    second = [sample.utterance for sample in samples].index(2)
    np.testing.assert_allclose(samples[second - 1].q, REST, atol=1e-3)
    assert_within_limits(samples)


def test_a_leap_between_chunks_is_found_too():
    timeline = Timeline(MODEL)
    timeline.push(1, waving(48)[:24])
    second = waving(48)[24:]
    second.poses[:, INDEX["head"], 0] += 2.8
    with pytest.raises(UnusableMotion, match=r"head turns by 2\.8 rad in one frame"):
        timeline.push(1, second)


def test_a_failure_of_one_that_waits_does_not_disturb_the_one_being_signed():
    timeline = Timeline(MODEL)
    signed(timeline, waving())
    samples = run(timeline, 60)
    with pytest.raises(UnusableMotion):
        timeline.push(2, broken("nan"))
    samples += until_rest(timeline)
    assert endings(samples) == [(2, "failed"), (1, "finished")]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=12)
def test_whatever_is_pushed_and_done_the_samples_keep_within_limits(seed):
    """Wild but finite motion, chunk by chunk, with speed changes, cancels and failures thrown in."""
    rng = np.random.default_rng(seed)
    timeline, number, samples = Timeline(MODEL), 1, []
    for _ in range(25):
        motion = waving(int(rng.integers(1, 20)), size=rng.uniform(0, 3))
        motion.poses[:] += rng.normal(scale=rng.choice([0.0, 0.05, 0.3]), size=motion.poses.shape)
        motion.expression[:] += rng.normal(size=motion.expression.shape)
        try:
            timeline.push(number, motion, speed=rng.uniform(0.5, 2))
        except UnusableMotion:
            number += 1
        match rng.integers(0, 6):
            case 0:
                timeline.finish(number)
                number += 1
            case 1:
                timeline.cancel(number if rng.random() < 0.5 else None)
                number += 1
            case 2:
                timeline.speed = rng.uniform(0.2, 3)
            case 3:
                timeline.fail(number, "test")
                number += 1
        samples += run(timeline, int(rng.integers(1, 60)))
    assert_within_limits(samples)


@pytest.mark.parametrize("speed", [0.0, 0.019, -1.0, 9.0, float("nan")])
def test_an_impossible_speed_is_refused(speed):
    timeline = Timeline(MODEL)
    with pytest.raises(NsaError, match=r"between 0\.02 and 4"):
        timeline.speed = speed
    with pytest.raises(NsaError, match=r"between 0\.02 and 4"):
        timeline.push(1, waving(), speed)


def test_frames_of_another_rate_fail_their_utterance():
    timeline = Timeline(MODEL)
    with pytest.raises(UnusableMotion, match=r"30\.0 frames a second"):
        timeline.push(1, still(named_pose("neutral"), 4, 30.0))
    assert endings(run(timeline, 1)) == [(1, "failed")]


def test_a_figure_that_cannot_rest_within_its_limits_is_refused():
    pose = named_pose("rest").copy()
    pose[INDEX["left_index2"]] = [0, 0, 2.0]
    with pytest.raises(NsaError, match="outside their limits"):
        Timeline(MODEL, rest=pose)


@pytest.mark.parametrize("rate", [0.0, -5.0, float("nan")])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(NsaError, match="above 0"):
        Timeline(MODEL, rate=rate)
