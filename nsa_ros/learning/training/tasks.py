"""The two trainings: the planner by teacher forcing, the denoiser by diffusion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.learning.config import GuidanceConfig, ModelConfig
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.networks.planner_model import PlanBatch, PlannerModel
from nsa_ros.learning.training.batches import Clips, PlanSentences, Window, plan_examples
from nsa_ros.learning.training.building import build_motion
from nsa_ros.learning.training.losses import DiffusionLoss
from nsa_ros.learning.training.teacher import Teacher


class PlannerTask:
    """Text to plan, from all sentences of the corpus's training part."""

    name = "planner"

    def __init__(self, config: ModelConfig, corpus: Corpus, rank: int = 0) -> None:
        """`rank` is this process's number where several train together: each has batches of its own."""
        torch.manual_seed(config.seed)
        timed, untimed = (plan_examples(part, config.text.tokens) for part in (corpus.train, corpus.plans))
        end = len(corpus.vocabulary)
        self.model = PlannerModel(config.text, config.planner, end, corpus.unit_count)
        seed = (config.seed, 1, rank)
        self.stream = PlanSentences(timed, untimed, config.train_planner.batch, end, config.text.tokens, seed)

    def to(self, device: torch.device) -> None:
        """Move the networks; batches come on the same device."""
        self.model.to(device)

    def loss(self, batch: PlanBatch) -> tuple[Tensor, dict[str, float]]:
        return self.model.loss(batch)

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        pass


class DenoiserTask:
    """Text, or plan, to motion.

    Attributes:
        representation: of a frame.
        motion: the model and how it reads frames and texts.
    """

    name = "denoiser"

    def __init__(self, config: ModelConfig, corpus: Corpus, rank: int = 0) -> None:
        """`rank` as in `PlannerTask`.

        Raises:
            NsaError: as in `build_motion`, or a teacher that cannot be used.
        """
        self._training = config.train_denoiser
        self.motion = build_motion(config, corpus)
        self.model, self.representation, text = self.motion
        guidance, diffusion = config.guidance, config.diffusion
        teacher = None
        if guidance.teacher:
            taught = replace(config, guidance=GuidanceConfig(dropout=0.5))  # any dropout: it has a feature of no text
            teacher = Teacher(build_motion(taught, corpus).model, guidance.scale, guidance.teacher)
        self._loss = DiffusionLoss(self.model, config.loss, diffusion, self.representation, default_skeleton(), teacher)
        batch = self._training.batch
        drills = corpus.drills if config.conditioning == "aligned" else []
        clips = [*corpus.train, *drills]
        self.stream = Clips(
            clips,
            _with_drills(corpus, len(drills)),
            text.rows(clips),
            self.representation,
            batch,
            self._training.window,
            diffusion.steps,
            (config.seed, 2, rank),
            diffusion.noise_window,
            guidance.dropout,
        )
        self._state = self._loss.start(batch)

    def to(self, device: torch.device) -> None:
        """Move networks, buffers and recurrent state; batches come on the same device."""
        self._loss.to(device)
        if self._loss.teacher is not None:
            self._loss.teacher.to(device)
        self._state = self._state.to(device)

    def loss(self, window: Window) -> tuple[Tensor, dict[str, float]]:
        self._state[:, window.fresh.repeat(self._state.shape[1] // len(window.fresh))] = 0.0
        loss, self._state, parts = self._loss(window, window.noise, self._state, self._training.bf16)
        return loss, parts

    def state(self) -> dict[str, Any]:
        return {"recurrent": self._state}

    def restore(self, state: dict[str, Any]) -> None:
        self._state = state["recurrent"].to(self._state.device)


def _with_drills(corpus: Corpus, drills: int) -> Callable[[np.random.Generator], int]:
    """Place of a clip of a text, or as often of one of the drills that follow them."""

    def draw(rng: np.random.Generator) -> int:
        if drills and rng.random() < 0.5:
            return len(corpus.train) + int(rng.integers(drills))
        return corpus.draw(rng)

    return draw
