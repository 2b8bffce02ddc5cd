import json
from pathlib import Path

import pytest
from small_graphs import write_graph

from nsa_ros.errors import NsaError
from nsa_ros.signing.engine_building import build_engine
from nsa_ros.signing.runtime import providers
from nsa_ros.signing.runtime.engine_cache import MANIFEST, cache_root, command, find_engine, precision_of
from nsa_ros.signing.runtime.gpu import Gpu

pytest.importorskip("onnx", reason="graphs for tests are written with onnx")


@pytest.fixture
def engine(machine, graph):
    build_engine(graph)
    return find(graph)


def find(graph):
    return find_engine(graph, providers.runtime())


def test_engines_lie_in_the_users_cache(machine, tmp_path, monkeypatch):
    assert cache_root() == tmp_path / "cache" / "nsa_ros" / "tensorrt"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/someone")
    assert cache_root() == Path("/home/someone/.cache/nsa_ros/tensorrt")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"version": "10.13.2"}, "was built with TensorRT 10.9.0, here is 10.13.2"),
        ({"gpu": Gpu("NVIDIA Other", "9.0")}, "was built with GPU NVIDIA Fake, here is NVIDIA Other"),
        ({"gpu": Gpu("NVIDIA Fake", "8.6")}, "was built with compute capability 9.0, here is 8.6"),
    ],
)
def test_another_version_or_gpu_is_named(machine, graph, engine, change, said):
    for name, value in change.items():
        setattr(machine, name, value)
    with pytest.raises(NsaError, match=f"{said}; build it with `nsa export --tensorrt {graph.parent}`"):
        find(graph)


def test_another_onnx_runtime_is_named(graph, engine):
    providers.runtime().__version__ = "10.0"
    with pytest.raises(NsaError, match=r"was built with ONNX Runtime 9\.9, here is 10\.0"):
        find(graph)


@pytest.mark.parametrize("changed", ["graph", "weights"])
def test_a_changed_graph_or_weights_are_told_apart_from_another_version(graph, engine, changed):
    if changed == "graph":
        graph.write_bytes(graph.read_bytes().replace(b"small", b"Small"))
    else:
        write_graph(graph, scale=3.0)
    with pytest.raises(NsaError, match=r"sampler_4\.onnx or its weights have changed since its engine was built"):
        find(graph)


def test_weights_that_the_graph_does_not_name_do_not_matter(graph, engine):
    (graph.parent / "others.bin").write_bytes(b"of another graph")
    assert find(graph) == engine


def test_a_bundle_that_was_moved_keeps_its_engines(graph, engine, tmp_path):
    moved = graph.parent.rename(tmp_path / "elsewhere")
    assert find(moved / graph.name) == engine


def test_the_engine_of_another_bundle_is_not_spoken_of(graph, engine, tmp_path):
    other = write_graph(tmp_path / "other" / graph.name, scale=5.0)
    with pytest.raises(NsaError, match="no engine built for"):
        find(other)


@pytest.mark.parametrize(
    ("breaking", "said"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-9]), r"bytes, \d+ were recorded"),
        (lambda file: file.write_bytes(b"\0" * file.stat().st_size), "was altered"),
        (lambda file: file.unlink(), "is missing"),
    ],
)
def test_a_broken_engine_is_found_before_it_is_loaded(machine, graph, engine, breaking, said):
    breaking(next(engine.folder.glob("*.engine")))
    with pytest.raises(NsaError, match=f"the engine cache is broken: .*{said}; build it again with `nsa export"):
        find(graph)
    assert build_engine(graph).seconds >= 0
    assert machine.builds == [graph.name] * 2
    find(graph)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": {}}'])
def test_a_broken_manifest_is_named(graph, engine, content):
    (engine.folder / MANIFEST).write_text(content)
    with pytest.raises(NsaError, match=f"no usable {MANIFEST}.*build it again"):
        find(graph)


def test_rubbish_beside_it_does_not_hide_what_differs(machine, graph, engine):
    for name, content in {"a": "{", "b": "[]", "c": '{"conditions": {}}'}.items():
        (cache_root() / name).mkdir()
        (cache_root() / name / MANIFEST).write_text(content)
    machine.version = "10.13.2"
    with pytest.raises(NsaError, match="built with TensorRT"):
        find(graph)


def test_the_manifest_says_what_it_was_built_from_and_with(graph, engine):
    manifest = json.loads((engine.folder / MANIFEST).read_text())
    conditions = manifest["conditions"]
    assert conditions["graph"] == "sampler_4.onnx"
    assert conditions["tensorrt"] == "10.9.0"
    assert conditions["onnxruntime"] == "9.9"
    assert (conditions["gpu"], conditions["capability"]) == ("NVIDIA Fake", "9.0")
    assert conditions["streams"] == [1, 16, 64]
    assert len(conditions["weights"]) == 1


def test_the_command_names_the_bundle_and_the_precision():
    assert command(Path("/x/models/default/sampler_4.onnx")) == "`nsa export --tensorrt default`"
    assert command(Path("/x/mine/sampler_4.fp16.onnx")) == "`nsa export --tensorrt /x/mine --precision fp16`"


def test_the_precision_is_in_the_name():
    names = {"sampler_4.onnx": "fp32", "sampler_4.fp16.onnx": "fp16", "denoiser_48.int8.onnx": "int8"}
    assert {name: precision_of(Path(name)) for name in names} == names
