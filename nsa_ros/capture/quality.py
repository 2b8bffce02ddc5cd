"""How far a fit can be trusted: its figures against the landmarks that it was made from. One report per clip."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.contact import Hands, Skin
from nsa_ros.body.kinematics import Posed, forward
from nsa_ros.body.limits import Limits, limits
from nsa_ros.body.motion import Motion
from nsa_ros.body.revolute import ROOT, RevoluteModel
from nsa_ros.body.skeleton import JOINTS, default_skeleton
from nsa_ros.capture.anchors import anchors
from nsa_ros.capture.fitted import Fitted
from nsa_ros.capture.landmarks import BODY, HAND, SIDES, Landmarks
from nsa_ros.capture.verdict import verdict

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SEEN = 0.3
"""Confidence from which a point counts as seen; MediaPipe guesses hips and elbows outside the picture with less."""

BEYOND = 1.0
"""How far a joint has to be beyond its limit to be counted [degrees]: limits are rounded to whole degrees or more."""

_BONES = [(0 if i % 4 == 1 else i - 1, i) for i in range(1, len(HAND))]
_INDEX, _PINKY = HAND.index("index1"), HAND.index("pinky1")
_EXCHANGED = 2.0  # how many times nearer to the other side's wrist of the body a hand has to be

_FITTED_JOINTS = [
    i
    for i, name in enumerate(JOINTS)
    if i > 0 and not any(part in name for part in ("hip", "knee", "ankle", "foot", "eye"))
]
"""Joints that landmarks move: neither legs nor eyes, and not the root, which carries the camera's tilt."""


def quality(landmarks: Landmarks, fitted: Fitted) -> dict[str, Any]:
    """The report of one clip, fit for JSON; what cannot be measured is `None`.

    Returns:
        - `frames`, `fps`
        - `seen`: share of frames with `left_hand`, `right_hand`, any `hand`, and with the `person` in view (both
          shoulders in the picture; `None` for landmarks of hands alone); `turned`: with the left shoulder left of the
          right one; `exchanged`: with a hand at the wrist of the other arm
        - `gap_s`: the longest time [s] that `left_hand`, `right_hand` was lost between two sightings
        - `repeated`: share of frames that are the same as the one before
        - `reprojection`: of `hands` and `body`, over the points seen, how far the fit lies from them in the picture:
          `median_px`, `p95_px`, and the same in palm widths (index knuckle to pinky knuckle in the picture, the median
          of the clip, of the wider hand): `median_palm`, `p95_palm`; `points`: how many
        - `jitter`: root mean square of the acceleration of the points of the hands [m/s²], of the `fit` and of the
          `raw` landmarks, in the plane of the picture at the depth of the fit, and their `ratio`; `depth`: the same of
          depth relative to the wrist, where the landmarks have one. The movement of the sign is in both
        - `speed`: of the wrists, the 99th percentile [m/s]
        - `limits`: share of frames of joints more than `BEYOND` outside `body.limits`, `deepest` [degrees], `joint`
        - `bones`: spread of the raw landmarks' bone lengths of the hands in 3D (standard deviation over mean, the
          hand's size taken out, median of the bones). The fit's are constant; so this is the part of the detector's
          depth that no hand can have done: about 0.05 for a good one, 0.2 where fingers point at the camera
        - `penetration`: depth of `hands` in each other and of hands in the `skin` of head and trunk [mm], 95th
          percentile of the frames and `deepest`
        - `proportions`: of the figure
        - `notes`: of the reader; `verdict` and `reasons`: see `capture.verdict`
    """
    points, confidence = picture_points(landmarks)
    seen = confidence > 0
    skeleton = fitted.skeleton
    posed = forward(skeleton, fitted.motion.poses, fitted.motion.transl)
    anchored = anchors(skeleton).positions(posed)
    placed = fitted.camera.project(anchored)
    report: dict[str, Any] = {
        "frames": len(landmarks),
        "fps": landmarks.fps,
        "seen": _seen(landmarks),
        "gap_s": {side: _longest_gap(s) / landmarks.fps for side, s in zip(_names(), landmarks.seen.T, strict=True)}
        if landmarks.ordered
        else None,
        "repeated": _repeated(points) if landmarks.ordered else None,
        "reprojection": _reprojection(landmarks, points, confidence, placed),
        "jitter": _jitter(landmarks, fitted, points, seen, anchored) if landmarks.ordered else None,
        "speed": _speed(anchored, landmarks.seen, landmarks.fps) if landmarks.ordered else None,
        "limits": _limits(fitted.motion),
        "bones": _bones(landmarks),
        "penetration": _penetration(fitted, posed),
        "proportions": fitted.proportions,
        "notes": list(landmarks.notes),
    }
    report = _rounded(report)
    report["verdict"], report["reasons"] = verdict(report)
    return report


