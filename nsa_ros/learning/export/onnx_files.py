"""ONNX files of a bundle: small graphs beside one file of shared weights in half precision."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx_ir.passes.common import DeduplicateInitializersPass
from onnx_ir.serde import serialize_model
from onnxscript.optimizer import optimize
from torch import Tensor, nn

OPSET = 20
STREAMS = "streams"
"""Name of the symbolic dimension that counts sequences in one call."""

MOST_STREAMS = 4096
WEIGHTS = "weights.bin"
_SMALLEST = 256
_LARGEST = 1 << 28


def halve_weights(model: nn.Module) -> nn.Module:
    """Round weights to half precision in place, so that storing them so changes nothing any more."""
    with torch.no_grad():
        for value in model.parameters():
            value.copy_(value.half().float())
    return model


def trace(
    module: nn.Module, inputs: Mapping[str, Tensor], outputs: list[str], streams: Mapping[str, int] | None = None
) -> onnx.ModelProto:
    """Export a module, with nothing of this machine (file names, stack traces) in it.

    What can be computed beforehand is, so that LSTM weights are constants in ONNX's order. ONNX Runtime's own
    optimisation ahead of time would save another 14 of 25 ms when a sampler is loaded and no time of a call; it is not
    used because its fused operators are of one release and unknown to TensorRT.

    Args:
        module: what is called with the inputs in their order.
        inputs: examples; where an axis is symbolic it must be longer than 1.
        outputs: names of the results.
        streams: for each input the axis whose length is left open under the name `STREAMS`; all shapes are fixed when
            left out.
    """
    free = torch.export.Dim(STREAMS, min=1, max=MOST_STREAMS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's exporter about itself
        program = torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            input_names=list(inputs),
            output_names=outputs,
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
            dynamic_shapes=None if streams is None else tuple({streams[name]: free} for name in inputs),
        )
    folded = optimize(program.model, input_size_limit=_LARGEST, output_size_limit=_LARGEST)
    DeduplicateInitializersPass(size_limit=_LARGEST)(folded)
    model = serialize_model(folded)
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for part in (model, model.graph, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
        part.doc_string = ""
    del model.graph.value_info[:]
    del model.functions[:]
    onnx.checker.check_model(model)
    return model


def write_sharing_weights(models: Mapping[str, onnx.ModelProto], folder: Path) -> list[str]:
    """Write the models with their larger weights in one file; equal weights are stored once.

    Single precision is stored as half where that loses nothing (`halve_weights`). ONNX Runtime widens it once, when it
    loads the graph (constant folding).

    Returns:
        Names of the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = _Weights()
    for file, model in models.items():
        graph = model.graph
        kept, casts = [], []
        for weight in graph.initializer:
            values = numpy_helper.to_array(weight)
            if values.size < _SMALLEST:
                kept.append(weight)
                continue
            half = _halved(values)
            if half is None:
                kept.append(weights.store(values, weight.name))
                continue
            kept.append(weights.store(half, f"{weight.name}_half"))
            casts.append(
                helper.make_node(
                    "Cast", [kept[-1].name], [weight.name], name=f"widen_{weight.name}", to=TensorProto.FLOAT
                )
            )
        written = onnx.ModelProto()
        written.CopyFrom(model)
        del written.graph.initializer[:], written.graph.node[:]
        written.graph.initializer.extend(kept)
        written.graph.node.extend([*casts, *graph.node])
        (folder / file).write_bytes(written.SerializeToString(deterministic=True))
    (folder / WEIGHTS).write_bytes(bytes(weights.blob))
    return [*models, WEIGHTS]


def _halved(values: NDArray[Any]) -> NDArray[np.float16] | None:
    """The same numbers in half precision, if they are numbers of single precision and the same."""
    if values.dtype != np.float32:
        return None
    with np.errstate(over="ignore"):
        half = values.astype(np.float16)
    return half if np.array_equal(half, values) else None


class _Weights:
    """What `weights.bin` will hold.

    Attributes:
        blob: its bytes.
    """

    def __init__(self) -> None:
        self.blob = bytearray()
        self._places: dict[bytes, int] = {}

    def store(self, values: NDArray[Any], name: str) -> TensorProto:
        """An initializer that refers to the values' place, where they are put unless equal bytes are there."""
        data = values.tobytes()
        if data not in self._places:
            self.blob.extend(b"\0" * (-len(self.blob) % 64))
            self._places[data] = len(self.blob)
            self.blob.extend(data)
        kind = helper.np_dtype_to_tensor_dtype(values.dtype)
        weight = TensorProto(name=name, data_type=kind, dims=values.shape, data_location=TensorProto.EXTERNAL)
        for key, value in {"location": WEIGHTS, "offset": self._places[data], "length": len(data)}.items():
            weight.external_data.add(key=key, value=str(value))
        return weight
