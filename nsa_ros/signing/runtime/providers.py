"""Which ONNX Runtime execution provider really works here, and sessions on it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nsa_ros.errors import NsaError
from nsa_ros.signing.runtime.engine_cache import STREAMS, find_engine, listing, precision_of
from nsa_ros.signing.runtime.failures import explained
from nsa_ros.signing.runtime.gpu import first_gpu, load_cuda

if TYPE_CHECKING:
    import onnxruntime

log = logging.getLogger(__name__)

PROVIDERS = {
    "tensorrt": "TensorrtExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
"""Names a user gives to ONNX Runtime's, fastest first. `auto` tries them in this order."""

CUDA_OPTIONS = {"use_tf32": "0"}
"""TF32 rounds the factors of fp32 products to 10 bits: frames would not be those of the CPU."""

Providers = Sequence[tuple[str, Mapping[str, str]]]


class Choice(NamedTuple):
    """The provider that was taken: its short name, and one line that says why."""

    name: str
    reason: str


def runtime() -> Any:
    """The onnxruntime module.

    Raises:
        NsaError: it is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise NsaError(
            f"ONNX Runtime is not installed ({error}). Install it with `pip install '.[cpu]'` in the source folder, or "
            "on a machine with an NVIDIA GPU with `pip install '.[gpu]'` (one of them, not both)."
        ) from error
    return onnxruntime


def session_options(threads: int = 1, spinning: bool = False) -> onnxruntime.SessionOptions:
    """Options of every session: few threads that do not spin while they wait, because the node shares its cores.

    What other settings cost is measured by `nsa bench --settings` (docs/benchmarks.md).
    """
    options = runtime().SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spinning)))
    options.log_severity_level = 3
    return options


def choose_provider(
    requested: str, probe: Path, options: onnxruntime.SessionOptions, *, graphs: Iterable[Path] = ()
) -> Choice:
    """The first provider that loads `probe`, an ONNX file of the bundle.

    `get_available_providers()` lists what was compiled in; what works is what a session reports after loading. TensorRT
    is taken only where the engines were built ahead. 8-bit graphs run on the CPU alone.

    Args:
        requested: `auto` or a name of `PROVIDERS`.
        probe: a small model file to try each provider on.
        options: of the trial session.
        graphs: all model files that will be opened on the provider, each of which needs an engine for TensorRT.

    Raises:
        NsaError: an unknown name, or a provider named by the user that does not work.
    """
    if requested != "auto" and requested not in PROVIDERS:
        raise NsaError(f"unknown provider {requested!r}, choose one of auto, {', '.join(PROVIDERS)}")
    ort, opened = runtime(), tuple(graphs) or (probe,)
    failures: dict[str, str] = {}
    for name in PROVIDERS if requested == "auto" else [requested]:
        try:
            _check(ort, name, probe, options, opened)
        except NsaError as error:
            failures[name] = str(error)
            continue
        groups = groupby(failures.items(), key=lambda item: item[1])
        others = [f"{', '.join(name for name, _ in group)}: {why}" for why, group in groups]
        choice = Choice(name, f"provider {name}" + (f" ({'; '.join(others)})" if others else ""))
        log.info("%s", choice.reason)
        return choice
    (why_not,) = failures.values()
    remedy = "cuda and tensorrt need `pip install '.[gpu]'` in the source folder and an NVIDIA driver"
    raise NsaError(
        f"provider {requested!r} does not work here: {why_not}. Use `auto` or `cpu`"
        + ("" if "`nsa export" in why_not or precision_of(probe) == "int8" else f"; {remedy}")
        + "."
    )


def _check(ort: Any, name: str, probe: Path, options: onnxruntime.SessionOptions, graphs: tuple[Path, ...]) -> None:
    """Raise NsaError when a provider does not work. The CPU's always does."""
    if name == "cpu":
        return
    _refuse_int8(probe, name)
    if PROVIDERS[name] not in ort.get_available_providers():
        raise NsaError(f"not in this onnxruntime {ort.__version__}")
    first_gpu()
    missing = load_cuda(ort)
    if name == "tensorrt":
        for graph in graphs:
            find_engine(graph, ort)
    try:
        _open(ort, probe, name, options)
    except NsaError as error:
        raise NsaError(f"{error} (missing: {missing})" if missing else str(error)) from error


