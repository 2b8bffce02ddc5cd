"""The networks of a run as ONNX graphs, with the names and shapes that the run time gives them (`signing.networks`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import onnx
import torch
from torch import Tensor, nn

from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.export.onnx_files import trace
from nsa_ros.learning.export.trained import Trained
from nsa_ros.learning.networks.conditions import Context
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.learning.networks.planner_model import PlannerModel
from nsa_ros.signing.alignment import TIMING
from nsa_ros.signing.ddim import Ddim
from nsa_ros.signing.networks import PLANNER, TEXT_ENCODER, denoiser_file, sampler_file


class _Read(nn.Module):
    """What the planner's steps read of a sentence."""

    def __init__(self, planner: PlannerModel) -> None:
        super().__init__()
        self.planner = planner

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        return self.planner.cell.read(self.planner.text(tokens)[1])


class DenoiserStep(nn.Module):
    """One step of the denoiser with the names of the bundle's inputs."""

    def __init__(self, model: MotionModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, noisy: Tensor, units: Tensor, faces: Tensor, timing: Tensor, time: Tensor, state: Tensor
    ) -> tuple[Tensor, Tensor]:
        return self.model(noisy, Context(units, faces, timing, time), time, state)


class _Sample(nn.Module):
    """All DDIM steps with the names of the bundle's inputs."""

    def __init__(self, model: MotionModel, ddim: Ddim) -> None:
        super().__init__()
        self.model, self.ddim = model, ddim

    def forward(
        self, noise: Tensor, units: Tensor, faces: Tensor, timing: Tensor, states: Tensor
    ) -> tuple[Tensor, Tensor]:
        noisy, after = noise, []
        for step in range(self.ddim.steps):
            time = torch.full_like(noise[:, 0, 0], self.ddim.time(step))
            predicted, state = self.model(noisy, Context(units, faces, timing, time), time, states[step])
            noisy = self.ddim.advance(noisy, predicted, step)
            after.append(state)
        return noisy, torch.stack(after)


def bundle_graphs(config: ModelConfig, trained: Trained, choices: int) -> dict[str, onnx.ModelProto]:
    """All graphs in single precision by file name; `choices` as in `planner_graph`."""
    ddim = exported_ddim(config)
    return {
        TEXT_ENCODER: text_encoder_graph(trained.planner, config),
        PLANNER: planner_graph(trained.planner, config, choices),
        **{denoiser_file(n): denoiser_graph(trained.motion, n) for n in config.export.chunks},
        **{sampler_file(n): sampler_graph(trained.motion, ddim, n) for n in config.export.chunks},
    }


def exported_ddim(config: ModelConfig) -> Ddim:
    """The sampler of the bundle."""
    diffusion = config.diffusion
    return Ddim(diffusion.schedule, diffusion.prediction, config.export.steps or diffusion.steps)


def text_encoder_graph(planner: PlannerModel, config: ModelConfig) -> Any:
    """tokens (1, T) -> values and keys, each (1, T, H), which every step of the planner reads."""
    tokens = torch.zeros(1, config.text.tokens, dtype=torch.int64)
    tokens[:, :2] = 1
    return trace(_Read(planner), {"tokens": tokens}, ["values", "keys"])


def planner_graph(planner: PlannerModel, config: ModelConfig, choices: int) -> Any:
    """One step of the planner; `choices` is K of `PlannerCell.forward`."""
    integer = torch.zeros(1, dtype=torch.int64)
    inputs = {
        "values": torch.randn(1, config.text.tokens, config.planner.hidden),
        "keys": torch.randn(1, config.text.tokens, config.planner.hidden),
        "mask": torch.ones(1, config.text.tokens),
        "choices": torch.zeros(1, config.text.tokens, choices, dtype=torch.int64),
        "continues": torch.zeros(1, config.text.tokens, dtype=torch.int64),
        "state": torch.zeros(1, 1, config.planner.hidden),
        "unit": integer,
        "token": integer - 1,
        "frames": integer + 1,
    }
    return trace(planner.cell, inputs, ["next_unit", "next_token", "next_face", "next_frames", "next_state"])


def denoiser_graph(motion: MotionModel, frames: int) -> onnx.ModelProto:
    """One DDIM step for `frames` frames of any number of streams. Shapes: `signing.networks`."""
    inputs = denoiser_inputs(motion, frames)
    return trace(DenoiserStep(motion), inputs, ["predicted", "next_state"], denoiser_axes(inputs))


def denoiser_inputs(motion: MotionModel, frames: int) -> dict[str, Tensor]:
    """Example inputs of a `DenoiserStep` for a few streams, in the order of its arguments."""
    rows, hidden = motion.state_shape
    return {
        "noisy": torch.randn(_STREAMS, frames, motion.denoiser.channels),
        **_alignment(frames),
        "time": torch.ones(_STREAMS),
        "state": torch.zeros(rows, _STREAMS, hidden),
    }


def denoiser_axes(inputs: Mapping[str, Tensor]) -> dict[str, int]:
    """For each input of a `DenoiserStep` the axis that counts streams."""
    return _axes(inputs, state=1)


def sampler_graph(motion: MotionModel, ddim: Ddim, frames: int) -> onnx.ModelProto:
    """The whole sampler, all its steps, for `frames` frames of any number of streams. Shapes: `signing.networks`."""
    rows, hidden = motion.state_shape
    inputs = {
        "noise": torch.randn(_STREAMS, frames, motion.denoiser.channels),
        **_alignment(frames),
        "states": torch.zeros(ddim.steps, rows, _STREAMS, hidden),
    }
    return trace(_Sample(motion, ddim), inputs, ["channels", "next_states"], _axes(inputs, states=2))


_STREAMS = 3
"""Streams of the example inputs; anything above 1 gives the same graph."""


def _alignment(frames: int) -> dict[str, Tensor]:
    integers = torch.zeros(_STREAMS, frames, 3, dtype=torch.int64)
    return {"units": integers, "faces": integers.clone(), "timing": torch.zeros(_STREAMS, frames, TIMING)}


def _axes(inputs: Mapping[str, Tensor], **others: int) -> dict[str, int]:
    return {name: others.get(name, 0) for name in inputs}
