"""Batches for the two trainings. Every batch is a function of the seed and of how many came before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import Passage
from nsa_ros.learning.networks.conditions import Context, places
from nsa_ros.learning.networks.planner_model import PlanBatch
from nsa_ros.learning.networks.text_encoder import PAD
from nsa_ros.signing.alignment import END, TIMING, Alignment, PlannedUnit, align
from nsa_ros.signing.noise import smoothing
from nsa_ros.signing.representation import Representation, raw_rotations


def token_row(tokens: Sequence[int], end: int, length: int) -> list[int]:
    """Ids of a sentence with its end token, padded."""
    if len(tokens) >= length:
        raise NsaError(f"a sentence of {len(tokens)} tokens; the text encoder takes {length - 1}")
    return [*tokens, end, *[PAD] * (length - len(tokens) - 1)]


class PlanExample(NamedTuple):
    """A sentence for the planner: token ids and plan, whose last unit is `END`; frames are 0 where not known."""

    tokens: list[int]
    plan: list[PlannedUnit]


def plan_examples(passages: Sequence[Passage], longest: int) -> list[PlanExample]:
    """All sentences of some texts that have a plan; those of `longest` tokens or more are left out."""
    return [
        PlanExample(sentence.tokens, [*sentence.plan, PlannedUnit(END, len(sentence.tokens), passage.rest, 0)])
        for passage in passages
        if passage.aligned
        for sentence in passage.sentences
        if len(sentence.tokens) < longest
    ]


def plan_batch(
    examples: Sequence[PlanExample], end: int, length: int, rng: np.random.Generator | None = None
) -> PlanBatch:
    """Teacher-forcing arrays of some sentences.

    Args:
        examples: of sentences.
        end: id of the end token.
        length: of the token rows.
        rng: when given, half of the sentences are moved to a random place of the row, so that each position is learned.
    """
    steps = max(len(example.plan) for example in examples)
    rows, starts = [], []
    plans = np.zeros((4, len(examples), steps), dtype=np.int64)
    weight = np.zeros((len(examples), steps), dtype=np.float32)
    for i, example in enumerate(examples):
        row = token_row(example.tokens, end, length)
        shift = int(rng.integers(length - len(example.tokens))) if rng is not None and rng.random() < 0.5 else 0
        rows.append([PAD] * shift + row[: length - shift])
        starts.append(shift - 1)
        plan = np.array(example.plan, dtype=np.int64).T
        plan[1] += shift
        plans[:, i, : plan.shape[1]] = plan
        weight[i, : plan.shape[1]] = 1.0
    units, pointers, frames, faces = (torch.from_numpy(values) for values in plans)
    return PlanBatch(torch.tensor(rows), torch.tensor(starts), units, pointers, frames, faces, torch.from_numpy(weight))


class PlanSentences:
    """Sentences for the planner, half of them with known durations; `ahead.Stream` of `PlanBatch`."""

    def __init__(
        self,
        timed: Sequence[PlanExample],
        untimed: Sequence[PlanExample],
        batch: int,
        end: int,
        length: int,
        seed: Sequence[int],
    ) -> None:
        """
        Args:
            timed, untimed: examples with and without durations; without the second, all are of the first.
            batch: sentences of a batch.
            end, length: as in `plan_batch`.
            seed: batch n is a function of it and of n.
        """
        self._pools, self._half = (timed, untimed or timed), batch // 2
        self._end, self._length, self._seed, self._made = end, length, seed, 0

    def next(self) -> PlanBatch:
        """The next sentences."""
        rng = np.random.default_rng([*self._seed, self._made])
        self._made += 1
        chosen = [pool[i] for pool in self._pools for i in rng.integers(len(pool), size=self._half)]
        return plan_batch(chosen, self._end, self._length, rng)

    def state(self) -> dict[str, int]:
        """For a checkpoint."""
        return {"made": self._made}

    def restore(self, state: dict[str, int]) -> None:
        """From a checkpoint."""
        self._made = state["made"]


def fit_representation(
    rotation: str, passages: Sequence[Passage], still: np.ndarray, all_coefficients: bool = False
) -> Representation:
    """Which joints and coefficients move in a corpus, and the mean and scale of their channels.

    `all_coefficients` takes the coefficients that never move as well, as the paper does.
    The scale is not below a fifth of the largest (rotations) so that the tremor of a nearly fixed joint weighs little.
    """
    poses = np.concatenate([p.poses for p in passages]).astype(np.float64)
    expression = np.concatenate([p.expression for p in passages]).astype(np.float64)
    joints = tuple(int(j) for j in np.flatnonzero(np.ptp(poses, axis=0).max(-1) > 1e-4))
    moving = np.flatnonzero(np.ptp(expression, axis=0) > 1e-4)
    coefficients = tuple(range(expression.shape[1])) if all_coefficients else tuple(int(e) for e in moving) or (0,)
    rotations = raw_rotations(rotation, poses, joints)
    faces = expression[:, coefficients]
    spread = rotations.std(0)
    scale = np.concatenate([np.maximum(spread, 0.2 * spread.max()), np.maximum(faces.std(0), 0.1)])
    mean = np.concatenate([rotations.mean(0), faces.mean(0)])
    return Representation(rotation, joints, coefficients, np.round(mean, 6), np.round(scale, 6), still)


def alignment(passage: Passage) -> Alignment:
    """What the frames of a clip are told of its plan; nothing where it is not known which frame belongs to which unit.

    Raises:
        NsaError: the plan has not as many frames as the motion.
    """
    frames = len(passage.poses)
    if not passage.aligned:
        nothing = np.zeros((frames, 3), dtype=np.int64)
        return Alignment(nothing, nothing, np.zeros((frames, TIMING), dtype=np.float32))
    aligned = align(passage.plan)
    if len(aligned) != frames:
        raise NsaError(f"{passage.text!r} has {frames} frames, its plan {len(aligned)}")
    return aligned


class Window(NamedTuple):
    """The next frames of B clips that run side by side.

    Attributes:
        clean: channels. Shape (B, F, C).
        context: what the frames are told.
        time: diffusion time of each clip, the same from its first window to its last. Shape (B,).
        present: 1 for a frame, 0 after the end of a clip. Shape (B, F).
        fresh: clips that begin in this window: their recurrent state starts from zero. Shape (B,).
        noise: standard normal in each frame, as `signing.noise.frame_noise` makes it, going on from the window before.
            Shape (B, F, C).
    """

    clean: Tensor
    context: Context
    time: Tensor
    present: Tensor
    fresh: Tensor
    noise: Tensor


class Clips:
    """Walks through whole clips window by window, so that the recurrent state is trained as it is used: carried on.

    Half of the clips are shown at a time of the few-step sampler, the other half at any time.
    """

    def __init__(
        self,
        clips: Sequence[Passage],
        draw: Callable[[np.random.Generator], int],
        sentence_rows: np.ndarray,
        representation: Representation,
        batch: int,
        window: int,
        steps: int,
        seed: Sequence[int],
        noise_window: int = 1,
        dropout: float = 0.0,
    ) -> None:
        """
        Args:
            clips: to show.
            draw: place of a random one.
            sentence_rows: the sentence input of each clip (tokens or features). Shape (clips, …).
            representation: of a frame.
            batch: clips side by side.
            window: frames of a window.
            steps: of the few-step sampler.
            seed: of which clips are shown at which time with which noise.
            noise_window: frames over which noise is smoothed (`signing.noise.smoothing`).
            dropout: share of clips that are told nothing, from their first window to their last.
        """
        self._clean = [representation.encode(p.poses.astype(np.float64), p.expression) for p in clips]
        self._aligned = [alignment(p) for p in clips]
        self._draw = draw
        self._rows = sentence_rows
        self._window, self._steps = window, steps
        self._rng = np.random.default_rng(seed)
        weights = smoothing(noise_window)
        self._smoothing = np.stack([np.pad(weights, (frame, window - 1 - frame)) for frame in range(window)])
        self._white = np.zeros((batch, noise_window - 1, representation.channels), dtype=np.float32)
        self._clip = np.zeros(batch, dtype=np.int64)
        self._place = np.full(batch, -1, dtype=np.int64)
        self._time = np.zeros(batch)
        self._dropout, self._dropped = dropout, np.zeros(batch, dtype=bool)

    def state(self) -> dict[str, object]:
        """For a checkpoint."""
        return {
            "rng": self._rng.bit_generator.state,
            "clip": self._clip.tolist(),
            "place": self._place.tolist(),
            "time": self._time.tolist(),
            "dropped": self._dropped.tolist(),
            "white": torch.from_numpy(self._white.copy()),
        }

    def restore(self, state: dict[str, object]) -> None:
        """From a checkpoint."""
        self._rng.bit_generator.state = state["rng"]
        self._clip, self._place = (np.array(state[key], dtype=np.int64) for key in ("clip", "place"))
        self._time, self._dropped = np.array(state["time"]), np.array(state["dropped"])
        self._white = state["white"].numpy().copy()

    def next(self) -> Window:
        """The next window of every clip; a clip that is over is replaced by a random one."""
        fresh = self._place < 0
        for slot in np.flatnonzero(fresh):
            self._clip[slot] = self._draw(self._rng)
            self._place[slot] = 0
            grid = self._rng.integers(1, self._steps + 1) / self._steps
            self._time[slot] = grid if self._rng.random() < 0.5 else 1.0 - self._rng.random()
            self._dropped[slot] = self._rng.random() < self._dropout
        batch, window = len(fresh), self._window
        clean = np.zeros((batch, window, self._clean[0].shape[1]), dtype=np.float32)
        units, faces = (np.zeros((batch, window, 3), dtype=np.int64) for _ in range(2))
        timing = np.zeros((batch, window, self._aligned[0].timing.shape[1]), dtype=np.float32)
        present = np.zeros((batch, window), dtype=np.float32)
        where = np.ones((batch, window, 2), dtype=np.float32)
        for slot, (clip, place) in enumerate(zip(self._clip, self._place, strict=True)):
            part: Alignment = self._aligned[clip][place : place + window]
            n = len(part)
            clean[slot, :n] = self._clean[clip][place : place + n]
            units[slot, :n], faces[slot, :n], timing[slot, :n] = part.units, part.faces, part.timing
            present[slot, :n] = 1.0
            where[slot, :n] = places(place, n, len(self._clean[clip]))
            self._place[slot] = place + window if place + window < len(self._clean[clip]) else -1
        told = (units, faces, timing, self._rows[self._clip], where, self._dropped.copy())
        context = Context(*map(torch.from_numpy, told))
        return Window(
            torch.from_numpy(clean),
            context,
            torch.tensor(self._time, dtype=torch.float32),
            torch.from_numpy(present),
            torch.from_numpy(fresh),
            torch.from_numpy(self._noise(fresh)),
        )

    def _noise(self, fresh: np.ndarray) -> np.ndarray:
        """Of the next window; a fresh clip has none of the clip before it. (B, F, C)."""
        batch, before, channels = self._white.shape
        self._white[fresh] = self._rng.standard_normal((fresh.sum(), before, channels), dtype=np.float32)
        drawn = self._rng.standard_normal((batch, self._window, channels), dtype=np.float32)
        white = np.concatenate([self._white, drawn], axis=1)
        self._white = white[:, self._window :]
        return self._smoothing @ white
