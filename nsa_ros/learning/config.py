"""One YAML file describes a model and its training; it may name another as its base and say only what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import yaml

from nsa_ros.errors import NsaError
from nsa_ros.learning.networks.denoiser import DenoiserConfig
from nsa_ros.learning.networks.planner_model import PlannerConfig
from nsa_ros.learning.networks.text_encoder import TextConfig

CONFIGS = Path(__file__).parent / "configs"


@dataclass(frozen=True)
class DiffusionConfig:
    """Diffusion and the representation it works on.

    `rotation` is as in `signing.representation`, `schedule`, `prediction` and `steps` as in `signing.ddim`, and
    `noise_window` as in `signing.noise`.

    Attributes:
        all_coefficients: model all ten expression coefficients, as the paper does, also those that never move.
    """

    rotation: Literal["rot6d", "rotvec"] = "rot6d"
    schedule: Literal["cosine", "linear"] = "cosine"
    prediction: Literal["x0", "epsilon", "v"] = "x0"
    steps: int = 4
    noise_window: int = 1
    all_coefficients: bool = False


@dataclass(frozen=True)
class LossConfig:
    """Weights of the denoiser's loss.

    Attributes:
        hands: of finger channels and of joints and tips of the hands, relative to the others.
        velocity: of the difference between neighbouring frames.
        acceleration: of the difference of those differences; what is left of it is tremor.
        position: of joint positions by forward kinematics.

    All but the first need a prediction that gives clean frames at every diffusion time: x0 or v.
    """

    hands: float = 2.0
    velocity: float = 1.0
    acceleration: float = 0.0
    position: float = 1.0


@dataclass(frozen=True)
class GuidanceConfig:
    """Classifier-free guidance (Ho & Salimans, 2022), in two calls a step or distilled into one.

    Attributes:
        dropout: share of training clips that are told nothing, so that the model also learns what is common to all
            texts.
        scale: of the step from there to what the text says; 1 is no guidance. Without a teacher it is used when
            sampling, in two calls, and needs a model trained with `dropout`.
        teacher: checkpoint (`RUN/denoiser.pt`) of the same network, trained with `dropout`; this model learns to
            predict in one call what the teacher predicts with `scale` (Meng et al., CVPR 2023, first stage).

    Raises:
        NsaError: values that do not go together.
    """

    dropout: float = 0.0
    scale: float = 1.0
    teacher: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.dropout < 1.0:
            raise NsaError(f"guidance.dropout is {self.dropout}, choose 0 to below 1")
        if self.teacher and (self.dropout or self.scale == 1.0):
            raise NsaError(
                f"guidance with a teacher has scale {self.scale} and dropout {self.dropout}; "
                "a student needs a scale other than 1 and no dropout"
            )


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
class CorpusConfig:
    """The corpus that `nsa train` makes where no data are given, as `nsa corpus build` with these settings does."""

    hours: float = 8.0
    seed: int = 1
    plans: int = 80000
    drills: int = 0


@dataclass(frozen=True)
class ExportConfig:
    """The sampler in the bundle.

    Attributes:
        chunks: frame counts of its graphs; an utterance begins with the shortest and goes on to the longest.
        steps: of DDIM, unrolled; 0 takes those of `diffusion`, which training draws half of its times from.
    """

    chunks: tuple[int, ...] = (4, 16)
    steps: int = 0


@dataclass(frozen=True)
class ModelConfig:
    """The whole file.

    Attributes:
        name: of the model.
        conditioning: `aligned` (a frame knows its unit and phase), `sentence` (one pooled text feature, the paper),
            `words` (the mean of word vectors), or `tokens` (attention to token features, for data without alignment).
        seed: of weights and batches.
        base: name of the configuration it was derived from, if any.
        change: what it changes in its base, in words, for tables.
    """

    name: str
    conditioning: Literal["aligned", "sentence", "words", "tokens"]
    denoiser: DenoiserConfig
    train_denoiser: OptimizerConfig
    train_planner: OptimizerConfig
    text: TextConfig = field(default_factory=TextConfig)
    planner: PlannerConfig = field(default_factory=PlannerConfig)
    diffusion: DiffusionConfig = field(default_factory=DiffusionConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    guidance: GuidanceConfig = field(default_factory=GuidanceConfig)
    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    export: ExportConfig = field(default_factory=ExportConfig)
    seed: int = 0
    base: str = ""
    change: str = ""


def config_names() -> list[str]:
    """Names of the shipped configurations, `ablation/…` among them, each after its base."""
    files = sorted(CONFIGS.rglob("*.yaml"), key=_descent)
    return [file.relative_to(CONFIGS).with_suffix("").as_posix() for file in files]


def load_config(name_or_path: str | Path) -> ModelConfig:
    """Read a configuration by its path, or by the name of one in `configs/` (`nsa`, `ablation/nsa-mlp`).

    `base: NAME` takes over everything from another file, which lies in the same folder or in `configs/`, except its
    `name`, `base` and `change`. What the file itself says goes first: mappings are merged key by key, lists replaced.

    Raises:
        NsaError: no such file or base, bases in a circle, or a key that is unknown, missing or of the wrong kind.
    """
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        path = CONFIGS / f"{name_or_path}.yaml"
    if not path.is_file():
        raise NsaError(f"no configuration {str(name_or_path)!r}. Give a YAML file or one of: {_known()}")
    return _build(ModelConfig, _read(path.resolve(), ()), str(path))


def _known() -> str:
    return ", ".join(config_names())


def _read(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    """The file over its bases; `above` are the files that led to it."""
    if path in above:
        circle = " -> ".join(file.stem for file in (*above, path))
        raise NsaError(f"{above[0]}: its bases go in a circle: {circle}. Remove `base` from one of them.")
    own = _own(path)
    base = _base(path, own)
    if base is None:
        return own
    inherited = _read(base, (*above, path))
    return _merged({key: inherited[key] for key in inherited if key not in _OWN}, own)


def _own(path: Path) -> dict[str, Any]:
    """What the file itself says."""
    try:
        own = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise NsaError(f"{path} is not readable YAML: {error}") from error
    if not isinstance(own, Mapping):
        raise NsaError(f"{path}: expected a mapping, got {own!r}")
    return dict(own)


def _base(path: Path, own: Mapping[str, Any]) -> Path | None:
    """The file that is named as base, beside the file or in `configs/`."""
    if not own.get("base"):
        return None
    for folder in (path.parent, CONFIGS):
        if (file := (folder / f"{own['base']}.yaml").resolve()).is_file():
            return file
    raise NsaError(f"{path}: no base {own['base']!r}. Name a file beside it, without `.yaml`, or one of: {_known()}")


def _descent(path: Path) -> tuple[str, ...]:
    """Names of the bases, the oldest first, and of the file."""
    base = _base(path, _own(path))
    return (*(_descent(base) if base else ()), path.stem)


_OWN = {"name", "base", "change"}  # of a file, never of its base


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    both = {**base, **over}
    for key in base.keys() & over.keys():
        if isinstance(base[key], Mapping) and isinstance(over[key], Mapping):
            both[key] = _merged(base[key], over[key])
    return both


def _build(kind: Any, data: Any, where: str) -> Any:
    if not isinstance(data, Mapping):
        raise NsaError(f"{where}: expected a mapping, got {data!r}")
    known = {f.name for f in fields(kind)}
    if unknown := {str(key) for key in data} - known:
        raise NsaError(f"{where}: unknown {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}")
    hints = get_type_hints(kind)
    try:
        return kind(**{name: _value(hints[name], value, f"{where}: {name}") for name, value in data.items()})
    except TypeError as error:
        raise NsaError(f"{where}: {error}") from error


def _value(kind: Any, value: Any, where: str) -> Any:
    """A value of the file as the field wants it."""
    if is_dataclass(kind):
        return _build(kind, value, where)
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise NsaError(f"{where} is {value!r}, choose one of {', '.join(map(str, get_args(kind)))}")
        return value
    if isinstance(value, list):
        return tuple(value)
    try:
        if kind is float and not isinstance(value, bool):
            return float(value)
        wanted = get_origin(kind) or kind
        if wanted in (bool, int, str, tuple) and type(value) is not wanted:
            raise ValueError
    except (TypeError, ValueError):
        raise NsaError(f"{where} is {value!r}, expected {getattr(kind, '__name__', kind)}") from None
    return value
