"""The sampler in cheaper arithmetic: half precision for GPUs, 8-bit integers for CPUs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper
from onnxruntime.transformers.float16 import convert_float_to_float16

MICROSOFT = "com.microsoft"
"""Domain of ONNX Runtime's own operators. TensorRT has none of them, so 8-bit graphs are for the CPU alone."""

_FRAME = "denoiser.frame.weight"
_LARGEST = 64


def halved(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Weights and arithmetic in half precision, inputs and outputs as they are, recurrent states among them.

    No operator has to stay in single precision: nothing in the network grows beyond a few dozen, half precision goes to
    65,504. Its weights are the ones that the bundle stores in half precision anyway.
    """
    model = convert_float_to_float16(_copy(graph), keep_io_types=True)
    del model.graph.value_info[:]
    return model


def quantised(graph: onnx.ModelProto) -> onnx.ModelProto:
    """LSTMs and the map of all joints to a frame's feature in 8-bit integers, inputs quantised as they come.

    These take half of the time and bear it: a sampler of two steps is 1.4 to 1.6 times as fast. Condition, gates and
    head brought no time that could be measured alone and up to 1.2 mm of error each; the products of the graph layers
    became slower.

    Weights have a scale for each output and seven bits: products of two pairs of them with 8-bit inputs stay within 16
    bits, so that CPUs without VNNI instructions, which add them up so, get the same sums as those with.

    Inputs are quantised by the range of the whole call: frames depend, within the limits of `parity`, on how a text is
    cut into chunks and on the texts that share the call.

    `onnxruntime.quantization.quantize_dynamic` is not used: it transposes the weights of an LSTM once for every step
    that shares them, and rewrites every other linear map.
    """
    model = _copy(graph)
    quantiser = _Quantiser(model.graph)
    nodes = [quantiser.replace(node) for node in model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    weights = [w for w in (*model.graph.initializer, *quantiser.made.values()) if w.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(weights)
    model.opset_import.append(helper.make_opsetid(MICROSOFT, 1))
    return model


VARIANTS: Mapping[str, Callable[[onnx.ModelProto], onnx.ModelProto]] = {"fp16": halved, "int8": quantised}
"""For each precision of `signing.networks.PRECISIONS` but the first how a graph is turned into it."""


def make_variants(graph: onnx.ModelProto) -> dict[str, onnx.ModelProto]:
    """Variants of a sampler's or a denoiser's graph in single precision, by precision. The graph stays as it is."""
    return {precision: make(graph) for precision, make in VARIANTS.items()}


class _Quantiser:
    """Replaces nodes of a graph by their 8-bit counterparts.

    Attributes:
        made: new initializers by name; a weight that several nodes share is quantised once.
    """

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._weights = {w.name: w for w in graph.initializer}
        self.made: dict[str, TensorProto] = {}

    def replace(self, node: NodeProto) -> NodeProto:
        """The node itself where it is to stay."""
        if node.op_type == "LSTM":
            signal, weight, recurrent, *others = [*node.input, *[""] * (8 - len(node.input))]
            of_weight, of_recurrent = self._quantise(weight), self._quantise(recurrent)
            inputs = [signal, of_weight[0], of_recurrent[0], *others, *of_weight[1:], *of_recurrent[1:]]
            attributes = [a for a in node.attribute if a.name != "layout"]
            made = helper.make_node("DynamicQuantizeLSTM", inputs, node.output, node.name, domain=MICROSOFT)
            made.attribute.extend(attributes)
            return made
        if node.op_type == "Gemm" and node.input[1].endswith(_FRAME):
            signal, weight, *bias = node.input
            inputs = [signal, *self._quantise(weight), *bias]
            return helper.make_node("DynamicQuantizeMatMul", inputs, node.output, node.name, domain=MICROSOFT)
        return node

    def _quantise(self, name: str) -> list[str]:
        """Names of the integers (..., in, out), their scales (..., out) and zeros of a weight (..., out, in)."""
        names = [f"{name}_{part}" for part in ("int8", "scale", "zero")]
        if names[0] not in self.made:
            values = numpy_helper.to_array(self._weights[name])
            scale = np.maximum(np.abs(values).max(axis=-1), np.float32(1e-8)) / np.float32(_LARGEST)
            integers: NDArray[np.int8] = np.round(values / scale[..., None]).astype(np.int8)
            parts = (np.ascontiguousarray(integers.swapaxes(-1, -2)), scale, np.zeros(scale.shape, dtype=np.int8))
            for part, array in zip(names, parts, strict=True):
                self.made[part] = numpy_helper.from_array(array, part)
        return names


def _copy(graph: onnx.ModelProto) -> onnx.ModelProto:
    model = onnx.ModelProto()
    model.CopyFrom(graph)
    return model
