"""One YAML file describes a model and its training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_type_hints

import yaml

from nsa_ros.errors import NsaError
from nsa_ros.learning.denoiser import DenoiserConfig
from nsa_ros.learning.planner_model import PlannerConfig
from nsa_ros.learning.text_encoder import TextConfig

CONFIGS = Path(__file__).parent / "configs"


@dataclass(frozen=True)
class DiffusionConfig:
    """Diffusion and the representation it works on.

    `rotation` is as in `signing.representation`, `schedule`, `prediction` and `steps` as in `signing.ddim`, and
    `noise_window` as in `signing.noise`.
    """

    rotation: str = "rot6d"
    schedule: str = "cosine"
    prediction: str = "x0"
    steps: int = 4
    noise_window: int = 1


@dataclass(frozen=True)
class LossConfig:
    """Weights of the denoiser's loss.

    Attributes:
        hands: of finger channels and of joints and tips of the hands, relative to the others.
        velocity: of the difference between neighbouring frames.
        position: of joint positions by forward kinematics; needs a prediction that gives clean frames.
    """

    hands: float = 2.0
    velocity: float = 1.0
    position: float = 1.0


@dataclass(frozen=True)
class OptimizerConfig:
    """One training.

    Attributes:
        steps: updates.
        batch: sentences (planner) or parallel clips (denoiser).
        window: frames a clip advances in one update (denoiser).
        rate: peak learning rate of AdamW; warmed up for 100 updates, then cosine to 1 % of it.
        clip: largest gradient norm.
        average: decay of the weights' moving average, which is what is exported.
        bf16: forward pass in bfloat16 (faster on CPUs with AMX and on GPUs).
    """

    steps: int
    batch: int
    window: int = 64
    rate: float = 1e-3
    clip: float = 1.0
    average: float = 0.999
    bf16: bool = False


@dataclass(frozen=True)
class ModelConfig:
    """The whole file.

    Attributes:
        name: of the model.
        conditioning: `aligned` (a frame knows its unit and phase) or `sentence` (one pooled text feature, the paper).
        seed: of weights and batches.
    """

    name: str
    conditioning: Literal["aligned", "sentence"]
    denoiser: DenoiserConfig
    train_denoiser: OptimizerConfig
    train_planner: OptimizerConfig
    text: TextConfig = field(default_factory=TextConfig)
    planner: PlannerConfig = field(default_factory=PlannerConfig)
    diffusion: DiffusionConfig = field(default_factory=DiffusionConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    chunks: tuple[int, ...] = (4, 16)
    seed: int = 0


def load_config(name_or_path: str | Path) -> ModelConfig:
    """Read a configuration by its path, or by the name of one in `configs/`.

    Raises:
        NsaError: no such file, or a key that is unknown, missing or of the wrong kind.
    """
    path = Path(name_or_path)
    if not path.suffix:
        path = CONFIGS / f"{name_or_path}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in CONFIGS.glob("*.yaml")))
        raise NsaError(f"no configuration {str(name_or_path)!r}. Give a YAML file or one of: {known}")
    return _build(ModelConfig, yaml.safe_load(path.read_text(encoding="utf-8")), str(path))


def _build(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, Mapping):
        raise NsaError(f"{where}: expected a mapping, got {data!r}")
    known = {f.name for f in fields(kind)}
    if unknown := set(data) - known:
        raise NsaError(f"{where}: unknown {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}")
    hints = get_type_hints(kind)
    values = {}
    for name, value in data.items():
        if is_dataclass(hints[name]):
            value = _build(hints[name], value, f"{where}: {name}")
        elif isinstance(value, list):
            value = tuple(value)
        elif hints[name] is float and isinstance(value, (int, str)):
            value = float(value)
        values[name] = value
    try:
        return kind(**values)
    except TypeError as error:
        raise NsaError(f"{where}: {error}") from error
