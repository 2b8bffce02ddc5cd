"""A whole text through the timeline, as fast as it can be computed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.signing.player import AHEAD, Signer
from nsa_ros.signing.sample import Sample
from nsa_ros.signing.timeline import Timeline
from nsa_ros.text.units import Unit


class Played(NamedTuple):
    """What `play` gives.

    Attributes:
        motion: the published samples; its `unit` indexes `units`.
        units: what was signed.
    """

    motion: Motion
    units: tuple[Unit, ...]


def play(signer: Signer, text: str, seed: int = 0, speed: float = 1.0, fps: float = 60.0) -> Played:
    """A text as the figure would sign it, from rest to rest, as fast as it can be computed.

    Args:
        signer: turns text into motion.
        text: what to sign.
        seed: of the signer.
        speed: factor of the tempo, 0.1 to 4.
        fps: frames per second of the result.

    Raises:
        NsaError: the text cannot be signed, or the signer's motion cannot be shown.
    """
    timeline = Timeline(RevoluteModel(default_skeleton()), rate=fps, fps=signer.fps)
    utterance = signer.sign(text, seed)
    chunks, finished = iter(utterance), False
    samples: list[Sample] = []
    while not (finished and samples and samples[-1].phase == "rest"):
        while not finished and timeline.ahead < AHEAD:
            motion = next(chunks, None)
            if motion is None:
                timeline.finish(1)
                finished = True
            else:
                timeline.push(1, motion, speed)
        samples.append(timeline.step())
    poses, transl = timeline.model.to_motion(np.array([sample.q for sample in samples]))
    expression = np.array([sample.expression for sample in samples])
    unit = np.array([sample.unit for sample in samples], dtype=np.int64)
    return Played(Motion(poses, expression, transl, fps, unit), tuple(utterance.units))
