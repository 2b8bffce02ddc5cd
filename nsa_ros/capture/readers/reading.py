"""One clip, in pixels, put right and checked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.capture.landmarks import SIDES, Landmarks
from nsa_ros.capture.readers.arrays import read_array
from nsa_ros.capture.readers.collections import Collection, collection_of
from nsa_ros.capture.readers.hands import put_right
from nsa_ros.capture.readers.mirroring import unmirror
from nsa_ros.capture.readers.openpose import read_openpose
from nsa_ros.capture.readers.options import ClipReference, ReadOptions
from nsa_ros.capture.readers.pose_files import read_pose
from nsa_ros.capture.readers.seen import Seen
from nsa_ros.capture.readers.video import read_video
from nsa_ros.errors import NsaError

Array = NDArray[np.float64]

ASSUMED_FPS = 24.0
ASSUMED_SIZE = (1280, 720)
COMMON_SIZES = (ASSUMED_SIZE, (720, 1280), (1920, 1080), (1080, 1920), (3840, 2160), (2160, 3840))
HELD = 0.9
"""Share of the points, all but guesses, that a picture holds. Pixels of unknown size take the first of `COMMON_SIZES`
that does."""

FADE = 0.1
"""How far outside the picture a point's confidence reaches 0, in picture heights: detectors guess what they do not
see, above all hips and wrists below the picture."""

FLAT = 0.02
"""Depth of a hand below which it is taken for flat, in its own heights."""


def read_clip(reference: ClipReference, options: ReadOptions | None = None) -> Landmarks:
    """Read a clip.

    Raises:
        NsaError: it cannot be read, nobody is in view, or a rate cannot be; the message names file and frame.
    """
    options = options or ReadOptions()
    collection = collection_of(reference.path)
    seen = _read(reference, options)
    if collection and collection.stale:
        seen.keep(slice(collection.stale, None))
    _drop_values_that_are_none(seen)
    _must_be_seen(seen, reference)
    fps = _fps(seen, reference, options, collection)
    size = _size(seen, options, collection)
    if not _are_pixels(seen):
        for part in Seen.PARTS:
            setattr(seen, part, getattr(seen, part) * [size[0], size[1], size[0]])
    _must_be_in_the_picture(seen, size, reference)
    depth = _depth(seen, options, size)
    mirrored = options.mirrored if options.mirrored is not None else bool(collection and collection.mirrored)
    if mirrored:
        unmirror(seen, size[0])
    if options.unswap and seen.ordered:
        put_right(seen)
    _fade_outside(seen, size)
    _tell_what_is_missing(seen)
    return Landmarks(
        **{key: getattr(seen, key) for part in Seen.PARTS for key in (part, f"{part}_confidence")},
        fps=fps,
        size=size,
        name=reference.name,
        depth=depth,
        face_layout=seen.face_layout,
        ordered=seen.ordered,
        labels=_labels(seen, reference, collection),
        notes=tuple(seen.notes),
    )


def _read(reference: ClipReference, options: ReadOptions) -> Seen:
    if options.person and reference.kind in ("array", "video"):
        raise NsaError(f"{reference}: MediaPipe follows one person; there is no --person {options.person} to choose")
    try:
        if reference.kind == "array":
            return read_array(reference.path, reference.key)
        if reference.kind == "pose":
            return read_pose(reference.path, options.person)
        if reference.kind == "openpose":
            return read_openpose(reference.path, reference.key, options.person)
        return read_video(reference.path, options)
    except OSError as error:
        raise NsaError(f"{reference} cannot be read: {error.strerror or error}") from error


def _labels(seen: Seen, reference: ClipReference, collection: Collection | None) -> tuple[tuple[str, str], ...]:
    text = collection.text(reference.path, reference.key) if collection else seen.text
    labels = {
        "source": collection.source if collection else reference.path.name,
        "license": collection.license if collection else "",
        "status": "captured, monocular",
        "detector": seen.detector,
        "text": text,
    }
    return tuple((key, value) for key, value in labels.items() if value)


def _drop_values_that_are_none(seen: Seen) -> None:
    """Infinite and half-given coordinates count as not seen; of those a note says how many there were."""
    count, frames = 0, set()
    for part in Seen.PARTS:
        points, sure = getattr(seen, part), getattr(seen, f"{part}_confidence")
        bad = ~np.isfinite(points).all(axis=-1)
        odd = bad & ~np.isnan(points).all(axis=-1) | (bad & (sure > 0)) | ~np.isfinite(sure)
        count += int(odd.sum())
        frames |= set(np.nonzero(odd)[0].tolist())
        points[bad | odd], sure[bad | odd] = np.nan, 0.0
    if count:
        seen.notes.append(
            f"{count} points in {len(frames)} frames (the first is {min(frames)}) are not finite and count as not seen"
        )


def _must_be_seen(seen: Seen, reference: ClipReference) -> None:
    if len(seen) == 0:
        raise NsaError(f"{reference} has no frames")
    if not any((getattr(seen, f"{part}_confidence") > 0).any() for part in Seen.PARTS):
        nothing = "; all values are zero or NaN" if reference.kind == "array" else ""
        raise NsaError(f"{reference}: nobody is in view in any of the {len(seen)} frames{nothing}")
    if not (seen.body_confidence > 0).any() and not (seen.hands_confidence > 0).any():
        raise NsaError(f"{reference}: neither body nor hands are seen in any of the {len(seen)} frames, only a face")


def _fps(seen: Seen, reference: ClipReference, options: ReadOptions, collection: Collection | None) -> float:
    if options.fps is not None:
        return options.fps
    if seen.fps is not None:
        if not 1 <= seen.fps <= 1000:
            raise NsaError(f"{reference} says {seen.fps:g} frames/s; say the right rate, 1 to 1000, with --fps")
        return seen.fps
    if collection and collection.fps:
        fps, told = collection.fps, collection.fps_known
    else:
        fps, told = ASSUMED_FPS, False
    if not told and seen.ordered:
        seen.notes.append(f"the frame rate is not recorded; {fps:g} frames/s assumed (--fps)")
    return fps


def _size(seen: Seen, options: ReadOptions, collection: Collection | None) -> tuple[int, int]:
    size = options.size or seen.size or (collection and collection.size)
    if size and min(size) > 0:
        return size
    size = ASSUMED_SIZE
    if _are_pixels(seen):
        points = _sure_points(seen)
        size = next((some for some in COMMON_SIZES if (points < some).all(axis=1).mean() > HELD), COMMON_SIZES[-1])
    seen.notes.append(f"the size of the picture is not recorded; {size[0]} x {size[1]} assumed (--size)")
    return size


def _sure_points(seen: Seen) -> Array:
    """Points that were seen rather than guessed. Shape (P, 2)."""
    points = [getattr(seen, part)[getattr(seen, f"{part}_confidence") > 0.5][:, :2] for part in Seen.PARTS]
    every = np.concatenate(points)
    return every if len(every) else np.concatenate([seen.body[seen.body_confidence > 0][:, :2], np.zeros((1, 2))])


def _are_pixels(seen: Seen) -> bool:
    """Parts of a picture are hardly above 1, pixels hardly below."""
    return bool(np.median(np.abs(_sure_points(seen))) > 2.0)


def _must_be_in_the_picture(seen: Seen, size: tuple[int, int], reference: ClipReference) -> None:
    points = _sure_points(seen)
    inside = ((points > 0) & (points < size)).all(axis=1).mean()
    if inside == 0:
        raise NsaError(
            f"{reference}: no point is within the picture of {size[0]} x {size[1]}. Landmarks in the picture are "
            "needed, in pixels or as parts of it, not in the world; or give the picture's size with --size"
        )
    if inside < HELD - 0.1:
        seen.notes.append(
            f"{1 - inside:.0%} of the points lie outside the picture of {size[0]} x {size[1]}; is that right (--size)?"
        )


def _depth(seen: Seen, options: ReadOptions, size: tuple[int, int]) -> bool:
    """Whether z is to be used; it is set to 0 where not."""
    flat = seen.depth is False or _is_flat(seen)
    if flat and options.depth and seen.depth_in_widths:
        _widths_to_pixels(seen, size[0])
        return True
    if not flat and options.depth is not False:
        return True
    if flat and seen.depth is None:
        hint = "; they may be in picture widths: --depth takes them so" if seen.depth_in_widths else ""
        seen.notes.append(f"depths are flat, the landmarks are used as 2D{hint}")
    for part in Seen.PARTS:
        points = getattr(seen, part)
        points[..., 2] = np.where(np.isnan(points[..., 0]), np.nan, 0.0)
    return False


def _widths_to_pixels(seen: Seen, width: int) -> None:
    """pose-format writes x and y in pixels and z as MediaPipe gives it, as a part of the picture's width."""
    seen.hands[..., 2] -= seen.hands[..., :1, 2]
    middle = np.nanmedian(seen.body[..., 2]) if (seen.body_confidence > 0).any() else 0.0
    seen.body[..., 2] -= middle
    seen.face[..., 2] -= middle
    for part in Seen.PARTS:
        getattr(seen, part)[..., 2] *= width
    seen.notes.append(f"depths were taken as parts of the picture's width, {width} pixels")


