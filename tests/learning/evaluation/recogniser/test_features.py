import numpy as np
import pytest

from nsa_ros.body.poses import named_pose
from nsa_ros.learning.evaluation.points import points
from nsa_ros.learning.evaluation.recogniser.features import CHANNELS, features
from nsa_ros.learning.evaluation.recogniser.landmarks import Landmarks, at_rate, landmarks_of_motion


@pytest.fixture
def motion() -> np.ndarray:
    rng = np.random.default_rng(0)
    poses = np.tile(named_pose("neutral"), (9, 1, 1))
    poses[:, 16:22] += rng.normal(0.0, 0.2, (9, 6, 3)).cumsum(0) * 0.2
    poses[:, 25:] += rng.normal(0.0, 0.2, (9, 30, 3))
    return poses


def moved(seen: Landmarks, scale: float, shift: tuple[float, float, float]) -> Landmarks:
    return Landmarks(seen.hands * scale + shift, seen.body * scale + shift)


def test_landmarks_are_the_joints_and_tips(motion: np.ndarray) -> None:
    seen, all_points = landmarks_of_motion(motion), points(motion)
    np.testing.assert_allclose(seen.hands[:, :, 0], all_points[:, [20, 21]])  # wrists
    np.testing.assert_allclose(seen.hands[:, 0, 8], all_points[:, 55 + 1])  # tip of the left index finger
    np.testing.assert_allclose(
        seen.hands[:, 1, 17:20], all_points[:, [46, 47, 48]]
    )  # right pinky, SMPL-X's third finger
    np.testing.assert_allclose(seen.body[:, 5:], all_points[:, [20, 21]])


def test_where_the_signer_stands_and_how_large_the_picture_is_does_not_count(motion: np.ndarray) -> None:
    seen = landmarks_of_motion(motion)
    made = features(seen)
    assert made.shape == (9, CHANNELS)
    np.testing.assert_allclose(features(moved(seen, 3.0, (0.4, -1.0, 2.0))), made, atol=1e-4)


def test_without_depth_nothing_of_it_is_left(motion: np.ndarray) -> None:
    seen = landmarks_of_motion(motion)
    other = Landmarks(seen.hands * [1, 1, 5], seen.body * [1, 1, -2])
    np.testing.assert_array_equal(features(seen, depth=False), features(other, depth=False))
    assert not np.array_equal(features(seen), features(other))


def test_unseen_hands_and_an_unknown_body_are_flagged_and_finite(motion: np.ndarray) -> None:
    seen = landmarks_of_motion(motion)
    hands = seen.hands.copy()
    hands[2:5, 0] = np.nan
    made = features(Landmarks(hands, seen.body))
    assert np.isfinite(made).all()
    np.testing.assert_array_equal(made[:, 0], [1, 1, 0, 0, 0, 1, 1, 1, 1])
    nobody = features(Landmarks(hands, np.full_like(seen.body, np.nan)))
    assert np.isfinite(nobody).all()
    assert made[0, -2] == 1
    assert nobody[0, -2] == 0


def test_at_rate_halves_and_doubles(motion: np.ndarray) -> None:
    seen = landmarks_of_motion(motion)
    assert len(at_rate(seen, 48.0)) == 4
    assert len(at_rate(seen, 12.0)) == 18
    np.testing.assert_array_equal(at_rate(seen, 24.0).hands, seen.hands)
