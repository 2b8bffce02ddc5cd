"""Units to motion: a stream of renditions, unit by unit.

The synthesis looks one unit ahead and keeps only the state that the hands, the face and the clock are in, so text of
any length costs a bounded memory and the first frames come at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.body.skeleton import Skeleton, default_skeleton
from nsa_ros.phonology.rendition import Figure, Rendition
from nsa_ros.phonology.variation import Variation
from nsa_ros.text.units import Unit

FPS = 24.0
"""Frame rate of the models and so of the synthesis."""


class Synthesizer:
    """Turns units into motion.

    Args:
        skeleton: the figure; contacts hold for its proportions.
        fps: frames per second.
        variation: how renditions of different seeds differ; not at all when left out.
    """

    def __init__(
        self,
        skeleton: Skeleton | None = None,
        fps: float = FPS,
        variation: Variation | None = None,
    ) -> None:
        self.skeleton = skeleton or default_skeleton()
        self.fps = fps
        self.variation = variation or Variation()
        self._figure = Figure(self.skeleton, fps)

    def stream(self, units: Iterable[Unit], seed: int = 0) -> Iterator[tuple[Unit | None, Motion]]:
        """The motion of each unit as soon as the next one is known, and lead and return (with no unit) around them.

        The units come back with their `frames` set; `motion.unit` counts them from 0. The same units, variation and
        seed give the same motion.

        Raises:
            LexiconError: a unit that the lexicon lacks, or an entry that the arm cannot take.
        """
        run = Rendition(self._figure, self.variation, np.random.default_rng(seed))
        yield None, run.begin()
        before: Unit | None = None
        current: Unit | None = None
        for following in _with_end(units):
            if current is not None:
                yield run.unit(before, current, following)
                before = current
            current = following
        yield None, run.end()


def _with_end(units: Iterable[Unit]) -> Iterator[Unit | None]:
    yield from units
    yield None
