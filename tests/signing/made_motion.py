"""Made-up motion and signers for the tests of playback."""

import threading
from dataclasses import dataclass, field

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX
from nsa_ros.text.units import Unit

FPS = 24.0


def waving(frames=48, size=1.0, turns=2.0, fps=FPS):
    """From neutral to neutral: the right elbow waves, the index finger bends, the brows rise; two units."""
    t = np.arange(frames) / max(frames - 1, 1)
    window = size * np.sin(np.pi * t) ** 2
    poses = np.repeat(named_pose("neutral")[None], frames, axis=0).copy()
    poses[:, INDEX["right_elbow"], 1] += 0.6 * window * np.sin(2 * np.pi * turns * t)
    poses[:, INDEX["right_index1"], 2] += 1.2 * window
    expression = np.zeros((frames, 10))
    expression[:, 0] = 0.8 * window / max(size, 1)
    unit = np.repeat([0, 1], [frames // 2, frames - frames // 2])
    return Motion(poses, expression, np.zeros((frames, 3)), fps, unit)


def chunks(motion, length):
    return [motion[i : i + length] for i in range(0, len(motion), length)]


@dataclass
class FakeUtterance:
    text: str
    parts: list
    units: list[Unit] = field(default_factory=list)
    before: object = None

    def __iter__(self):
        words = self.text.split()
        for i, part in enumerate(self.parts):
            if i < len(words):
                start = self.text.index(words[i])
                self.units.append(Unit(words[i].upper(), "sign", (start, start + len(words[i])), 24))
            if isinstance(part, Exception):
                raise part
            if self.before is not None:
                self.before(i)
            yield part


class FakeSigner:
    """Signs every text with the same waving, unless told otherwise for that text.

    Args:
        parts: text to the chunks it gives; an exception among them is raised in their place.
        before: called before each chunk is given, with its number.
    """

    name, fps = "fake", FPS

    def __init__(self, parts=None, before=None):
        self.parts, self.before = parts or {}, before
        self.signed = []
        self.seeds = []
        self.lock = threading.Lock()

    def sign(self, text, seed=0):
        with self.lock:
            self.signed.append(text)
            self.seeds.append(seed)
        return FakeUtterance(text, self.parts.get(text, chunks(waving(), 8)), before=self.before)
