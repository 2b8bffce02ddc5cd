"""The timeline: within limits whatever happens, exact where it should be, and back to rest."""

import re
import threading
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_motion import FPS, chunks, waving

from nsa_ros.body.limits import expression_limits, limits
from nsa_ros.body.motion import NO_UNIT, still
from nsa_ros.body.poses import named_pose
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.signing.timeline import Timeline, UnusableMotion

MODEL = RevoluteModel(default_skeleton())
BOUNDS = limits(MODEL)
RATE = 100.0


def q_of(pose):
    return MODEL.from_motion(pose[None], np.zeros((1, 3)))[0]


REST, NEUTRAL = q_of(named_pose("rest")), q_of(named_pose("neutral"))


def run(timeline, ticks):
    return [timeline.step() for _ in range(ticks)]


def until(timeline, condition, most=2000):
    samples = []
    for _ in range(most):
        samples.append(timeline.step())
        if condition(samples[-1]):
            return samples
    raise AssertionError(f"not within {most} ticks; last phase {samples[-1].phase}")


def until_rest(timeline):
    return until(timeline, lambda sample: sample.phase == "rest")


def phases(samples):
    return [(phase, utterance) for (phase, utterance), _ in groupby(samples, lambda s: (s.phase, s.utterance))]


def assert_within_limits(samples, rate=RATE):
    q = np.array([sample.q for sample in samples])
    assert np.isfinite(q).all()
    assert (q >= BOUNDS.lower).all()
    assert (q <= BOUNDS.upper).all()
    velocity = np.diff(q, axis=0) * rate
    assert (np.abs(velocity) <= BOUNDS.velocity * (1 + 1e-9)).all()
    assert (np.abs(np.diff(velocity, axis=0)) * rate <= BOUNDS.acceleration * (1 + 1e-6)).all()
    expression, scale = np.array([sample.expression for sample in samples]), expression_limits()
    assert (np.abs(expression) <= 1).all()
    assert (np.abs(np.diff(expression, axis=0)) * rate <= scale.velocity * (1 + 1e-9)).all()


def endings(samples):
    return [(ending.utterance, ending.outcome) for sample in samples for ending in sample.ended]


def signed(timeline, *utterances):
    for number, motion in enumerate(utterances, start=1):
        timeline.push(number, motion)
        timeline.finish(number)


def test_with_nothing_to_sign_the_figure_rests():
    samples = run(Timeline(MODEL), 20)
    for sample in samples:
        np.testing.assert_allclose(sample.q, REST, atol=1e-12)
        np.testing.assert_array_equal(sample.velocity, 0.0)
        assert (sample.phase, sample.utterance, sample.unit, sample.frame) == ("rest", None, NO_UNIT, -1)


def test_an_utterance_is_approached_signed_held_and_left():
    timeline = Timeline(MODEL)
    signed(timeline, waving())
    samples = until_rest(timeline)
    assert phases(samples) == [
        ("approaching", 1),
        ("signing", 1),
        ("holding", None),
        ("returning", None),
        ("rest", None),
    ]
    assert endings(samples) == [(1, "finished")]
    assert_within_limits(samples)
    np.testing.assert_allclose(samples[-1].q, REST, atol=1e-9)


def test_the_first_sample_after_the_first_chunk_belongs_to_the_utterance():
    timeline = Timeline(MODEL)
    run(timeline, 3)
    timeline.push(7, waving()[:4])
    sample = timeline.step()
    assert (sample.utterance, sample.frame, sample.unit) == (7, 0, 0)
    assert sample.phase == "approaching"


def test_a_minimal_chunk_lets_the_figure_set_off_at_once():
    timeline = Timeline(MODEL)
    timeline.push(1, waving()[:1])
    samples = run(timeline, 30)
    assert np.abs(samples[-1].q - REST).max() > 0.1
    assert samples[-1].frame == 0


def all_frames(motion):
    return np.concatenate([MODEL.from_motion(motion.poses, motion.transl), motion.expression], axis=1)


def test_once_the_approach_is_over_the_curve_goes_through_every_frame():
    motion = waving(72)
    timeline = Timeline(MODEL, rate=1200.0)
    signed(timeline, motion)
    samples = until(timeline, lambda sample: sample.phase == "rest", 20000)
    published = np.array([[*sample.q, *sample.expression] for sample in samples if sample.phase == "signing"])
    for frame in all_frames(motion)[30:]:
        assert np.abs(published - frame).max(axis=1).min() < 4e-3
    assert timeline.counts.rate.sum() == 0


