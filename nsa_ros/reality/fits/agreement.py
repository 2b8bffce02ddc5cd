"""How near fits lie to what was seen, how calm they are, and what their reports say: by source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.landmarks import BODY, HAND
from nsa_ros.capture.quality import SEEN, palm_widths
from nsa_ros.reality.fits.reading import FittedClip

Array = NDArray[np.float64]

_HANDS = (slice(len(BODY), len(BODY) + len(HAND)), slice(len(BODY) + len(HAND), None))
_KNUCKLES = [HAND.index("index1"), HAND.index("pinky1")]


def agreement(clips: Sequence[FittedClip]) -> dict[str, dict[str, Any]]:
    """Figures of the letters and the words of each source: `source, kind` to

    - `clips`, `frames`, `good`, `usable`, `reject`: how many
    - `hands`, `body`: distance between the fit and the points seen: `median_px`, and shares of a palm's width (index
      knuckle to pinky knuckle): `median_palm`, `p90_palm`, against the width in the picture, median of the clip;
      `median_facing`, against the width that the fit's palm would have in the picture if it faced the camera
    - `jitter`, `depth_jitter`: root mean square of the acceleration of the points of the hands [m/s²], of `raw`
      landmarks and `fit`, medians of the clips, and the median of their `ratio`
    - `bones`: spread of the raw landmarks' bone lengths, median of the clips
    - `limits`: share of frames of joints beyond their limits
    """
    groups: dict[str, list[FittedClip]] = {}
    for clip in clips:
        groups.setdefault(f"{clip.source}, {clip.kind}", []).append(clip)
    return {name: _figures(group) for name, group in groups.items()}


def _figures(clips: Sequence[FittedClip]) -> dict[str, Any]:
    verdicts = Counter(clip.report["verdict"] for clip in clips)
    jitter = [clip.report["jitter"] for clip in clips if clip.report["jitter"]]
    frames = sum(len(clip.landmarks) for clip in clips)
    return {
        "clips": len(clips),
        "frames": frames,
        **{verdict: verdicts[verdict] for verdict in ("good", "usable", "reject")},
        "hands": _offsets([row for clip in clips for row in hand_offsets(clip)]),
        "body": _offsets([row for clip in clips for row in _body_offsets(clip)]),
        "jitter": _jitter(jitter),
        "depth_jitter": _jitter([row["depth"] for row in jitter if row["depth"]]),
        "bones": _median(clip.report["bones"] for clip in clips),
        "limits": round(sum(clip.report["limits"]["share"] * len(clip.landmarks) for clip in clips) / frames, 4),
    }


def hand_offsets(clip: FittedClip) -> list[tuple[Array, float, Array]]:
    """Of each hand that was seen: distances from the fit to the points [pixels], the palm's width in the picture, the
    median [pixels], and its width if it faced the camera, for each distance [pixels]."""
    rows = []
    camera, widths = clip.fitted.camera, palm_widths(clip.landmarks)
    for side, part in enumerate(_HANDS):
        seen = clip.confidence[:, part] > 0
        if not seen.any():
            continue
        away = np.linalg.norm(clip.placed[:, part] - clip.points[:, part], axis=-1)
        a, b = (clip.world[:, part][:, knuckle] for knuckle in _KNUCKLES)
        distance = camera.position[2] - (a + b)[:, 2] / 2
        facing = np.broadcast_to((np.linalg.norm(a - b, axis=-1) * camera.focal / distance)[:, None], away.shape)
        rows.append((away[seen], float(np.nanmedian(widths[:, side])), facing[seen]))
    return rows


def _body_offsets(clip: FittedClip) -> list[tuple[Array, float, Array]]:
    hands = hand_offsets(clip)
    seen = clip.confidence[:, : len(BODY)] >= SEEN
    if not seen.any() or not hands:
        return []
    away = np.linalg.norm(clip.placed[:, : len(BODY)] - clip.points[:, : len(BODY)], axis=-1)[seen]
    return [(away, max(row[1] for row in hands), np.full(len(away), np.median(hands[0][2])))]


def _offsets(rows: Sequence[tuple[Array, float, Array]]) -> dict[str, float] | None:
    if not rows:
        return None
    away = np.concatenate([row[0] for row in rows])
    shares = np.concatenate([row[0] / row[1] for row in rows])
    facing = away / np.concatenate([row[2] for row in rows])
    return {
        "median_px": round(float(np.median(away)), 2),
        "median_palm": round(float(np.median(shares)), 4),
        "p90_palm": round(float(np.percentile(shares, 90)), 4),
        "median_facing": round(float(np.median(facing)), 4),
    }


def _jitter(rows: Sequence[dict[str, Any]]) -> dict[str, float | None] | None:
    return {key: _median(row[key] for row in rows) for key in ("raw", "fit", "ratio")} if rows else None


def _median(values: Iterable[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return round(float(np.median(there)), 3) if there else None
