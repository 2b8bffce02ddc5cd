"""Tests of what only a GPU can show; elsewhere they are skipped with the reason. `pytest -m gpu` runs them alone."""

from pathlib import Path

import pytest

from nsa_ros.errors import NsaError
from nsa_ros.signing.runtime import gpu, providers

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    try:
        gpu.first_gpu()
        missing = ""
    except NsaError as error:
        missing = f"needs an NVIDIA GPU: {error}"
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.gpu)
            if missing:
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest.fixture
def runtime():
    """onnxruntime with its CUDA provider."""
    module = providers.runtime()
    if providers.PROVIDERS["cuda"] not in module.get_available_providers():
        pytest.skip("needs onnxruntime-gpu: pip install '.[gpu]' in an environment without onnxruntime")
    return module


@pytest.fixture
def tensorrt(runtime, tmp_path, monkeypatch):
    """The version of TensorRT; engines go to a fresh folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    try:
        return gpu.tensorrt_version(Path(runtime.__file__).parent / "capi")
    except NsaError as error:
        pytest.skip(f"needs the TensorRT that onnxruntime-gpu was built for: {error}")


@pytest.fixture
def torch():
    """torch with a GPU."""
    module = pytest.importorskip("torch", reason="needs torch: pip install '.[learning]'")
    if not module.cuda.is_available():
        pytest.skip("needs torch built for CUDA")
    return module
