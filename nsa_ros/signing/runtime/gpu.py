"""Which NVIDIA GPU and TensorRT are here. The installed libraries are asked; no package is needed to ask them."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import io
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from nsa_ros.errors import NsaError

DRIVER = "libcuda.so.1"
PROVIDER_LIBRARY = "libonnxruntime_providers_tensorrt.so"
"""Of ONNX Runtime; it names the TensorRT that it was built for."""

_TENSORRT = re.compile(rb"libnvinfer\.so\.\d+")
_MISSING = re.compile(r"^Failed to load (\S+): ", re.MULTILINE)
_BESIDE_IT = ("libnvinfer_plugin", "libnvonnxparser")
_MAJOR, _MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_*


class Gpu(NamedTuple):
    """A GPU: its name, and its compute capability such as `9.0`."""

    name: str
    capability: str


@cache
def first_gpu() -> Gpu:
    """The GPU that ONNX Runtime takes: the first one that CUDA_VISIBLE_DEVICES leaves.

    Raises:
        NsaError: no driver, or no GPU.
    """
    try:
        driver = ctypes.CDLL(DRIVER)
    except OSError as error:
        raise NsaError(f"no NVIDIA driver here ({error})") from error
    device, major, minor = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    name = ctypes.create_string_buffer(256)
    failed = (
        driver.cuInit(0)
        or driver.cuDeviceGet(ctypes.byref(device), 0)
        or driver.cuDeviceGetName(name, len(name), device)
        or driver.cuDeviceGetAttribute(ctypes.byref(major), _MAJOR, device)
        or driver.cuDeviceGetAttribute(ctypes.byref(minor), _MINOR, device)
    )
    if failed:
        raise NsaError(f"no NVIDIA GPU here (the driver answers with error {failed}; CUDA_VISIBLE_DEVICES may hide it)")
    return Gpu(name.value.decode(errors="replace"), f"{major.value}.{minor.value}")


@cache
def tensorrt_version(runtime_folder: Path) -> str:
    """Version of the TensorRT that ONNX Runtime will load, such as `10.9.0`; it is loaded by that.

    Args:
        runtime_folder: of ONNX Runtime's libraries, `onnxruntime/capi`.

    Raises:
        NsaError: ONNX Runtime was built without TensorRT, or TensorRT's library does not load.
    """
    file = runtime_folder / PROVIDER_LIBRARY
    if not file.is_file():
        raise NsaError("not in this onnxruntime")
    wanted = _TENSORRT.search(file.read_bytes())
    if wanted is None:
        raise NsaError(f"{file} names no TensorRT library")
    number = _load_tensorrt(wanted[0].decode()).getInferLibVersion()
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def _load_tensorrt(name: str) -> Any:
    """The library from the loader's path, else from TensorRT's package, with those that ONNX Runtime needs beside."""
    try:
        return ctypes.CDLL(name)
    except OSError as error:
        package = importlib.util.find_spec("tensorrt_libs")
        folders = [Path(place) for place in package.submodule_search_locations or ()] if package else []
        found = next((folder / name for folder in folders if (folder / name).is_file()), None)
        if found is None:
            raise NsaError(
                f"TensorRT is not installed ({error}); `pip install '.[tensorrt]'` in the source folder brings it"
            ) from error
    try:
        library = ctypes.CDLL(str(found), mode=ctypes.RTLD_GLOBAL)
        for other in _BESIDE_IT:
            ctypes.CDLL(str(found.with_name(name.replace("libnvinfer", other))), mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise NsaError(f"TensorRT does not load ({error})") from error
    return library


@cache
def load_cuda(runtime: Any) -> str:
    """Let ONNX Runtime load CUDA and cuDNN where pip put them; names of what is missing, empty when nothing is.

    Args:
        runtime: the onnxruntime module.
    """
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        runtime.preload_dlls()
    return ", ".join(_MISSING.findall(said.getvalue()))
