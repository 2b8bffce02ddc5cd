"""Every verb, as it is typed; the reference signer signs, so that no verb depends on the weights."""

import json

import numpy as np
import pytest

from nsa_ros.body.motion import load_npz
from nsa_ros.cli import VERBS, main

HELLO = ["sign", "Hi, Al", "--reference", "--fps", "24"]
KEYS = {
    "text", "bundle", "seed", "steps", "fps", "frames", "units", "first_chunk_ms", "total_ms", "real_time_factor",
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb, capsys):
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert VERBS[verb][1:] in capsys.readouterr().out


def test_json_names_every_unit_and_its_frames(capsys):
    assert main([*HELLO, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) >= KEYS
    assert [(unit["text"], unit["kind"]) for unit in told["units"]] == [
        ("HELLO", "sign"),
        ("A", "letter"),
        ("L", "letter"),
    ]
    edges = [edge for unit in told["units"] for edge in (unit["first_frame"], unit["last_frame"])]
    assert edges == sorted(edges)
    assert edges[0] > 0
    assert edges[-1] < told["frames"]


def test_a_person_is_told_glosses_and_what_was_written(tmp_path, capsys):
    assert main([*HELLO, "--out", str(tmp_path / "hi.npz")]) == 0
    out = capsys.readouterr().out
    assert "HELLO fs-A-L" in out
    assert "hi.npz" in out


def test_the_file_has_the_names_of_smplx_and_says_what_it_is(tmp_path):
    file = tmp_path / "hi.npz"
    assert main([*HELLO, "--out", str(file)]) == 0
    motion = load_npz(file)
    with np.load(file) as data:
        assert data["body_pose"].shape == (len(motion), 63)
        assert data["left_hand_pose"].shape == (len(motion), 45)
        assert float(data["mocap_frame_rate"]) == 24.0
        assert "not reviewed by Deaf signers" in str(data["status"])
        assert str(data["text"]) == "Hi, Al"


def test_a_contact_sheet_and_a_film_are_written(tmp_path):
    pytest.importorskip("PIL", reason="Pillow is not installed")
    sheet, film = tmp_path / "hi.png", tmp_path / "hi.gif"
    assert main([*HELLO[:-1], "5", "--out", str(sheet), "--out", str(film)]) == 0
    assert sheet.read_bytes().startswith(b"\x89PNG")
    assert film.read_bytes().startswith(b"GIF8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sign", "", "--reference"], "the text is empty"),
        (["sign", "😀", "--reference"], "emoji"),
        (["sign", "hi", "--reference", "--out", "hi.doc"], "choose one of .npz"),
        (["sign", "hi", "--reference", "--out", "no/such/folder/hi.npz"], "make it first"),
        (["sign", "hi", "--reference", "--fps", "0"], "between 1 and 1000"),
        (["sign", "hi", "--reference", "--seed", "-1"], "between 0 and"),
        (["sign", "hi", "--reference", "--speed", "9"], "between 0.02 and 4"),
        (["sign", "hi", "--bundle", "nowhere"], "nowhere"),
        (["sign", "hi", "--provider", "abacus"], "auto, tensorrt, cuda, cpu"),
        (["view", "no-such-file.npz"], "no motion file"),
        (["bench", "--bundle", "nowhere"], "nowhere"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_is_allowed(arguments, message, capsys):
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert message in told
    assert len(told.strip().splitlines()) == 1


def test_a_port_that_is_none_is_refused(tmp_path, capsys):
    pytest.importorskip("viser", reason="viser is not installed")
    file = tmp_path / "hi.npz"
    assert main([*HELLO, "--out", str(file)]) == 0
    assert main(["view", str(file), "--port", "99999"]) == 1
    assert "between 0 and 65535" in capsys.readouterr().err


def test_the_vocabulary_is_listed_with_its_english(capsys):
    assert main(["vocabulary", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    glosses = {sign["gloss"]: sign["english"] for sign in told["signs"]}
    assert "hello" in glosses["HELLO"]
    assert len(told["letters"]) == 26
    assert main(["vocabulary"]) == 0
    assert "not\nreviewed by Deaf signers" in capsys.readouterr().out


def test_the_doctor_says_what_is_broken_and_goes_on(capsys):
    assert main(["doctor", "--bundle", "nowhere", "--json"]) == 1
    findings = {finding["what"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert findings["nsa_ros"]["verdict"] == "ok"
    assert findings["model bundle"]["verdict"] == "broken"
    assert "nowhere" in findings["model bundle"]["detail"]
    assert "learning" in findings
