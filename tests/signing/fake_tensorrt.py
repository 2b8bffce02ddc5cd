"""A machine with a GPU and TensorRT, for tests: ONNX Runtime's CPU does the work and writes what looks like engines."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import onnxruntime

from nsa_ros.errors import NsaError
from nsa_ros.signing import engine_building
from nsa_ros.signing.runtime import engine_cache, gpu, providers
from nsa_ros.signing.runtime.gpu import Gpu

TENSORRT, CUDA, CPU = providers.PROVIDERS.values()


class Machine:
    """What is installed and what works; tests change it.

    Attributes:
        compiled: providers of the onnxruntime.
        works: those whose libraries load.
        version: of TensorRT; None when it is not installed.
        gpu: None without one.
        builds: names of the engines built so far.
        error: of the numbers that the engine computes.
    """

    def __init__(self):
        self.compiled, self.works = [TENSORRT, CUDA, CPU], {TENSORRT, CUDA, CPU}
        self.version, self.gpu = "10.9.0", Gpu("NVIDIA Fake", "9.0")
        self.builds: list[str] = []
        self.options: dict[str, dict[str, str]] = {}
        self.error = 0.0
        self.fail: Exception | None = None
        self.rebuilds = False

    def tensorrt_version(self, folder: Path) -> str:
        if self.version is None:
            raise NsaError("TensorRT is not installed (libnvinfer.so.10: cannot open shared object file)")
        return self.version

    def first_gpu(self) -> Gpu:
        if self.gpu is None:
            raise NsaError("no NVIDIA driver here (libcuda.so.1: cannot open shared object file)")
        return self.gpu

    def session(self, path, options, providers, enable_fallback):
        assert enable_fallback == 0, "ONNX Runtime would go on with the CPU"
        assert providers[-1][0] == CPU
        name, settings = providers[0]
        if self.fail is not None and name != CPU:
            raise self.fail
        self.options[name] = settings
        if name == TENSORRT and name in self.works:
            self._engine(Path(path), settings)
        active = [name for name, _ in providers if name in self.works]
        return _Session(path, options, active, self.error if name != CPU else 0.0)

    def _engine(self, graph: Path, settings: dict[str, str]) -> None:
        engine = Path(settings["trt_engine_cache_path"]) / f"{settings['trt_engine_cache_prefix']}_0_sm90.engine"
        if engine.is_file() and not self.rebuilds:
            assert engine.read_bytes() == graph.read_bytes()
            return
        self.builds.append(graph.name)
        engine.write_bytes(graph.read_bytes())
        engine.with_suffix(".profile").write_text(settings["trt_profile_max_shapes"])


class _Session:
    def __init__(self, path, options, active, error):
        self._session = onnxruntime.InferenceSession(str(path), options, providers=[CPU])
        self._active, self._error = active, error

    def get_providers(self):
        return self._active

    def get_inputs(self):
        return self._session.get_inputs()

    def run(self, names, inputs):
        return [output + self._error for output in self._session.run(names, inputs)]


def install(monkeypatch, cache: Path) -> Machine:
    """Put the machine in the place of the real one, its engines in `cache`."""
    machine = Machine()
    fake = SimpleNamespace(
        __version__="9.9",
        __file__="/nowhere/onnxruntime/__init__.py",
        get_available_providers=lambda: machine.compiled,
        InferenceSession=machine.session,
        SessionOptions=onnxruntime.SessionOptions,
        preload_dlls=lambda: None,
    )
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "1")
    for module in (providers, engine_building):
        monkeypatch.setattr(module, "runtime", lambda: fake)
        monkeypatch.setattr(module, "load_cuda", lambda runtime: "")
    for module in (gpu, providers, engine_cache):
        monkeypatch.setattr(module, "first_gpu", machine.first_gpu)
    monkeypatch.setattr(engine_cache, "tensorrt_version", machine.tensorrt_version)
    return machine
