"""`nsa import`, as it is typed."""

import json

import numpy as np
import pytest
from synthetic_rigs import MIXAMO, make_gltf, make_vrm, signing, write_bvh

from nsa_ros.body.motion import load_npz
from nsa_ros.cli import main


@pytest.fixture
def take(tmp_path):
    return write_bvh(tmp_path / "hello.bvh", signing(), MIXAMO)


def test_a_clip_becomes_a_motion_that_keeps_its_source(take, tmp_path, capsys):
    out = tmp_path / "hello.npz"
    kept = ["--license", "CC0-1.0", "--source", "our studio", "--kind", "motion capture", "--text", "Hello."]
    assert main(["import", str(take), "--out", str(out), "--fps", "24", *kept]) == 0
    told = capsys.readouterr().out
    assert "map mixamo" in told
    assert "driven            55 of 55 joints" in told
    assert "wrote" in told
    motion = load_npz(out)
    assert motion.fps == 24.0
    with np.load(out) as data:
        assert str(data["license"]) == "CC0-1.0"
        assert str(data["source"]) == "our studio"
        assert str(data["kind"]) == "motion capture"
        assert str(data["status"]) == "imported skeletal animation, not reviewed by Deaf signers"
        assert str(data["map"]) == "mixamo"


def test_it_can_be_trained_on(take, tmp_path):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from nsa_ros.learning.data.reading import read_data

    folder = tmp_path / "motions"
    assert main(["import", str(take), "--out", str(folder / "a.npz"), "--text", "my friend", "--license", "CC0"]) == 0
    corpus = read_data(folder)
    (passage,) = corpus.train + corpus.val + corpus.test
    assert passage.text == "my friend"
    assert corpus.meta["license"] == "CC0"
    assert corpus.meta["status"].startswith("imported")
    assert np.abs(passage.poses).max() > 0.5


def test_what_is_not_known_is_said_and_kept_as_not_stated(take, tmp_path, capsys):
    assert main(["import", str(take), "--out", str(tmp_path / "a.npz")]) == 0
    assert "to add            --license, --source, --kind, --text" in capsys.readouterr().out
    with np.load(tmp_path / "a.npz") as data:
        assert str(data["license"]) == "not stated"
        assert "text" not in data


def test_the_report_as_json(tmp_path, capsys):
    file = make_vrm(signing(), "1.0").glb(tmp_path / "signer.vrm")
    assert main(["import", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["map"] == "vrm"
    assert told["format"] == "VRM 1.0"
    assert told["license"] == "https://vrm.dev/licenses/1.0/"
    assert len(told["driven"]) == 55


def test_bones_and_takes_are_listed(take, capsys):
    assert main(["import", str(take), "--list"]) == 0
    told = capsys.readouterr().out
    assert "1 'hello'" in told
    assert "      mixamorig:Spine1" in told
    assert main(["import", str(take), "--list", "--json"]) == 0
    bones = json.loads(capsys.readouterr().out)["bones"]
    assert {"bone": "mixamorig:Spine1", "parent": "mixamorig:Spine"} in bones


def test_a_film_is_made(take, tmp_path):
    pytest.importorskip("PIL", reason="Pillow is not installed")
    film = tmp_path / "hello.gif"
    assert main(["import", str(take), "--film", str(film), "--fps", "2"]) == 0
    assert film.read_bytes().startswith(b"GIF8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "a.bvh"], "motion is written as .npz"),
        (["--film", "a.doc"], "choose one of .mp4, .gif"),
        (["--fps", "0.5"], "between 1 and 1000"),
        (["--map", "nowhere"], "Shipped: bvh, cmu, mixamo"),
        (["--take", "waving"], "has no take 'waving'; it has 1 'hello'"),
        (["--rest", "-1"], "number of a frame, from 1"),
        (["--rest", "999"], "the rest pose is frame 999"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_is_allowed(take, arguments, message, capsys):
    assert main(["import", str(take), *arguments]) == 1
    told = capsys.readouterr().err
    assert message in told
    assert len(told.strip().splitlines()) == 1


def test_nothing_is_left_of_a_file_that_cannot_be_written(take, tmp_path, capsys):
    (tmp_path / "folder").write_text("a file")
    assert main(["import", str(take), "--out", str(tmp_path / "folder" / "a.npz")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_truncated_file_is_one_line(tmp_path, capsys):
    file = make_gltf(signing(), MIXAMO).glb(tmp_path / "a.glb")
    file.write_bytes(file.read_bytes()[:5000])
    assert main(["import", str(file)]) == 1
    assert "truncated" in capsys.readouterr().err
