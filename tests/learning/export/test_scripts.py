"""The scripts in `export/`, one per step, on networks with random weights."""

import runpy
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import onnxruntime
import pytest
from tiny import CONFIG, fake_corpus

from nsa_ros.learning.config import ExportConfig
from nsa_ros.learning.export import commands
from nsa_ros.learning.training.building import build_motion
from nsa_ros.learning.training.tasks import PlannerTask

SCRIPTS = Path(__file__).resolve().parents[3] / "export"


@pytest.fixture(scope="module")
def trained():
    corpus = fake_corpus()
    return SimpleNamespace(planner=PlannerTask(CONFIG, corpus).model, motion=build_motion(CONFIG, corpus).model.eval())


@pytest.fixture
def script(trained, tmp_path, monkeypatch):
    """Runs a script; names of the files it wrote and the folder."""
    monkeypatch.setattr(commands, "Trained", lambda config, corpus, run: trained)
    monkeypatch.setattr(commands, "load_config", lambda name: replace(CONFIG, export=ExportConfig(steps=1)))
    monkeypatch.setattr(commands, "read_corpus", lambda folder: None)
    monkeypatch.syspath_prepend(SCRIPTS)

    def run(name, *options):
        command = [name, "run", "--config", "tiny", "--data", "corpus", "--out", str(tmp_path), *options]
        monkeypatch.setattr(sys, "argv", command)
        monkeypatch.delitem(sys.modules, "_clone", raising=False)
        runpy.run_path(str(SCRIPTS / f"{name}.py"), run_name="__main__")
        return sorted(file.name for file in tmp_path.iterdir()), tmp_path

    return run


def session(file):
    return onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])


def test_the_text_encoder(script, capsys):
    names, folder = script("text_encoder")
    assert names == ["text_encoder.onnx", "weights.bin"]
    assert [given.name for given in session(folder / "text_encoder.onnx").get_inputs()] == ["tokens"]
    assert f"{folder / 'text_encoder.onnx'}: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "given", "made"),
    [("denoiser", "noisy", ["predicted", "next_state"]), ("sampler", "noise", ["channels", "next_states"])],
)
def test_a_step_and_the_whole_sampler_for_the_chunks_asked_for(script, name, given, made):
    names, folder = script(name, "--chunks", "4")
    assert names == [f"{name}_4.onnx", "weights.bin"]
    loaded = session(folder / names[0])
    assert loaded.get_inputs()[0].name == given
    assert loaded.get_inputs()[0].shape[:2] == ["streams", 4]
    assert [output.name for output in loaded.get_outputs()] == made


def test_the_variants(script):
    names, folder = script("variants", "--chunks", "4")
    assert names == ["sampler_4.fp16.onnx", "sampler_4.int8.onnx", "weights.bin"]
    session(folder / "sampler_4.int8.onnx")


def test_torch_tensorrt_without_a_gpu_says_so(script, monkeypatch):
    import torch

    monkeypatch.setitem(sys.modules, "torch_tensorrt", SimpleNamespace())
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit) as ended:
        script("torch_tensorrt")
    assert "torch sees no GPU" in ended.value.code
