import collections

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, numpy_helper
from tensorrt_operators import ALLOWED
from torch import nn

from nsa_ros.learning.export.onnx_files import halve_weights, trace, write_sharing_weights
from nsa_ros.learning.export.variants import make_variants

WIDTH, FRAMES, STEPS = 24, 5, 2


class Net(nn.Module):
    """The parts of the denoiser that variants treat each in its way, called twice."""

    def __init__(self):
        super().__init__()
        self.denoiser = nn.Module()
        self.denoiser.frame = nn.Linear(WIDTH, WIDTH)
        self.head = nn.Linear(WIDTH, WIDTH)
        self.decoder = nn.LSTM(WIDTH, WIDTH, batch_first=True)

    def forward(self, noise, states):
        after = []
        for state in states:
            feature = self.denoiser.frame(noise.reshape(-1, WIDTH)).reshape(noise.shape)
            decoded, state = self.decoder(feature, tuple(state.chunk(2)))
            noise = self.head(decoded.reshape(-1, WIDTH)).reshape(noise.shape)
            after.append(torch.cat(state))
        return noise, torch.stack(after)


def traced(frames):
    torch.manual_seed(0)
    net = halve_weights(Net())
    inputs = {"noise": torch.randn(3, frames, WIDTH), "states": torch.zeros(STEPS, 2, 3, WIDTH)}
    return trace(net, inputs, ["channels", "next_states"], {"noise": 0, "states": 2})


@pytest.fixture(scope="module")
def graph():
    return traced(FRAMES)


def run(model, noise):
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(None, {"noise": noise, "states": np.zeros((STEPS, 2, len(noise), WIDTH), np.float32)})


def initializers(model):
    return {weight.name: numpy_helper.to_array(weight) for weight in model.graph.initializer}


@pytest.mark.parametrize(("precision", "most"), [("fp16", 2e-3), ("int8", 3e-2)])
def test_a_variant_computes_the_same_coarsely(graph, precision, most):
    noise = np.random.default_rng(0).standard_normal((2, FRAMES, WIDTH)).astype(np.float32)
    for made, true in zip(run(make_variants(graph)[precision], noise), run(graph, noise), strict=True):
        assert made.dtype == np.float32
        assert 0.0 < np.abs(made - true).max() < most


def test_the_graph_itself_stays(graph):
    before = graph.SerializeToString(deterministic=True)
    make_variants(graph)
    assert graph.SerializeToString(deterministic=True) == before


def test_half_precision_is_in_every_operator_but_not_in_inputs_and_outputs(graph):
    model = make_variants(graph)["fp16"]
    for mine, theirs in zip(
        (*model.graph.input, *model.graph.output), (*graph.graph.input, *graph.graph.output), strict=True
    ):
        assert mine == theirs
    assert {node.op_type for node in model.graph.node} <= ALLOWED
    assert all(weight.data_type != TensorProto.FLOAT for weight in model.graph.initializer)
    casts = [node for node in model.graph.node if node.op_type == "Cast"]
    assert len(casts) == len(model.graph.input) + len(model.graph.output)


def test_integers_are_in_the_lstm_and_the_map_to_the_frame_alone(graph):
    model = make_variants(graph)["int8"]
    kinds = collections.Counter(node.op_type for node in model.graph.node)
    assert kinds["DynamicQuantizeLSTM"] == kinds["DynamicQuantizeMatMul"] == STEPS
    assert kinds["LSTM"] == 0
    assert kinds["Gemm"] == STEPS, "the head stays as it is"


def test_sums_of_two_products_fit_into_16_bits(graph):
    integers = [w for w in initializers(make_variants(graph)["int8"]).values() if w.dtype == np.int8]
    assert max(np.abs(w.astype(int)).max() for w in integers) == 64
    assert 2 * 64 * 255 < 2**15


def test_weights_of_two_steps_are_quantised_once(graph):
    names = [name for name in initializers(make_variants(graph)["int8"]) if name.endswith("_int8")]
    assert len(names) == 3


def test_every_output_of_a_weight_has_a_scale_of_its_own(graph):
    found = initializers(make_variants(graph)["int8"])
    true = initializers(graph)["denoiser.frame.weight"]
    scale = found["denoiser.frame.weight_scale"]
    np.testing.assert_allclose(scale, np.abs(true).max(axis=1) / 64, rtol=1e-6)
    np.testing.assert_allclose(found["denoiser.frame.weight_int8"].T * scale[:, None], true, atol=0.5 * scale.max())


def test_variants_share_their_weights_with_the_graph_and_with_other_lengths(graph, tmp_path):
    def stored(**models):
        write_sharing_weights(models, tmp_path / "-".join(models))
        return (tmp_path / "-".join(models) / "weights.bin").stat().st_size

    first, second = make_variants(graph), make_variants(traced(9))
    alone = stored(fp32=graph)
    assert stored(fp32=graph, fp16=first["fp16"]) == alone
    assert alone < stored(fp32=graph, int8=first["int8"]) < 2 * alone
    assert stored(fp32=graph, int8=first["int8"]) == stored(fp32=graph, int8=first["int8"], other=second["int8"])


def test_what_half_precision_would_change_is_stored_as_it_is(tmp_path):
    exact, inexact, tall = np.full(300, 0.5), np.full(300, 0.1), np.full(300, 1e6)
    names = ("exact", "inexact", "tall")
    made = onnx.helper.make_graph(
        [onnx.helper.make_node("Sum", list(names), ["out"])],
        "sum",
        [],
        [onnx.helper.make_tensor_value_info("out", TensorProto.FLOAT, [300])],
        [numpy_helper.from_array(a.astype(np.float32), n) for a, n in zip((exact, inexact, tall), names, strict=True)],
    )
    model = onnx.helper.make_model(made, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=10)
    before = model.SerializeToString()
    assert write_sharing_weights({"sum.onnx": model}, tmp_path) == ["sum.onnx", "weights.bin"]
    assert model.SerializeToString() == before
    assert 600 + 2 * 1200 <= (tmp_path / "weights.bin").stat().st_size < 3 * 1200
    (out,) = onnxruntime.InferenceSession(tmp_path / "sum.onnx").run(None, {})
    assert np.array_equal(out, np.full(300, np.float32(0.5) + np.float32(0.1) + np.float32(1e6)))
