import sys

import torch

from nsa_ros.learning.networks import torchvision_shim
from nsa_ros.learning.networks.text_encoder import TextConfig, TextTower


def test_open_clip_imports_behind_the_shim():
    torchvision_shim.declare_operators()
    assert "open_clip" in sys.modules


def test_padding_does_not_change_token_features():
    torch.manual_seed(0)
    tower = TextTower(TextConfig(width=16, layers=2, heads=2, tokens=8), vocabulary=10).eval()
    tokens = torch.tensor([[3, 4, 5, 10, 0, 0, 0, 0]])
    with torch.no_grad():
        pooled, features = tower(tokens)
        tower.tower.token_embedding.weight[0] += 3.0
        moved_pooled, moved = tower(tokens)
    assert features.shape == (1, 8, tower.width)
    assert pooled.shape == (1, 16)
    torch.testing.assert_close(features[:, :4], moved[:, :4])
    torch.testing.assert_close(pooled, moved_pooled)


def test_a_later_token_reaches_an_earlier_one():
    torch.manual_seed(0)
    tower = TextTower(TextConfig(width=16, layers=1, heads=2, tokens=8), vocabulary=10).eval()
    one, other = (tower(torch.tensor([[3, 4, last, 10, 0, 0, 0, 0]]))[1] for last in (5, 6))
    assert (one[:, 0] - other[:, 0]).abs().max() > 1e-4
