"""A study without films, and files of answers to it."""

import json

import pytest

from nsa_ros.study.design import latin_square
from nsa_ros.study.manifest import Film, Manifest, Practice
from nsa_ros.study.texts import StudyText

CONDITIONS = ("reference", "model", "baseline")


@pytest.fixture
def study():
    texts = [StudyText(f"I see {noun}.", "") for noun in ("water", "a cat", "a dog", "my house", "coffee", "a book")]
    films = [Film(f"{t:02d}{c[0]}f", t, c, t, 2.0, ("ME", "SEE")) for t in range(6) for c in CONDITIONS]
    ids = {(film.text, film.condition): film.id for film in films}
    rows = latin_square([""] * 6, CONDITIONS, 0)
    groups = [sorted(ids[t, c] for t, c in enumerate(row)) for row in rows]
    return Manifest({"seed": 0}, texts, CONDITIONS, films, groups, Practice("practice", "welcome", "welcome"))


@pytest.fixture
def answered(study, tmp_path):
    """Writes the file of one participant; `rate(film)` gives naturalness and alignment."""

    def write(name, shown, rate, understood="", **changes):
        films = {film.id: film for film in study.films}
        rows = []
        for film in study.groups[shown]:
            naturalness, alignment = rate(films[film])
            rows.append({"film": film, "understood": understood, "naturalness": naturalness, "alignment": alignment})
        data = {
            "format": "nsa-study-answers 1",
            "study": study.id,
            "participant": name,
            "group": shown,
            "consent": True,
            "background": {"fluency": "native", "identity": ["deaf", "teacher"]},
            "practice": {"film": "practice", "understood": "Welcome"},
            "answers": rows,
            "comment": "",
        }
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(data | changes))
        return path

    return write
