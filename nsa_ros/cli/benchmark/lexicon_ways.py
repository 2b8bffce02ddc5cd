"""Without a network: signs looked up in the lexicon, synthesised one by one, or made before and joined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.body.rotations import matrix_to_rotvec, rotvec_to_matrix, slerp
from nsa_ros.cli.benchmark.machine import processor

_SEAM = 6
"""Frames over which a clip is joined to the one before."""


def lexicon_ways(texts: Sequence[str]) -> list[tuple[str, str, Callable[[str, int], Iterator[float]]]]:
    """The reference signer, and its clips ready-made: (name, hardware, sign)."""
    from nsa_ros.phonology.grammar import translate
    from nsa_ros.phonology.reference import ReferenceSigner
    from nsa_ros.phonology.vocabulary import default_vocabulary
    from nsa_ros.text.tokenizer import tokenize

    signer = ReferenceSigner()
    signer.warm()
    clips: dict[tuple[str, str], Motion] = {}
    for text in texts:
        utterance = signer.sign(text)
        chunks = list(utterance)
        clips.update(((unit.text, unit.kind), chunk) for unit, chunk in zip(utterance.units, chunks, strict=False))

    def synthesise(text: str, seed: int) -> Iterator[float]:
        for motion in signer.sign(text, seed):
            yield motion.duration

    def replay(text: str, seed: int) -> Iterator[float]:
        before = None
        for gloss in translate(tokenize(text, default_vocabulary())):
            unit = gloss.unit()
            clip = clips[unit.text, unit.kind]
            poses = clip.poses if before is None else joined(before, clip.poses)
            before = poses[-1]
            yield len(poses) / clip.fps

    return [
        ("lexicon, synthesised sign by sign", processor(), synthesise),
        ("lexicon, ready-made clips joined", processor(), replay),
    ]


def joined(before: np.ndarray, poses: np.ndarray) -> np.ndarray:
    """A clip (F, 55, 3) whose first frames come from the pose before it (55, 3), on the shortest arcs."""
    length = min(_SEAM, len(poses))
    share = np.arange(1, length + 1) / (length + 1)
    start = np.repeat(rotvec_to_matrix(before)[None], length, axis=0)
    seam = matrix_to_rotvec(slerp(start, rotvec_to_matrix(poses[:length]), share[:, None]))
    return np.concatenate([seam, poses[length:]])