def picture_points(landmarks: Landmarks) -> tuple[Array, Array]:
    """Body, left hand, right hand as one, in the order of `capture.anchors`: places [pixels], (F, 58, 2), and
    confidence, (F, 58)."""
    frames = len(landmarks)
    points = np.concatenate([landmarks.body, landmarks.hands.reshape(frames, -1, 3)], axis=1)[..., :2]
    confidence = np.concatenate([landmarks.body_confidence, landmarks.hands_confidence.reshape(frames, -1)], axis=1)
    return points, np.where(np.isfinite(points).all(axis=-1), confidence, 0.0)


def palm_widths(landmarks: Landmarks) -> Array:
    """From index knuckle to pinky knuckle in the picture [pixels], NaN where unseen. Shape (F, 2)."""
    across = landmarks.hands[:, :, _INDEX, :2] - landmarks.hands[:, :, _PINKY, :2]
    return np.where(landmarks.seen, np.linalg.norm(across, axis=-1), np.nan)


def _names() -> list[str]:
    return [f"{side}_hand" for side in SIDES]


def _median(values: Array) -> float | None:
    values = values[np.isfinite(values)]
    return float(np.median(values)) if values.size else None


def _rms(vectors: Array) -> float:
    return float(np.sqrt((vectors**2).sum(axis=-1).mean()))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, float | np.floating):
        return round(float(value), 4) if np.isfinite(value) else None
    return value


def _seen(landmarks: Landmarks) -> dict[str, float | None]:
    hands = landmarks.seen
    shares: dict[str, float | None] = {name: float(h.mean()) for name, h in zip(_names(), hands.T, strict=True)}
    shares["hand"] = float(hands.any(axis=1).mean())
    shares |= {"person": None, "turned": None, "exchanged": None}
    body, sure = landmarks.body[..., :2], landmarks.body_confidence
    if not (sure > 0).any():
        return shares
    inside = (sure >= SEEN) & ((body >= 0) & (body <= np.array(landmarks.size))).all(axis=-1)
    left, right = (BODY.index(f"{side}_shoulder") for side in SIDES)
    both = inside[:, left] & inside[:, right]
    shares["person"] = float(both.mean())
    shares["turned"] = float((both & (body[:, left, 0] < body[:, right, 0])).mean())
    wrists = body[:, [BODY.index(f"{side}_wrist") for side in SIDES]]
    own, other = (np.linalg.norm(landmarks.hands[:, :, 0, :2] - to, axis=-1) for to in (wrists, wrists[:, ::-1]))
    away = own > _EXCHANGED * other + palm_widths(landmarks)
    shares["exchanged"] = float(away[hands].mean()) if hands.any() else None
    return shares


def _longest_gap(seen: Mask) -> int:
    """Frames between two sightings, the most."""
    at = np.flatnonzero(seen)
    return int(np.diff(at).max() - 1) if len(at) > 1 else 0


def _repeated(points: Array) -> float | None:
    if len(points) < 2:
        return None
    one, other = points[:-1], points[1:]
    unseen = np.isnan(one) & np.isnan(other)
    same = (unseen | (np.abs(one - other) < 1e-6)).all(axis=(1, 2)) & ~unseen.all(axis=(1, 2))
    return float(same.mean())


def _reprojection(landmarks: Landmarks, points: Array, confidence: Array, placed: Array) -> dict[str, Any]:
    widths = [width for width in map(_median, palm_widths(landmarks).T) if width is not None]
    palm = max(widths, default=None)
    away = np.linalg.norm(placed - points, axis=-1)
    report: dict[str, Any] = {"palm_px": palm}
    body = slice(0, len(BODY))
    for name, part in (("hands", slice(len(BODY), None)), ("body", body)):
        found = away[:, part][(confidence[:, part] >= (SEEN if part is body else 1e-9))]
        found = np.where(np.isfinite(found), found, np.inf)  # behind the camera
        if not found.size:
            report[name] = None
            continue
        median, p95 = (float(np.percentile(found, p, method="nearest")) for p in (50, 95))
        report[name] = {
            "median_px": median,
            "p95_px": p95,
            "median_palm": median / palm if palm else None,
            "p95_palm": p95 / palm if palm else None,
            "points": int(found.size),
        }
    return report


