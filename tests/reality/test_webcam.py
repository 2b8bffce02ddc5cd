import numpy as np

from nsa_ros.body.motion import still
from nsa_ros.body.poses import named_pose
from nsa_ros.reality import webcam
from nsa_ros.reality.captures import BODY


def test_the_shoulders_are_where_the_captures_have_them():
    body = webcam.see(still(named_pose("neutral"), 2, 24.0), "X").body
    left, right = body[0, BODY.index("left_shoulder")], body[0, BODY.index("right_shoulder")]
    np.testing.assert_allclose(left - right, [webcam.SHOULDERS, 0.0], atol=0.01)
    np.testing.assert_allclose((left + right) / 2, [0.0, webcam.CENTRE], atol=0.01)


def test_hands_at_rest_are_below_the_picture_and_raised_ones_are_seen():
    assert np.isnan(webcam.see(still(named_pose("neutral"), 1, 24.0), "X").hands).all()
    raised = np.zeros((55, 3))  # arms sideways
    seen = webcam.see(still(raised, 1, 24.0), "X")
    assert np.isfinite(seen.hands).all()
    assert seen.hands[0, 0, 0, 0] > 0 > seen.hands[0, 1, 0, 0]


def test_what_is_nearer_looks_larger():
    ahead = named_pose("neutral")
    body = webcam.see(still(ahead, 1, 24.0), "X").body[0]
    nose, middle = body[BODY.index("nose")], body[[1, 2]].mean(axis=0)
    assert nose[1] > middle[1]
    assert abs(nose[0]) < 0.01
