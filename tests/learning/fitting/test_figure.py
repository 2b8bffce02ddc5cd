import numpy as np
import pytest
import torch

from nsa_ros.body.kinematics import forward
from nsa_ros.body.poses import named_pose
from nsa_ros.body.proportions import SEGMENTS, resized
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.capture.anchors import anchors
from nsa_ros.learning.fitting.figure import MOVING, OpenFigure


def shown(poses, shape, transl):
    q = RevoluteModel(default_skeleton()).from_motion(poses, np.zeros((len(poses), 3)))
    angles = q[:, len(ROOT) :].reshape(len(q), -1, 3)[:, list(MOVING)]
    clip = torch.zeros(len(q), dtype=torch.long)
    tensors = [torch.tensor(values, dtype=torch.float32) for values in (angles, transl, shape[None])]
    return OpenFigure()(*tensors, clip)


@pytest.fixture
def poses():
    poses = np.repeat(named_pose("neutral")[None], 3, axis=0)
    poses[:, list(MOVING)] += np.random.default_rng(0).normal(0, 0.15, (3, len(MOVING), 3))
    poses[:, [1, 2, 4, 5, 7, 8, 10, 11]] = 0.0
    return poses


def test_joints_and_anchors_are_those_of_the_resized_figure(poses):
    shape = np.random.default_rng(1).normal(0, 0.1, len(SEGMENTS))
    transl = np.array([[0.1, 0.2, -1.5]] * 3)
    figure = resized(default_skeleton(), OpenFigure().proportions(shape), "x")
    posed, found = forward(figure, poses, transl), shown(poses, shape, transl)
    np.testing.assert_allclose(found.joints, posed.positions[:, list(MOVING)], atol=2e-6)
    np.testing.assert_allclose(found.anchors, anchors(figure).positions(posed), atol=2e-6)


def test_skin_lies_on_the_figure_and_turns_with_a_twisted_arm(poses):
    twisted = poses.copy()
    twisted[:, 18] += [0.5, 0.0, 0.0]
    zero, still = np.zeros(len(SEGMENTS)), np.zeros((3, 3))
    before, after = shown(poses, zero, still), shown(twisted, zero, still)
    moved = torch.linalg.vector_norm(after.skin - before.skin, dim=-1)
    assert 0.005 < float(moved.max()) < 0.2
    nearest = torch.cdist(before.skin, before.joints).min(dim=-1).values
    assert float(nearest.max()) < 0.09
