"""A corpus on disk: a folder with `corpus.json`, its manifest, and one `.npz` file a shard.

A shard appears under its name when it is whole; the manifest lists shards with their hashes when all are there.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import PARTS, Corpus, Part, Passage, Sentence
from nsa_ros.signing.alignment import PlannedUnit

MANIFEST = "corpus.json"
FORMAT = 2
_PARTIAL = ".partial"


def shard_name(part: Part, number: int) -> str:
    """File name of a shard."""
    return f"{part}-{number:05d}.npz"


def write_shard(file: Path, passages: Sequence[Passage]) -> None:
    """Write a shard; the same passages give the same bytes.

    Raises:
        NsaError: it cannot be written, such as for want of space; nothing half-written is left.
    """
    table = [[p.text, p.seed, [[s.tokens, s.plan] for s in p.sentences], p.rest, len(p.poses)] for p in passages]
    partial = file.with_suffix(_PARTIAL)
    try:
        with partial.open("wb") as opened:
            np.savez(
                opened,
                table=np.array(json.dumps(table)),
                poses=np.concatenate([p.poses for p in passages]).astype(np.float32),
                expression=np.concatenate([p.expression for p in passages]).astype(np.float32),
            )
            opened.flush()
            os.fsync(opened.fileno())
        partial.replace(file)
    except OSError as error:
        raise _unwritten(file, partial, error) from error


def _unwritten(file: Path, partial: Path, error: OSError) -> NsaError:
    """What to say when a file cannot be written; what there is of it is removed."""
    with suppress(OSError):
        partial.unlink()
    full = " Make room there; what is whole is kept." if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    return NsaError(f"{file} cannot be written: {error.strerror or error}.{full} Then run the same again")


def read_shard(file: Path) -> Iterator[Passage]:
    """The passages of a shard.

    Raises:
        NsaError: it is not there, or not whole.
    """
    try:
        with np.load(file, allow_pickle=False) as data:
            table, poses, expression = json.loads(str(data["table"])), data["poses"], data["expression"]
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise NsaError(f"{file} is not a whole shard ({error}). Delete it and run `nsa corpus build` again") from error
    start = 0
    for text, seed, rows, rest, frames in table:
        part = slice(start, start + frames)
        sentences = [Sentence(tokens, [PlannedUnit(*unit) for unit in plan]) for tokens, plan in rows]
        yield Passage(text, seed, sentences, rest, poses[part], expression[part])
        start += frames


def shard_content(file: Path) -> dict[str, Any]:
    """What the manifest says of a shard: texts, frames, sha256. NsaError as `read_shard`."""
    passages = list(read_shard(file))
    return {
        "texts": len(passages),
        "frames": sum(len(p.poses) for p in passages),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }


def clear_partial(folder: Path) -> None:
    """Remove what a run that was stopped has left half-written."""
    for file in folder.glob(f"*{_PARTIAL}"):
        file.unlink(missing_ok=True)


def write_manifest(folder: Path, meta: Mapping[str, Any]) -> None:
    """Write `corpus.json` as a whole.

    Raises:
        NsaError: it cannot be written.
    """
    partial = folder / f"corpus{_PARTIAL}"
    try:
        partial.write_text(json.dumps(meta, indent=1), encoding="utf-8")
        partial.replace(folder / MANIFEST)
    except OSError as error:
        raise _unwritten(folder / MANIFEST, partial, error) from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """What `corpus.json` says.

    Raises:
        NsaError: no corpus there, or one of another format.
    """
    file = folder / MANIFEST
    if not file.is_file():
        raise NsaError(f"no corpus in {folder}. Make one: nsa corpus build --out {folder} --hours 1")
    try:
        meta: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise NsaError(f"{file} is not readable ({error}). Delete {folder} and make the corpus again") from error
    if meta.get("format") != FORMAT:
        raise NsaError(
            f"{folder} holds a corpus of format {meta.get('format')}; this version reads {FORMAT}. Make it anew"
        )
    return meta


def read_corpus(folder: Path) -> Corpus:
    """Read a corpus that `nsa corpus build` finished.

    Raises:
        NsaError: no corpus there, one that is not finished, or a shard that is missing or altered.
    """
    meta = read_manifest(folder)
    if "shards" not in meta:
        raise NsaError(f"the corpus in {folder} is not finished. Run the same `nsa corpus build` again: it goes on")
    made: dict[Part, list[Passage]] = {part: [] for part in PARTS}
    for name, content in meta["shards"].items():
        file = folder / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != content["sha256"]:
            raise NsaError(f"{file} is missing or altered. Delete it and run `nsa corpus build` again")
        made[name.rsplit("-", 1)[0]] += read_shard(file)
    return Corpus(meta, *(made[part] for part in PARTS))


_KEPT = 100
"""Texts of a shard of a data set that is kept."""


def write_corpus(folder: Path, corpus: Corpus) -> None:
    """Keep a data set as a corpus, so that it is read once: `read_corpus` gives the same back.

    Raises:
        NsaError: the folder is not empty, a file cannot be written, or the corpus is a mixture.
    """
    if corpus.shares:
        raise NsaError("a mixture is not kept as one corpus: keep its data sets, and mix those")
    if folder.is_dir() and any(folder.iterdir()):
        raise NsaError(f"{folder} is not empty; give another folder")
    parts: dict[Part, list[Passage]] = {part: getattr(corpus, part) for part in PARTS}
    shards = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NsaError(f"{folder} cannot be written: {error.strerror}. Give another folder") from error
    for part, passages in parts.items():
        for number, start in enumerate(range(0, len(passages), _KEPT)):
            file = folder / shard_name(part, number)
            write_shard(file, passages[start : start + _KEPT])
            shards[file.name] = shard_content(file)
    write_manifest(folder, {**corpus.meta, "format": FORMAT, "shards": shards})
