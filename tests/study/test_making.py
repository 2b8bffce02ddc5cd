"""A whole study of two sentences with films of postage-stamp size."""

import json
import re
import shutil
import subprocess

import pytest

from nsa_ros.body.motion import still
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX
from nsa_ros.errors import NsaError
from nsa_ros.study import making
from nsa_ros.study import page as page_module
from nsa_ros.study.conditions import Signed
from nsa_ros.study.making import StudySettings, make_study
from nsa_ros.study.manifest import read_manifest
from nsa_ros.study.texts import StudyText

pytest.importorskip("av", reason="films need PyAV (nsa_ros[film])")
pytest.importorskip("PIL", reason="films need Pillow (nsa_ros[film])")

TEXTS = [StudyText("Ada.", "name"), StudyText("Hello <b>you</b>.", "")]


def raised(angle):
    """A condition that holds the arm up by an angle for some frames."""

    def sign(text, seed):
        pose = named_pose("neutral").copy()
        pose[INDEX["right_shoulder"], 2] += angle
        return Signed(still(pose, 4 + seed, 24.0), (text,))

    return sign


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("study") / "out"
    signers = {"reference": raised(0.0), "model": raised(0.5), "baseline": raised(1.0)}
    settings = StudySettings(seed=5, size=(96, 72), contact="ada@example.org", made={"bundle": "none"})
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "PRACTICE", "i")
        make_study(out, TEXTS, signers, settings, lambda done, total: seen.append((done, total)))
    assert seen == [(n, 7) for n in range(1, 8)]
    return out


def embedded(out, name):
    html = (out / "page" / "index.html").read_text()
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)[1])


def test_every_sentence_is_filmed_in_every_condition(made):
    study = read_manifest(made)
    assert {(film.text, film.condition) for film in study.films} == {
        (t, c) for t in (0, 1) for c in ("reference", "model", "baseline")
    }
    assert study.made["bundle"] == "none"
    films = embedded(made, "films")
    assert set(films) == {film.id for film in study.films} | {study.practice.id}
    assert len(set(films.values())) == 7


def test_the_page_says_nothing_of_conditions(made):
    html = (made / "page" / "index.html").read_text()
    study = read_manifest(made)
    without_films = re.sub(r'id="films">.*?</script>', "", html, flags=re.S).lower()
    for word in ("reference", "baseline", "lookup", "spelling", "condition", '"model"', "bundle", "manifest"):
        assert word not in without_films, word
    shown = embedded(made, "study")
    assert all(group == sorted(group) for group in shown["groups"])
    assert list(shown["texts"]) == sorted(shown["texts"])
    assert all(re.fullmatch(r"[0-9a-f]{12}", film.id) for film in study.films)
    assert sorted(path.name for path in (made / "page").iterdir()) == ["index.html"]


def test_the_page_needs_no_network_and_sentences_cannot_break_it(made):
    html = (made / "page" / "index.html").read_text()
    assert not re.search(r"https?://|src=|@import|<link", re.sub(r'id="films">.*?</script>', "", html, flags=re.S))
    assert "Hello <b>" not in html
    assert "Hello <b>you</b>." in embedded(made, "study")["texts"].values()


def test_a_study_is_not_overwritten(made):
    with pytest.raises(NsaError, match="holds a study already"):
        make_study(made, TEXTS, {}, StudySettings())


def test_large_films_lie_beside_the_page(study, tmp_path, monkeypatch):
    monkeypatch.setattr(page_module, "EMBEDDED", 10)
    clips = {film.id: b"film" for film in study.films}
    page_module.write_page(tmp_path, study, clips)
    assert embedded(tmp_path, "films") == {}
    assert {path.stem for path in (tmp_path / "page" / "films").iterdir()} == set(clips)


@pytest.mark.skipif(shutil.which("node") is None, reason="no node to run the page's script")
def test_the_script_orders_films_by_participant_and_keeps_to_its_group(made, tmp_path):
    study = embedded(made, "study")
    program = """
      const { session, answersOf } = require(process.argv[2]);
      const study = JSON.parse(require("fs").readFileSync(process.argv[3]));
      const made = [...Array(300).keys()].map((n) => session(study, n * 7919, null));
      const given = session(study, 1, "2");
      console.log(JSON.stringify({ made, given, wrong: session(study, 1, "9").group, file: answersOf(given, study) }));
    """
    (tmp_path / "program.js").write_text(program)
    (tmp_path / "study.json").write_text(json.dumps(study))
    script = shutil.copy(page_module.files("nsa_ros.study") / "data" / "page.js", tmp_path / "page.cjs")
    done = subprocess.run(
        ["node", tmp_path / "program.js", script, tmp_path / "study.json"], capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout)
    assert result["given"]["group"] == 1
    assert 0 <= result["wrong"] < 3
    orders = {group: set() for group in range(3)}
    for state in result["made"]:
        first, *rest = state["order"]
        assert first == study["practice"]
        assert sorted(rest) == study["groups"][state["group"]]
        orders[state["group"]].add(tuple(rest))
    assert all(len(found) == 2 for found in orders.values())
    counts = [sum(state["group"] == g for state in result["made"]) for g in range(3)]
    assert min(counts) > 70
    assert result["file"]["complete"] is False
    assert "order" not in result["file"]
