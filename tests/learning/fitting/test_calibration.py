from dataclasses import replace

import numpy as np
import pytest
from known import scene

from nsa_ros.body.kinematics import forward
from nsa_ros.capture.anchors import anchors
from nsa_ros.capture.landmarks import BODY
from nsa_ros.learning.fitting.calibration import calibrate
from nsa_ros.learning.fitting.evaluation.cases import seen
from nsa_ros.learning.fitting.evaluation.detector import DetectorNoise
from nsa_ros.learning.fitting.settings import Settings

LOWER = 0.02
"""How far below SMPL-X's shoulders a made-up detector sees them [m]."""


@pytest.fixture(scope="module")
def landmarks():
    true, frames = scene(), slice(10, 26)
    clip = seen(true, DetectorNoise(pixels=0.0, dropouts=0.0))[frames]
    points = anchors(true.skeleton)
    offsets = points.offsets.copy()
    for name in ("left_shoulder", "right_shoulder"):
        offsets[BODY.index(name), 1] -= LOWER
    motion = true.motion[frames]
    placed = points._replace(offsets=offsets).positions(forward(true.skeleton, motion.poses, motion.transl))
    pixels = true.shot.camera.project(placed)
    body, hands = clip.body.copy(), clip.hands.copy()
    body[..., :2], hands[..., :2] = pixels[:, :16], pixels[:, 16:].reshape(-1, 2, 21, 2)
    sure = np.ones_like(clip.body_confidence), np.ones_like(clip.hands_confidence)
    return replace(clip, body=body, hands=hands, body_confidence=sure[0], hands_confidence=sure[1])


def test_a_point_that_lies_elsewhere_is_found_there(landmarks):
    found = calibrate([landmarks], Settings(iterations=120))
    assert found["left_shoulder"][1] < -0.004
    assert abs(found["nose"][0]) < 1e-6, "what lies in the middle stays there"
    assert np.abs([row for name, row in found.items() if name.startswith("hand ")]).max() < 0.01
