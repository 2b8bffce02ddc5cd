"""Values of a URDF's elements, so that a wrong one is told with its place."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
from numpy.typing import NDArray

from nsa_ros.errors import NsaError

Array = NDArray[np.float64]


def attribute(file: Path, element: Xml.Element, key: str) -> str:
    """A text that must be there.

    Raises:
        NsaError: it is missing or empty.
    """
    if not element.get(key):
        raise NsaError(f"{file}: a <{element.tag}> has no {key}")
    return element.get(key, "")


def child(where: str, element: Xml.Element, tag: str) -> str:
    """The link that a joint's `parent` or `child` names.

    Raises:
        NsaError: it names none.
    """
    found = element.find(tag)
    if found is None or not found.get("link"):
        raise NsaError(f"{where} has no <{tag} link=…>")
    return found.get("link", "")


def number(where: str, element: Xml.Element | None, key: str, default: float) -> float:
    """A finite number; the default where element or attribute are missing.

    Raises:
        NsaError: it is none.
    """
    return float(_numbers(where, element, key, (default,))[0])


def vector(where: str, element: Xml.Element | None, key: str, default: tuple[float, float, float]) -> Array:
    """Three finite numbers; the default where element or attribute are missing. Shape (3,).

    Raises:
        NsaError: they are none.
    """
    return _numbers(where, element, key, default)


def _numbers(where: str, element: Xml.Element | None, key: str, default: tuple[float, ...]) -> Array:
    text = element.get(key) if element is not None else None
    if text is None:
        return np.array(default)
    try:
        values = np.array([float(word) for word in text.split()])
    except ValueError:
        values = np.array([np.nan])
    if len(values) != len(default) or not np.isfinite(values).all():
        needed = "is a number" if len(default) == 1 else f"are {len(default)} numbers"
        raise NsaError(f"{where}: {key}={text!r}; needed {needed}")
    return values
