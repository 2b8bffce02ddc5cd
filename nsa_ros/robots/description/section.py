"""A part of a YAML file that is read key by key, so that a wrong key or value is told with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError

_MISSING = object()


class Section:
    """A mapping of a YAML file.

    Args:
        values: what was read.
        where: the file and the keys that lead here, for messages.

    Raises:
        NsaError: it is no mapping.
    """

    def __init__(self, values: Any, where: str) -> None:
        if not isinstance(values, dict):
            raise NsaError(f"{where} is {values!r}; it must be a mapping of keys to values")
        self._values, self.where = {str(key): value for key, value in values.items()}, where
        self._known: dict[str, None] = {}

    def __iter__(self) -> Iterator[str]:
        """Keys that are there."""
        return iter(self._values)

    def __contains__(self, key: str) -> bool:
        """Whether a key is there."""
        return key in self._values

    @contextmanager
    def at(self, key: str) -> Iterator[None]:
        """Whatever is wrong inside is told with this key before it."""
        try:
            yield
        except NsaError as error:
            raise NsaError(f"{self.where}: {key}: {error}") from error

    def take(self, key: str, default: Any = _MISSING) -> Any:
        """A value as it was read.

        Raises:
            NsaError: it is not there and there is no default.
        """
        self._known[key] = None
        if key not in self._values and default is _MISSING:
            raise NsaError(f"{self.where} has no {key!r}; it has {', '.join(self._values) or 'nothing'}")
        return self._values.get(key, default)

    def text(self, key: str, default: Any = _MISSING, choices: Sequence[str] = ()) -> str:
        """A word or a text."""
        value = self.take(key, default)
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise NsaError(f"{self.where}: {key} is {value!r}; it must be a text")
        if choices and str(value) not in choices:
            raise NsaError(f"{self.where}: {key} is {value!r}; choose one of {', '.join(choices)}")
        return str(value)

    def number(self, key: str, default: Any = _MISSING, above: float = -np.inf) -> float:
        """A finite number greater than `above`."""
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value) or not value > above:
            needed = "a number" if above == -np.inf else f"a number above {above:g}"
            raise NsaError(f"{self.where}: {key} is {value!r}; it must be {needed}")
        return float(value)

    def vector(self, key: str, default: Any = _MISSING) -> NDArray[np.float64]:
        """Three finite numbers. Shape (3,)."""
        value = self.take(key, default)
        try:
            vector = np.array(value, dtype=np.float64)
        except (TypeError, ValueError):
            vector = np.empty(0)
        if vector.shape != (3,) or not np.isfinite(vector).all():
            raise NsaError(f"{self.where}: {key} is {value!r}; it must be three numbers [x, y, z]")
        return vector

    def texts(self, key: str, default: Any = _MISSING) -> tuple[str, ...]:
        """A list of words."""
        value = self.take(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(word, str | int | float) for word in value):
            raise NsaError(f"{self.where}: {key} is {value!r}; it must be a list of words")
        return tuple(map(str, value))

    def section(self, key: str, default: Any = _MISSING) -> Section:
        """A mapping below this one."""
        return Section(self.take(key, default), f"{self.where}: {key}")

    def sections(self, key: str) -> dict[str, Section]:
        """The mappings of a mapping below this one; none where there is none."""
        below = self.section(key, {})
        return {name: below.section(name) for name in below}

    def listed(self, key: str) -> list[Section]:
        """The mappings of a list below this one; none where there is none."""
        value = self.take(key, [])
        if not isinstance(value, list):
            raise NsaError(f"{self.where}: {key} is {value!r}; it must be a list")
        return [Section(item, f"{self.where}: {key} {i + 1}") for i, item in enumerate(value)]

    def done(self) -> None:
        """Nothing else is expected.

        Raises:
            NsaError: there is a key that was not asked for.
        """
        for key in self._values:
            if key not in self._known:
                near = difflib.get_close_matches(key, self._known, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise NsaError(
                    f"{self.where} has a key {key!r} that means nothing{hint} Keys: {', '.join(self._known)}"
                )
