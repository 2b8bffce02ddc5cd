"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from nsa_ros.errors import NsaError


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes its name only when the block ends without an error; folders are made.

    Raises:
        NsaError: it cannot be written; nothing is left behind.
    """
    place = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, place = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            yield cast(BinaryIO, file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(place, 0o644)
        os.replace(place, path)
    except OSError as error:
        raise NsaError(
            f"{path} cannot be written: {error.strerror or error}. Free space or give another --out"
        ) from error
    finally:
        if place and os.path.exists(place):
            os.unlink(place)
