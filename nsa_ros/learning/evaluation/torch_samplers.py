"""A bundle's sampler in torch, called as the run time calls its own: what one would use without the export."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import load_config
from nsa_ros.learning.export.onnx_files import halve_weights
from nsa_ros.learning.networks.conditions import Context
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.learning.training.trainer import averaged_weights
from nsa_ros.signing.alignment import END
from nsa_ros.signing.bundle import Bundle
from nsa_ros.signing.ddim import Ddim
from nsa_ros.signing.sampler import Batch

Array = NDArray[np.float32]

MODES = ("eager", "compile", "graph")
"""As it is written, `torch.compile`, or (on a GPU) recorded once for each shape as a CUDA graph."""


def build_network(bundle: Bundle, run: Path | None = None) -> MotionModel:
    """The network of a bundle, from the shipped configuration of its name.

    Args:
        bundle: gives the sizes that follow from the data.
        run: folder of the training; random weights when left out.

    Raises:
        NsaError: no configuration of that name, or no checkpoint of that network.
    """
    config = load_config(bundle.name)
    torch.manual_seed(config.seed)
    units, tokens = len(bundle.units) + END + 1, len(bundle.vocabulary)
    model = MotionModel(config, bundle.representation, units, tokens)
    if run is not None:
        weights, _, _ = averaged_weights(run, "denoiser")
        try:
            model.load_state_dict(weights)
        except RuntimeError as error:
            why = str(error).splitlines()[0]
            raise NsaError(f"{run} is the training of another network than {bundle.name!r}: {why}") from error
    return halve_weights(model).eval()  # type: ignore[return-value]


def devices() -> list[str]:
    """`cpu`, and `cuda` where torch has a GPU."""
    return ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]


def modes(device: str) -> dict[str, str]:
    """For each of `MODES` why it does not work on a device; empty where it does."""
    compilers = device != "cpu" or any(map(shutil.which, ("g++", "clang++", "c++")))
    return {
        "eager": "",
        "compile": "" if compilers else "torch.compile needs a C++ compiler, and none is installed",
        "graph": "" if device == "cuda" else "CUDA graphs need a GPU",
    }


class TorchSampler:
    """Samples chunks of any length with all DDIM steps: a `signing.sampler.SampleChunks`.

    Args:
        model: as `build_network` makes it.
        ddim: the sampler's settings.
        device: of torch.
        mode: one of `MODES`.
        threads: that torch uses on the CPU.
    """

    def __init__(
        self, model: MotionModel, ddim: Ddim, device: str = "cpu", mode: str = "eager", threads: int = 1
    ) -> None:
        self._model, self._ddim, self._device, self._threads = model.to(device), ddim, device, threads
        self._mode, self._recorded = mode, dict[tuple[int, ...], Callable[..., tuple[Tensor, Tensor]]]()
        self._denoise = torch.compile(self._model, dynamic=False) if mode == "compile" else self._model

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> tuple[Array, Array]:
        before = torch.get_num_threads()
        torch.set_num_threads(self._threads)
        try:
            inputs = [torch.from_numpy(part).to(self._device) for part in batch]
            channels, states = self._sampling(inputs)(*inputs)
            return channels.cpu().numpy(), states.cpu().numpy()
        finally:
            torch.set_num_threads(before)

    def _sampling(self, inputs: list[Tensor]) -> Callable[..., tuple[Tensor, Tensor]]:
        if self._mode != "graph":
            return self._steps
        shape = tuple(inputs[0].shape)
        if shape not in self._recorded:
            self._recorded[shape] = self._record(inputs)
        return self._recorded[shape]

    def _steps(
        self, noise: Tensor, units: Tensor, faces: Tensor, timing: Tensor, states: Tensor
    ) -> tuple[Tensor, Tensor]:
        noisy, after = noise, []
        for step in range(self._ddim.steps):
            time = torch.full_like(noise[:, 0, 0], self._ddim.time(step))
            predicted, state = self._denoise(noisy, Context(units, faces, timing, time), time, states[step])
            noisy = self._ddim.advance(noisy, predicted, step)
            after.append(state)
        return noisy, torch.stack(after)

    def _record(self, inputs: list[Tensor]) -> Callable[..., tuple[Tensor, Tensor]]:
        """A CUDA graph of all steps; its inputs and outputs stay at one place in memory."""
        fixed: list[Any] = [part.clone() for part in inputs]
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                self._steps(*fixed)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            outputs = self._steps(*fixed)

        def replay(*given: Tensor) -> tuple[Tensor, Tensor]:
            for place, part in zip(fixed, given, strict=True):
                place.copy_(part)
            graph.replay()
            return outputs

        return replay
