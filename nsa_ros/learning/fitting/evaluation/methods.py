"""What is compared: ways from landmarks to motion, and the conditions they are tried under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import Skeleton, default_skeleton
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.capture.readers.hands import put_right
from nsa_ros.capture.readers.seen import Seen
from nsa_ros.learning.fitting.evaluation.detector import HEADLINE, DetectorNoise, flat
from nsa_ros.learning.fitting.fit import fit, lifted_start
from nsa_ros.learning.fitting.initial import initial
from nsa_ros.learning.fitting.settings import Settings
from nsa_ros.learning.fitting.start import Start

INITIAL, NETWORK, OURS, UNLIFTED, FLAT = "initial", "network", "ours", "unlifted", "flat"

METHODS: dict[str, str] = {
    INITIAL: "initial IK from 3D landmarks",
    NETWORK: "the lifting network alone",
    OURS: "ours",
    UNLIFTED: "ours without network, from the initial IK",
    "prior": "ours without prior",
    "smooth": "ours without temporal term",
    "limits": "ours without limits",
    "penetration": "ours without penetration",
    FLAT: "ours, landmarks without depth",
}
"""Title of each; other ablations are named after the weight of `Settings` that is 0."""


class Condition(NamedTuple):
    """What the detector does.

    Attributes:
        title: for tables.
        noise: of the detector.
        methods: that are tried, of `METHODS`.
        mended: whether hands that were exchanged are put right as the readers do.
    """

    title: str
    noise: DetectorNoise
    methods: tuple[str, ...] = (INITIAL, OURS)
    mended: bool = False


NOISES = {0.0: "pixels 0", 1.0: "pixels 1", 2.0: "headline", 4.0: "pixels 4", 6.0: "pixels 6"}
"""Name of the condition by size of the noise [pixels]."""

DROPOUTS = {0.0: "dropouts 0", 0.1: "headline", 0.2: "dropouts 0.2", 0.4: "dropouts 0.4"}
"""The same by share of the time that a point is not seen."""

CONDITIONS: dict[str, Condition] = {
    "headline": Condition("2 pixels, 10 % dropouts", HEADLINE, tuple(METHODS)),
    **{
        name: Condition(f"{size:g} pixels", replace(HEADLINE, pixels=size))
        for size, name in NOISES.items()
        if name != "headline"
    },
    **{
        name: Condition(f"{share:.0%} dropouts", replace(HEADLINE, dropouts=share))
        for share, name in DROPOUTS.items()
        if name != "headline"
    },
    "swaps": Condition("hands exchanged in 10 % of the frames, as detected", replace(HEADLINE, swaps=0.1)),
    "swaps mended": Condition("the same, put right by the reader", replace(HEADLINE, swaps=0.1), mended=True),
    "true depth": Condition(
        "z without errors, in its true scale", replace(HEADLINE, depth=0.0, hand_depth=1.0, body_depth=1.0)
    ),
}


def estimates(method: str, clips: Sequence[Landmarks]) -> list[tuple[Motion, Skeleton]]:
    """The motion of each clip, in the axes of the camera, and the figure it is of."""
    if method in (INITIAL, NETWORK):
        first = initial if method == INITIAL else lifted_start
        return [_moved(first(clip), clip) for clip in clips]
    if method == UNLIFTED:
        found = fit(clips, replace(Settings(), lifted=0.0), starts=[initial(clip) for clip in clips])
    elif method == FLAT:
        found = fit([flat(clip) for clip in clips], Settings())
    else:
        found = fit(clips, Settings() if method == OURS else replace(Settings(), **{method: 0.0}))
    return [(one.motion, one.skeleton) for one in found]


def mended(clip: Landmarks) -> Landmarks:
    """With exchanged hands put right, as files are read."""
    parts = {name: getattr(clip, name).copy() for part in Seen.PARTS for name in (part, f"{part}_confidence")}
    put_right(Seen(**parts))
    return replace(clip, **parts)


def _moved(start: Start, clip: Landmarks) -> tuple[Motion, Skeleton]:
    skeleton = default_skeleton()
    poses, transl = RevoluteModel(skeleton).to_motion(start.q)
    return Motion(poses, np.zeros((len(clip), 10)), transl, clip.fps), skeleton
