import csv
import json

import pytest

from nsa_ros.study.analysis import analyse
from nsa_ros.study.answers import read_answers
from nsa_ros.study.report import markdown, write_report

NATURAL = {"reference": 8, "model": 6, "baseline": 2}


@pytest.fixture
def participants(study, answered):
    """Nine people, three a group; alignment is one higher for each second of them."""
    paths = [
        answered(f"p{n}", n % 3, lambda film, n=n: (NATURAL[film.condition], 4 + n % 2), "i see water")
        for n in range(9)
    ]
    return read_answers(paths, study)[0]


def test_means_by_hand(study, participants):
    found = analyse(participants, study)
    assert {c: e.mean for c, e in found.estimates["naturalness"].items()} == NATURAL
    assert found.estimates["naturalness"]["model"][1:] == (6.0, 6.0, 18, 9, 6)
    alignment = found.estimates["alignment"]["model"]
    assert alignment.mean == pytest.approx(4 + 4 / 9)  # four of nine people gave 5, the others 4
    assert 4.0 <= alignment.low < alignment.mean < alignment.high <= 5.0
    assert found.differences["naturalness"]["reference", "model"].mean == 2.0
    assert found.inattentive == []


def test_exact_answers_are_found_where_they_are(study, participants):
    rows = analyse(participants, study).rows
    assert len(rows) == 54
    assert {row["text"] for row in rows if row["exact"]} == {"I see water."}
    assert sum(row["exact"] for row in rows) == 9


def test_the_report_has_all_parts(study, participants, tmp_path):
    pytest.importorskip("matplotlib", reason="the plot needs matplotlib (nsa_ros[film])")
    text = write_report(tmp_path / "out", analyse(participants, study), study, ["x.json: is broken"])
    assert "| Naturalness, 0-10 | 8.00 [8.00, 8.00] | 6.00 [6.00, 6.00] | 2.00 [2.00, 2.00] |" in text
    assert "Left out: x.json: is broken" in text
    assert (tmp_path / "out" / "summary.md").read_text() == text
    data = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert data["means"]["naturalness"]["baseline"]["mean"] == 2.0
    assert data["differences"]["naturalness"]["model - baseline"]["low"] == 4.0
    assert data["background"]["identity"] == {"deaf": 9, "teacher": 9}
    with (tmp_path / "out" / "answers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 54
    assert {row["naturalness"] for row in rows if row["condition"] == "reference"} == {"8"}
    assert (tmp_path / "out" / "ratings.png").read_bytes()[:4] == b"\x89PNG"


def test_few_answers_give_no_interval_and_say_so(study, answered, tmp_path):
    found = analyse(read_answers([answered("p1", 0, lambda film: (5, 5))], study)[0], study)
    assert found.estimates["naturalness"]["model"][:3] == (5.0, None, None)
    text = markdown(found, study, [])
    assert "Too few answers for confidence intervals" in text
    assert "[" not in text.split("## Means")[1].split("## Differences")[0]


def test_nobody_judged_anything(study, answered, tmp_path):
    pytest.importorskip("matplotlib", reason="the plot needs matplotlib (nsa_ros[film])")
    found = analyse(read_answers([answered("p1", 0, lambda film: (5, 5), answers=[])], study)[0], study)
    text = write_report(tmp_path / "out", found, study)
    assert "nothing to report" in text
    assert "| Naturalness, 0-10 | none | none | none |" in text


def test_who_missed_the_practice_word_is_named_and_counted(study, answered):
    path = answered("p1", 0, lambda film: (5, 5), practice={"film": "practice", "understood": "hello"})
    found = analyse(read_answers([path], study)[0], study)
    assert found.inattentive == ["p1"]
    assert len(found.rows) == 6
