"""The training loop that both trainings share: optimiser, moving average, checkpoints, progress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from tqdm import tqdm

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import OptimizerConfig

WARM_UP, SAVE_EVERY, LOG_EVERY = 100, 200, 50


class Task(Protocol):
    """What is trained."""

    name: str
    model: nn.Module

    def loss(self, update: int) -> tuple[Tensor, dict[str, float]]:
        """Of the next batch, and its parts for the log."""

    def state(self) -> dict[str, Any]:
        """What the batches depend on beside the update's number."""

    def restore(self, state: dict[str, Any]) -> None:
        """The inverse of `state`."""


def learning_rate(update: int, config: OptimizerConfig) -> float:
    """Linear warm-up, then half a cosine down to 1 %."""
    if update < WARM_UP:
        return config.rate * (update + 1) / WARM_UP
    done = (update - WARM_UP) / max(1, config.steps - WARM_UP)
    return config.rate * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, done))))


def train(task: Task, config: OptimizerConfig, run: Path, log: Callable[[str], None] = tqdm.write) -> dict[str, Tensor]:
    """Train until `config.steps` updates are done, going on from the run's checkpoint; returns the averaged weights.

    Raises:
        NsaError: the loss is not finite.
    """
    run.mkdir(parents=True, exist_ok=True)
    checkpoint = run / f"{task.name}.pt"
    optimizer = torch.optim.AdamW(task.model.parameters(), lr=config.rate, betas=(0.9, 0.99), weight_decay=0.01)
    average = {name: value.detach().clone() for name, value in task.model.state_dict().items()}
    update, spent = 0, 0.0
    if checkpoint.is_file():
        saved = torch.load(checkpoint, weights_only=True)
        task.model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        average, update, spent = saved["average"], saved["update"], saved["seconds"]
        task.restore(saved["task"])

    def save() -> None:
        partial = checkpoint.with_suffix(".part")
        torch.save(
            {
                "model": task.model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "average": average,
                "update": update,
                "seconds": spent + time.monotonic() - started,
                "task": task.state(),
            },
            partial,
        )
        partial.rename(checkpoint)

    started = time.monotonic()
    task.model.train()
    totals: dict[str, float] = {}
    with tqdm(total=config.steps, initial=update, desc=task.name, unit="update", mininterval=2.0) as progress:
        while update < config.steps:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(update, config)
            loss, parts = task.loss(update)
            if not math.isfinite(float(loss.detach())):
                raise NsaError(f"{task.name}: the loss is not finite at update {update}. Lower `rate` and go on.")
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(task.model.parameters(), config.clip)
            optimizer.step()
            update += 1
            decay = min(config.average, (1 + update) / (10 + update))
            with torch.no_grad():
                for name, value in task.model.state_dict().items():
                    average[name].lerp_(value, 1.0 - decay) if value.is_floating_point() else average[name].copy_(value)
            totals = {name: totals.get(name, 0.0) + value for name, value in parts.items()}
            progress.update()
            if update % LOG_EVERY == 0:
                means = "  ".join(f"{name} {value / LOG_EVERY:.4f}" for name, value in totals.items())
                log(f"{task.name} {update}: {means}  ({spent + time.monotonic() - started:.0f} s)")
                totals = {}
            if update % SAVE_EVERY == 0 or update == config.steps:
                save()
    return average


def averaged_weights(run: Path, name: str) -> tuple[dict[str, Tensor], int, float]:
    """Averaged weights, updates and seconds of a finished or running training.

    Raises:
        NsaError: it has no checkpoint.
    """
    checkpoint = run / f"{name}.pt"
    if not checkpoint.is_file():
        raise NsaError(f"no checkpoint {checkpoint}. Train first: python -m nsa_ros.learning.train CONFIG CORPUS {run}")
    saved = torch.load(checkpoint, weights_only=True)
    return saved["average"], saved["update"], saved["seconds"]