def _is_flat(seen: Seen) -> bool:
    for points in (seen.hands, seen.body):
        there = points[np.isfinite(points).any(axis=(-1, -2))]
        if len(there):
            extent = np.nanmax(there, axis=1) - np.nanmin(there, axis=1)
            return bool(np.median(extent[:, 2]) < FLAT * np.median(extent[:, :2].max(axis=1)))
    return True


def _fade_outside(seen: Seen, size: tuple[int, int]) -> None:
    for part in Seen.PARTS:
        points, sure = getattr(seen, part), getattr(seen, f"{part}_confidence")
        outside = np.maximum(-points[..., :2], points[..., :2] - size).clip(min=0.0).max(axis=-1)
        sure *= np.where(sure > 0, np.clip(1.0 - np.nan_to_num(outside) / (FADE * size[1]), 0.0, 1.0), 0.0)


def _tell_what_is_missing(seen: Seen) -> None:
    frames = len(seen)
    hands = np.asarray((seen.hands_confidence > 0).any(axis=2))
    body = np.asarray((seen.body_confidence > 0).any(axis=1))
    away = ~(hands.any(axis=1) | body)
    if away.any():
        first = int(np.nonzero(away)[0][0])
        seen.notes.append(f"nobody is in view in {away.sum()} of {frames} frames (the first is {first})")
    if not seen.one_handed:
        never = [side for index, side in enumerate(SIDES) if not hands[:, index].any()]
        if never:
            seen.notes.append(f"the {' and the '.join(never)} hand {'is' if len(never) == 1 else 'are'} never seen")
