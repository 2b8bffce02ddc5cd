"""ONNX Runtime's TensorRT provider. Needs a GPU, onnxruntime-gpu, and the TensorRT that it was built for."""

import time

import pytest
from frames import batch, shipped

from nsa_ros.errors import NsaError
from nsa_ros.signing.engine_building import LIMITS, build_engine, graphs_to_build
from nsa_ros.signing.networks import sampler_file
from nsa_ros.signing.runtime import gpu
from nsa_ros.signing.runtime.engine_cache import STREAMS, find_engine
from nsa_ros.signing.runtime.providers import choose_provider, open_session, session_options


@pytest.fixture(scope="module")
def bundle():
    return shipped()


@pytest.fixture
def graph(bundle):
    return bundle.file(sampler_file(bundle.chunks[0]))


def test_an_engine_is_built_reused_and_rebuilt_when_it_is_broken(tensorrt, runtime, bundle, graph):
    with pytest.raises(NsaError, match="nsa export --tensorrt"):
        open_session(graph, "tensorrt", session_options())
    built = build_engine(graph)
    assert 0 < built.difference <= LIMITS["fp32"]
    begun = time.monotonic()
    session = open_session(graph, "tensorrt", session_options())
    assert time.monotonic() - begun < built.seconds
    for streams in STREAMS:
        channels, _ = session.run(None, batch(bundle, bundle.chunks[0], streams)._asdict())
        assert len(channels) == streams
    with pytest.raises(NsaError, match="streams in one call"):
        session.run(None, batch(bundle, bundle.chunks[0], STREAMS.max + 1)._asdict())
    assert build_engine(graph).seconds == 0
    engine = next(built.folder.glob("*.engine"))
    engine.write_bytes(engine.read_bytes()[:-100])
    with pytest.raises(NsaError, match="engine cache is broken"):
        open_session(graph, "tensorrt", session_options())
    assert build_engine(graph).seconds > 0


def test_an_engine_that_tensorrt_refuses_is_explained(tensorrt, runtime, graph, monkeypatch):
    engine = next(build_engine(graph).folder.glob("*.engine"))
    engine.write_bytes(b"\0" * engine.stat().st_size)
    monkeypatch.setattr("nsa_ros.signing.runtime.engine_cache._broken", lambda *_: "")
    with pytest.raises(NsaError, match=r"cannot read the engine in the cache.*nsa export --tensorrt"):
        open_session(graph, "tensorrt", session_options())


def test_every_graph_of_the_bundle_becomes_an_engine(tensorrt, runtime, bundle):
    graphs = graphs_to_build(bundle)
    for graph in graphs:
        build_engine(graph)
    choice = choose_provider("auto", graphs[0], session_options(), graphs=graphs)
    assert choice.name == "tensorrt"


def test_the_manifest_names_the_version_and_the_gpu(tensorrt, runtime, graph):
    build_engine(graph)
    conditions = find_engine(graph, runtime).manifest["conditions"]
    assert conditions["tensorrt"] == tensorrt
    assert conditions["gpu"] == gpu.first_gpu().name
