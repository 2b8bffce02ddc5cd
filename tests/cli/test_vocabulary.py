"""`nsa vocabulary`: list, describe, check, picture and publish signs; entries of the user's own."""

import json
import re

import pytest

from nsa_ros.cli import main
from nsa_ros.cli.catalogue import page, pictures
from nsa_ros.cli.catalogue.entries import choose, everything, read_own
from nsa_ros.cli.catalogue.pictures import film_name
from nsa_ros.cli.catalogue.workshop import in_parallel
from nsa_ros.errors import NsaError
from nsa_ros.phonology.lexicon import lexicon

GOOD = """
ROOSTER:
  english: [rooster]
  handshape: "3"
  palm: left
  fingers: up
  site: thumb_tip
  location: [forehead 0 0 4, forehead]
  contact: [false, true]
  movement: {repeat: 2, seconds: 0.22}
"""

BAD = """
WRONG:
  english: rooster
  handshape: flatt
  palm: up
  fingers: up
  location: [neutral, nowhere, chin 1 2]
  contact: maybe
  colour: red
  movement: {path: zigzag, size: -2, speed: 3}
  confidence: sure
TWICE: {handshape: flat, palm: forward, fingers: up, location: spelling}
TWICE: {handshape: flat, palm: forward, fingers: up, location: spelling}
LEFT:
  {type: dominant-on-base, handshape: flat, palm: left, fingers: up, location: weak.palm,
   base: {handshape: fist, palm: up, fingers: left, location: here}}
PARTS: {compound: [MOTHER, NO-SUCH-SIGN], palm: up}
EMPTY:
"""


@pytest.fixture
def own(tmp_path):
    """Writes entries to a file; the lexicon is as before afterwards."""
    before = dict(lexicon())

    def write(text):
        file = tmp_path / "my.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    yield write
    lexicon().clear()
    lexicon().update(before)


def test_the_list_is_by_theme(capsys):
    assert main(["vocabulary"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"^family \(\d+\)$", told, re.MULTILINE)
    assert re.search(r"^  MOTHER +mother, ", told, re.MULTILINE)
    assert f"{len(lexicon())} signs" in told
    assert "(0–100)" in told


def test_a_sign_is_described_in_words(capsys):
    assert main(["vocabulary", "doctor", "fs-a", "7"]) == 0
    told = capsys.readouterr().out
    assert "inside of the left wrist" in told
    assert "letters.yaml: A" in told
    assert "numbers.yaml: 7" in told


def test_json_has_the_features_of_the_field(capsys):
    assert main(["vocabulary", "MOTHER", "--json"]) == 0
    [sign] = json.loads(capsys.readouterr().out)["signs"]
    assert (sign["theme"], sign["class"]) == ("family", "noun")
    assert sign["features"]["sign_type"] == "OneHanded"
    assert sign["features"]["minor_location"] == "Chin"


def test_an_unknown_gloss_names_near_ones_and_what_the_word_means():
    with pytest.raises(NsaError, match="DOCTOR"):
        choose(["DOCTR"])
    with pytest.raises(NsaError, match="MOTHER means 'mom'"):
        choose(["mom"])


def test_everything_is_named_once():
    names = [entry.name for entry in everything()]
    assert len(names) == len(set(names))
    assert {"MOTHER", "fs-A", "7"} <= set(names)


def test_every_mistake_of_a_file_is_told_at_once(own):
    entries, wrong = read_own(own(BAD))
    assert [entry.name for entry in entries] == ["TWICE"]
    assert all(message.startswith("my.yaml: ") for message in wrong)
    expected = [
        "WRONG: english: expected a list", "WRONG: handshape: unknown 'flatt'. Near: flat,",
        "WRONG: palm and fingers: palm 'up'", "WRONG: location: unknown place 'nowhere'",
        "WRONG: contact: expected yes or no", "WRONG: colour: unknown field",
        "WRONG: movement path:", "WRONG: movement size:", "WRONG: movement speed:", "WRONG: confidence:",
        "TWICE: given twice", "LEFT: base handshape:", "LEFT: base location:", "PARTS: palm: a compound",
        "PARTS: compound: no sign 'NO-SUCH-SIGN'", "EMPTY: expected a mapping",
    ]  # fmt: skip
    assert len(wrong) == len(expected)
    for start in expected:
        assert sum(f"my.yaml: {start}" in message for message in wrong) == 1, start
    assert max(map(len, wrong)) < 300


@pytest.mark.parametrize(("text", "message"), [("[A, B]", "found list"), ("A: {", "not readable as YAML")])
def test_a_file_that_is_no_lexicon_is_refused(own, text, message):
    with pytest.raises(NsaError, match=message):
        read_own(own(text))


def test_a_gloss_that_yaml_takes_for_false_is_named_as_written(own):
    entries, wrong = read_own(own('"@A: [": {}\nno: {handshape: flat, palm: left, fingers: up, location: neutral}'))
    assert [entry.name for entry in entries] == ["no"]
    assert wrong[0].startswith("my.yaml: @A: [: ")


def test_own_entries_are_checked_and_seen_before_they_are_added(own, tmp_path, capsys):
    sheet = tmp_path / "rooster.png"
    assert main(["vocabulary", "--file", str(own(GOOD)), "--check", "--sheet", str(sheet)]) == 0
    assert "all within the limits" in capsys.readouterr().out
    assert sheet.read_bytes().startswith(b"\x89PNG")
    assert main(["vocabulary", "--file", str(own(GOOD + BAD))]) == 1


def test_a_limit_that_is_broken_is_marked(own, capsys):
    inside = GOOD.replace("[forehead 0 0 4, forehead]", "[forehead 0 0 4, forehead 0 0 -6]")
    assert main(["vocabulary", "--file", str(own(inside)), "--check"]) == 1
    told = capsys.readouterr().out
    assert re.search(r"ROOSTER .*\d!.*  body", told)
    assert "1 of 1 beyond a limit" in told


def test_a_sign_out_of_reach_is_told_beside_the_others(own, capsys):
    text = GOOD + GOOD.replace("ROOSTER", "FAR").replace("forehead 0 0 4", "neutral 0 40 60")
    assert main(["vocabulary", "--file", str(own(text)), "--check"]) == 1
    told = capsys.readouterr().out
    assert "my.yaml: FAR: location 1: neutral is out of reach" in told
    assert "1 cannot be made" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sheet", "out.png"], "needs the signs"),
        (["DOCTOR", "--sheet", "out.jpg"], "is a .png"),
        (["DOCTOR", "--sheet", "no/such/out.png"], "make it first"),
        (["DOCTOR", "--json", "--check"], "no other option"),
        (["--file", "no-such.yaml"], "No such file"),
        (["--html", __file__], "give a folder"),
    ],
)
def test_arguments_that_cannot_work_are_refused(arguments, message, capsys):
    assert main(["vocabulary", *arguments]) == 1
    assert message in capsys.readouterr().err


