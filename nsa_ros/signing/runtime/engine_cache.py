"""TensorRT engines on disk: what they were built from and with, and whether they may be used here.

An engine belongs to one ONNX graph, one GPU and one version of TensorRT and ONNX Runtime. It lies in a folder of its
own with a manifest; `engine_building` makes it, the run time only reads it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from nsa_ros.errors import NsaError
from nsa_ros.signing.bundle import sha256
from nsa_ros.signing.runtime.gpu import first_gpu, tensorrt_version

MANIFEST = "manifest.json"


class Streams(NamedTuple):
    """How many streams an engine serves in one call: at least, best, at most."""

    min: int
    opt: int
    max: int


STREAMS = Streams(1, 16, 64)
"""Of every engine. The tactics are chosen for `opt`."""


def precision_of(graph: Path) -> str:
    """`fp32`, `fp16` or `int8`, from the name of a bundle's graph (`sampler_16.int8.onnx`)."""
    return graph.stem.partition(".")[2] or "fp32"


@dataclass(frozen=True)
class Conditions:
    """All that an engine depends on.

    Attributes:
        graph: file name of the ONNX graph.
        onnx: its sha256.
        weights: sha256 of each file of weights that it names.
        tensorrt, onnxruntime: versions.
        gpu, capability: name and compute capability.
        streams: of the profile.
    """

    graph: str
    onnx: str
    weights: tuple[str, ...]
    tensorrt: str
    onnxruntime: str
    gpu: str
    capability: str
    streams: tuple[int, int, int]

    @property
    def key(self) -> str:
        """Name of the engine's folder."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:20]


def conditions_of(graph: Path, runtime: Any) -> Conditions:
    """Those of a graph on this machine.

    Args:
        graph: ONNX file.
        runtime: the onnxruntime module.

    Raises:
        NsaError: no GPU, no TensorRT, or no such file.
    """
    gpu, version = first_gpu(), tensorrt_version(Path(runtime.__file__).parent / "capi")
    if not graph.is_file():
        raise NsaError(f"no ONNX file {graph}")
    content = graph.read_bytes()
    weights = [file for file in sorted(graph.parent.glob("*.bin")) if file.name.encode() in content]
    digests = tuple(_digest(file, file.stat().st_mtime_ns, file.stat().st_size) for file in weights)
    onnx = hashlib.sha256(content).hexdigest()
    return Conditions(graph.name, onnx, digests, version, runtime.__version__, gpu.name, gpu.capability, STREAMS)


@lru_cache(32)
def _digest(file: Path, modified: int, size: int) -> str:
    return sha256(file)


def cache_root() -> Path:
    """Folder of all engines: `$XDG_CACHE_HOME/nsa_ros/tensorrt`, else below `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nsa_ros" / "tensorrt"


def command(graph: Path) -> str:
    """The command that builds the engines of a graph's bundle."""
    folder = graph.parent
    bundle = folder.name if folder.parent.name == "models" else str(folder)
    precision = precision_of(graph)
    return f"`nsa export --tensorrt {bundle}{'' if precision == 'fp32' else f' --precision {precision}'}`"


@dataclass(frozen=True)
class Engine:
    """A verified engine.

    Attributes:
        folder: of its files.
        manifest: what it was built from and with, how long it took, how close it is to the CPU.
    """

    folder: Path
    manifest: Mapping[str, Any]

    def options(self) -> dict[str, str]:
        """Of ONNX Runtime's TensorRT provider, to load it."""
        return dict(self.manifest["options"]) | {"trt_engine_cache_path": str(self.folder)}


def listing(folder: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of each file, to see whether ONNX Runtime has left an engine as it was."""
    return sorted((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in folder.iterdir())


def find_engine(graph: Path, runtime: Any) -> Engine:
    """The engine of a graph for this machine.

    Args:
        graph: ONNX file.
        runtime: the onnxruntime module.

    Raises:
        NsaError: none that may be used; the message says why, and which command builds it.
    """
    conditions = conditions_of(graph, runtime)
    folder = cache_root() / conditions.key
    build = f"build it {{}}with {command(graph)}"
    if not folder.is_dir():
        raise NsaError(f"{_why_none(graph, conditions)}; {build.format('')}")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = {name: (int(entry["bytes"]), str(entry["sha256"])) for name, entry in manifest["files"].items()}
        engine = Engine(folder, manifest)
        engine.options()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise NsaError(
            f"the engine cache {folder} has no usable {MANIFEST} ({why}); {build.format('again ')}"
        ) from error
    for name, (size, digest) in files.items():
        if broken := _broken(folder / name, size, digest):
            raise NsaError(f"the engine cache is broken: {broken}; {build.format('again ')}")
    return engine


def _broken(file: Path, size: int, digest: str) -> str:
    if not file.is_file():
        return f"{file} is missing"
    if file.stat().st_size != size:
        return f"{file} has {file.stat().st_size} bytes, {size} were recorded"
    return "" if sha256(file) == digest else f"{file} was altered"


_NAMES = {
    "tensorrt": "TensorRT",
    "onnxruntime": "ONNX Runtime",
    "gpu": "GPU",
    "capability": "compute capability",
    "streams": "streams per call",
}


def _why_none(graph: Path, wanted: Conditions) -> str:
    """What differs from the engine that comes closest."""
    here = str(graph.parent.resolve())
    closest: list[tuple[int, dict[str, Any]]] = []
    for manifest in _manifests():
        built = manifest["conditions"]
        same_graph = (built["onnx"], built["weights"]) == (wanted.onnx, list(wanted.weights))
        if built["graph"] == wanted.graph and (same_graph or manifest["bundle"] == here):
            closest.append((sum(built[name] != value for name, value in _plain(wanted).items()), built))
    if not closest:
        return f"no engine built for {graph.name} of this bundle, GPU and TensorRT version"
    _, built = min(closest, key=lambda pair: pair[0])
    for name, said in _NAMES.items():
        value = _plain(wanted)[name]
        if built[name] != value:
            return f"the engine of {graph.name} was built with {said} {built[name]}, here is {value}"
    return f"{graph.name} or its weights have changed since its engine was built"


def _plain(conditions: Conditions) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(asdict(conditions)))
    return plain


def _manifests() -> Iterator[dict[str, Any]]:
    """Readable ones in the cache."""
    for file in sorted(cache_root().glob(f"[!.]*/{MANIFEST}")):
        try:
            manifest = json.loads(file.read_text(encoding="utf-8"))
            if {"graph", "onnx", "weights", *_NAMES} <= set(manifest["conditions"]) and "bundle" in manifest:
                yield manifest
        except (OSError, ValueError, KeyError, TypeError):
            continue
