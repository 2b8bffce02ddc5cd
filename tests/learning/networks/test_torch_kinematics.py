import numpy as np
import pytest
import torch

from nsa_ros.body.kinematics import forward
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.learning.networks.kinematics import Kinematics
from nsa_ros.signing.representation import ROTATIONS, Representation


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_positions_agree_with_the_body_room(rotation):
    rng = np.random.default_rng(0)
    joints = (3, 16, 17, 18, 21, 22, 40, 41, 54)
    channels = len(joints) * ROTATIONS[rotation] + 1
    mean, scale = rng.normal(0, 0.1, channels), rng.uniform(0.5, 1.5, channels)
    representation = Representation(rotation, joints, (0,), mean, scale, named_pose("neutral"))
    poses = np.repeat(named_pose("neutral")[None], 7, axis=0)
    poses[:, joints] += rng.normal(0, 0.5, (7, len(joints), 3))
    made = Kinematics(default_skeleton(), representation)(
        torch.from_numpy(representation.encode(poses, np.zeros((7, 10))))
    )
    posed = forward(default_skeleton(), poses)
    np.testing.assert_allclose(made.numpy(), np.concatenate([posed.positions, posed.tips], axis=1), atol=1e-5)
