"""The network of a bundle by every means that work here: ONNX Runtime and torch, in chunks or in one piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nsa_ros.cli.benchmark.machine import gpus, processor
from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import END, PlannedUnit
from nsa_ros.signing.bundle import Bundle
from nsa_ros.signing.ddim import Ddim
from nsa_ros.signing.generation import Generation
from nsa_ros.signing.networks import Networks, precisions
from nsa_ros.signing.sampler import SampleChunks, Sampler
from nsa_ros.text.tokenizer import sentences, tokenize

PAPER_STEPS = 50
"""DDIM steps of Neural Sign Actors, for the whole sentence at once."""

GPU_STEPS = 4

Sign = Callable[[str, int], Iterator[float]]
Samplers = Callable[[int], SampleChunks]
"""Chunk length to what samples chunks of it."""


class Calls(NamedTuple):
    """A sampler whose single calls are measured.

    Attributes:
        name, hardware: what it is, and what it runs on.
        device: `cpu` or `cuda`.
        steps: of DDIM.
        sampler: for a chunk length.
    """

    name: str
    hardware: str
    device: str
    steps: int
    sampler: Samplers


@dataclass
class Found:
    """What works here.

    Attributes:
        bundle: the model.
        networks: its graphs on the CPU, for text encoder and planner of every way.
        ways: name, hardware, and how it signs.
        calls: samplers whose single calls are measured.
        notes: why others are missing.
    """

    bundle: Bundle
    networks: Networks
    ways: list[tuple[str, str, Sign]] = field(default_factory=list)
    calls: list[Calls] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def chunks(self, name: str, device: str, sampler: Samplers) -> None:
        """A way in chunks, with the bundle's steps."""
        steps = self.bundle.ddim.steps
        sign = _streamed(self.bundle, self.networks, sampler, steps)
        self.ways.append((f"{name}, in chunks, {_counted(steps)}", _hardware(device), sign))
        self.call(name, device, sampler, steps)

    def whole(self, name: str, device: str, sign: Sign) -> None:
        """A way of the paper's kind."""
        self.ways.append((f"{name}, whole sentence, {_counted(PAPER_STEPS)}", _hardware(device), sign))

    def call(self, name: str, device: str, sampler: Samplers, steps: int) -> None:
        """A sampler of any number of steps."""
        self.calls.append(Calls(name, _hardware(device), device, steps, sampler))


def model_ways(bundle: Bundle, run: Path | None) -> Found:
    """All ways that work here.

    Args:
        bundle: the model.
        run: folder of its training, for torch; random weights when left out.
    """
    found = Found(bundle, Networks(bundle, "cpu"))
    for precision in precisions(bundle):
        if precision != "fp16":
            networks = Networks(bundle, "cpu", precision=precision)
            found.chunks(f"ONNX Runtime {precision}", "cpu", networks.samplers.__getitem__)
    try:
        networks = Networks(bundle, "cuda")
        found.chunks("ONNX Runtime fp32", "cuda", networks.samplers.__getitem__)
    except NsaError as error:
        found.notes.append(f"ONNX Runtime on a GPU is left out: {error}")
    paper = Networks(bundle, "cpu", steps=PAPER_STEPS)
    found.whole("ONNX Runtime fp32", "cpu", _in_one_piece(bundle, found.networks, paper))
    try:
        _add_torch(found, run)
    except (NsaError, ImportError) as error:
        found.notes.append(f"torch is left out: {error}")
    return found


def _add_torch(found: Found, run: Path | None) -> None:
    from nsa_ros.learning.evaluation.torch_samplers import TorchSampler, build_network, devices, modes

    names = {"eager": "torch eager", "compile": "torch.compile", "graph": "torch in CUDA graphs"}
    bundle, trained = found.bundle, found.bundle.ddim
    paper, few = (Ddim(trained.schedule, trained.prediction, steps) for steps in (PAPER_STEPS, GPU_STEPS))
    for device in devices():
        for mode, why_not in modes(device).items():
            if why_not:
                found.notes.append(f"{names[mode]} on the {device} is left out: {why_not}")
                continue
            found.chunks(names[mode], device, _always(TorchSampler(build_network(bundle, run), trained, device, mode)))
            if device == "cuda":
                sampler = TorchSampler(build_network(bundle, run), few, device, mode)
                found.call(names[mode], device, _always(sampler), GPU_STEPS)
        sampler = TorchSampler(build_network(bundle, run), paper, device)
        found.whole("torch eager", device, _whole_sentence(bundle, found.networks, sampler))
    if devices() == ["cpu"]:
        found.notes.append("torch on a GPU is left out: torch finds none here")


def _always(sampler: SampleChunks) -> Samplers:
    """One sampler for all chunk lengths."""
    return lambda frames: sampler


def _hardware(device: str) -> str:
    return processor() if device == "cpu" else ", ".join(gpus())


def _streamed(bundle: Bundle, networks: Networks, samplers: Samplers, steps: int) -> Sign:
    """Chunk by chunk, each longer than the one before, as the run time does."""

    def sign(text: str, seed: int) -> Iterator[float]:
        sampler = _sampler(bundle, {frames: samplers(frames) for frames in bundle.chunks}, steps)
        return _chunks(bundle, _plan(bundle, networks, text, seed), sampler, bundle.chunks, seed)

    return sign


def _in_one_piece(bundle: Bundle, networks: Networks, paper: Networks) -> Sign:
    """All of it before the first frame is shown; graphs have fixed lengths, so it is computed in the longest chunks."""
    longest = bundle.chunks[-1:]

    def sign(text: str, seed: int) -> Iterator[float]:
        sampler = _sampler(bundle, paper.samplers, PAPER_STEPS)
        yield sum(list(_chunks(bundle, _plan(bundle, networks, text, seed), sampler, longest, seed)))

    return sign


def _whole_sentence(bundle: Bundle, networks: Networks, sample: SampleChunks) -> Sign:
    """All frames in one chunk."""

    def sign(text: str, seed: int) -> Iterator[float]:
        plan = list(_plan(bundle, networks, text, seed))
        frames = sum(planned.frames for planned in plan)
        yield from _chunks(bundle, iter(plan), _sampler(bundle, {frames: sample}, PAPER_STEPS), (frames,), seed)

    return sign


def _chunks(
    bundle: Bundle, plan: Iterator[PlannedUnit], sampler: Sampler, lengths: tuple[int, ...], seed: int
) -> Iterator[float]:
    """Length of each chunk as it comes [s]."""
    for frames in Generation(plan, sampler, lengths, bundle.representation, bundle.noise_window, seed):
        yield len(frames.poses) / bundle.fps


def _sampler(bundle: Bundle, samplers: dict[int, SampleChunks], steps: int) -> Sampler:
    return Sampler(samplers, (steps, *bundle.denoiser_state))


def _plan(bundle: Bundle, networks: Networks, text: str, seed: int) -> Iterator[PlannedUnit]:
    """Units of a text as they are asked for, text features not kept, so that no way profits from another."""
    done, rest = 0, PlannedUnit(END, 0, 1, 0)
    for sentence in sentences(tokenize(text, bundle.vocabulary), bundle.token_limit - 1):
        for planned in networks.planner(list(sentence.ids)).plan(seed, done):
            if planned.unit == END:
                rest = planned
                break
            done += 1
            yield planned
    yield rest


def _counted(steps: int) -> str:
    return "1 step" if steps == 1 else f"{steps} steps"
