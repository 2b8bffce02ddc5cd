"""ONNX files of a bundle: small graphs beside one file of shared weights in half precision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET = 20
WEIGHTS = "weights.bin"
_SMALLEST = 256


def halve_weights(model: nn.Module) -> nn.Module:
    """Round weights to half precision in place, so that storing them so changes nothing any more."""
    with torch.no_grad():
        for value in model.parameters():
            value.copy_(value.half().float())
    return model


def trace(module: nn.Module, inputs: Mapping[str, Tensor], outputs: list[str]) -> onnx.ModelProto:
    """Export a module for fixed shapes, with nothing of this machine (file names, stack traces) in it."""
    program = torch.onnx.export(
        module.eval(),
        tuple(inputs.values()),
        input_names=list(inputs),
        output_names=outputs,
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
    )
    model = program.model_proto
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
    """Write the models with their larger weights in one half-precision file; equal weights are stored once.

    ONNX Runtime widens them once, when it loads the graph (constant folding).

    Returns:
        Names of the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    places: dict[bytes, int] = {}
    blob = bytearray()
    for file, model in models.items():
        graph = model.graph
        kept, casts = [], []
        for weight in graph.initializer:
            values = numpy_helper.to_array(weight)
            if values.dtype != np.float32 or values.size < _SMALLEST:
                kept.append(weight)
                continue
            data = values.astype(np.float16).tobytes()
            if data not in places:
                blob.extend(b"\0" * (-len(blob) % 64))
                places[data] = len(blob)
                blob.extend(data)
            half = TensorProto(name=f"{weight.name}_half", data_type=TensorProto.FLOAT16, dims=weight.dims)
            half.data_location = TensorProto.EXTERNAL
            for key, value in {"location": WEIGHTS, "offset": places[data], "length": len(data)}.items():
                half.external_data.add(key=key, value=str(value))
            kept.append(half)
            casts.append(
                helper.make_node("Cast", [half.name], [weight.name], name=f"widen_{weight.name}", to=TensorProto.FLOAT)
            )
        nodes = list(graph.node)
        del graph.initializer[:], graph.node[:]
        graph.initializer.extend(kept)
        graph.node.extend([*casts, *nodes])
        (folder / file).write_bytes(model.SerializeToString(deterministic=True))
    (folder / WEIGHTS).write_bytes(bytes(blob))
    return [*models, WEIGHTS]
