import torch

from nsa_ros.body.skeleton import PARENTS
from nsa_ros.learning.graph import EdgeGraphLayer


def test_layer_is_equation_8_written_out_edge_by_edge():
    torch.manual_seed(0)
    layer = EdgeGraphLayer(3, 5).double()
    features = torch.randn(len(PARENTS), 2, 3, dtype=torch.float64)
    expected = layer.joint_embedding.expand(-1, 2, -1).clone()
    for child, parent in enumerate(PARENTS[1:], start=1):
        down, up = layer.edge_maps[child - 1].chunk(2, dim=-1)
        expected[child] += (features[parent] - features[child]) @ down
        expected[parent] += (features[child] - features[parent]) @ -up
    torch.testing.assert_close(layer(features), torch.nn.functional.silu(expected))


def test_every_directed_edge_has_its_own_map():
    layer = EdgeGraphLayer(3, 5)
    assert layer.edge_maps.numel() == 2 * (len(PARENTS) - 1) * 3 * 5
