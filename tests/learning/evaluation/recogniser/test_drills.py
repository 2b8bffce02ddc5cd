import itertools
from collections import Counter
from pathlib import Path

import numpy as np

from nsa_ros.learning.evaluation.recogniser.drills import drill_units, make_drills
from nsa_ros.learning.evaluation.recogniser.examples import clip_of

UNITS = {"sign": ["HELLO", "COFFEE"], "letter": ["A", "B"], "number": ["4"]}


def test_every_unit_is_drilled_and_letters_are_doubled() -> None:
    units = {"sign": [f"S{i}" for i in range(30)], "letter": list("ABCDEFGH")}
    rows = drill_units(units, np.random.default_rng(0))
    counts = Counter(unit for row in rows for unit in row)
    assert all(counts["sign", name] == 1 for name in units["sign"])
    assert all(counts["letter", name] >= 1 for name in units["letter"])
    assert any(a == b for row in rows for a, b in itertools.pairwise(row))


def test_drills_are_signed_once_and_kept(tmp_path: Path) -> None:
    made = make_drills(UNITS, 1, tmp_path)
    before = [file.stat().st_mtime_ns for file in tmp_path.iterdir()]
    again = make_drills(UNITS, 1, tmp_path)
    assert [file.stat().st_mtime_ns for file in tmp_path.iterdir()] == before
    np.testing.assert_array_equal(made[0].poses, again[0].poses)
    clip = clip_of(made[0])
    assert len(clip.place) == len(made[0].poses) == len(clip.hands)
    assert sorted(set(clip.place.tolist()) - {-1}) == list(range(len(clip.units)))
