"""The training loop that both trainings share: optimiser, moving average, checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from tqdm import tqdm

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import OptimizerConfig
from nsa_ros.learning.training.ahead import Ahead, Stream, moved
from nsa_ros.learning.training.checkpoint import check_origin, read_checkpoint, write_checkpoint
from nsa_ros.learning.training.distributed import ALONE, Processes
from nsa_ros.learning.training.progress import Progress, Say

WARM_UP, SAVE_EVERY, LOG_EVERY, SAMPLE_EVERY = 100, 200, 50, 1000

Weights = dict[str, Tensor]


class Task(Protocol):
    """What is trained.

    Attributes:
        name: of the checkpoint.
        model: its weights.
        stream: of its batches.
    """

    name: str
    model: nn.Module
    stream: Stream

    def to(self, device: torch.device) -> Any:
        """Move the model and everything else that the loss needs to a device."""

    def loss(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        """Of a batch on the device, and its parts for the log. Torch's generator is seeded before each call."""

    def state(self) -> dict[str, Any]:
        """What the loss depends on beside weights and batch."""

    def restore(self, state: dict[str, Any]) -> None:
        """The inverse of `state`; tensors come on the CPU."""


class _Loss(nn.Module):
    """A task's loss as the module that processes share: the gradients of its parameters are averaged."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.model, self._loss = task.model, task.loss

    def forward(self, batch: Any) -> tuple[Tensor, dict[str, float]]:
        return self._loss(batch)


def learning_rate(update: int, config: OptimizerConfig) -> float:
    """Linear warm-up, then half a cosine down to 1 % at `config.steps`."""
    if update < WARM_UP:
        return config.rate * (update + 1) / WARM_UP
    done = (update - WARM_UP) / max(1, config.steps - WARM_UP)
    return config.rate * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, done))))


def train(
    task: Task,
    config: OptimizerConfig,
    run: Path,
    say: Say = tqdm.write,
    *,
    origin: Mapping[str, Any] | None = None,
    processes: Processes = ALONE,
    sample: Callable[[int, Weights, Progress], None] | None = None,
) -> Weights:
    """Train until `config.steps` updates are done, going on from the run's checkpoint; returns the averaged weights.

    With the same threads and processes a training that was stopped and goes on has the weights, to the bit, of one
    that was not.

    Args:
        task: what is trained.
        config: how.
        run: folder of checkpoint, log and events.
        say: takes the lines of the log.
        origin: what the training is a function of (`checkpoint.origin`); a checkpoint of another origin is refused.
        processes: that train it together, this one among them; each with a task of its own rank.
        sample: draws samples of the averaged weights, every `SAMPLE_EVERY` updates and at the end.

    Raises:
        NsaError: the loss is not finite, or the checkpoint is of another training.
    """
    run.mkdir(parents=True, exist_ok=True)
    file = run / f"{task.name}.pt"
    task.to(processes.device)
    optimizer = torch.optim.AdamW(task.model.parameters(), lr=config.rate, betas=(0.9, 0.99), weight_decay=0.01)
    average = {name: value.detach().clone() for name, value in task.model.state_dict().items()}
    update, spent = 0, 0.0
    if file.is_file():
        saved = read_checkpoint(file)
        check_origin(file, saved, origin or {})
        if len(saved["ranks"]) != processes.count:
            raise NsaError(
                f"{file} was trained by {len(saved['ranks'])} processes, now there are {processes.count}: the batches "
                "would be others. Start as many again (torchrun --nproc_per_node), or give another --run"
            )
        task.model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        average = {name: value.to(processes.device, copy=True) for name, value in saved["average"].items()}
        update, spent = saved["update"], saved["seconds"]
        task.restore(saved["ranks"][processes.rank]["task"])
        task.stream.restore(saved["ranks"][processes.rank]["stream"])

    task.model.train()
    loss_of = processes.joined(_Loss(task))
    began_at, began = update, time.monotonic()
    silent = not processes.first
    with (
        Progress(run, task.name, update, config.steps, say, silent) as progress,
        Ahead(task.stream, pin=processes.device.type == "cuda") as batches,
    ):

        def save() -> None:
            ranks = processes.gathered({"task": on_cpu(task.state()), "stream": batches.state()})
            if processes.first:
                content = {
                    "model": task.model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "average": average,
                    "update": update,
                    "seconds": spent + time.monotonic() - began,
                    "ranks": ranks,
                    "origin": dict(origin or {}),
                }
                write_checkpoint(file, content)

        totals: dict[str, float] = {}
        since, waited = time.monotonic(), batches.waited
        while update < config.steps:
            rate = learning_rate(update, config)
            for group in optimizer.param_groups:
                group["lr"] = rate
            torch.manual_seed(update * processes.count + processes.rank)
            loss, parts = loss_of(moved(batches.next(), processes.device))
            if not math.isfinite(float(loss.detach())):
                raise NsaError(f"{task.name}: the loss is not finite at update {update}. Lower `rate` and train anew.")
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            norm = nn.utils.clip_grad_norm_(task.model.parameters(), config.clip)
            optimizer.step()
            update += 1
            _follow(average, task.model, min(config.average, (1 + update) / (10 + update)))
            totals = {name: totals.get(name, 0.0) + value for name, value in parts.items()}
            progress.advance()
            if update % LOG_EVERY == 0 or update == config.steps:
                now, count = time.monotonic(), update - max(began_at, (update - 1) // LOG_EVERY * LOG_EVERY)
                others = {
                    "learning rate": rate,
                    "gradient norm": float(norm),
                    "waiting for data": (batches.waited - waited) / (now - since),
                    "updates per second": count / (now - since),
                }
                means = {name: value / count for name, value in totals.items()}
                progress.report(update, means, others, spent + now - began)
                totals, since, waited = {}, now, batches.waited
            if update % SAVE_EVERY == 0 or update == config.steps:
                save()
            if sample and processes.first and (update % SAMPLE_EVERY == 0 or update == config.steps):
                sample(update, average, progress)
        seconds = time.monotonic() - began
        share = batches.waited / seconds if update > began_at else 0.0
        progress.line(f"has {update} updates: {update - began_at} in {seconds:.0f} s now, {share:.1%} waiting for data")
    return average


@torch.no_grad()
def _follow(average: Weights, model: nn.Module, decay: float) -> None:
    for name, value in model.state_dict().items():
        average[name].lerp_(value, 1.0 - decay) if value.is_floating_point() else average[name].copy_(value)


def on_cpu(state: dict[str, Any]) -> dict[str, Any]:
    """Plain values with their tensors copied to the CPU."""
    return {
        key: value.detach().to("cpu", copy=True) if isinstance(value, Tensor)
        else on_cpu(value) if isinstance(value, dict) else value
        for key, value in state.items()
    }  # fmt: skip


def averaged_weights(run: Path, name: str) -> tuple[Weights, int, float]:
    """Averaged weights, updates and seconds of a finished or running training.

    Raises:
        NsaError: it has no checkpoint, or one that is not readable.
    """
    file = run / f"{name}.pt"
    if not file.is_file():
        raise NsaError(f"no checkpoint {file}. Train first: nsa train CONFIG --run {run}")
    saved = read_checkpoint(file, lazily=True)
    return {name: value.clone() for name, value in saved["average"].items()}, saved["update"], saved["seconds"]
