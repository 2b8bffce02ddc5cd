"""The reference signer: text through the grammar and the lexicon to motion, without a model."""

from __future__ import annotations

from collections.abc import Iterator

from nsa_ros.body.motion import Motion
from nsa_ros.body.skeleton import Skeleton
from nsa_ros.phonology.grammar import translate
from nsa_ros.phonology.synthesis import FPS, Synthesizer
from nsa_ros.phonology.variation import Variation
from nsa_ros.phonology.vocabulary import default_vocabulary
from nsa_ros.text.tokenizer import tokenize
from nsa_ros.text.units import Unit


class ReferenceSigner:
    """Signs text by the lexicon. The same interface as the trained signer.

    Attributes:
        name: `reference`.
        fps: frames per second of its motion.
        provider: one line that says what it runs on.
    """

    name = "reference"
    provider = "lexicon, no model"

    def __init__(self, variation: Variation | None = None, skeleton: Skeleton | None = None, fps: float = FPS) -> None:
        """
        Args:
            variation: how renditions of different seeds differ; not at all when left out.
            skeleton: of the figure; the shipped one when left out.
            fps: frames per second.
        """
        self.fps = fps
        self._synthesizer = Synthesizer(skeleton, fps, variation)

    def warm(self) -> None:
        """Read the lexicon and solve a first sign, so that the first text does not pay for it."""
        for _ in self.sign("hello"):
            pass

    def sign(self, text: str, seed: int = 0) -> ReferenceUtterance:
        """The motion of a text; work is done as it is iterated.

        Raises:
            NsaError: nothing in the text can be signed.
        """
        units = [gloss.unit() for gloss in translate(tokenize(text, default_vocabulary()))]
        return ReferenceUtterance(self._synthesizer, units, seed)


class ReferenceUtterance:
    """A text being signed. Iterating yields one chunk of `Motion` a unit; `units` grows with them.

    Attributes:
        units: signed so far, in signing order; `Motion.unit` indexes it.
    """

    def __init__(self, synthesizer: Synthesizer, planned: list[Unit], seed: int) -> None:
        self._synthesizer, self._planned, self._seed = synthesizer, planned, seed
        self.units: list[Unit] = []

    def __iter__(self) -> Iterator[Motion]:
        """Chunks from the beginning; the first frame and the last are the neutral pose."""
        self.units.clear()
        for unit, motion in self._synthesizer.stream(self._planned, self._seed):
            if unit is not None:
                self.units.append(unit)
            yield motion
