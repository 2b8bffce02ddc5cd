"""`nsa hand rehearse`: arguments, figures and files."""

import json
from types import SimpleNamespace

import pytest

from nsa_ros.cli import main

pytest.importorskip("mujoco")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "name a robot"),
        (["nsa_hand", "--tempo", "0.001"], "--tempo is 0.001"),
        (["nsa_hand", "--sentences", "-1"], "--sentences is -1"),
        (["nsa_hand", "--out", "nowhere"], "nowhere"),
        (["octopus"], "octopus"),
        (["nsa_hand", "--spell", "A-B", "--film", "x.mp4"], "'-'"),
        (["nsa_hand", "--spell", "AB"], "go together"),
    ],
)
def test_mistakes_are_told(words, told, capsys):
    assert main(["hand", "rehearse", *words]) == 1
    assert told in capsys.readouterr().err


def test_a_rehearsal_writes_figures_pictures_and_pages(tmp_path, capsys, monkeypatch):
    pytest.importorskip("moderngl")
    pytest.importorskip("av")
    for name, text in (("LETTERS", "L"), ("DIGITS", "2"), ("NAMES", ("AL",))):
        monkeypatch.setattr(f"nsa_ros.rehearsal.rehearse.{name}", text)
    monkeypatch.setattr("nsa_ros.rehearsal.rehearse.ceiling", lambda *_: SimpleNamespace(shown=("A", "B")))
    folder = tmp_path / "robots"
    folder.mkdir()
    words = ["nsa_hand", "--sentences", "0", "--json", "--out", str(folder)]
    assert main(["hand", "rehearse", *words]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((folder / "nsa_hand.json").read_text())
    assert printed["spelling"]["violations"] == 0
    assert {file.name for file in folder.iterdir()} == {f"nsa_hand.{end}" for end in ("json", "md", "png", "mp4")}
    assert (tmp_path / "robots.md").is_file()
    (folder / "nsa_hand.md").unlink()
    assert main(["hand", "rehearse", "--pages", "--out", str(folder)]) == 0
    assert (folder / "nsa_hand.md").is_file()


def test_a_name_is_spelled_in_a_film(tmp_path):
    pytest.importorskip("moderngl")
    from PIL import Image

    assert main(["hand", "rehearse", "nsa_hand", "--spell", "i", "--film", str(tmp_path / "name.gif")]) == 0
    with Image.open(tmp_path / "name.gif") as film:
        assert film.n_frames > 10
