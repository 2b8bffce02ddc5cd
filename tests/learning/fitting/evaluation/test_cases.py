import numpy as np
import pytest
from known import scene

from nsa_ros.body.skeleton import INDEX, default_skeleton, mirror_permutation
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.evaluation.cases import cases, scenes, signer
from nsa_ros.learning.fitting.split import half

MEASURED = {unit.text for unit in half(measured=True)}


def test_scenes_are_of_the_measured_half_and_cameras_take_turns():
    made = scenes(4, seed=2)
    assert [one.shot.kind for one in made] == ["webcam", "phone", "studio", "webcam"]
    for one in made:
        assert set(one.units) <= MEASURED
        assert one.motion.fps in {24.0, 25.0, 30.0}
    assert len({one.skeleton.name for one in made}) == 4


def test_cases_are_landmarks_with_their_truth():
    (landmarks, motion, skeleton), again = cases(1, seed=2)[0], scenes(1, seed=2)[0]
    assert len(landmarks) == len(motion)
    assert landmarks.fps == motion.fps
    np.testing.assert_array_equal(motion.poses, again.motion.poses)
    np.testing.assert_array_equal(skeleton.rest, again.skeleton.rest)


def test_the_signer_moves_as_a_whole():
    motion = scene().motion
    assert np.ptp(motion.transl, axis=0).max() > 0.002
    assert np.ptp(motion.poses[:, 0], axis=0).max() > 0.002


def test_a_signer_differs_in_every_bone_and_is_the_same_on_both_sides():
    figure, shipped = signer(5), default_skeleton()
    bones = np.linalg.norm(figure.offsets, axis=1)[1:] / np.linalg.norm(shipped.offsets, axis=1)[1:]
    assert 0.8 < bones.min() < bones.max() < 1.25
    other = mirror_permutation()
    np.testing.assert_allclose(bones, bones[other[1:] - 1], rtol=1e-6)
    fingers = [bones[INDEX[f"left_{name}2"] - 1] for name in ("index", "middle", "ring", "pinky")]
    assert np.std(fingers) > 0.003
    assert (signer(6).rest != figure.rest).any()


def test_no_clips_are_refused():
    with pytest.raises(NsaError, match="0 clips"):
        scenes(0)
