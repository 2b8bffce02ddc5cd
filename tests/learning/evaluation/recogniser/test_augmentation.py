import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nsa_ros.body.poses import named_pose
from nsa_ros.learning.evaluation.recogniser.augmentation import altered, time_warp
from nsa_ros.learning.evaluation.recogniser.landmarks import landmarks_of_motion

SEEN = landmarks_of_motion(np.tile(named_pose("neutral"), (20, 1, 1)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(8, 200))
def test_warped_time_goes_on_from_the_first_frame_to_the_last(seed: int, frames: int) -> None:
    shown = time_warp(frames, np.random.default_rng(seed))
    assert shown[0] == 0
    assert (np.diff(shown) >= 0).all()
    assert frames - 1 - shown[-1] <= 0.3 * frames + 2  # the last frames may be lost, not more
    assert 0.4 < len(shown) / frames < 2.5


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_altered_landmarks_are_near_the_given_ones_and_differ(seed: int) -> None:
    made = altered(SEEN, np.random.default_rng(seed))
    assert made.hands.shape == SEEN.hands.shape
    assert made.body.shape == SEEN.body.shape
    off = np.linalg.norm(made.hands - SEEN.hands, axis=-1)
    off = off[np.isfinite(off)]
    assert 0.0 < off.mean() < 0.25


def test_the_same_generator_alters_alike() -> None:
    first, second = (altered(SEEN, np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(first.hands, second.hands)
