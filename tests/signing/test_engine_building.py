import json
import os
import threading

import pytest
from small_graphs import write_bundle, write_graph

from nsa_ros.errors import NsaError
from nsa_ros.signing import engine_building
from nsa_ros.signing.engine_building import build_engine, graphs_to_build, profile, require_tensorrt
from nsa_ros.signing.runtime import providers
from nsa_ros.signing.runtime.engine_cache import MANIFEST, cache_root, find_engine
from nsa_ros.signing.runtime.gpu import Gpu

pytest.importorskip("onnx", reason="graphs for tests are written with onnx")


def left_over():
    return [folder for folder in cache_root().iterdir() if folder.name.strip(".").isalnum()]


def test_an_engine_is_built_once(machine, graph):
    first = build_engine(graph)
    again = build_engine(graph)
    assert machine.builds == ["sampler_4.onnx"]
    assert (again.folder, again.seconds) == (first.folder, 0.0)
    assert first.difference == again.difference == 0.0


def test_the_profile_goes_from_one_to_64_streams(machine, graph):
    build_engine(graph)
    options = find_engine(graph, providers.runtime()).options()
    assert options["trt_profile_min_shapes"] == "noise:1x4x3,units:1x4x3,states:2x1x1x5"
    assert options["trt_profile_opt_shapes"] == "noise:16x4x3,units:16x4x3,states:2x1x16x5"
    assert options["trt_profile_max_shapes"] == "noise:64x4x3,units:64x4x3,states:2x1x64x5"
    assert options["trt_engine_cache_enable"] == "1"
    assert options["trt_fp16_enable"] == "0"
    assert profile({"tokens": [1, 32]}, 16) == "tokens:1x32"


def test_fp32_is_built_without_tf32_and_fp16_is_compared_with_fp32(machine, graph):
    half = write_graph(graph.with_name("sampler_4.fp16.onnx"))
    machine.error = 0.1
    built = build_engine(half)
    assert built.difference == pytest.approx(0.1, abs=1e-5)
    assert find_engine(half, providers.runtime()).options()["trt_fp16_enable"] == "1"
    assert os.environ["NVIDIA_TF32_OVERRIDE"] == "1"
    machine.error = 0.0
    build_engine(graph)
    assert os.environ["NVIDIA_TF32_OVERRIDE"] == "0"


@pytest.mark.parametrize("error", [0.1, float("nan"), float("inf")])
def test_an_engine_that_computes_something_else_is_thrown_away(machine, graph, error):
    machine.error = error
    with pytest.raises(NsaError, match=r"away from the CPU's result, at most 0\.01"):
        build_engine(graph)
    assert [folder.name for folder in cache_root().iterdir()] == ["timings-10.9.0"]


@pytest.mark.parametrize("when", ["building", "writing"])
def test_what_is_interrupted_leaves_nothing_that_looks_whole(machine, graph, monkeypatch, when):
    def interrupt(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(engine_building, "sha256" if when == "writing" else "create_session", interrupt)
        with pytest.raises(KeyboardInterrupt):
            build_engine(graph)
    assert not list(cache_root().glob(f"**/{MANIFEST}"))
    with pytest.raises(NsaError, match="no engine built"):
        find_engine(graph, providers.runtime())
    build_engine(graph)


def test_what_a_killed_build_left_is_not_taken(machine, graph):
    folder = build_engine(graph).folder
    (folder / MANIFEST).unlink()
    folder.rename(folder.with_name(f".{folder.name}"))
    with pytest.raises(NsaError, match="no engine built"):
        find_engine(graph, providers.runtime())
    build_engine(graph)
    assert not folder.with_name(f".{folder.name}").exists()


def test_the_caller_hears_something_while_tensorrt_is_at_work(machine, graph, monkeypatch):
    heard = threading.Event()
    honest = machine._engine

    def slow(*args):
        assert heard.wait(5)
        honest(*args)

    monkeypatch.setattr(machine, "_engine", slow)
    build_engine(graph, heard.set)
    assert machine.builds == ["sampler_4.onnx"]


def test_an_error_of_tensorrt_is_said_with_the_graph(machine, graph):
    machine.fail = RuntimeError("TensorRT EP failed to create engine from network for fused node: X")
    with pytest.raises(NsaError, match=r"sampler_4\.onnx on tensorrt: TensorRT EP failed to create engine"):
        build_engine(graph)


def test_a_graph_that_tensorrt_does_not_take_is_an_error(machine, graph, monkeypatch):
    monkeypatch.setattr(machine, "_engine", lambda *_: None)
    with pytest.raises(NsaError, match=r"gave no part of sampler_4\.onnx to TensorRT"):
        build_engine(graph)


def test_a_full_disk_is_said_with_the_remedy(machine, graph):
    cache_root().parent.mkdir(parents=True)
    cache_root().write_text("a file where the folder should be")
    with pytest.raises(NsaError, match=r"cannot write engines to .* XDG_CACHE_HOME"):
        build_engine(graph)


def test_without_gpu_or_tensorrt_nothing_is_built(machine, graph):
    machine.version = None
    with pytest.raises(NsaError, match="TensorRT is not installed"):
        build_engine(graph)
    machine.version, machine.gpu = "10.9.0", None
    with pytest.raises(NsaError, match="no NVIDIA driver"):
        build_engine(graph)
    machine.compiled, machine.gpu = ["CPUExecutionProvider"], Gpu("x", "9.0")
    with pytest.raises(NsaError, match=r"has no TensorRT provider.*pip install '\.\[tensorrt\]'"):
        require_tensorrt()


def test_samplers_and_steps_are_built_in_fp32_samplers_alone_in_fp16(tmp_path):
    bundle = write_bundle(tmp_path)
    names = {precision: [file.name for file in graphs_to_build(bundle, precision)] for precision in ("fp32", "fp16")}
    assert names == {
        "fp32": ["sampler_4.onnx", "sampler_16.onnx", "denoiser_4.onnx", "denoiser_16.onnx"],
        "fp16": ["sampler_4.fp16.onnx", "sampler_16.fp16.onnx"],
    }
    with pytest.raises(NsaError, match="no TensorRT engine in 'int8'"):
        graphs_to_build(bundle, "int8")
    with pytest.raises(NsaError, match="has no fp16 graphs, only fp32"):
        graphs_to_build(write_bundle(tmp_path / "plain", ("fp32",)), "fp16")


def test_the_manifest_records_sizes_and_hashes(machine, graph):
    folder = build_engine(graph).folder
    files = json.loads((folder / MANIFEST).read_text())["files"]
    assert sorted(files) == sorted(file.name for file in folder.iterdir() if file.name != MANIFEST)
    assert any(name.endswith(".engine") for name in files)
