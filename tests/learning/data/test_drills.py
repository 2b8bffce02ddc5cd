import itertools
from collections import Counter

import numpy as np
from fake_source import FakeSource

from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.data.description import describe
from nsa_ros.learning.data.drills import drill_rows, without_held_out

UNITS = {"sign": [f"S{i}" for i in range(30)], "letter": list("ABCDEFGH")}


class Split:
    """Holds out a pair of signs and a name."""

    def pair(self, first, second):
        return "test" if (first, second) == ("S1", "S2") else "train"

    def name(self, name):
        return "val" if name == "bob" else "train"


def signs(*names):
    return [("sign", name) for name in names]


def letters(word):
    return [("letter", letter) for letter in word]


def test_every_unit_is_drilled_and_letters_are_doubled():
    rows = drill_rows(UNITS, np.random.default_rng(0))
    counts = Counter(unit for row in rows for unit in row)
    assert all(counts["sign", name] == 1 for name in UNITS["sign"])
    assert all(counts["letter", name] >= 1 for name in UNITS["letter"])
    assert any(a == b for row in rows for a, b in itertools.pairwise(row))


def test_a_held_out_pair_is_not_drilled():
    rows = [signs("S0", "S1", "S2", "S3"), signs("S2", "S1")]
    assert without_held_out(rows, Split()) == [signs("S0", "S1"), signs("S2", "S3"), signs("S2", "S1")]


def test_a_held_out_name_is_not_drilled():
    assert without_held_out([letters("BOB")], Split()) == [letters("BO"), letters("B")]
    assert without_held_out([letters("BOA")], Split()) == [letters("BOA")]


def test_a_data_set_is_described_by_its_texts_not_by_its_drills():
    source = FakeSource()
    meta = dict.fromkeys(("kind", "source", "license", "status", "expression_basis", "hands"), "x")
    meta |= {"fps": 24.0, "notes": [], "dropped": []}
    passage = source.passage("coffee.", 0, True)
    lines = describe(Corpus(meta, [passage], [], [], [], source.drills(np.random.default_rng(0))))
    assert f"{'shortest':12}coffee." in lines
    assert any(line.startswith("drills") and "5 clips" in line for line in lines)
