from dataclasses import replace

import numpy as np
import pytest
from known import scene

from nsa_ros.body.proportions import resized
from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.evaluation.errors import PARTS, errors, members, superposed, surface

SKELETON = default_skeleton()


def found(change=lambda motion: motion, skeleton=None):
    one = scene()
    return errors(change(one.motion), skeleton or one.skeleton, one.motion, one.skeleton)


def turned(joint, degrees, axis=(0.0, 0.0, 1.0)):
    def change(motion):
        poses = motion.poses.copy()
        turn = rotvec_to_matrix(np.radians(degrees) * np.array(axis))
        poses[:, INDEX[joint]] = matrix_to_rotvec(rotvec_to_matrix(poses[:, INDEX[joint]]) @ turn)
        return replace(motion, poses=poses)

    return change


def test_the_truth_has_no_error():
    result = found()
    for key, values in result.items():
        if not key.startswith("jitter"):
            assert np.abs(values).max() < 1e-6, key
    np.testing.assert_array_equal(result["jitter"], result["jitter_true"])


def test_where_the_signer_stands_is_no_error():
    result = found(lambda motion: replace(motion, transl=motion.transl + np.array([0.3, -0.1, 2.0])))
    assert all(result[part].max() < 1e-6 for part in PARTS)


def test_a_bent_finger_is_an_error_of_its_hand_alone():
    result = found(turned("left_index1", 30.0))
    assert result["left_hand"].min() > 1.0
    assert result["right_hand"].max() < 1e-6
    assert result["body"].max() < 1e-6


def test_a_raised_arm_is_an_error_of_the_body_and_turns_the_hand():
    result = found(turned("left_shoulder", 20.0))
    assert result["body"].min() > 5.0
    assert result["left_hand"].min() > 5.0
    assert result["left_hand_procrustes"].max() < 1e-6
    assert result["hands_in_place"].min() > 20.0


def test_a_turned_signer_is_wrong_but_superposed_right():
    result = found(turned("pelvis", 10.0, (0.0, 1.0, 0.0)))
    assert result["body"].min() > 5.0
    assert result["body_turned"].max() < 1e-6
    assert result["body_procrustes"].max() < 1e-6


def test_a_leaning_trunk_is_wrong_however_the_pelvis_is_turned():
    assert found(turned("spine1", 10.0, (1.0, 0.0, 0.0)))["body_turned"].min() > 5.0


def test_the_error_of_a_hand_that_is_too_large_is_what_its_places_are_off():
    one = scene()
    large = resized(SKELETON, {"hands": 1.1}, "large")
    result = errors(one.motion, large, one.motion, SKELETON)
    a, b = (surface(figure).offsets[members("left_hand")] for figure in (large, SKELETON))
    assert np.linalg.norm(a - b, axis=1).max() > 1e-4
    assert 5.0 < result["left_hand"].mean() < 15.0


def test_only_what_is_in_the_picture_counts():
    one = scene()
    camera = one.shot.camera
    wrong = turned("left_shoulder", 20.0)(one.motion)
    away = replace(camera, centre=(camera.centre[0], 3000.0))
    assert np.isnan(errors(wrong, one.skeleton, one.motion, one.skeleton, away)["left_hand"]).all()
    half = replace(camera, size=(int(camera.centre[0]), camera.size[1]))
    seen = errors(wrong, one.skeleton, one.motion, one.skeleton, half)["body"]
    assert np.nanmean(seen) < np.mean(errors(wrong, one.skeleton, one.motion, one.skeleton)["body"])


def test_parts_have_all_places_and_none_twice():
    every = np.concatenate([members(part) for part in PARTS])
    assert sorted(every) == list(range(len(surface(SKELETON).carriers)))
    assert len(members("left_hand")) == len(members("right_hand")) == 160


def test_superposing_undoes_a_similarity_and_ignores_points_without_weight():
    rng = np.random.default_rng(0)
    b = rng.standard_normal((4, 20, 3))
    turn = rotvec_to_matrix(rng.standard_normal((4, 1, 3)))[:, 0]
    a = 0.7 * b @ np.swapaxes(turn, 1, 2) + rng.standard_normal((4, 1, 3))
    weights = np.ones((4, 20))
    a[:, 0] += 5.0
    weights[:, 0] = 0.0
    np.testing.assert_allclose(superposed(a, b, weights, scaled=True)[:, 1:], b[:, 1:], atol=1e-9)
    assert np.abs(superposed(a, b, weights, scaled=False)[:, 1:] - b[:, 1:]).max() > 0.1


def test_superposing_never_mirrors():
    b = np.random.default_rng(1).standard_normal((1, 30, 3))
    a = b * [-1.0, 1.0, 1.0]
    assert np.abs(superposed(a, b, np.ones((1, 30)), scaled=False) - b).max() > 0.5


def test_other_frames_are_named():
    with pytest.raises(NsaError, match="5 frames"):
        found(lambda motion: motion[:5])
