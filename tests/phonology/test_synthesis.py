"""Units to motion: ends, alignment, holds, variation, limits, penetration, speed."""

import time
from dataclasses import replace

import numpy as np
import pytest

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import NO_UNIT, concatenate
from nsa_ros.body.poses import mirror_pose, named_pose
from nsa_ros.body.proportions import random_figure
from nsa_ros.body.skeleton import INDEX, RIGHT_HAND, TIPS, default_skeleton
from nsa_ros.body.surface import landmarks
from nsa_ros.phonology.entry import LexiconError
from nsa_ros.phonology.lexicon import lexicon
from nsa_ros.phonology.nonmanuals import Nonmanuals
from nsa_ros.phonology.synthesis import FPS, Synthesizer
from nsa_ros.phonology.variation import NATURAL, Variation
from nsa_ros.text.units import Unit

SKELETON = default_skeleton()
SYNTHESIZER = Synthesizer()


def unit(text, kind="sign", face="neutral"):
    return Unit(text, kind, (0, 0), 0, face)


def spell(word):
    return [unit(letter, "letter") for letter in word]


def run(units, seed=0, synthesizer=SYNTHESIZER):
    made = list(synthesizer.stream(units, seed))
    return [u for u, _ in made if u is not None], concatenate([motion for _, motion in made])


SENTENCE = [unit("HELLO"), unit("MY"), unit("NAME"), *spell("ADA")]


def test_starts_and_ends_exactly_in_neutral():
    _, motion = run(SENTENCE)
    neutral = named_pose("neutral")
    np.testing.assert_array_equal(motion.poses[0], neutral)
    np.testing.assert_array_equal(motion.poses[-1], neutral)
    assert np.abs(motion.expression[[0, -1]]).max() < 1e-9


def test_units_are_contiguous_and_their_frames_count():
    units, motion = run(SENTENCE)
    inside = motion.unit[motion.unit != NO_UNIT]
    expected = np.repeat(np.arange(len(units)), [u.frames for u in units])
    np.testing.assert_array_equal(inside, expected)
    first = int(np.argmax(motion.unit != NO_UNIT))
    np.testing.assert_array_equal(motion.unit[first : first + len(inside)], inside)


def test_empty_text_is_a_still_figure():
    _, motion = run([])
    np.testing.assert_allclose(motion.poses - named_pose("neutral"), 0.0, atol=1e-4)


def test_motion_is_smooth():
    _, motion = run(SENTENCE)
    wrist = forward(SKELETON, motion.poses).positions[:, INDEX["right_wrist"]]
    assert np.linalg.norm(np.diff(wrist, axis=0), axis=1).max() * FPS < 3.0


def test_letters_are_held_at_a_readable_pace():
    units, motion = run(spell("HOUSE"))
    pace = FPS / np.mean([u.frames for u in units[1:-1]])
    assert 2.4 < pace < 3.2
    for index in range(5):
        fingers = motion.poses[motion.unit == index][:, RIGHT_HAND]
        still = np.abs(np.diff(fingers, axis=0)).max(axis=(1, 2)) < 0.01
        assert still[-3:].all()


def test_double_letter_is_slid_outward():
    _, motion = run(spell("LL"))
    wrist = forward(SKELETON, motion.poses).positions[:, INDEX["right_wrist"], 0]
    last = [wrist[motion.unit == index][-1] for index in (0, 1)]
    assert last[1] < last[0] - 0.02


def test_weak_hand_is_lowered_after_a_two_handed_sign_and_kept_between_two():
    _, motion = run([unit("HELP"), unit("YOU"), unit("HELP")])
    left = forward(SKELETON, motion.poses).positions[:, INDEX["left_wrist"], 1]
    assert left[motion.unit == 1].min() > 0.11
    _, motion = run([unit("HELP"), unit("YOU"), unit("ME")])
    left = forward(SKELETON, motion.poses).positions[:, INDEX["left_wrist"], 1]
    assert left[motion.unit == 1][-1] < 0.085


@pytest.mark.parametrize(("face", "column", "sign"), [("yes_no", 0, 1), ("wh", 1, 1)])
def test_questions_move_the_brows(face, column, sign):
    _, motion = run([unit("YOU", face=face), unit("NAME", face=face)])
    assert (sign * motion.expression[motion.unit == 1, column]).mean() > 0.6


@pytest.mark.parametrize(("face", "axis"), [("negation", 1), ("affirmation", 0)])
def test_head_shakes_for_no_and_nods_for_yes(face, axis):
    _, motion = run([unit("WANT", face=face), unit("COFFEE", face=face)])
    turn = motion.poses[:, INDEX["neck"]] + motion.poses[:, INDEX["head"]]
    assert np.ptp(turn[:, axis]) > 0.1
    other = 1 - axis
    assert np.ptp(turn[:, other]) < 0.02


