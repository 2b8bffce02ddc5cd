import numpy as np
import pytest
import torch
from known import scene

from nsa_ros.learning.fitting import terms
from nsa_ros.learning.fitting.evaluation.cases import seen
from nsa_ros.learning.fitting.evaluation.detector import DetectorNoise
from nsa_ros.learning.fitting.evidence import gather


def test_the_slant_of_a_hand_does_not_count_and_the_depth_of_a_finger_does():
    clip = seen(scene(), DetectorNoise(dropouts=0.0))[slice(20, 24)]
    evidence = gather([clip])
    pixel = torch.full((4,), 2.0)
    anchors = torch.zeros(4, 58, 3)
    anchors[:, 16:, 2] = -evidence.depth.flatten(1) * pixel[:, None] / 1000.0

    def relief(depth):
        return float(terms.relief(anchors, depth, evidence.depth_weight, evidence.unslanted, pixel).sum())

    across = evidence.points[:, 16:].unflatten(1, (2, 21))[..., 0]
    bent = evidence.depth.clone()
    bent[:, :, 8] += 20.0
    assert relief(evidence.depth) == pytest.approx(0.0, abs=0.05)
    assert relief(evidence.depth + 0.3 * across) == pytest.approx(0.0, abs=0.05)
    assert relief(bent) > 20.0


def test_hands_in_the_trunk_and_in_each_other_cost_and_hands_apart_do_not():
    trunk = torch.tensor([[[[-0.05, 0.0, 0.0], [0.05, 0.0, 0.0]]]])
    radius = torch.tensor([0.1])
    apart = torch.full((1, 58, 3), 1.0)
    apart[:, 37:] = -1.0
    inside, together = apart.clone(), apart.clone()
    inside[:, 24] = torch.tensor([0.05, 0.05, 0.0])
    together[:, 37 + 8] = together[:, 16 + 8]
    costs = [float(terms.penetration(points, trunk, radius)) for points in (apart, inside, together)]
    assert costs[0] == 0.0
    assert costs[1] == pytest.approx((100.0 + 8 - 4 - 50) ** 2, rel=0.01)
    assert costs[2] > 100.0


def test_standing_still_costs_nothing_and_a_cut_between_clips_neither():
    points = torch.zeros(4, 3, 3)
    points[2:] = 1.0
    moved = terms.smooth(points, torch.tensor([1.0, 0.0, 1.0]))
    np.testing.assert_allclose(moved, 0.0, atol=1e-6)
    assert float(terms.smooth(points, torch.ones(3)).sum()) > 1000.0


def test_only_what_is_beyond_a_limit_counts():
    lower, upper = torch.tensor([-0.1, -0.1]), torch.tensor([0.1, 0.1])
    beyond = terms.beyond(torch.tensor([[0.0, 0.1], [0.1 + np.radians(3.0), 0.0]]), lower, upper)
    np.testing.assert_allclose(beyond, [0.0, 9.0], atol=1e-4)