def test_a_pose_that_is_held_is_shown_exactly():
    motion = waving(72, size=0.5)
    motion.poses[38:45] = motion.poses[38]
    motion.expression[38:45] = motion.expression[38]
    timeline = Timeline(MODEL)
    signed(timeline, motion)
    held = [[*s.q, *s.expression] for s in until_rest(timeline) if s.frame == 41]
    assert len(held) >= 4
    np.testing.assert_allclose(held, np.tile(all_frames(motion)[41], (len(held), 1)), atol=1e-9)


def test_the_preparation_costs_half_its_length():
    timeline = Timeline(MODEL)
    signed(timeline, waving(48))
    samples = until_rest(timeline)
    taken = sum(sample.utterance == 1 for sample in samples) / RATE
    approach = sum(sample.phase == "approaching" for sample in samples) / RATE
    assert 0.2 < approach < 1.0
    assert taken == pytest.approx(48 / FPS + approach / 2, abs=0.12)


def test_chunks_are_played_as_the_whole():
    whole, parts = Timeline(MODEL), Timeline(MODEL)
    signed(whole, waving())
    for chunk in chunks(waving(), 5):
        parts.push(1, chunk)
    parts.finish(1)
    for a, b in zip(until_rest(whole), until_rest(parts), strict=True):
        np.testing.assert_array_equal(a.q, b.q)


@given(st.integers(1, 12), st.integers(0, 30))
@settings(max_examples=10)
def test_chunks_that_come_in_time_are_played_as_the_whole(length, margin):
    whole, parts = Timeline(MODEL), Timeline(MODEL)
    signed(whole, waving())
    waiting = chunks(waving(), length)
    expected, samples = until_rest(whole), []
    while not samples or samples[-1].phase != "rest":
        while waiting and parts.ahead < (6 + margin) / FPS:
            parts.push(1, waiting.pop(0))
            if not waiting:
                parts.finish(1)
        samples.append(parts.step())
    assert parts.underruns == 0
    np.testing.assert_allclose([s.q for s in samples], [s.q for s in expected], atol=1e-9)


def test_velocity_is_the_difference_of_published_positions():
    timeline = Timeline(MODEL)
    signed(timeline, waving())
    samples = until_rest(timeline)
    q = np.array([sample.q for sample in samples])
    np.testing.assert_allclose([s.velocity for s in samples[1:]], np.diff(q, axis=0) * RATE, atol=1e-9)


def test_the_published_curve_has_no_jump_in_acceleration():
    """From one tick to the next the acceleration changes little, also where pieces, chunks and phases meet."""
    timeline = Timeline(MODEL, rate=1000.0)
    signed(timeline, waving(60, size=0.5), waving(40, size=0.5))
    q = np.array([sample.q for sample in until(timeline, lambda s: s.phase == "rest", 8000)])
    acceleration = np.diff(q, 2, axis=0) * 1000.0**2
    assert np.abs(acceleration).max() > 10
    assert np.abs(np.diff(acceleration, axis=0)).max() < 4.0


def test_queued_utterances_meet_in_neutral_without_going_to_rest_or_stopping():
    timeline = Timeline(MODEL)
    signed(timeline, waving(), waving(30))
    samples = until_rest(timeline)
    assert phases(samples)[:4] == [("approaching", 1), ("signing", 1), ("signing", 2), ("holding", None)]
    seam = next(sample for sample in samples if sample.utterance == 2)
    np.testing.assert_allclose(seam.q, NEUTRAL, atol=0.01)
    assert_within_limits(samples)
    assert endings(samples) == [(1, "finished"), (2, "finished")]


def test_queued_utterances_that_do_not_meet_are_blended():
    apart = waving(30)
    apart.poses[:, INDEX["left_elbow"], 1] += 0.8
    timeline = Timeline(MODEL)
    signed(timeline, waving(), apart)
    samples = until_rest(timeline)
    assert ("approaching", 2) in phases(samples)
    assert_within_limits(samples)
    assert timeline.counts.rate.sum() == 0


def test_text_that_comes_while_neutral_is_held_is_signed_from_there():
    timeline = Timeline(MODEL)
    signed(timeline, waving())
    samples = until(timeline, lambda sample: sample.phase == "holding")
    samples += run(timeline, 20)
    timeline.push(2, waving(30))
    timeline.finish(2)
    samples += run(timeline, 1)
    assert samples[-1].utterance == 2
    samples += until_rest(timeline)
    assert_within_limits(samples)
    assert "returning" not in [s.phase for s in samples[: [s.utterance for s in samples].index(2)]]


def test_the_hands_stay_up_for_the_time_asked_for():
    timeline = Timeline(MODEL, linger=0.3)
    signed(timeline, waving())
    samples = until_rest(timeline)
    assert sum(sample.phase == "holding" for sample in samples) == pytest.approx(30, abs=2)


