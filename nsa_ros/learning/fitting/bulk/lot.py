"""What a worker does with a few clips: read, fit together, and apart where together fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.capture.fitted import Fitted
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.capture.quality import quality
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.bulk.task import Outcome, Task, Work
from nsa_ros.learning.fitting.bulk.windows import joined, windows

_Result = TypeVar("_Result")

SETTINGS_LABEL = "fit_settings"
"""Label of a fit that names the settings it was made with."""


class _Clip(NamedTuple):
    task: Task
    landmarks: Landmarks
    start: Motion | None


def fit_lot(tasks: Sequence[Task], work: Work) -> list[Outcome]:
    """Fit clips, short ones together because that is faster; nothing that goes wrong with one reaches another.

    Returns:
        One outcome a task, in no particular order.
    """
    outcomes: list[Outcome] = []
    clips: list[_Clip] = []
    for task in tasks:
        clip = _tried(partial(_read, task, work))
        if isinstance(clip, str):
            outcomes.append(Outcome(task.name, cause=clip))
        else:
            clips.append(clip)
    for group in _groups(clips, work.group):
        outcomes += _group(group, work)
    return outcomes


def _read(task: Task, work: Work) -> _Clip:
    return _Clip(task, *work.read(task))


def fit_clip(task: Task, landmarks: Landmarks, start: Motion | None, work: Work) -> Fitted:
    """Fit one clip that was read.

    Raises:
        NsaError: it cannot be fitted.
    """
    (outcome,) = fit_lot([task], replace(work, read=lambda _: (landmarks, start)))
    if outcome.fitted is None:
        raise NsaError(outcome.cause)
    return outcome.fitted


def _groups(clips: Sequence[_Clip], longest: int) -> Iterator[list[_Clip]]:
    group: list[_Clip] = []
    for clip in clips:
        if group and sum(len(other.landmarks) for other in group) + len(clip.landmarks) > longest:
            yield group
            group = []
        group.append(clip)
    if group:
        yield group


def _group(group: Sequence[_Clip], work: Work) -> list[Outcome]:
    """Together; or one by one, if that fails."""
    fits = _tried(partial(_fit, group, work))
    if isinstance(fits, str):
        if len(group) == 1:
            return [Outcome(group[0].task.name, cause=fits)]
        return [outcome for clip in group for outcome in _group([clip], work)]
    return [_finished(clip.task, fitted, work.key) for clip, fitted in zip(group, fits, strict=True)]


def _fit(group: Sequence[_Clip], work: Work) -> list[Fitted]:
    if len(group) == 1 and len(group[0].landmarks) > work.window:
        return [_fit_long(group[0], work)]
    fits = work.fit([clip.landmarks for clip in group], [clip.start for clip in group])
    for clip, fitted in zip(group, fits, strict=True):
        _check(clip, fitted)
    return fits


def _check(clip: _Clip, fitted: Fitted) -> None:
    motion = fitted.motion
    values = np.concatenate([motion.poses.reshape(len(motion), -1), motion.expression, motion.transl], axis=1)
    bad = ~np.isfinite(values).all(axis=1)
    if bad.any():
        raise NsaError(
            f"{clip.landmarks.name}: the fit came to values that are not finite in frame {int(bad.argmax())}"
        )


def _fit_long(clip: _Clip, work: Work) -> Fitted:
    landmarks, start = clip.landmarks, clip.start
    overlap = work.overlap if landmarks.ordered else 0
    pieces = [
        work.fit([landmarks[part]], [start and start[part]])[0]
        for part in windows(len(landmarks), work.window, overlap)
    ]
    whole = joined(pieces, overlap)
    _check(clip, whole)
    return replace(whole, quality=quality(landmarks, whole))


def _finished(task: Task, fitted: Fitted, key: str) -> Outcome:
    labels = {**fitted.labels, **dict(task.labels), SETTINGS_LABEL: key}
    return Outcome(task.name, replace(fitted, labels=labels))


def _tried(job: Callable[[], _Result]) -> _Result | str:
    """The result, or what went wrong. Whatever it is, the other clips go on."""
    try:
        return job()
    except NsaError as error:
        return str(error)
    except MemoryError:
        return "not enough memory; give fewer --workers"
    except Exception as error:
        return f"{type(error).__name__}: {error} (a fault of nsa_ros: please report it with the clip)"
