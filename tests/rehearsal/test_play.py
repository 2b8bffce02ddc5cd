"""Motion played in physics, and what is measured of it."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.retarget import Retargeter

pytest.importorskip("mujoco")

from nsa_ros.rehearsal.measures import HeldLetters, measure, shift
from nsa_ros.rehearsal.physics import Simulation, Touch
from nsa_ros.rehearsal.play import TICK, holds, play
from nsa_ros.rehearsal.rehearse import document, rehearse, summary
from nsa_ros.rehearsal.tempo import find_tempo
from nsa_ros.rehearsal.texts import LETTERS, NAMES, RATE, sentences, signed, spelled
from nsa_ros.rehearsal.touching import contacts, judge


@pytest.fixture(scope="module")
def hand():
    return load_robot("nsa_hand")


@pytest.fixture(scope="module")
def played():
    return spelled("BY1")


@pytest.fixture(scope="module")
def run(hand, played):
    return play(Simulation(hand), played)


def test_letters_are_held_where_their_handshape_is(played):
    found = holds(played)
    assert [(hold.name, hold.kind) for hold in found] == [("B", "letter"), ("Y", "letter"), ("1", "number")]
    assert all(hold.first < hold.frame <= hold.last for hold in found)
    assert all(one.last < other.first for one, other in pairwise(found))


def test_the_names_hold_every_letter():
    assert set("".join(NAMES)) == set(LETTERS)


def test_a_slower_tempo_stretches_the_motion():
    assert len(spelled("B", 0.5).motion) > 1.4 * len(spelled("B").motion)


def test_sentences_come_again_with_their_seed_and_can_be_signed():
    first = sentences(3, seed=1)
    assert first == sentences(3, seed=1)
    assert first != sentences(3, seed=2)
    motion = signed(first[0]).motion
    assert motion.fps == RATE
    assert len(motion) > RATE


def test_commands_keep_the_limits_and_joints_follow(hand, run):
    found = measure(hand, [run])
    assert found.violations == 0
    assert found.beyond == 0
    assert found.peak_velocity <= 1 + 1e-6
    assert 10 <= found.servo_lag <= 80
    assert found.servo_lag <= found.lag
    assert found.error_rms_late < found.error_rms < 0.2
    assert found.fingertip < 15
    assert found.seconds == pytest.approx(len(run.poses) * TICK)


def test_commands_beyond_a_limit_are_counted(hand, run):
    jump = run.command.copy()
    jump[100:, 3] += 0.5
    jump[50, 7] = hand.limits.upper[7] + 0.1
    found = measure(hand, [replace(run, command=jump)])
    assert found.violations >= 6
    assert found.peak_velocity > 1.5


def test_simulated_joints_beyond_the_urdf_are_counted(hand, run):
    out = run.measured.copy()
    out[10:14, 2] = hand.urdf.joint(hand.joints[2]).upper + 0.1
    assert measure(hand, [replace(run, measured=out)]).beyond == 4


def test_the_lag_is_that_of_the_signals():
    rng = np.random.default_rng(0)
    signal = np.cumsum(rng.standard_normal((300, 2)), axis=0)
    late = np.concatenate([np.repeat(signal[:1], 7, axis=0), signal[:-7]])
    assert shift([signal], [late]) == 7
    assert shift([signal], [signal]) == 0


def test_letters_are_read_from_the_simulated_joints(hand, run):
    held = HeldLetters(hand, "right")
    assert [(one.name, one.right) for one in held(run, 6)] == [
        ("B", True),
        ("Y", True),
        ("1", True),
    ]
    still = replace(run, measured=np.repeat(hand.rest[None], len(run.measured), axis=0))
    assert not any(one.right for one in held(still, 6))


def test_a_left_hand_is_spelled_to_by_a_left_handed_signer():
    left = load_robot("nsa_hand_left")
    run = play(Simulation(left), spelled("LB", side="left"))
    assert [one.right for one in HeldLetters(left, "left")(run, 6)] == [True, True]


@pytest.mark.parametrize("makes_way", [True, False])
def test_fingers_make_way_for_the_thumb(hand, monkeypatch, makes_way):
    if not makes_way:
        monkeypatch.setattr(Retargeter, "make_way", lambda self, q, measured: q)
    run = play(Simulation(hand), spelled("LMNT", hand.tempo))
    assert all(one.right for one in HeldLetters(hand, "right")(run, 6)) is makes_way


def test_contacts_that_the_signer_has_are_told_from_strays(hand):
    made = spelled("FL")
    frames = [hold.frame for hold in holds(made)]
    poses = made.motion.poses[frames]
    pinch = Touch("right_index_distal", "right_thumb_distal", 0.002)
    found = judge(hand, poses, [[pinch], [pinch]])
    assert found.meant.tolist() == [True, False]  # F joins thumb and index, L spreads them
    (one,) = contacts([found, found])
    assert (one.frames, one.meant, one.depth) == (2, 2, 0.002)


def test_a_slow_robot_gets_a_slow_tempo(hand):
    quick = find_tempo(hand, ["B"])
    limits = hand.limits._replace(velocity=hand.limits.velocity / 10)
    slow = find_tempo(replace(hand, limits=limits), ["B"])
    assert quick.tempo == 1.0
    assert quick.missed == slow.missed == ()
    assert slow.tempo < 0.8
    assert slow.slowest in hand.joints


def test_a_rehearsal_is_a_document(hand, monkeypatch):
    monkeypatch.setattr("nsa_ros.rehearsal.rehearse.NAMES", ("ABBY",))
    monkeypatch.setattr("nsa_ros.rehearsal.rehearse.LETTERS", "BL")
    monkeypatch.setattr("nsa_ros.rehearsal.rehearse.DIGITS", "5")
    monkeypatch.setattr("nsa_ros.rehearsal.rehearse.ceiling", lambda *_: SimpleNamespace(shown=("B", "L")))
    told = []
    found, alphabet = rehearse(hand, 1, progress=told.append)
    assert told[:3] == ["BL", "5", "ABBY"]
    assert len(told) == 4
    assert [one.name for one in found.names] == list("ABBY")
    assert found.shown == ("B", "L")
    assert 1.0 < found.letters_per_second < 4.0
    assert len(alphabet.run.command) == len(alphabet.played.motion)
    record = document(found)
    assert record["letters"][0] == {"name": "B", "read": "B", "right": True}
    assert set(record["signing"]) == set(record["spelling"])
    assert f"{hand.name} at tempo {hand.tempo:g}, " in summary(found)