def _jitter(landmarks: Landmarks, fitted: Fitted, points: Array, seen: Mask, anchored: Array) -> dict[str, Any] | None:
    hands = slice(len(BODY), None)
    watched = seen[:-2, hands] & seen[1:-1, hands] & seen[2:, hands]
    if not watched.any():
        return None
    camera = fitted.camera
    scale = (camera.position[2] - anchored[:, hands, 2:]) / camera.focal  # metres of a pixel at that depth

    def acceleration(values: Array) -> float:
        return _rms((np.diff(values, n=2, axis=0) * landmarks.fps**2)[watched])

    raw = points[:, hands] * scale
    figures: dict[str, Any] = _pair(acceleration(anchored[:, hands, :2]), acceleration(raw))
    figures["depth"] = None
    if landmarks.depth:
        frames = len(landmarks)
        ours = anchored[:, hands, 2].reshape(frames, 2, -1)
        theirs = landmarks.hands[..., 2] * scale.reshape(frames, 2, -1)
        figures["depth"] = _pair(
            *(acceleration((z - z[:, :, :1]).reshape(frames, -1, 1)) for z in (ours, np.nan_to_num(theirs)))
        )
    return figures


def _pair(fit: float, raw: float) -> dict[str, Any]:
    return {"fit": fit, "raw": raw, "ratio": fit / raw if raw > 0 else None}


def _speed(anchored: Array, seen: Mask, fps: float) -> float | None:
    wrists = anchored[:, [len(BODY), len(BODY) + len(HAND)]]
    speed = np.linalg.norm(np.diff(wrists, axis=0), axis=-1)[seen[1:] & seen[:-1]] * fps
    return float(np.percentile(speed, 99)) if speed.size else None


@cache
def _model() -> tuple[RevoluteModel, Limits]:
    model = RevoluteModel(default_skeleton())
    return model, limits(model)


def _limits(motion: Motion) -> dict[str, Any]:
    model, allowed = _model()
    q = model.from_motion(motion.poses, motion.transl)[:, len(ROOT) :]
    lower, upper = allowed.lower[len(ROOT) :], allowed.upper[len(ROOT) :]
    middle = (lower + upper) / 2
    q = middle + (q - middle + np.pi) % (2 * np.pi) - np.pi
    excess = np.degrees(np.maximum(lower - q, q - upper)).reshape(len(q), len(JOINTS), 3)[:, _FITTED_JOINTS]
    deepest = np.unravel_index(excess.argmax(), excess.shape)
    name = model.names[len(ROOT) + 3 * _FITTED_JOINTS[int(deepest[1])] + int(deepest[2])]
    beyond = bool(excess[deepest] > BEYOND)
    return {
        "share": float((excess.max(axis=-1) > BEYOND).mean()),
        "deepest": float(max(excess[deepest], 0.0)),
        "joint": name if beyond else None,
    }


def _bones(landmarks: Landmarks) -> float | None:
    if not landmarks.depth:
        return None
    ends = np.array(_BONES)
    hands = landmarks.hands[landmarks.seen]
    lengths = np.linalg.norm(hands[:, ends[:, 0]] - hands[:, ends[:, 1]], axis=-1)
    lengths = lengths[np.isfinite(lengths).all(axis=1)]
    if len(lengths) < 2:
        return None
    lengths = lengths / np.maximum(np.sqrt((lengths**2).mean(axis=1, keepdims=True)), 1e-9)
    return _median(lengths.std(axis=0) / np.maximum(lengths.mean(axis=0), 1e-9))


def _penetration(fitted: Fitted, posed: Posed) -> dict[str, Any]:
    hands, skin = Hands(fitted.skeleton), Skin(fitted.skeleton)
    depths = {
        "hands": hands.overlap(posed)[0],
        "skin": np.maximum(*(skin.depth(posed, hand) for hand in (hands.right, hands.left))),
    }
    return {
        name: {"p95": 1000 * float(np.percentile(depth, 95)), "deepest": 1000 * float(depth.max())}
        for name, depth in depths.items()
    }
