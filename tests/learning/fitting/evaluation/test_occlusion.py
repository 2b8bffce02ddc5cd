import numpy as np

from nsa_ros.capture.camera import Camera
from nsa_ros.learning.fitting.evaluation.occlusion import hidden

CAMERA = Camera(1000.0, (640.0, 360.0), (0.0, 0.0, 2.0), (1280, 720))


def hands(left, right):
    """Two flat hands of 21 points in the plane before the camera, at a depth each. Shape (1, 58, 3)."""
    points = np.zeros((1, 58, 3))
    points[:, :16] = [5.0, 5.0, 0.0]
    grid = np.zeros((21, 3))
    for finger in range(5):
        for i in range(4):
            grid[1 + 4 * finger + i] = [0.02 * finger, 0.03 * (i + 1), 0.0]
    points[0, 16:37], points[0, 37:] = grid + left, grid + right
    return points


def test_a_hand_in_plain_view_is_not_hidden():
    assert not hidden(hands([0.3, 0, 0], [-0.3, 0, 0]), CAMERA).any()


def test_a_hand_behind_the_other_is_hidden_and_the_one_before_is_not():
    found = hidden(hands([0, 0, 0], [0, 0, 0.1]), CAMERA)[0]
    assert found[16:37].mean() > 0.9
    assert not found[37:].any()


def test_touching_hands_side_by_side_hide_nothing():
    assert not hidden(hands([0.05, 0, 0], [-0.05, 0, 0]), CAMERA).any()
