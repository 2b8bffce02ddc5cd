import numpy as np
import torch

from nsa_ros.learning.evaluation.recogniser.features import CHANNELS
from nsa_ros.learning.evaluation.recogniser.network import STRIDE, RecogniserConfig, RecogniserNetwork


def test_a_clip_is_read_alike_alone_and_beside_a_longer_one() -> None:
    torch.manual_seed(0)
    network = RecogniserNetwork(RecogniserConfig(16, 24, (1, 2), 16), 5).eval()
    rows = torch.randn(2, 30, CHANNELS)
    lengths = torch.tensor([17, 30])
    together, steps = network.hidden(rows, lengths)
    alone, count = network.hidden(rows[:1, :17], lengths[:1])
    assert steps.tolist() == [9, 15]
    assert int(count) == -(-17 // STRIDE)
    np.testing.assert_allclose(alone[0].detach(), together[0, :9].detach(), atol=1e-5)
    assert network.read(together)[0].shape == (2, 15, 6)
