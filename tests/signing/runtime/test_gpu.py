import ctypes
import importlib.util
from types import SimpleNamespace

import pytest

from nsa_ros.errors import NsaError
from nsa_ros.signing.runtime import gpu
from nsa_ros.signing.runtime.gpu import PROVIDER_LIBRARY, first_gpu, load_cuda, tensorrt_version


@pytest.fixture(autouse=True)
def fresh():
    for cached in (first_gpu, tensorrt_version, load_cuda):
        cached.cache_clear()
    yield
    for cached in (first_gpu, tensorrt_version, load_cuda):
        cached.cache_clear()


class Driver:
    """libcuda with one GPU of capability 8.9, or with none."""

    def __init__(self, start: int = 0):
        self.start = start

    def cuInit(self, flags):
        return self.start

    def cuDeviceGet(self, device, number):
        device._obj.value = 7
        return 0

    def cuDeviceGetName(self, name, length, device):
        assert device.value == 7
        name.value = b"NVIDIA Fake"
        return 0

    def cuDeviceGetAttribute(self, value, attribute, device):
        value._obj.value = {75: 8, 76: 9}[attribute]
        return 0


def libraries(monkeypatch, found):
    """A loader that finds these, by name or path."""

    def load(name, mode=0):
        if name not in found:
            raise OSError(f"{name}: cannot open shared object file: No such file or directory")
        return found[name]

    monkeypatch.setattr(ctypes, "CDLL", load)


def test_the_driver_names_the_gpu(monkeypatch):
    libraries(monkeypatch, {gpu.DRIVER: Driver()})
    assert first_gpu() == ("NVIDIA Fake", "8.9")


def test_no_driver_and_no_gpu_are_told_apart(monkeypatch):
    libraries(monkeypatch, {gpu.DRIVER: Driver(100)})
    with pytest.raises(NsaError, match=r"no NVIDIA GPU here .*error 100.*CUDA_VISIBLE_DEVICES"):
        first_gpu()
    libraries(monkeypatch, {})
    with pytest.raises(NsaError, match=r"no NVIDIA driver here \(libcuda\.so\.1"):
        first_gpu()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / PROVIDER_LIBRARY).write_bytes(b"\x7fELF\0libnvinfer.so.10\0libnvinfer_plugin.so.10\0libc.so.6\0")
    return tmp_path


NVINFER = SimpleNamespace(getInferLibVersion=lambda: 101302)


def test_the_version_is_that_of_the_library_onnx_runtime_wants(monkeypatch, folder):
    libraries(monkeypatch, {"libnvinfer.so.10": NVINFER, "libnvinfer.so.11": None})
    assert tensorrt_version(folder) == "10.13.2"


def test_tensorrt_is_found_in_its_python_package(monkeypatch, folder):
    package = folder / "tensorrt_libs"
    package.mkdir()
    (package / "libnvinfer.so.10").touch()
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: SimpleNamespace(submodule_search_locations=[str(package)])
    )
    names = ("libnvinfer", "libnvinfer_plugin", "libnvonnxparser")
    libraries(monkeypatch, {str(package / f"{name}.so.10"): NVINFER for name in names})
    assert tensorrt_version(folder) == "10.13.2"
    tensorrt_version.cache_clear()
    libraries(monkeypatch, {str(package / "libnvinfer.so.10"): NVINFER})
    with pytest.raises(NsaError, match=r"does not load \(.*libnvinfer_plugin\.so\.10"):
        tensorrt_version(folder)


def test_without_tensorrt_the_missing_library_is_named(monkeypatch, folder, tmp_path):
    libraries(monkeypatch, {})
    with pytest.raises(NsaError, match=r"TensorRT is not installed \(libnvinfer\.so\.10.*pip install '\.\[tensorrt\]'"):
        tensorrt_version(folder)
    with pytest.raises(NsaError, match="not in this onnxruntime"):
        tensorrt_version(tmp_path / "elsewhere")
    (folder / PROVIDER_LIBRARY).write_bytes(b"nothing")
    with pytest.raises(NsaError, match="names no TensorRT library"):
        tensorrt_version(folder)


def test_what_cuda_lacks_is_kept_for_the_message_and_off_the_output(capsys):
    class Runtime:
        @staticmethod
        def preload_dlls():
            print("Failed to load libcublas.so.13: libcublas.so.13: cannot open shared object file")
            print("Failed to load libcudnn.so.9: no such file")
            print("Please follow some page")

    assert load_cuda(Runtime) == "libcublas.so.13, libcudnn.so.9"
    assert capsys.readouterr().out == ""
