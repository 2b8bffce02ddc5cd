"""Is the exported bundle the trained network? The same plans and noise through torch and ONNX Runtime.

Single precision is compared with torch, the other precisions with single precision; one step of the sampler from the
same inputs, whole texts in chunks, and whole texts several in one call.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch

from nsa_ros.learning.data.corpus import Passage
from nsa_ros.learning.export.differences import FIGURES, QUANTITIES, Differences
from nsa_ros.learning.export.rendering import Channels, plans_agree, sample_onnx, sample_torch
from nsa_ros.learning.export.trained import Trained
from nsa_ros.learning.networks.conditions import Context
from nsa_ros.signing.alignment import align
from nsa_ros.signing.bundle import Bundle
from nsa_ros.signing.networks import FP32, Networks, precisions
from nsa_ros.signing.noise import frame_noise
from nsa_ros.signing.runtime.providers import session_options

TEXTS, TOGETHER = 24, 8
"""Texts that are compared, and how many of them are sampled in one call."""

KINDS = ("step", "text", "together")
"""One denoiser call on the same inputs; a text alone in chunks; `TOGETHER` texts in chunks, all in one call."""

LIMITS: Mapping[str, Mapping[str, tuple[float, float, float]]] = {
    # What sums in another order may differ by; a mistake in the export is a thousand times as much.
    FP32: dict.fromkeys(QUANTITIES, (0.01, 0.01, 0.01)),
    # Signs differ by contacts and handshapes of a centimetre and more; two renditions of a text by the shipped model
    # with other noise are 4.5 mm apart in the mean and 22 mm at p99. So the mean stays within a quarter of that, p99
    # within a seventh, and no fingertip is off by more than a finger is thick.
    "fp16": {"fingertips_mm": (1.0, 3.0, 15.0)},
    "int8": {"fingertips_mm": (1.0, 3.0, 15.0)},
}
"""For each precision: quantity -> at most, in the order of `FIGURES`. A step has the limits of a whole text: the last
step's frames are the text's, and what a text carries on must not let errors grow."""


def parity(
    trained: Trained, bundle: Bundle, passages: Sequence[Passage], steps: Mapping[str, onnx.ModelProto]
) -> dict[str, Any]:
    """All comparisons of a bundle with the networks it was exported from, weights rounded alike.

    Args:
        trained: the networks.
        bundle: with or without variants.
        passages: texts; each has a seed of its own.
        steps: graphs of one step for chunks of one length, by precision.

    Returns:
        How it was measured, `same_plans` (share of sentences), and for each precision `step`, `text`, `together`
        (quantity -> `FIGURES`), `limits`, `exceeded` and `shipped`.
    """
    model = trained.motion
    seeds = range(len(passages))
    whole = [sample_torch(model, bundle, passage, seed) for seed, passage in zip(seeds, passages, strict=True)]
    by_step = step_differences(trained, bundle, passages, steps)
    report: dict[str, Any] = {
        "between": "fp32: torch, each text in one piece, and ONNX Runtime in chunks; others: ONNX Runtime, against "
        "fp32, each text alone; all with the same weights, rounded to half precision. The CPU sums fp16 in single "
        "precision and rounds between operators; a GPU may sum in half",
        "kinds": "step: one denoiser call on the same inputs; text: all steps of a whole text in chunks, states carried"
        f" on; together: the same, {TOGETHER} texts in one call. Limits are of each",
        "figures": list(FIGURES),
        "measured_on": machine(),
        "texts": len(passages),
        "frames": sum(map(len, whole)),
        "same_plans": plans_agree(trained.planner, bundle, passages),
    }
    true = whole
    for precision in precisions(bundle):
        networks = Networks(bundle, "cpu", precision=precision)
        alone = [sample_onnx(networks, bundle, [p], [s])[0] for s, p in zip(seeds, passages, strict=True)]
        figures = {
            "step": by_step[precision].figures(),
            "text": _apart(bundle, alone, true),
            "together": _apart(bundle, _together(networks, bundle, passages), true),
        }
        over = exceeded(precision, figures)
        limits = {name: list(most) for name, most in LIMITS[precision].items()}
        report[precision] = {**figures, "limits": limits, "exceeded": over, "shipped": not over}
        if precision == FP32:
            true = alone
    return report


def step_differences(
    trained: Trained, bundle: Bundle, passages: Sequence[Passage], steps: Mapping[str, onnx.ModelProto]
) -> dict[str, Differences]:
    """One call of the denoiser on the inputs that it has in torch, all along the texts.

    Compared are predictions that are frames: those of every step when clean frames are predicted, else what follows
    from the last step's.

    Args:
        trained, bundle, passages, steps: as in `parity`.
    """
    model, ddim = trained.motion, bundle.ddim
    found = {precision: Differences(bundle.representation) for precision in steps}
    sessions = {p: onnxruntime.InferenceSession(g.SerializeToString(), session_options()) for p, g in steps.items()}
    length = next(iter(steps.values())).graph.input[0].type.tensor_type.shape.dim[1].dim_value
    for seed, passage in enumerate(passages):
        aligned = align(passage.plan)
        states = [model.start(1) for _ in range(ddim.steps)]
        for first in range(0, len(aligned) - length + 1, length):
            part = aligned[first : first + length]
            noisy = torch.from_numpy(frame_noise(seed, first, length, model.denoiser.channels, bundle.noise_window))
            told = [torch.from_numpy(a)[None] for a in (part.units, part.faces, part.timing)]
            for step, state in enumerate(states):
                time = torch.full((1,), ddim.time(step))
                with torch.no_grad():
                    predicted, states[step] = model(noisy[None], Context(*told, time), time, state)
                compared = ddim.prediction == "x0" or step + 1 == ddim.steps
                inputs = [noisy[None], *told, time, state]
                for precision, session in sessions.items() if compared else ():
                    names = [value.name for value in session.get_inputs()]
                    feeds = {name: value.numpy() for name, value in zip(names, inputs, strict=True)}
                    (made,) = session.run(["predicted"], feeds)
                    pair = (made[0], predicted[0].numpy())
                    if ddim.prediction != "x0":
                        pair = tuple(ddim.advance(noisy.numpy(), x, step).astype(np.float32) for x in pair)
                    found[precision].add(*pair)
                noisy = ddim.advance(noisy, predicted[0], step)
    return found


def exceeded(precision: str, figures: Mapping[str, Mapping[str, Sequence[float]]]) -> list[str]:
    """Each figure that is over its limit, in words. `figures` are of `step`, `text` and `together`."""
    return [
        f"{kind}: {name} {figure} {value:g}, at most {most:g}"
        for kind, found in figures.items()
        for name, limits in LIMITS[precision].items()
        for figure, value, most in zip(FIGURES, found[name], limits, strict=True)
        if not value <= most
    ]


def summary(report: Mapping[str, Any]) -> list[str]:
    """A line for each precision, for people."""
    lines = []
    for precision in (p for p in LIMITS if p in report):
        of = report[precision]
        found = "; ".join("{} {:g}, {:g}, {:g}".format(kind, *of[kind]["fingertips_mm"]) for kind in KINDS)
        verdict = "shipped" if of["shipped"] else f"NOT SHIPPED, over its limits ({'; '.join(of['exceeded'])})"
        true = "torch" if precision == FP32 else FP32
        lines.append(f"{precision} from {true}, fingertips [mm] mean, p99, max: {found}: {verdict}")
    return lines


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpu, flags = platform.processor() or platform.machine(), ""
    about = Path("/proc/cpuinfo")
    if about.is_file():
        entries = dict(map(str.strip, line.split(":", 1)) for line in about.read_text().splitlines() if ":" in line)
        cpu, flags = entries.get("model name", cpu), entries.get("flags", "")
    return {
        "cpu": cpu,
        "vnni": "vnni" in flags,
        "onnxruntime": onnxruntime.__version__,
        "torch": torch.__version__.split("+")[0],
    }


def _together(networks: Networks, bundle: Bundle, passages: Sequence[Passage]) -> list[Channels]:
    made: list[Channels] = []
    for first in range(0, len(passages), TOGETHER):
        part = passages[first : first + TOGETHER]
        made += sample_onnx(networks, bundle, part, range(first, first + len(part)))
    return made


def _apart(bundle: Bundle, made: Sequence[Channels], true: Sequence[Channels]) -> dict[str, list[float]]:
    differences = Differences(bundle.representation)
    for pair in zip(made, true, strict=True):
        differences.add(*pair)
    return differences.figures()
