"""The timeline: exact where it should be, smooth, and back to rest."""

import gc
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_motion import FPS, chunks, waving
from timeline_checks import (
    MODEL,
    NEUTRAL,
    RATE,
    REST,
    assert_within_limits,
    endings,
    phases,
    run,
    signed,
    until,
    until_rest,
)

from nsa_ros.body.motion import NO_UNIT, still
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX
from nsa_ros.signing.timeline import Timeline


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


@pytest.mark.parametrize("speed", [0.5, 2.0])
def test_speed_scales_the_time_that_an_utterance_takes(speed):
    def ticks(speed):
        timeline = Timeline(MODEL)
        timeline.push(1, waving(120), speed)
        timeline.finish(1)
        return sum(sample.phase == "signing" for sample in until_rest(timeline))

    assert ticks(speed) == pytest.approx(ticks(1.0) / speed, rel=0.15)


def test_the_slowest_tempo_goes_through_every_frame_as_smoothly():
    motion = waving(24)
    timeline = Timeline(MODEL)
    timeline.speed = 0.02
    signed(timeline, motion)
    samples = until(timeline, lambda sample: sample.phase == "rest", 10000)
    assert_within_limits(samples)
    assert timeline.counts.rate.sum() == 0
    assert timeline.underruns == 0
    signing = [sample for sample in samples if sample.phase == "signing"]
    assert len(signing) == pytest.approx(24 / FPS / 0.02 * RATE, rel=0.05)
    published = np.array([[*sample.q, *sample.expression] for sample in signing])
    for frame in all_frames(motion)[2:]:
        assert np.abs(published - frame).max(axis=1).min() < 4e-3
    fastest = max(np.abs(np.diff(published, axis=0)).max(axis=1)) * RATE
    assert fastest < 0.05 * max(np.abs(np.diff(all_frames(motion), axis=0)).max(axis=1)) * FPS


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


def test_an_utterance_without_frames_just_ends():
    timeline = Timeline(MODEL)
    timeline.push(1, waving()[:0])
    timeline.finish(1)
    samples = run(timeline, 3)
    assert endings(samples) == [(1, "finished")]
    assert samples[-1].phase == "rest"


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


def test_a_second_long_text_leaves_no_more_in_memory_than_the_first():
    """Two frames are worth 2.8 kB, a text of 30 s more than a megabyte."""
    timeline = Timeline(MODEL)

    def left_after(utterance):
        for _ in range(15):
            timeline.push(utterance, waving(48))
            run(timeline, 195)
        timeline.finish(utterance)
        until_rest(timeline)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        first, second = left_after(1), left_after(2)
    finally:
        tracemalloc.stop()
    assert second < first + 4096


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
