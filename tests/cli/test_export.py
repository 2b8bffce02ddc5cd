"""`nsa export` and the scripts in `export/`; engines are built on a made-up machine (`fake_tensorrt`)."""

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import fake_tensorrt
import pytest
from small_graphs import write_bundle

from nsa_ros import resources
from nsa_ros.cli import main
from nsa_ros.signing import bundle as bundles
from nsa_ros.signing.runtime.engine_cache import MANIFEST, cache_root

SCRIPTS = Path(__file__).resolve().parents[2] / "export"


@pytest.fixture
def machine(monkeypatch, tmp_path):
    pytest.importorskip("onnx", reason="graphs for tests are written with onnx")
    small = write_bundle(tmp_path / "small")
    monkeypatch.setattr(resources, "bundle", lambda name: small.path)
    monkeypatch.setattr(bundles, "load_bundle", lambda path: small)
    return fake_tensorrt.install(monkeypatch, tmp_path / "cache")


def test_engines_are_built_once_and_each_is_reported(machine, capsys):
    assert main(["export", "--tensorrt"]) == 0
    told = capsys.readouterr()
    graphs = ["sampler_4.onnx", "sampler_16.onnx", "denoiser_4.onnx", "denoiser_16.onnx"]
    assert machine.builds == graphs
    for graph in graphs:
        assert f"{graph}: built in" in told.out
    assert "from the CPU" in told.out
    assert "4 engines are ready" in told.out
    assert "4/4" in told.err
    assert len(list(cache_root().glob(f"*/{MANIFEST}"))) == 4
    assert main(["export", "--tensorrt", "default"]) == 0
    assert capsys.readouterr().out.count("was there") == 4
    assert machine.builds == graphs


def test_half_precision_is_built_from_its_own_graphs(machine, capsys):
    assert main(["export", "--tensorrt", "--precision", "fp16"]) == 0
    assert machine.builds == ["sampler_4.fp16.onnx", "sampler_16.fp16.onnx"]


def test_an_interrupted_build_keeps_what_is_whole(machine, monkeypatch, capsys):
    honest = machine._engine

    def interrupted(graph, settings):
        if graph.name == "sampler_16.onnx":
            raise KeyboardInterrupt
        honest(graph, settings)

    with monkeypatch.context() as patched:
        patched.setattr(machine, "_engine", interrupted)
        assert main(["export", "--tensorrt"]) == 130
    assert "what is whole is kept" in capsys.readouterr().err
    assert len(list(cache_root().glob(f"*/{MANIFEST}"))) == 1
    assert main(["export", "--tensorrt"]) == 0
    assert machine.builds.count("sampler_4.onnx") == 1


def test_without_tensorrt_the_status_is_1_and_the_remedy_is_said(machine, capsys):
    machine.compiled = ["CPUExecutionProvider"]
    assert main(["export", "--tensorrt"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("nsa export: this onnxruntime 9.9 has no TensorRT provider")
    assert "pip install '.[tensorrt]'" in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ([], "give a RUN to make a bundle of, or --tensorrt"),
        (["run", "--tensorrt"], "give a RUN to make a bundle of, or --tensorrt"),
        (["run"], "a bundle needs --config, --data, --out"),
        (["run", "--config", "nsa-aligned", "--out", "x"], "a bundle needs --data"),
        (["run", "--config", "a", "--data", "b", "--out", "c", "--precision", "fp16"], "--precision is of engines"),
        (["--tensorrt", "nowhere"], "no model bundle 'nowhere'"),
    ],
)
def test_what_is_missing_is_said(command, said, capsys):
    assert main(["export", *command]) == 1
    assert said in capsys.readouterr().err


def test_a_run_becomes_a_bundle_and_its_parity_is_told(tmp_path, monkeypatch, capsys):
    pytest.importorskip("torch", reason="a bundle is exported with torch")
    from nsa_ros.learning.data import shards
    from nsa_ros.learning.export import exporting, parity

    def export(config, corpus, run, folder):
        (folder / "model.yaml").write_text(f"{config.name} {corpus} {run}")
        return "the report"

    monkeypatch.setattr(shards, "read_corpus", lambda folder: f"corpus of {folder}")
    monkeypatch.setattr(exporting, "export_with_parity", export)
    monkeypatch.setattr(parity, "summary", lambda report: [f"{report}: near", "all shipped"])
    command = ["export", "some/run", "--config", "nsa-aligned", "--data", "some/corpus", "--out", str(tmp_path)]
    assert main(command) == 0
    assert (tmp_path / "model.yaml").read_text() == "nsa-aligned corpus of some/corpus some/run"
    told = capsys.readouterr().out.splitlines()
    assert told[:2] == ["the report: near", "all shipped"]
    assert told[2].startswith(f"{tmp_path}: 0.0 MB")
    command[3] = "none"
    assert main(command) == 1
    assert "nsa-aligned" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(file.stem for file in SCRIPTS.glob("[!_]*.py")))
def test_every_script_explains_itself(name, monkeypatch, capsys):
    pytest.importorskip("torch", reason="most export with torch")
    monkeypatch.syspath_prepend(SCRIPTS)
    monkeypatch.delitem(sys.modules, "_clone", raising=False)
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPTS / f"{name}.py"), run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: ")


def test_a_script_runs_from_anywhere_and_ends_with_status_1_on_an_error(tmp_path):
    pytest.importorskip("torch", reason="it exports with torch")
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "torch_tensorrt.py"), "run", "--config=none", "--data=x", "--out=y"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "torch_tensorrt.py: no configuration 'none'" in done.stderr


@pytest.mark.parametrize("name", ["bundle", "tensorrt"])
def test_scripts_of_the_robot_need_no_torch(name, tmp_path):
    (tmp_path / "torch.py").write_text("raise ImportError('no torch here')")
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / f"{name}.py"), "--help"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert "--tensorrt" in done.stdout


def test_the_doctor_tells_of_gpu_tensorrt_and_engines(machine, capsys):
    main(["doctor", "--json"])
    findings = {finding["what"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert findings["GPU"]["detail"].startswith("NVIDIA Fake, compute capability 9.0")
    assert findings["TensorRT"]["verdict"] == "missing"
    assert "no engine built for sampler_4.onnx" in findings["TensorRT"]["detail"]
