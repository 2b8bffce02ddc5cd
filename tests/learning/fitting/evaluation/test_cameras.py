import numpy as np
import pytest

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import still
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.learning.fitting.evaluation.cameras import KINDS, PITCH, YAW, Shot, draw_shot

SKELETON = default_skeleton()
HEAD, WRISTS = INDEX["head"], [INDEX["left_wrist"], INDEX["right_wrist"]]


def drawn(kind, count=60):
    return [draw_shot(np.random.default_rng(seed), SKELETON, kind) for seed in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_cameras_are_as_people_put_them(kind):
    about = KINDS[kind]
    for shot in drawn(kind):
        assert about.focal[0] <= shot.camera.focal / max(about.size) <= about.focal[1]
        assert about.distance[0] <= shot.distance <= about.distance[1]
        assert abs(shot.pitch) <= PITCH
        assert abs(shot.yaw) <= YAW
        assert 0.25 < shot.camera.position[1] < 0.75


@pytest.mark.parametrize("kind", KINDS)
def test_the_head_is_in_the_picture(kind):
    for shot in drawn(kind):
        motion = shot.seen(still(named_pose("neutral"), 1, 25.0), SKELETON)
        head = shot.camera.project(forward(SKELETON, motion.poses, motion.transl).positions[0, HEAD])
        assert ((head > 0) & (head < shot.camera.size)).all()


def test_resting_hands_are_in_the_picture_of_a_studio_and_seldom_in_that_of_a_webcam():
    def shown(kind):
        found = []
        for shot in drawn(kind):
            motion = shot.seen(still(named_pose("neutral"), 1, 25.0), SKELETON)
            hands = shot.camera.project(forward(SKELETON, motion.poses, motion.transl).positions[0, WRISTS])
            found.append(((hands > 0) & (hands < shot.camera.size)).all())
        return np.mean(found)

    assert shown("studio") > 0.9
    assert shown("webcam") < 0.7


def test_a_tilted_camera_sees_the_same_signer_turned_about_the_chest():
    motion = still(named_pose("rest"), 3, 25.0)
    shot = Shot("studio", drawn("studio", 1)[0].camera, 2.0, 10.0, -12.0)
    seen = shot.seen(motion, SKELETON)
    true, turned = (forward(SKELETON, m.poses, m.transl).positions for m in (motion, seen))
    chest = SKELETON.rest[INDEX["spine3"]]
    np.testing.assert_allclose(turned, (true - chest) @ shot.rotation.T + chest, atol=1e-9)
