"""`nsa train`: its options, and its last step; the others are in tests/learning/test_retraining.py."""

import shutil
import subprocess
import sys

import pytest
import yaml
from tiny import make_bundle

from nsa_ros.cli import evaluate, main


def test_an_unknown_configuration_is_said_with_those_there_are(tmp_path, capsys):
    assert main(["train", "none", "--run", str(tmp_path / "run")]) == 1
    assert "nsa-aligned" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_help_needs_no_torch():
    code = "import sys; sys.modules['torch'] = None; from nsa_ros.cli import main; main(['train', '--help'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--only" in done.stdout


@pytest.mark.parametrize("data", [[], ["--data", "corpus"]])
def test_a_bundle_is_evaluated_once_and_on_the_data_it_was_trained_on(data, tmp_path, monkeypatch):
    bundle = tmp_path / "bundle"
    shutil.copytree(make_bundle() / "bundle", bundle)
    asked = []
    monkeypatch.setattr(evaluate, "run", asked.append)
    command = ["train", "nsa-aligned", "--run", str(tmp_path), "--bundle", str(bundle), "--only", "evaluate", *data]
    assert main(command) == 0
    assert (asked[0].bundle, asked[0].write, asked[0].out) == (str(bundle), True, tmp_path / "evaluation")
    assert str(asked[0].data) == ("corpus" if data else "None")
    description = yaml.safe_load((bundle / "model.yaml").read_text())
    (bundle / "model.yaml").write_text(yaml.safe_dump({**description, "quality": {"plans": 1}}))
    assert main(command) == 0
    assert len(asked) == 1


def test_evaluation_needs_a_bundle(tmp_path, capsys):
    assert main(["train", "nsa-aligned", "--run", str(tmp_path), "--only", "evaluate"]) == 1
    assert "--bundle OUT" in capsys.readouterr().err
