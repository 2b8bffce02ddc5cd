import numpy as np
import pytest
import torch

from nsa_ros.body.skeleton import PARENTS, mirror_permutation
from nsa_ros.learning.networks.graph import EdgeGraphLayer, SharedGraphLayer

MIRROR = torch.from_numpy(mirror_permutation())
NEIGHBOURS = [[j for j in range(len(PARENTS)) if PARENTS[j] == i or PARENTS[i] == j] for i in range(len(PARENTS))]


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


def test_the_shared_layer_is_kipf_and_wellings_written_out_joint_by_joint():
    torch.manual_seed(0)
    layer = SharedGraphLayer(3, 5).double()
    features = torch.randn(len(PARENTS), 2, 3, dtype=torch.float64)
    degree = [1 + len(neighbours) for neighbours in NEIGHBOURS]
    for joint, neighbours in enumerate(NEIGHBOURS):
        gathered = sum(features[j] / np.sqrt(degree[joint] * degree[j]) for j in (joint, *neighbours))
        expected = torch.nn.functional.silu(layer.linear(gathered) + layer.joint_embedding[joint])
        torch.testing.assert_close(layer(features)[joint], expected)


@pytest.mark.parametrize(
    ("layer", "embeddings", "blind"),
    [(SharedGraphLayer, False, True), (SharedGraphLayer, True, False), (EdgeGraphLayer, False, False)],
)
def test_only_a_shared_map_without_embeddings_cannot_tell_left_from_right(layer, embeddings, blind):
    torch.manual_seed(0)
    made = layer(3, 5, embeddings)
    features = torch.randn(len(PARENTS), 2, 3)
    assert torch.allclose(made(features[MIRROR]), made(features)[MIRROR], atol=1e-6) == blind


@pytest.mark.parametrize("layer", [SharedGraphLayer, EdgeGraphLayer])
def test_without_embeddings_there_are_none(layer):
    assert [name for name, _ in layer(3, 5, False).named_parameters() if "embedding" in name] == []