def test_eyes_stay_forward_while_the_head_shakes():
    _, motion = run([unit("NO", face="negation")])
    seen = motion.poses[:, INDEX["neck"], 1] + motion.poses[:, INDEX["head"], 1]
    np.testing.assert_allclose(motion.poses[:, INDEX["left_eye_smplhf"], 1], -seen, atol=1e-9)


def test_contact_follows_the_shaking_head():
    _, motion = run([unit("NOT", face="negation")])
    out = forward(SKELETON, motion.poses[motion.unit == 0])
    thumb = out.tips[:, TIPS.index("right_thumb")]
    chin = out.positions[:, INDEX["jaw"]]
    assert np.linalg.norm(thumb - chin, axis=1).min() < 0.12


def test_same_seed_same_motion_and_another_seed_another():
    varied = Synthesizer(variation=NATURAL)
    a, b, c = (run(SENTENCE, seed, varied)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(a.poses, b.poses)
    assert len(a) != len(c) or np.abs(a.poses - c.poses).max() > 0.01


@pytest.mark.parametrize("kind", ["tempo", "amplitude", "position", "fingers", "sway"])
def test_each_kind_of_variation_can_be_switched_on_alone(kind):
    plain = run(SENTENCE)[1]
    varied = run(SENTENCE, 3, Synthesizer(variation=Variation(**{kind: 0.1})))[1]
    assert len(plain) != len(varied) or np.abs(plain.poses - varied.poses).max() > 1e-3
    np.testing.assert_array_equal(varied.poses[-1], named_pose("neutral"))


def test_natural_variation_keeps_handshapes_legible():
    plain, varied = (run(spell("B"), 5, Synthesizer(variation=v))[1] for v in (Variation(), NATURAL))
    held = [m.poses[np.flatnonzero(m.unit == 0)[-1], RIGHT_HAND] for m in (plain, varied)]
    assert 1e-4 < np.abs(held[0] - held[1]).max() < 0.08


def test_pause_between_sentences_lowers_the_hands():
    units = [unit("HELLO"), replace(unit("GOOD"), closes=True), unit("YOU"), unit("GOOD")]
    made, motion = run(units)
    assert made[1].frames > made[3].frames + 5
    wrist = forward(SKELETON, motion.poses).positions[:, INDEX["left_wrist"], 1]
    held = wrist[motion.unit == 1]
    assert held[-1] < held.max() - 0.02


def test_a_compound_is_one_unit_made_of_its_parts():
    compound = next(sign for sign in lexicon().values() if sign.parts)
    made, motion = run([unit(compound.gloss)])
    assert len(made) == 1
    assert set(motion.unit.tolist()) == {NO_UNIT, 0}
    alone = [run([part_unit(name)])[0][0].frames for name in compound.parts]
    assert max(alone) < made[0].frames < sum(alone)


def part_unit(name):
    kind = "letter" if name.startswith("fs-") else "sign" if name in lexicon() else "number"
    return unit(name.removeprefix("fs-"), kind)


def test_left_handed_signer_is_the_mirror_image():
    right, left = (run(SENTENCE, 4, Synthesizer(variation=Variation(left_handed=share)))[1] for share in (0.0, 1.0))
    np.testing.assert_allclose(mirror_pose(right.poses), left.poses, atol=1e-12)
    wrist = forward(SKELETON, left.poses).positions[:, INDEX["left_wrist"], 1]
    assert wrist.max() > 0.3


def test_rest_poses_differ_and_begin_and_end_an_utterance():
    varied = Synthesizer(variation=Variation(rest=1.0))
    motions = [run(SENTENCE, seed, varied)[1] for seed in range(4)]
    for motion in motions:
        np.testing.assert_array_equal(motion.poses[0], motion.poses[-1])
    assert np.ptp([motion.poses[0] for motion in motions], axis=0).max() > 0.1


def test_other_proportions_keep_contacts():
    figure = random_figure(SKELETON, 3)
    motion = run([unit("MOTHER")], 0, Synthesizer(figure))[1]
    thumb = forward(figure, motion.poses).tips[:, TIPS.index("right_thumb")]
    chin = landmarks(figure)["chin"]
    place = forward(figure, motion.poses).positions[:, INDEX["jaw"]] + chin.offset
    assert np.linalg.norm(thumb - place, axis=1).min() < 0.015


def test_jaw_and_gaze_are_written_into_their_joints():
    face = Nonmanuals(FPS).advance(("jaw-open", "gaze-left"), 24)
    assert face.jaw[-1] > 0.2
    assert face.gaze[-1, 1] > 0.3
    assert face.gaze[-1, 0] == pytest.approx(0.0)


def test_unknown_unit_is_named():
    with pytest.raises(LexiconError, match="UNICORN"):
        run([unit("UNICORN")])


def test_fifty_times_faster_than_real_time():
    run(SENTENCE)
    start = time.process_time()
    frames = sum(len(run(SENTENCE)[1]) for _ in range(5))
    assert frames / FPS / (time.process_time() - start) > 50
