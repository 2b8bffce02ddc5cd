"""`nsa evaluate`: a whole run on the smallest bundle, and what is said of input that cannot work."""

import json
import shutil

import numpy as np
import pytest
import yaml
from fake_source import FakeSource
from tiny import make_bundle

from nsa_ros.cli import evaluate, main
from nsa_ros.errors import NsaError


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """A copy of the tiny bundle where texts come from the fake source, and no recogniser is there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nsa_ros.learning.data.phonology_source.PhonologySource", FakeSource)
    monkeypatch.setattr(evaluate, "recogniser", lambda: None)
    shutil.copytree(make_bundle() / "bundle", tmp_path / "bundle")
    return tmp_path / "bundle"


def test_a_whole_run_writes_the_report_and_the_headline(tiny, tmp_path, capsys):
    out = tmp_path / "report"
    options = ["--texts", "4", "--steps", "1,2", "--out", str(out), "--json", "--write"]
    assert main(["evaluate", str(tiny), *options]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["data"]["texts"] == 4
    assert [row["steps"] for row in result["steps"]] == [1.0, 2.0]
    assert {"model", "planned", "second", "shuffled"} <= set(result["scores"]["mpjpe"])
    assert "No recogniser" in " ".join(result["notes"])
    assert (out / "report.html").stat().st_size > 20_000
    assert (out / "signs_1.png").is_file()
    written = yaml.safe_load((tiny / "model.yaml").read_text("utf-8"))["quality"]
    assert written["texts"] == 4
    assert written["model"]["dtw"] == result["scores"]["dtw"]["model"]
    assert "unit error rate by back-translation" in written["targets_not_measured"]


def test_a_bundle_of_another_lexicon_is_refused_before_anything_is_drawn(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", str(make_bundle() / "bundle")]) == 1
    assert "another version" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_data_without_alignment_is_refused(tiny, tmp_path, capsys):
    clips = tmp_path / "clips"
    clips.mkdir()
    for i in range(4):
        np.savez(clips / f"{i}.npz", poses=np.zeros((30, 165)), mocap_framerate=24.0, text=f"hello number {i}")
    assert main(["evaluate", str(tiny), "--data", str(clips)]) == 1
    assert "alignment" in capsys.readouterr().err


def test_a_corpus_that_is_not_there_is_named(tiny, tmp_path, capsys):
    assert main(["evaluate", str(tiny), "--data", str(tmp_path / "none")]) == 1
    assert str(tmp_path / "none") in capsys.readouterr().err


def test_a_bundle_that_is_not_there_is_named(tmp_path, capsys):
    assert main(["evaluate", str(tmp_path / "none")]) == 1
    assert "no model bundle" in capsys.readouterr().err


@pytest.mark.parametrize("steps", ["", "0", "1,two", "4,1001", "-3"])
def test_steps_that_are_no_numbers_are_refused(steps):
    with pytest.raises(NsaError, match="whole numbers from 1 to 1000"):
        evaluate.numbers(steps)


def test_steps_are_read():
    assert evaluate.numbers("1, 4,50") == [1, 4, 50]
