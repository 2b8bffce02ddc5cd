"""`nsa study` as it is called."""

import json

import pytest

from nsa_ros.cli import main
from nsa_ros.cli.study import pixels
from nsa_ros.errors import NsaError
from nsa_ros.study.design import latin_square
from nsa_ros.study.manifest import Film, Manifest, Practice, write_manifest
from nsa_ros.study.texts import StudyText


def test_sizes():
    assert pixels("640x480") == (640, 480)
    for wrong in ("640", "x", "10x10", "640x9000", "-1x3"):
        with pytest.raises(NsaError, match="--size"):
            pixels(wrong)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seed", "-1"], "--seed is -1"),
        (["--size", "1"], "--size"),
        (["--count", "0"], "--count is 0"),
        (["--texts", "nowhere.txt"], "nowhere.txt"),
        (["--count", "1", "--bundle", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_made_is_refused(arguments, message, tmp_path, capsys):
    assert main(["study", "make", "--out", str(tmp_path / "out"), *arguments]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_answers_are_analysed_and_broken_ones_named(tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="the plot needs matplotlib (nsa_ros[film])")
    names = ("reference", "model", "baseline")
    films = [Film(f"{c}{t}", t, c, 0, 1.0, ()) for t in range(3) for c in names]
    groups = [sorted(f"{c}{t}" for t, c in enumerate(row)) for row in latin_square([""] * 3, names, 0)]
    texts = [StudyText(f"Text {t}.", "") for t in range(3)]
    study = Manifest({}, texts, names, films, groups, Practice("p", "welcome", "welcome"))
    write_manifest(tmp_path, study)
    rows = [{"film": film, "understood": "", "naturalness": 4, "alignment": 6} for film in groups[0]]
    good = {"format": "nsa-study-answers 1", "study": study.id, "participant": "a", "group": 0, "consent": True}
    (tmp_path / "good.json").write_text(json.dumps(good | {"answers": rows}))
    (tmp_path / "bad.json").write_text("{}")
    common = ["--study", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main(["study", "analyse", str(tmp_path / "bad.json"), *common]) == 1
    assert "none of 1 files can be used" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main(["study", "analyse", str(tmp_path / "good.json"), str(tmp_path / "bad.json"), *common]) == 0
    printed = capsys.readouterr()
    assert "bad.json" in printed.err
    assert "| Naturalness, 0-10 | 4.00 | 4.00 | 4.00 |" in printed.out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "answers.csv",
        "ratings.png",
        "summary.json",
        "summary.md",
    }
