"""Which ONNX Runtime execution provider really works here."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nsa_ros.errors import NsaError

if TYPE_CHECKING:
    import onnxruntime

log = logging.getLogger(__name__)

PROVIDERS = {
    "tensorrt": "TensorrtExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
"""Names a user gives to ONNX Runtime's, fastest first. `auto` tries them in this order."""


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


def session_options(threads: int = 1) -> onnxruntime.SessionOptions:
    """Options of every session: few threads that do not spin while they wait, because the node shares its cores."""
    options = runtime().SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


def choose_provider(requested: str, probe: Path, options: onnxruntime.SessionOptions) -> Choice:
    """The first provider that loads `probe`, an ONNX file of the bundle.

    `get_available_providers()` lists what was compiled in; what works is what a session reports after loading.

    Args:
        requested: `auto` or a name of `PROVIDERS`.
        probe: a small model file to try each provider on.
        options: of the trial session.

    Raises:
        NsaError: an unknown name, or a provider named by the user that does not work.
    """
    if requested != "auto" and requested not in PROVIDERS:
        raise NsaError(f"unknown provider {requested!r}, choose one of auto, {', '.join(PROVIDERS)}")
    ort = runtime()
    compiled = ort.get_available_providers()
    failures: list[str] = []
    for name in PROVIDERS if requested == "auto" else [requested]:
        why_not = f"not in this onnxruntime {ort.__version__}"
        if PROVIDERS[name] in compiled:
            why_not = _trial(ort, PROVIDERS[name], probe, options)
            if not why_not:
                choice = Choice(name, f"provider {name}" + (f" ({'; '.join(failures)})" if failures else ""))
                log.info("%s", choice.reason)
                return choice
        failures.append(f"{name}: {why_not}")
    raise NsaError(
        f"provider {requested!r} does not work here: {'; '.join(failures)}. Use `auto` or `cpu`; cuda and tensorrt "
        "need `pip install '.[gpu]'` in the source folder and an NVIDIA driver."
    )


def _trial(ort: Any, provider: str, probe: Path, options: onnxruntime.SessionOptions) -> str:
    """Why the provider does not work; empty when it does."""
    started = time.monotonic()
    try:
        active = ort.InferenceSession(str(probe), options, providers=[provider]).get_providers()
    except Exception as error:  # onnxruntime raises its own classes, and bare ones for missing libraries
        return str(error).splitlines()[0]
    log.debug("tried %s in %.3f s", provider, time.monotonic() - started)
    return "" if active[0] == provider else "its libraries do not load"


def open_session(path: Path, provider: str, options: onnxruntime.SessionOptions) -> onnxruntime.InferenceSession:
    """A session on the chosen provider; CPU takes operators that it does not have.

    Raises:
        NsaError: ONNX Runtime cannot load the file.
    """
    providers = [PROVIDERS[provider]] + ([PROVIDERS["cpu"]] if provider != "cpu" else [])
    try:
        return runtime().InferenceSession(str(path), options, providers=providers)
    except Exception as error:
        raise NsaError(f"ONNX Runtime cannot load {path} on {provider}: {error}") from error
