import math

import numpy as np
import pytest
from fake_source import FakeSource

from nsa_ros.learning.evaluation.figures import figure
from nsa_ros.learning.evaluation.performances import Performance, reference, second_reference, shuffled
from nsa_ros.learning.evaluation.scores import (
    COLUMNS,
    Performed,
    frame_errors,
    mean_dtw,
    motion_scores,
    name_places,
    recognised_scores,
    unit_names,
)

SOURCE = FakeSource()
UNITS = [(kind, name) for kind, names in SOURCE.units.items() for name in names]
TEXTS = ["you want fs-bo", "coffee", "home you?", "fs-ada drink"]


def why(text: str) -> str:
    return "name" if text in ("bo", "ada") else "sentence"


@pytest.fixture(scope="module")
def performed() -> Performed:
    """The model is the reference itself, with the last text's name misspelled."""
    passages = [SOURCE.passage(text, seed, True) for seed, text in enumerate(TEXTS)]
    true, again = reference(passages), second_reference(passages, 0, SOURCE)
    model = [Performance(p.text, p.poses.copy(), p.expression, p.units) for p in true]
    columns = {"model": model, "planned": model, "reference": true, "second": again, "shuffled": shuffled(model)}
    named = {"model": [model[0], model[3]], "reference": [true[0], true[3]]}
    return Performed(columns, again, named)


class Perfect:
    """Reads a motion as the performance that it was made for, apart from one letter of the model's last text."""

    def __init__(self, performed: Performed) -> None:
        self._made = {}
        for column in (performed.columns["reference"], performed.columns["second"], performed.columns["model"]):
            for p, seen in zip(column, unit_names(column, UNITS), strict=True):
                self._made[id(p.poses)] = (p.text, seen)
        spoiled = performed.columns["model"][3]
        text, seen = self._made[id(spoiled.poses)]
        self._made[id(spoiled.poses)] = (text, [("letter", "Z"), *seen[1:]])

    def units(self, poses, expression=None):
        return self._made[id(poses)][1]

    def translate(self, units):
        return " ".join(name.lower() for _, name in units)

    def motion_features(self, motions):
        return np.eye(len(TEXTS))[[TEXTS.index(self._made[id(poses)][0]) for poses in motions]]

    def fid_features(self, motions):
        return np.stack([np.asarray(poses).mean((0, 1)) for poses in motions])

    def text_features(self, texts):
        return np.eye(len(TEXTS))


@pytest.mark.filterwarnings("ignore:FID")
def test_back_translation_by_hand(performed):
    scores = recognised_scores(performed, Perfect(performed), UNITS, SOURCE.vocabulary, why)
    units = sum(len(p.units) for p in performed.columns["reference"])
    assert scores["unit_error"]["reference"] == scores["unit_error"]["second"] == 0.0
    assert scores["unit_error"]["model"] == pytest.approx(1 / units)
    assert scores["unit_error"]["shuffled"] > 0.5
    assert scores["name_letters"]["reference"] == 1.0
    assert scores["name_letters"]["model"] == pytest.approx(4 / 5)  # B-O A-D-A, one wrong
    assert scores["text_to_motion_r_at_1"] == {**dict.fromkeys(COLUMNS, 1.0), "shuffled": 0.0}
    assert scores["fid"]["model"] == pytest.approx(0.0, abs=1e-9)
    assert "reference" not in scores["fid"]
    assert all(figure(key) for key in scores)


def test_motion_scores_of_the_reference_itself_are_perfect_and_all_are_explained(performed):
    scores = motion_scores(performed, 24.0)
    for key in ("mpjpe", "dtw", "dtw_jpe_hand", "d_pair_gt"):
        assert scores[key]["model"] == pytest.approx(0.0, abs=1e-9)
        assert scores[key]["shuffled"] > scores[key]["second"] >= 0.0
    assert scores["hands_jerk_ratio"]["model"] == pytest.approx(1.0)
    assert scores["joint_error"] == {"planned": pytest.approx(0.0)}
    assert scores["d_pair_ratio"]["shuffled"] > 0.5
    for key, row in scores.items():
        assert figure(key).title
        assert set(row) <= set(COLUMNS)
        assert all(math.isfinite(value) for value in row.values())


def test_distances_are_in_millimetres():
    still = np.zeros((5, 55, 3))
    turned = still.copy()
    turned[:, 17] = [0.0, 0.0, 0.5]  # the right arm, from the shoulder
    a, b = ([Performance("a", poses, np.zeros((5, 10)), [])] for poses in (still, turned))
    errors = frame_errors(a, b)
    assert 50.0 < errors["joint_error"] < errors["hand_error"] < 400.0
    assert mean_dtw(a, b) == pytest.approx(mean_dtw(b, a))
    assert 50.0 < mean_dtw(a, b) < 400.0


@pytest.mark.parametrize(
    ("text", "expected"), [("you want fs-bo", {2, 3}), ("fs-ada drink", {0, 1, 2}), ("fs-xy home", set())]
)
def test_places_of_unseen_names(text, expected):
    (units,) = unit_names(reference([SOURCE.passage(text, 0, True)]), UNITS)
    assert name_places(text, units, SOURCE.vocabulary, why) == expected
