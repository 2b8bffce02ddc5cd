"""All figures of one machine and one bundle as one JSON document, stage by stage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from nsa_ros.cli.benchmark.figures import Figures
from nsa_ros.cli.benchmark.machine import machine
from nsa_ros.errors import NsaError

FORMAT = 1
FILE = "benchmarks.json"


class Document(dict[str, Any]):
    """`format`, `machine`, `signer`, and `stages`: name -> figures, with `taken` and `load before`."""

    @classmethod
    def of(cls, signer: Figures) -> Document:
        """A document without stages, of this machine and a signer (`about`)."""
        return cls(format=FORMAT, machine=machine(), signer=signer, stages={})

    def add(self, stage: str, figures: Figures, before: float) -> None:
        """Add the figures of a stage; `before` is the machine's load before it (`machine.load`)."""
        taken = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        self["stages"][stage] = {"taken": taken, "load before": before, **figures}

    def merged(self, old: Mapping[str, Any] | None) -> Document:
        """With the stages of an older document of the same machine, versions and signer that this one lacks."""
        same = old is not None and all(old.get(key) == self[key] for key in ("format", "machine", "signer"))
        return Document(self, stages={**(old["stages"] if same and old else {}), **self["stages"]})


def about(signer: Any) -> Figures:
    """The signer that is measured: of a model its bundle's hash, settings and parity."""
    if not hasattr(signer, "bundle"):
        return {"name": signer.name}
    from nsa_ros.signing.networks import precisions

    bundle = signer.bundle
    files = bundle.description["files"]
    digest = hashlib.sha256("".join(f"{name} {files[name]['sha256']}\n" for name in sorted(files)).encode())
    return {
        "name": bundle.name,
        "sha256": digest.hexdigest(),
        "provider": signer.provider,
        "precision": signer.precision,
        "steps": signer.steps,
        "chunks": list(bundle.chunks),
        "fps": bundle.fps,
        "precisions": list(precisions(bundle)),
        "parity": dict(bundle.description.get("parity", {})),
    }


def read(folder: Path) -> dict[str, Any] | None:
    """The document in a folder; None if there is none that can be read."""
    try:
        found: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def write(document: Document, folder: Path) -> None:
    """Write the document into a folder.

    Raises:
        NsaError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(dumped(document) + "\n", encoding="utf-8")
    except OSError as error:
        raise NsaError(f"--write {folder}: {error.strerror or error}. Give another folder") from error


def dumped(document: Mapping[str, Any]) -> str:
    """As JSON, the counts of a histogram on one line."""
    text = json.dumps(document, indent=1, ensure_ascii=False)
    lines, flat = [], False
    for line in text.splitlines():
        if flat:
            lines[-1] += line.strip() + ("" if line.strip().startswith("]") else " ")
            flat = not line.strip().startswith("]")
        else:
            lines.append(line)
            flat = line.endswith('"counts": [')
    return "\n".join(lines)
