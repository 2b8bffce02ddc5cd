"""Reading pickles of others without running their code.

A pickle is a program: it may name any function and call it. Here the names that NumPy writes stand for the few
functions of this module, which build plain numeric arrays from bytes; every other name is refused. NumPy's own
functions are not called either, since a crafted `dtype` can make them read memory that is not theirs.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError


class _Type:
    """Stands for `numpy.dtype`; numbers only."""

    def __init__(self, code: str, align: bool = False, copy: bool = False) -> None:
        if not isinstance(code, str) or code[:1] not in "biuf" or not code[1:].isdigit():
            raise pickle.UnpicklingError(f"values of type {code!r}; only numbers are read")
        self.dtype = np.dtype(code)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        if state[1] in (">", "<"):
            self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """Stands for `numpy.ndarray`, empty until its state is set."""

    def __init__(self, *empty: Any) -> None:
        self.values: NDArray[Any] = np.empty(0)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, kind, fortran, data = state
        self.values = _values(data, kind, shape, "F" if fortran else "C")


def _values(data: bytes, kind: _Type, shape: tuple[int, ...], order: Any) -> NDArray[Any]:
    if not isinstance(kind, _Type) or not isinstance(data, bytes | bytearray):
        raise pickle.UnpicklingError("an array that is not made of numbers")
    if len(data) != math.prod(shape) * kind.dtype.itemsize:
        raise pickle.UnpicklingError(f"an array of shape {shape} in {len(data)} bytes")
    return np.frombuffer(data, kind.dtype).reshape(shape, order=order).astype(kind.dtype.newbyteorder("="))


def _from_buffer(data: bytes, kind: _Type, shape: tuple[int, ...], order: str) -> _Array:
    """Stands for `numpy._core.numeric._frombuffer`, which pickle protocol 5 names."""
    array = _Array()
    array.values = _values(data, kind, shape, "F" if order == "F" else "C")
    return array


def _scalar(kind: _Type, data: bytes) -> _Array:
    return _from_buffer(data, kind, (), "C")


def _latin1(text: str, encoding: str) -> bytes:
    """Stands for `_codecs.encode`, with which protocols 0 to 2 write bytes."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"bytes in the encoding {encoding!r}")
    return text.encode("latin1")


_NAMES: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _latin1,
}
for _core in ("numpy.core", "numpy._core"):
    _NAMES[f"{_core}.multiarray", "_reconstruct"] = _Array
    _NAMES[f"{_core}.multiarray", "scalar"] = _scalar
    _NAMES[f"{_core}.numeric", "_frombuffer"] = _from_buffer


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any, name: Path) -> None:
        super().__init__(file)
        self._name = name

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _NAMES:
            raise NsaError(
                f"{self._name} names {module}.{name}, which is no NumPy array. It was not run. A file that holds more "
                "than arrays of numbers may run code: do not load it, and ask where it comes from"
            )
        return _NAMES[module, name]


def load_arrays(file: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a pickled dictionary; entries that are no numbers are left out.

    Raises:
        NsaError: the file names something other than NumPy's arrays (nothing of it is run), is no pickle of a
            dictionary, or is damaged.
    """
    try:
        with file.open("rb") as opened:
            content = _Unpickler(opened, file).load()
    except NsaError:
        raise
    except Exception as error:  # a damaged pickle can fail in any way
        raise NsaError(f"{file} is not a pickle of arrays ({error or type(error).__name__})") from error
    if not isinstance(content, dict):
        raise NsaError(f"{file} holds a {type(content).__name__}; a dictionary of arrays is needed")
    arrays: dict[str, NDArray[Any]] = {}
    for key, value in content.items():
        if isinstance(value, _Array):
            arrays[str(key)] = value.values
        elif isinstance(value, int | float):
            arrays[str(key)] = np.array(value)
    return arrays
