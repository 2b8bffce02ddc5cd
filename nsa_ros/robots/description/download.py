"""Fetching the URDF of a robot: from the address that its YAML pins, checked by its hash, into the user's folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.robot import Source

SCHEMES = ("https", "http", "file")

LARGEST = 20_000_000
"""Of a URDF [bytes]; the largest of the robots shipped has 0.1 MB."""

TIMEOUT = 30.0
"""Without an answer [s]."""


@dataclass(frozen=True)
class Download:
    """What became of a download.

    Attributes:
        file: where the URDF is.
        sha256: of its bytes, in hexadecimal.
        fresh: whether it was fetched now; else it was there already, with the right hash.
    """

    file: Path
    sha256: str
    fresh: bool


def download(source: Source, folder: str | Path) -> Download:
    """Fetch a URDF, unless it is there; the file is either whole and right, or as it was before.

    Args:
        source: its name, address and hash. Without a hash whatever comes is taken; compare the one returned.
        folder: where it goes; made when it is not there. `places.downloads()` is where robots look for it.

    Raises:
        NsaError: there is no address, it cannot be reached, what comes is not what the hash says, or the folder
            cannot be written.
    """
    if not source.url:
        raise NsaError(
            f"{source.file} has no url to get it from; copy the file to {folder}, or say where it is (--urdf)"
        )
    if not source.file or Path(source.file).name != source.file:
        raise NsaError(f"urdf: file is {source.file!r}; a file that is downloaded has a plain name, without a folder")
    file = Path(folder).expanduser() / source.file
    wanted = source.sha256.lower()
    if wanted and file.is_file() and _hash(_read(file)) == wanted:
        return Download(file, wanted, fresh=False)
    content = fetch(source.url)
    found = _hash(content)
    if wanted and found != wanted:
        raise NsaError(
            f"{source.url}: what came is not the file that was pinned (sha256 {found}, wanted {wanted}), so nothing "
            "was kept. If you trust the new file, put its sha256 into your own copy of the robot's YAML"
        )
    _write_whole(file, content)
    return Download(file, found, fresh=True)


def fetch(url: str) -> bytes:
    """What is at an address.

    Raises:
        NsaError: not one of `SCHEMES`, no answer, an error, or more than `LARGEST` bytes.
    """
    if urllib.parse.urlsplit(url).scheme not in SCHEMES:
        raise NsaError(f"url {url!r} must begin with one of {', '.join(scheme + ':' for scheme in SCHEMES)}")
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:
            content = bytes(answer.read(LARGEST + 1))
            promised = int(answer.headers.get("Content-Length") or len(content))
    except urllib.error.HTTPError as error:
        raise NsaError(f"{url}: the server says {error.code} {error.reason}; the file may have moved") from error
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise NsaError(
            f"{url}: no answer ({reason}). Is there a network? Otherwise bring the file from another machine and "
            "name it with --urdf FILE"
        ) from error
    if len(content) > LARGEST:
        raise NsaError(f"{url}: more than {LARGEST // 1_000_000} MB; that is no URDF")
    if len(content) < promised:
        raise NsaError(f"{url}: broke off after {len(content)} of {promised} bytes; try again")
    return content


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NsaError(f"{file}: cannot be read ({error.strerror or error})") from error


def _write_whole(file: Path, content: bytes) -> None:
    """Write beside the file and rename, so that nobody ever sees half of it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            part.chmod(0o644)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise NsaError(
            f"{file}: cannot be written ({error.strerror or error}); XDG_DATA_HOME chooses another folder"
        ) from error
