"""A signer that does what its text says; `fake_node.py` runs the signer node with it.

Each word becomes one sign of `FRAMES` frames in which the right elbow bends. Special words: `nan` gives frames that are
not finite, `wild` an exploding pose, `crash` raises, `slow` takes a second in the middle of its movement. A bundle
named `missing` cannot be loaded.
"""

import time
from collections.abc import Iterator

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX
from nsa_ros.errors import NsaError
from nsa_ros.ros.parameters import SignerParameters
from nsa_ros.text.units import Unit

FPS, FRAMES = 24.0, 12


class Utterance:
    def __init__(self, text: str) -> None:
        self.text = text
        self.units: list[Unit] = []

    def __iter__(self) -> Iterator[Motion]:
        words = self.text.split()
        if not words:
            raise NsaError("nothing to sign; give English words")
        at = 0
        for i, word in enumerate(words):
            at = self.text.index(word, at)
            self.units.append(Unit(word.upper(), "sign", (at, at + len(word)), FRAMES))
            if word == "crash":
                raise RuntimeError("the signer broke")
            poses = np.repeat(named_pose("neutral")[None], FRAMES, axis=0)
            poses[:, INDEX["right_elbow"], 1] += 0.3 * np.sin(np.linspace(0, np.pi, FRAMES)) ** 2
            if word == "nan":
                poses[FRAMES // 2] = np.nan
            if word == "wild":
                poses[FRAMES // 2] *= 50.0
            sign = Motion(poses, np.zeros((FRAMES, 10)), np.zeros((FRAMES, 3)), FPS, np.full(FRAMES, i))
            if word == "slow":
                yield sign[: FRAMES // 2]
                time.sleep(1.0)
                yield sign[FRAMES // 2 :]
            else:
                yield sign


class FakeSigner:
    name, fps, provider = "fake", FPS, "none"

    def sign(self, text: str, seed: int = 0) -> Utterance:
        return Utterance(text)


def load(parameters: SignerParameters) -> FakeSigner:
    if parameters.bundle == "missing":
        raise NsaError("no model bundle 'missing'. Bundles here: default")
    print(f"loaded {parameters.bundle}", flush=True)
    return FakeSigner()
