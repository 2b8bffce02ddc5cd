"""What became of each clip of a run, and of all together."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from nsa_ros.capture.files import whole

SUMMARY = "summary.json"


@dataclass(frozen=True)
class Row:
    """What became of a clip.

    Attributes:
        status: `fitted` now, `skipped` because it was there, or `failed`.
        frames: of the fit.
        quality: its report, with `verdict` and `reasons`.
        cause: why it failed.
    """

    status: Literal["fitted", "skipped", "failed"]
    frames: int = 0
    quality: dict[str, Any] = field(default_factory=dict)
    cause: str = ""


@dataclass
class Summary:
    """Of a run.

    Attributes:
        total: clips to do.
        seconds: that it took.
        rows: by clip.
    """

    total: int
    seconds: float = 0.0
    rows: dict[str, Row] = field(default_factory=dict)

    def count(self, status: str) -> int:
        """Clips that became this."""
        return sum(row.status == status for row in self.rows.values())

    @property
    def verdicts(self) -> dict[str, int]:
        """Clips of each verdict, those that were there included."""
        return dict(Counter(row.quality.get("verdict", "none") for row in self.rows.values() if row.status != "failed"))

    def as_dict(self) -> dict[str, Any]:
        """For JSON: figures of the run, then each clip."""
        frames = sum(row.frames for row in self.rows.values() if row.status == "fitted")
        return {
            "clips": self.total,
            **{status: self.count(status) for status in ("fitted", "skipped", "failed")},
            "not_tried": self.total - len(self.rows),
            "verdicts": self.verdicts,
            "frames": frames,
            "seconds": round(self.seconds, 1),
            "frames_per_second": round(frames / self.seconds, 2) if self.seconds else 0.0,
            "each": {name: _said(row) for name, row in sorted(self.rows.items())},
        }

    def lines(self) -> list[str]:
        """For people."""
        said = self.as_dict()
        counts = [f"{said[status]:,} {status}" for status in ("fitted", "skipped", "failed")]
        lines = [
            f"{self.total:,} clips: {', '.join(counts)}"
            + (f", {said['not_tried']:,} not tried" * bool(said["not_tried"]))
        ]
        if self.verdicts:
            lines.append(
                "verdicts: " + ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(self.verdicts.items()))
            )
        if said["frames"]:
            lines.append(f"{said['frames']:,} frames in {self.seconds:.0f} s, {said['frames_per_second']:g} frames/s")
        return lines

    def write(self, folder: Path, key: str) -> None:
        """Write `SUMMARY`; the key names the settings.

        Raises:
            NsaError: it cannot be written.
        """
        with whole(folder / SUMMARY) as file:
            file.write(
                (json.dumps({"fit_settings": key, **self.as_dict()}, indent=1, ensure_ascii=False) + "\n").encode()
            )


def _said(row: Row) -> dict[str, Any]:
    if row.status == "failed":
        return {"status": row.status, "cause": row.cause}
    return {"status": row.status, "frames": row.frames, **row.quality}
