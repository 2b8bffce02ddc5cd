"""The denoiser compiled by torch-tensorrt, for programs that have torch anyway; the run time does not use it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from nsa_ros.errors import NsaError
from nsa_ros.signing.runtime.engine_cache import STREAMS, Streams

INSTALL = (
    "It needs an environment of its own: torch for CUDA and `pip install '.[torch-tensorrt]'` in the source folder, "
    "which brings the TensorRT that it was built for (11 for torch-tensorrt 2.13; ONNX Runtime's provider wants 10). "
    "docs/export.md says more."
)


def torch_tensorrt() -> Any:
    """The torch_tensorrt module.

    Raises:
        NsaError: it, or TensorRT itself, is not installed; importing it then raises a bare `Exception`.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints its search paths
            import torch_tensorrt as module
    except Exception as error:
        why = (str(error) or type(error).__name__).splitlines()[0]
        raise NsaError(f"torch-tensorrt does not load ({why}). {INSTALL}") from error
    return module


def compile_engine(
    module: nn.Module, inputs: Mapping[str, Tensor], axes: Mapping[str, int], file: Path, streams: Streams = STREAMS
) -> float:
    """Compile a module for any number of streams in a range, save it, load it and compare it with torch.

    TF32 is off, so that fp32 means fp32. LSTMs reach TensorRT unrolled, frame by frame; operators that torch-tensorrt
    does not convert stay in torch.

    Args:
        module: on the device of the inputs.
        inputs: examples of more than one stream, by the names of the module's arguments and in their order.
        axes: for each input the axis that counts streams.
        file: to write, an exported program (`.pt2`).
        streams: fewest, best and most in one call.

    Returns:
        The largest difference between the loaded engine's outputs and torch's, over the three numbers of streams.

    Raises:
        NsaError: torch-tensorrt is not usable here, or cannot compile the module.
    """
    tool = torch_tensorrt()
    dimension = torch.export.Dim("streams", min=streams.min, max=streams.max)
    shapes = {name: {axes[name]: dimension} for name in inputs}
    examples = tuple(inputs.values())
    given = [
        tool.Input(
            **{f"{kind}_shape": _sized(value.shape, axes[name], n) for kind, n in streams._asdict().items()},
            dtype=value.dtype,
            name=name,
        )
        for name, value in inputs.items()
    ]
    try:
        with torch.no_grad():
            program = torch.export.export(module.eval(), examples, dynamic_shapes=shapes, strict=False)
            compiled = tool.dynamo.compile(program, arg_inputs=given, disable_tf32=True)
            file.parent.mkdir(parents=True, exist_ok=True)
            tool.save(compiled, str(file), arg_inputs=list(examples), dynamic_shapes=shapes)
    except Exception as error:  # of torch's exporter, of TensorRT, of a full disk
        raise NsaError(f"torch-tensorrt cannot make {file} ({type(error).__name__}: {error})") from error
    return compare(module, load_engine(file), inputs, axes, streams)


def load_engine(file: Path) -> Any:
    """A saved engine as a module.

    Raises:
        NsaError: no such file, it was built by other versions, or torch-tensorrt is not usable here.
    """
    tool = torch_tensorrt()
    if not file.is_file():
        raise NsaError(f"no engine {file}; build it with `export/torch_tensorrt.py`")
    try:
        return tool.load(str(file)).module()
    except Exception as error:
        raise NsaError(
            f"{file} does not load ({error}): it belongs to the GPU and the versions that it was built with. "
            "Build it again with `export/torch_tensorrt.py`"
        ) from error


@torch.no_grad()
def compare(
    module: nn.Module, engine: Any, inputs: Mapping[str, Tensor], axes: Mapping[str, int], streams: Sequence[int]
) -> float:
    """The largest difference between two modules' outputs on the example's first stream, repeated and disturbed."""
    generator, largest = torch.Generator().manual_seed(0), 0.0
    for count in streams:
        given = [_repeated(value, axes[name], count, generator) for name, value in inputs.items()]
        for wanted, got in zip(module(*given), engine(*given), strict=True):
            largest = max(largest, float((wanted - got).abs().nan_to_num(nan=torch.inf).max()))
    return largest


def _sized(shape: Sequence[int], axis: int, streams: int) -> tuple[int, ...]:
    return (*shape[:axis], streams, *shape[axis + 1 :])


def _repeated(value: Tensor, axis: int, count: int, generator: torch.Generator) -> Tensor:
    many = value.narrow(axis, 0, 1).repeat_interleave(count, axis)
    if not many.is_floating_point():
        return many
    return many + torch.randn(many.shape, generator=generator).to(many)
