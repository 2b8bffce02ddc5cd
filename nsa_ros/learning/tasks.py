"""The two trainings: the planner by teacher forcing, the denoiser by diffusion."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.learning.batches import Clips, Window, fit_representation, plan_batch, plan_examples, token_row
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.corpus import Corpus, Passage
from nsa_ros.learning.losses import DiffusionLoss
from nsa_ros.learning.motion_model import MotionModel
from nsa_ros.learning.planner_model import PlannerModel
from nsa_ros.learning.text_encoder import FrozenClip
from nsa_ros.signing.noise import smoothing


class PlannerTask:
    """Text to plan, from all sentences of the corpus's training part."""

    name = "planner"

    def __init__(self, config: ModelConfig, corpus: Corpus) -> None:
        torch.manual_seed(config.seed)
        self._config = config
        self._timed = plan_examples(corpus.train, config.text.tokens)
        self._untimed = plan_examples(corpus.plans, config.text.tokens)
        self._end = len(corpus.vocabulary)
        self.model = PlannerModel(config.text, config.planner, self._end, corpus.unit_count)

    def loss(self, update: int) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng([self._config.seed, 1, update])
        half = self._config.train_planner.batch // 2
        pools = (self._timed, self._untimed or self._timed)
        chosen = [pool[i] for pool in pools for i in rng.integers(len(pool), size=half)]
        torch.manual_seed(update)
        batch = plan_batch(chosen, self._end, self._config.text.tokens, rng)
        return self.model.loss(batch)

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        pass


class DenoiserTask:
    """Plan (or sentence) to motion."""

    name = "denoiser"

    def __init__(self, config: ModelConfig, corpus: Corpus) -> None:
        torch.manual_seed(config.seed + 1)
        self._config = config
        self._training = config.train_denoiser
        self.representation = fit_representation(config.diffusion.rotation, corpus.train, named_pose("neutral"))
        end = len(corpus.vocabulary)
        width = 0
        rows = np.array([_whole_text(passage, end, config.text.tokens) for passage in corpus.train])
        if config.text.clip:
            clip = FrozenClip(config.text)
            width = clip.width
            texts = [passage.text for passage in corpus.train]
            rows = np.concatenate([clip.encode(texts[i : i + 64]).numpy() for i in range(0, len(texts), 64)])
        self.model = MotionModel(config, self.representation, corpus.unit_count, end, width)
        self._loss = DiffusionLoss(self.model, config.loss, config.diffusion, self.representation, default_skeleton())
        batch = self._training.batch
        self._clips = Clips(
            corpus.train, rows, self.representation, batch, self._training.window, config.diffusion.steps, config.seed
        )
        layers, hidden = self.model.denoiser.state_shape
        self._state = torch.zeros(layers, batch, hidden)
        self._smoothing = torch.from_numpy(smoothing(config.diffusion.noise_window))
        self._white = torch.zeros(batch, config.diffusion.noise_window - 1, self.representation.channels)

    def loss(self, update: int) -> tuple[Tensor, dict[str, float]]:
        window = self._clips.next()
        noise = self._noise(window, torch.Generator().manual_seed(update))
        self._state[:, window.fresh] = 0.0
        loss, self._state, parts = self._loss(window, noise, self._state, self._training.bf16)
        return loss, parts

    def _noise(self, window: Window, generator: torch.Generator) -> Tensor:
        """Noise as `signing.noise.frame_noise` makes it, going on from the window before. (B, F, C)."""
        batch, frames, channels = window.clean.shape
        before = torch.randn(self._white.shape, generator=generator)
        before = torch.where(window.fresh[:, None, None], before, self._white)
        white = torch.cat([before, torch.randn(batch, frames, channels, generator=generator)], dim=1)
        self._white = white[:, frames:]
        return (white.unfold(1, len(self._smoothing), 1) * self._smoothing).sum(-1)

    def state(self) -> dict[str, Any]:
        return {"clips": self._clips.state(), "recurrent": self._state, "white": self._white}

    def restore(self, state: dict[str, Any]) -> None:
        self._clips.restore(state["clips"])
        self._state, self._white = state["recurrent"], state["white"]


def _whole_text(passage: Passage, end: int, length: int) -> list[int]:
    """Tokens of all sentences of a text, as many as the text encoder takes."""
    return token_row([token for s in passage.sentences for token in s.tokens][: length - 1], end, length)
