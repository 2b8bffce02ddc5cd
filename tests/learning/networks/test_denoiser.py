from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch
from tensorrt_operators import ALLOWED

from nsa_ros.learning.config import load_config
from nsa_ros.learning.export.onnx_files import OPSET, trace
from nsa_ros.learning.networks.decoders import DECODERS
from nsa_ros.learning.networks.denoiser import Denoiser, DenoiserConfig

JOINTS = (3, 12, 16, 17, 21, 40, 54)
CELLS = sorted(DECODERS)
ENCODERS = ("edge", "shared", "mlp")
CONFIG = DenoiserConfig((4, 4), (4, 4), condition=8, hidden=16, layers=2)


def make(**changes):
    torch.manual_seed(0)
    return Denoiser(replace(CONFIG, **changes), JOINTS, 6, 3, condition=5).eval()


def run(model, noisy, condition, lengths):
    state = torch.zeros(model.state_shape[0], len(noisy), model.state_shape[1])
    parts = []
    with torch.no_grad():
        for a, b in zip(noisy.split(lengths, dim=1), condition.split(lengths, dim=1), strict=True):
            made, state = model(a, b, state)
            parts.append(made)
    return torch.cat(parts, dim=1)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("lengths", [[1] * 47, [4, 16, 27], [46, 1]])
@pytest.mark.parametrize("gated", [False, True])
def test_chunks_equal_the_whole_sequence(cell, lengths, gated):
    model = make(cell=cell, gated_frame=gated)
    noisy, condition = torch.randn(2, 47, model.channels), torch.randn(2, 47, 5)
    whole = run(model, noisy, condition, [47])
    torch.testing.assert_close(run(model, noisy, condition, lengths), whole, atol=1e-5, rtol=0)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_chunks_equal_the_whole_sequence_with_every_encoder(encoder):
    model = make(encoder=encoder)
    noisy, condition = torch.randn(2, 23, model.channels), torch.randn(2, 23, 5)
    whole = run(model, noisy, condition, [23])
    torch.testing.assert_close(run(model, noisy, condition, [4, 16, 3]), whole, atol=1e-5, rtol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_a_frame_never_changes_an_earlier_one(cell):
    model = make(cell=cell)
    noisy, condition = torch.randn(1, 10, model.channels), torch.randn(1, 10, 5)
    before = run(model, noisy, condition, [10])
    noisy[:, 6:] += 1.0
    after = run(model, noisy, condition, [10])
    torch.testing.assert_close(before[:, :6], after[:, :6], atol=1e-6, rtol=0)
    assert (before[:, 6] - after[:, 6]).abs().max() > 1e-4


@pytest.mark.parametrize("changes", [{"cell": c} for c in CELLS] + [{"encoder": e} for e in ENCODERS])
def test_every_parameter_takes_part(changes):
    model = make(**changes)
    noisy, condition = torch.randn(2, 40, model.channels), torch.randn(2, 40, 5)
    rows, hidden = model.state_shape
    model(noisy, condition, torch.zeros(rows, 2, hidden))[0].square().sum().backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0] == []


def test_without_embeddings_there_are_none():
    names = [name for name, _ in make(embeddings=False).named_parameters()]
    assert [name for name in names if "embedding" in name] == []
    assert [name for name, _ in make().named_parameters() if "embedding" in name] != []


def test_the_mlp_encoder_has_as_many_parameters_as_the_graph():
    sizes = load_config("ablation/nsa-small").denoiser
    edge, flat = (
        sum(p.numel() for p in Denoiser(replace(sizes, encoder=kind), tuple(range(1, 45)), 3, 10, 144).parameters())
        for kind in ("edge", "mlp")
    )
    assert 0.995 * edge < flat <= edge


@pytest.mark.parametrize(
    "changes", [*({"cell": c} for c in CELLS), {"encoder": "shared"}, {"encoder": "mlp", "embeddings": False}], ids=str
)
def test_a_chunk_in_onnx_equals_torch_with_allowed_operators(changes):
    model = make(**changes)
    rows, hidden = model.state_shape
    torch.manual_seed(1)
    inputs = {
        "noisy": torch.randn(1, 4, model.channels),
        "condition": torch.randn(1, 4, 5),
        "state": torch.zeros(rows, 1, hidden),
    }
    graph = trace(model, inputs, ["predicted", "next_state"])
    assert {node.op_type for node in graph.graph.node} <= ALLOWED
    assert {opset.version for opset in graph.opset_import if not opset.domain} == {OPSET}
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    state = torch.zeros(rows, 1, hidden)
    for _ in range(3):
        noisy = torch.randn(1, 4, model.channels)
        with torch.no_grad():
            expected, following = model(noisy, inputs["condition"], state)
        made, carried = session.run(
            None, {"noisy": noisy.numpy(), "condition": inputs["condition"].numpy(), "state": state.numpy()}
        )
        np.testing.assert_allclose(made, expected.numpy(), atol=1e-5)
        np.testing.assert_allclose(carried, following.numpy(), atol=1e-5)
        state = following