def test_text_that_comes_while_the_hands_go_down_turns_them_round():
    timeline = Timeline(MODEL)
    signed(timeline, waving())
    samples = until(timeline, lambda sample: sample.phase == "returning")
    samples += run(timeline, 30)
    timeline.push(2, waving(30))
    timeline.finish(2)
    samples += until_rest(timeline)
    assert endings(samples) == [(1, "finished"), (2, "finished")]
    assert_within_limits(samples)
    assert timeline.counts.rate.sum() == 0


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


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_speed_scales_the_time_that_an_utterance_takes(speed):
    def ticks(speed):
        timeline = Timeline(MODEL)
        timeline.push(1, waving(120), speed)
        timeline.finish(1)
        return sum(sample.phase == "signing" for sample in until_rest(timeline))

    assert ticks(speed) == pytest.approx(ticks(1.0) / speed, rel=0.15)


def test_speed_may_change_while_signing_without_a_jolt():
    timeline = Timeline(MODEL)
    signed(timeline, waving(240, turns=6.0))
    samples = run(timeline, 200)
    timeline.speed = 2.0
    samples += run(timeline, 100)
    timeline.speed = 0.5
    samples += until_rest(timeline)
    assert_within_limits(samples)
    assert timeline.counts.rate.sum() == 0


@pytest.mark.parametrize("speed", [0.0, -1.0, 9.0, float("nan")])
def test_an_impossible_speed_is_refused(speed):
    timeline = Timeline(MODEL)
    with pytest.raises(NsaError, match=r"between 0\.1 and 4"):
        timeline.speed = speed
    with pytest.raises(NsaError, match=r"between 0\.1 and 4"):
        timeline.push(1, waving(), speed)


def test_frames_of_another_rate_fail_their_utterance():
    timeline = Timeline(MODEL)
    with pytest.raises(UnusableMotion, match=r"30\.0 frames a second"):
        timeline.push(1, still(named_pose("neutral"), 4, 30.0))
    assert endings(run(timeline, 1)) == [(1, "failed")]


def test_an_utterance_without_frames_just_ends():
    timeline = Timeline(MODEL)
    timeline.push(1, waving()[:0])
    timeline.finish(1)
    samples = run(timeline, 3)
    assert endings(samples) == [(1, "finished")]
    assert samples[-1].phase == "rest"


def test_a_figure_that_cannot_rest_within_its_limits_is_refused():
    pose = named_pose("rest").copy()
    pose[INDEX["left_index2"]] = [0, 0, 2.0]
    with pytest.raises(NsaError, match="outside their limits"):
        Timeline(MODEL, rest=pose)


@pytest.mark.parametrize("rate", [0.0, -5.0, float("nan")])
def test_an_impossible_rate_is_refused(rate):
    with pytest.raises(NsaError, match="above 0"):
        Timeline(MODEL, rate=rate)


@pytest.mark.parametrize("rate", [24.0, 30.0, 60.0, 250.0])
def test_any_publishing_rate_keeps_the_limits(rate):
    timeline = Timeline(MODEL, rate=rate)
    signed(timeline, waving(), waving(30))
    assert_within_limits(until_rest(timeline), rate)


def test_the_branch_is_carried_over_chunks():
    """A hand that turns on and on is followed across 180 degrees and stopped at its limit, never thrown round."""
    frames = 96
    motion = still(named_pose("neutral"), frames, FPS)
    motion.poses[:, INDEX["right_wrist"]] = np.linspace(0, 5.0, frames)[:, None] * [1.0, 0.0, 0.0]
    timeline = Timeline(MODEL)
    for chunk in chunks(motion, 7):
        timeline.push(1, chunk)
    samples = run(timeline, 380)
    turn = np.array([s.q for s in samples])[:, MODEL.names.index("right_wrist_pronation")]
    assert_within_limits(samples)
    assert (np.diff(turn[:360]) > -1e-9).all() or (np.diff(turn[:360]) < 1e-9).all()


def test_a_long_utterance_does_not_pile_up_in_memory():
    timeline = Timeline(MODEL)
    for _ in range(16):
        timeline.push(1, waving(48))
        run(timeline, 200)
    assert timeline.ahead < 3.0
    assert len(timeline._head.tracks[0]._rows) < 16 * 48 / 2


def test_pushing_from_another_thread_while_stepping():
    timeline = Timeline(MODEL)

    def feed():
        for number in range(1, 6):
            for chunk in chunks(waving(20), 4):
                timeline.push(number, chunk)
            timeline.finish(number)

    feeder = threading.Thread(target=feed)
    feeder.start()
    samples = run(timeline, 50)
    feeder.join()
    samples += until_rest(timeline)
    assert endings(samples) == [(number, "finished") for number in range(1, 6)]
    assert_within_limits(samples)
