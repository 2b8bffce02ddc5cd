"""A tiny stand-in for the phonology room: a few words and letters, each one random pose, with plain transitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nsa_ros.body.motion import NO_UNIT
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.learning.data.corpus import Passage, Sentence, durations, unit_ids
from nsa_ros.signing.alignment import PlannedUnit
from nsa_ros.text.tokenizer import Vocabulary, tokenize

WORDS = ("coffee", "drink", "home", "want", "you")
NEUTRAL_FRAMES = 6


class FakeSource:
    """Signs every word token as its own unit, every letter or digit token as its letter or number."""

    fps = 24.0
    figures = (default_skeleton().name,)
    fingerprint = "fake"
    vocabulary = Vocabulary.of(WORDS, ("the",))
    units = {  # noqa: RUF012
        "sign": [word.upper() for word in WORDS],
        "letter": [chr(65 + i) for i in range(26)],
        "number": [str(i) for i in range(10)],
    }

    def __init__(self) -> None:
        self._ids = unit_ids(self.units)
        rng = np.random.default_rng(5)
        self._moving = [16, 17, 18, 19, 20, 21, *range(25, 55)]
        self._poses = {i: named_pose("neutral").copy() for i in self._ids.values()}
        for pose in self._poses.values():
            pose[self._moving] += rng.normal(0.0, 0.5, (len(self._moving), 3))

    def solve(self) -> None:
        """Nothing to do."""

    def text(self, rng: np.random.Generator, part: str) -> str:
        words = list(rng.choice(WORDS, size=rng.integers(1, 4)))
        if rng.random() < 0.6:
            name = "".join(rng.choice(list("abcdefghijklmnopqrstuvwxyz"), size=rng.integers(2, 9)))
            words.insert(int(rng.integers(len(words) + 1)), f"fs-{name}")
        return " ".join(words) + ("?" if rng.random() < 0.3 else ".")

    def drills(self, rng: np.random.Generator, figure: int = 0) -> list[Passage]:
        made = [self.passage(f"{word}.", int(rng.integers(2**31)), True) for word in rng.permutation(WORDS)]
        return [replace(p, text="", sentences=[Sentence([], p.sentences[0].plan)]) for p in made]

    def passage(self, text: str, seed: int, motion: bool, figure: int = 0) -> Passage:
        tokens = tokenize(text, self.vocabulary)
        face = 1 if text.endswith("?") else 0
        units = []
        for place, token in enumerate(tokens.tokens):
            if token.kind == "word" and not token.silent:
                units.append((self._ids["sign", token.text.upper()], place, face))
            elif token.kind in ("letter", "digit"):
                kind = "letter" if token.kind == "letter" else "number"
                units.append((self._ids[kind, token.text[-1].upper()], place, face))
        rng = np.random.default_rng(seed)
        start = named_pose("neutral")
        poses, labels = [start[None]], [NO_UNIT]
        goals = [(self._poses[u], rng.integers(6, 10), i, f) for i, (u, _, f) in enumerate(units)]
        for goal, frames, label, _ in [*goals, (named_pose("neutral"), NEUTRAL_FRAMES, NO_UNIT, 0)]:
            move = frames - 3
            t = np.minimum(np.arange(1, frames + 1) / move, 1.0)[:, None, None]
            poses.append(start + (goal - start) * (10 * t**3 - 15 * t**4 + 6 * t**5))
            labels += [label] * int(frames)
            start = goal
        poses = np.concatenate(poses)
        expression = np.zeros((len(poses), 10))
        expression[:, 0] = face * np.hanning(len(poses))
        frames, rest = durations(np.array(labels), len(units))
        plan = [PlannedUnit(unit, token, n, face) for (unit, token, face), n in zip(units, frames, strict=True)]
        if not motion:
            plan, rest = [unit._replace(frames=0) for unit in plan], 0
            poses, expression = poses[:0], expression[:0]
        sentence = Sentence(tokens.ids, plan)
        return Passage(text, seed, [sentence], rest, poses.astype(np.float32), expression.astype(np.float32))
