from pathlib import Path

import numpy as np

from nsa_ros.learning.evaluation.recogniser.drills import make_drills
from nsa_ros.learning.evaluation.recogniser.examples import clip_of

UNITS = {"sign": ["HELLO", "COFFEE"], "letter": ["A", "B"], "number": ["4"]}


def test_drills_are_signed_once_and_kept(tmp_path: Path) -> None:
    made = make_drills(UNITS, 1, tmp_path)
    before = [file.stat().st_mtime_ns for file in tmp_path.iterdir()]
    again = make_drills(UNITS, 1, tmp_path)
    assert [file.stat().st_mtime_ns for file in tmp_path.iterdir()] == before
    np.testing.assert_array_equal(made[0].poses, again[0].poses)
    clip = clip_of(made[0])
    assert len(clip.place) == len(made[0].poses) == len(clip.hands)
    assert sorted(set(clip.place.tolist()) - {-1}) == list(range(len(clip.units)))
