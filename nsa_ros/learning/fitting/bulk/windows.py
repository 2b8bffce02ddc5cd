"""Clips of minutes in windows: each is fitted alone, so that memory does not grow with the clip, and then joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.motion import Motion, concatenate
from nsa_ros.body.proportions import SEGMENTS
from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix, slerp
from nsa_ros.capture.camera import Camera
from nsa_ros.capture.fitted import Fitted

Array = NDArray[np.float64]


def windows(frames: int, longest: int, overlap: int) -> list[slice]:
    """Windows of about equal length that share `overlap` frames with their neighbours; one if all fits in one.

    Args:
        frames: of the clip.
        longest: frames of a window at most, above `overlap`.
        overlap: frames that two neighbours share.
    """
    count = max(1, int(np.ceil((frames - overlap) / (longest - overlap))))
    starts = np.round(np.arange(count + 1) * (frames - overlap) / count).astype(int)
    return [slice(int(start), int(end) + overlap) for start, end in pairwise(starts)]


def joined(pieces: Sequence[Fitted], overlap: int) -> Fitted:
    """One fit from those of the windows: one camera and one signer for all, blended where windows overlap.

    Each window has found its own focal length, distance and size, which trade off against each other; all are brought
    to those of the whole so that the pelvis stays where the picture shows it and the figure as large.

    Args:
        pieces: fits of neighbouring windows; `quality` of the result is empty, since it is that of no window.
        overlap: frames that neighbours share.
    """
    weights = [len(piece.motion) for piece in pieces]
    focal = float(np.exp(np.average(np.log([piece.camera.focal for piece in pieces]), weights=weights)))
    signer = _signer(pieces, weights)
    camera = replace(signer.camera, focal=focal, position=(0.0, 0.0, 0.0))
    size = _size(signer)
    motions = [replace(piece.motion, transl=_placed(piece, camera, size / _size(piece))) for piece in pieces]
    motion = motions[0]
    for following in motions[1:]:
        motion = _blended(motion, following, overlap)
    middle = np.median(motion.transl, axis=0)
    motion = replace(motion, transl=motion.transl - middle)
    return replace(signer, motion=motion, camera=replace(camera, position=tuple((-middle).tolist())), quality={})


def _signer(pieces: Sequence[Fitted], weights: Sequence[int]) -> Fitted:
    """The first piece with the mean shape of all."""

    def mean(values: Sequence[Any]) -> Array:
        return np.asarray(np.average(np.asarray(values), axis=0, weights=weights))

    logs = mean([[np.log(piece.proportions.get(name, 1.0)) for name in SEGMENTS] for piece in pieces])
    figures = [piece.figure for piece in pieces if piece.figure]
    return replace(
        pieces[0],
        proportions={name: float(np.exp(value)) for name, value in zip(SEGMENTS, logs, strict=True)},
        betas=mean([piece.betas for piece in pieces]),
        figure=replace(figures[0], rest=mean([one.rest for one in figures]), tips=mean([one.tips for one in figures]))
        if figures
        else None,
    )


def _size(fitted: Fitted) -> float:
    """Mean length of the bones [m]."""
    return float(np.linalg.norm(fitted.skeleton.offsets[1:], axis=-1).mean())


def _placed(piece: Fitted, camera: Camera, size: float) -> Array:
    """The pelvis before another camera [m], in the same place of the picture, of a figure `size` times as large."""
    relative = piece.motion.transl - np.array(piece.camera.position)
    depth = -relative[:, 2]
    further = depth * (camera.focal / piece.camera.focal) * size
    shift = (np.array(piece.camera.centre) - np.array(camera.centre)) * [1.0, -1.0] / camera.focal
    across = relative[:, :2] * (piece.camera.focal / camera.focal / depth)[:, None]
    return np.column_stack([(across + shift) * further[:, None], -further])


def _blended(before: Motion, after: Motion, overlap: int) -> Motion:
    """One motion after the other; where they overlap, the first passes smoothly into the second."""
    if not overlap:
        return concatenate([before, after])
    a, b = before[len(before) - overlap :], after[:overlap]
    part = np.arange(1, overlap + 1) / (overlap + 1)
    weight = part * part * (3 - 2 * part)
    turned = slerp(rotvec_to_matrix(a.poses), rotvec_to_matrix(b.poses), np.repeat(weight[:, None], 55, axis=1))
    between = Motion(
        matrix_to_rotvec(turned),
        a.expression + weight[:, None] * (b.expression - a.expression),
        a.transl + weight[:, None] * (b.transl - a.transl),
        before.fps,
        a.unit,
    )
    return concatenate([before[: len(before) - overlap], between, after[overlap:]])
