"""Graphs with the inputs of a bundle's and no sense, for tests that need files that ONNX Runtime loads."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np

FRAMES, CHANNELS, HIDDEN = 4, 3, 5


def write_graph(file: Path, name: str = "weights.bin", scale: float = 2.0) -> Path:
    """noise (streams, 4, 3), units (streams, 4, 3), states (2, 1, streams, 5) -> channels, next_states.

    The factor lies in the file of weights `name` beside it.
    """
    from onnx import TensorProto, helper

    file.parent.mkdir(parents=True, exist_ok=True)
    data = np.full(CHANNELS, scale, dtype=np.float32).tobytes()
    (file.parent / name).write_bytes(data)
    weight = TensorProto(name="scale", data_type=TensorProto.FLOAT, dims=[CHANNELS])
    weight.data_location = TensorProto.EXTERNAL
    for key, value in {"location": name, "offset": 0, "length": len(data)}.items():
        weight.external_data.add(key=key, value=str(value))
    frames = ["streams", FRAMES, CHANNELS]
    states = [2, 1, "streams", HIDDEN]
    nodes = [
        helper.make_node("Cast", ["units"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["noise", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "ids"], ["channels"]),
        helper.make_node("Neg", ["states"], ["next_states"]),
    ]
    given = [
        helper.make_tensor_value_info("noise", TensorProto.FLOAT, frames),
        helper.make_tensor_value_info("units", TensorProto.INT64, frames),
        helper.make_tensor_value_info("states", TensorProto.FLOAT, states),
    ]
    made = [
        helper.make_tensor_value_info("channels", TensorProto.FLOAT, frames),
        helper.make_tensor_value_info("next_states", TensorProto.FLOAT, states),
    ]
    graph = helper.make_graph(nodes, "small", given, made, [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    file.write_bytes(model.SerializeToString(deterministic=True))
    return file


def inputs(streams: int) -> dict[str, np.ndarray]:
    """Zeros for a number of streams."""
    return {
        "noise": np.zeros((streams, FRAMES, CHANNELS), np.float32),
        "units": np.zeros((streams, FRAMES, CHANNELS), np.int64),
        "states": np.zeros((2, 1, streams, HIDDEN), np.float32),
    }


def write_bundle(folder: Path, precisions: tuple[str, ...] = ("fp32", "fp16")) -> SimpleNamespace:
    """As much of a `Bundle` as building engines needs, with chunks of 4 and 16 frames."""
    names = [f"denoiser_{n}.onnx" for n in (4, 16)]
    for precision in precisions:
        names += [f"sampler_{n}.onnx" if precision == "fp32" else f"sampler_{n}.{precision}.onnx" for n in (4, 16)]
    for name in names:
        write_graph(folder / name)
    return SimpleNamespace(
        name="small",
        path=folder,
        chunks=(4, 16),
        description={"files": dict.fromkeys(names)},
        file=lambda name: folder / name,
    )