def square(number):
    return number * number


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_their_tasks(workers):
    tasks = list(range(12))
    assert list(in_parallel(square, tasks, "squared", workers)) == [(n, n * n) for n in tasks]


def test_a_picture_is_named_after_what_decides_its_looks(own):
    name = film_name(choose(["MOTHER"])[0])
    [entry], _ = read_own(own(GOOD.replace("ROOSTER", "MOTHER")))
    assert film_name(entry) != name
    renamed, _ = read_own(own(GOOD.replace("ROOSTER", "MOTHER").replace("[rooster]", "[hen]")))
    assert film_name(renamed[0]) == film_name(entry)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    pytest.importorskip("av", reason="PyAV is not installed")
    folder = tmp_path_factory.mktemp("vocabulary")
    assert page.write_page(choose(["MOTHER", "fs-A", "7"]), folder, workers=1) == []
    return folder


def data_of(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1])


def test_the_page_knows_its_signs_and_says_what_it_is(made):
    data = data_of(made)
    assert [sign["name"] for sign in data["signs"]] == ["MOTHER", "fs-A", "7"]
    assert sum(data["confidence"].values()) == 3
    assert len(data["hands"]) >= 45
    for sign in data["signs"]:
        assert (made / "pictures" / f"{sign['film']}.mp4").stat().st_size > 1000
        assert (made / "pictures" / f"{sign['film']}.webp").is_file()
    for hand in data["hands"]:
        assert (made / "pictures" / hand["picture"]).is_file()
    text = (made / "index.html").read_text(encoding="utf-8")
    assert "not reviewed by Deaf signers" in text
    assert not re.search(r'(src|href)="(https?:)?//', text)


def test_only_pictures_of_changed_entries_are_made_again(made, monkeypatch):
    filmed = []
    own_film = made / "pictures" / "holiday.mp4"
    own_film.touch()
    monkeypatch.setattr(page, "film", lambda entry, folder: filmed.append(entry.name))
    assert page.write_page(choose(["MOTHER", "7"]), made, workers=1) == []
    assert filmed == []
    assert not list((made / "pictures").glob("letter-A-*"))
    assert own_film.exists()
    page.write_page(choose(["MOTHER", "7", "FATHER"]), made, workers=1)
    assert filmed == ["FATHER"]
    assert [sign["name"] for sign in data_of(made)["signs"]] == ["MOTHER", "7"]


def test_a_disk_that_fills_is_told_and_leaves_no_page(tmp_path, monkeypatch, capsys):
    def full(entry, folder):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(page, "film", full)
    assert main(["vocabulary", "MOTHER", "--html", str(tmp_path / "page")]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert not (tmp_path / "page" / "index.html").exists()


def test_a_film_that_was_cut_short_is_not_taken_for_whole(tmp_path, monkeypatch):
    pytest.importorskip("av", reason="PyAV is not installed")
    [entry] = choose(["MOTHER"])

    def torn(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pictures, "_alike", torn)
    with pytest.raises(KeyboardInterrupt):
        pictures.film(entry, tmp_path)
    assert not (tmp_path / f"{film_name(entry)}.mp4").exists()
