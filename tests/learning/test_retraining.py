"""One command from a configuration to a bundle: what it makes, skips and refuses."""

import argparse
import shutil
from dataclasses import asdict, replace

import pytest
import tiny
import yaml
from fake_source import FakeSource

from nsa_ros.errors import NsaError
from nsa_ros.learning import retraining
from nsa_ros.learning.config import CorpusConfig
from nsa_ros.learning.data.corpus_building import CorpusSettings, build_corpus
from nsa_ros.learning.retraining import retrain
from nsa_ros.learning.training import options
from nsa_ros.learning.training.checkpoint import read_checkpoint

CORPUS = CorpusConfig(hours=0.01, seed=3, plans=0)


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Runs `nsa train` with the tiny configuration, changed or not; returns the lines that it says."""
    monkeypatch.setattr(retraining, "PhonologySource", FakeSource)

    def call(*arguments, config=tiny.CONFIG, **changes):
        file = tmp_path / "tiny.yaml"
        file.write_text(yaml.safe_dump(asdict(replace(config, corpus=CORPUS, **changes))))
        parser = argparse.ArgumentParser()
        options.configure(parser)
        said = []
        retrain(
            parser.parse_args([str(file), "--run", str(tmp_path / "run"), "--threads", "1", *arguments]), said.append
        )
        return said

    return call


@pytest.fixture
def exports(monkeypatch):
    """Instead of exporting, which tests/learning/export checks, a tiny bundle is copied; a list of the calls."""
    calls = []

    def export_with_parity(config, corpus, run, folder):
        calls.append(folder)
        shutil.copytree(tiny.make_bundle() / "bundle", folder, dirs_exist_ok=True)

    monkeypatch.setattr(retraining, "export_with_parity", export_with_parity)
    return calls


def test_everything_is_made_once_and_then_skipped(command, exports, tmp_path):
    bundle = ("--bundle", str(tmp_path / "bundle"))
    assert "0.01 h of motion" in " ".join(command(*bundle))
    for name in ("config.yaml", "planner.pt", "denoiser.pt", "planner.log", "events/denoiser", "samples/0000002.png"):
        assert (tmp_path / "run" / name).exists(), name
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.suffix in (".pt", ".onnx", ".npz")}
    said = " ".join(command(*bundle))
    for line in ("corpus is finished", "planner: 2 updates are done", "denoiser: 2 updates", "this run has exported"):
        assert line in said
    assert before == {file: file.stat().st_mtime_ns for file in before}
    command(*bundle, train_planner=replace(tiny.CONFIG.train_planner, steps=3))
    assert len(exports) == 2, "other weights are another bundle"
    (tmp_path / "bundle" / "model.yaml").unlink()
    command(*bundle, "--only", "export", train_planner=replace(tiny.CONFIG.train_planner, steps=3))
    assert len(exports) == 3


def test_a_changed_configuration_is_refused_before_anything_is_trained(command, tmp_path):
    command("--only", "planner")
    with pytest.raises(NsaError, match=r"train_planner\.rate \(0\.001 then, 0\.01 now\)"):
        command(train_planner=replace(tiny.CONFIG.train_planner, rate=0.01, steps=9))
    assert "rate: 0.001" in (tmp_path / "run" / "config.yaml").read_text()
    assert not (tmp_path / "run" / "denoiser.pt").exists()


@pytest.mark.parametrize(
    ("arguments", "config", "message"),
    [
        (["--bundle", "out"], tiny.PAPER, "only `aligned` models are exported"),
        (["--only", "export"], tiny.CONFIG, "--bundle OUT"),
        (["--only", "planner"], tiny.PAPER, "has no planner"),
        (["--hours", "1", "--data", "any"], tiny.CONFIG, "leave one of them out"),
        (["--threads", "0"], tiny.CONFIG, "at least 1"),
        (["--data", "any=much"], tiny.CONFIG, "'much' is not a number"),
        (["--data", "nowhere"], tiny.CONFIG, "nowhere"),
        (["--device", "tpu"], tiny.CONFIG, "choose one of auto, cpu, cuda"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_made(arguments, config, message, command, tmp_path):
    with pytest.raises(NsaError, match=message):
        command(*arguments, config=config)
    assert not (tmp_path / "run" / "corpus").exists()


def test_data_sets_are_mixed_by_weight(command, tmp_path):
    settings = CorpusSettings(CORPUS.hours, CORPUS.seed)
    build_corpus(FakeSource(), settings, tmp_path / "data", workers=1)
    command("--data", f"{tmp_path / 'data'}=3", "--data", str(tmp_path / "data"), "--only", "denoiser")
    saved = read_checkpoint(tmp_path / "run" / "denoiser.pt")
    assert saved["origin"]["data"]["weights"] == [3.0, 1.0]
    assert not (tmp_path / "run" / "corpus").exists()