def open_session(path: Path, provider: str, options: onnxruntime.SessionOptions) -> Any:
    """A session on the chosen provider; the CPU takes operators that a GPU's does not have.

    With `tensorrt` the engine must have been built: nothing is built here. The session then refuses more streams in one
    call than the engine was built for.

    Raises:
        NsaError: ONNX Runtime cannot load the file, the provider did not start, or there is no engine.
    """
    _refuse_int8(path, provider)
    return _open(runtime(), path, provider, options)


def _refuse_int8(path: Path, provider: str) -> None:
    if provider != "cpu" and precision_of(path) == "int8":
        raise NsaError("8-bit graphs run on the CPU only; for a GPU take precision fp16 or fp32")


def _open(ort: Any, path: Path, provider: str, options: onnxruntime.SessionOptions) -> Any:
    if provider != "tensorrt":
        return create_session(ort, path, [(provider, CUDA_OPTIONS if provider == "cuda" else {})], options)
    engine = find_engine(path, ort)
    before = listing(engine.folder)
    session = create_session(ort, path, [("tensorrt", engine.options()), ("cuda", CUDA_OPTIONS)], options)
    if listing(engine.folder) != before:
        raise NsaError(
            f"ONNX Runtime did not take the engine in {engine.folder} but built another one; use provider cuda and "
            "report this with the output of `nsa doctor`"
        )
    return EngineSession(session)


def create_session(ort: Any, path: Path, providers: Providers, options: onnxruntime.SessionOptions) -> Any:
    """A session whose first provider is at work.

    ONNX Runtime itself would print a banner and go on with the CPU, when it is loaded as when it runs; that is
    switched off.

    Args:
        ort: the onnxruntime module.
        path: ONNX file.
        providers: names of `PROVIDERS` with their options, in order; the CPU's is added.
        options: of the session.

    Raises:
        NsaError: the file cannot be loaded, or the provider's libraries do not load.
    """
    first = providers[0][0]
    listed = [(PROVIDERS[name], dict(settings)) for name, settings in providers if name != "cpu"]
    try:
        session = ort.InferenceSession(
            str(path), options, providers=[*listed, (PROVIDERS["cpu"], {})], enable_fallback=0
        )
    except Exception as error:  # onnxruntime raises its own classes, and bare ones for missing libraries
        said = str(error).strip() or type(error).__name__
        why = explained(error, first) or said.splitlines()[0]
        raise NsaError(f"ONNX Runtime cannot load {path} on {first}: {why}") from error
    if session.get_providers()[0] != PROVIDERS[first]:
        raise NsaError(f"the libraries of {first} do not load")
    return session


def run_session(session: Any, names: Sequence[str], inputs: Mapping[str, Any]) -> list[Any]:
    """Outputs of a session by name.

    Raises:
        NsaError: ONNX Runtime failed; where the cause is known the message says what to do (`failures.explained`).
    """
    try:
        outputs: list[Any] = session.run(names, inputs)
    except NsaError:
        raise
    except Exception as error:
        active = session.get_providers()[0]
        provider = next((short for short, long in PROVIDERS.items() if long == active), active)
        raise NsaError(explained(error, provider) or f"ONNX Runtime failed on {provider}: {error}") from error
    return outputs


class EngineSession:
    """A session on a TensorRT engine.

    ONNX Runtime would answer more streams than the engine was built for with building another one, for minutes.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        self._open_axes = {
            given.name: axis
            for given in session.get_inputs()
            for axis, length in enumerate(given.shape)
            if isinstance(length, str)
        }

    def get_providers(self) -> list[str]:
        """Names of ONNX Runtime's providers that are at work, as of an `InferenceSession`."""
        providers: list[str] = self._session.get_providers()
        return providers

    def run(self, names: Sequence[str] | None, inputs: Mapping[str, Any]) -> list[Any]:
        """Outputs by name, as of an `InferenceSession`.

        Raises:
            NsaError: more streams than `engine_cache.STREAMS.max`.
        """
        for name, axis in self._open_axes.items():
            if inputs[name].shape[axis] > STREAMS.max:
                raise NsaError(
                    f"{inputs[name].shape[axis]} streams in one call, the TensorRT engine takes {STREAMS.max}: "
                    "serve fewer in one call (a smaller batch), or use provider cuda"
                )
        outputs: list[Any] = self._session.run(names, inputs)
        return outputs
