"""The shipped recogniser, which has seen synthetic motion alone, on captures of people (docs/recogniser.md)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from nsa_ros import resources
from nsa_ros.learning.evaluation.recogniser.landmarks import Landmarks, at_rate
from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser
from nsa_ros.learning.evaluation.recogniser.spelling import Named
from nsa_ros.reality.captures import STILLS, Capture, read_letters, read_words

DATA = Path(__file__).parents[4].parent / "shared" / "data"
FPS = {"spoken_to_signed": 25.0}
ASSUMED_FPS = 20.0
"""Of sources that do not say theirs."""

pytestmark = [
    pytest.mark.skipif(
        not DATA.is_dir(), reason="captures of people are not shipped: no shared/data beside the checkout"
    ),
    pytest.mark.skipif(not (resources.root() / "models" / "recogniser").is_dir(), reason="no models/recogniser"),
]


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser.load()


def seen(capture: Capture) -> Landmarks:
    body = np.concatenate([capture.body, np.zeros((*capture.body.shape[:2], 1))], axis=-1)
    return at_rate(Landmarks(capture.hands, body), FPS.get(capture.source, ASSUMED_FPS))


def unit_of(capture: Capture) -> Named:
    return (
        ("letter", capture.name[-1]) if len(capture.name) == 1 or capture.name[:3] == "fs-" else ("sign", capture.name)
    )


def some(read: Callable[[Path], Sequence[Capture]], each: int) -> Iterator[Capture]:
    """Every so many captures of each source and name."""
    groups = defaultdict(list)
    for capture in read(DATA):
        if capture.source not in STILLS:
            groups[capture.source, capture.name].append(capture)
    for captures in groups.values():
        yield from captures[::each]


def ranks(recogniser: Recogniser, captures: Iterator[Capture], candidates: Sequence[Named]) -> list[int]:
    """Place of the right unit, from 0."""
    return [recogniser.rank(seen(c), candidates, depth=False).index(unit_of(c)) for c in captures]


def test_captured_words_among_all_units_and_among_themselves(recogniser: Recogniser) -> None:
    words = [c for c in some(read_words, 6) if unit_of(c) in recogniser.vocabularies.unit_ids]
    own = sorted({unit_of(c) for c in words})
    among_all, among_own = (np.array(ranks(recogniser, iter(words), names)) for names in ([], own))
    print(f"{len(words)} clips; all units: {(among_all < 1).mean():.3f} {(among_all < 5).mean():.3f}")
    print(f"{len(own)} words: {(among_own < 1).mean():.3f} {(among_own < 5).mean():.3f}")
    assert (among_all < 5).mean() > 0.1  # by chance 0.004
    assert (among_own < 1).mean() > 0.3  # by chance 0.05


def test_captured_letters_among_letters(recogniser: Recogniser) -> None:
    pytest.importorskip("pose_format")
    letters = list(some(read_letters, 8))
    own = [unit for unit in recogniser.vocabularies.units if unit[0] == "letter"]
    places = np.array(ranks(recogniser, iter(letters), own))
    for source in sorted({c.source for c in letters}):
        of = places[[c.source == source for c in letters]]
        print(f"{source}: {len(of)} clips {(of < 1).mean():.3f} {(of < 5).mean():.3f}")
    assert (places < 1).mean() > 0.2  # by chance 0.04
