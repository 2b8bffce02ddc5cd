import pytest


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine with a GPU and TensorRT."""
    pytest.importorskip("onnx", reason="graphs for tests are written with onnx")
    import fake_tensorrt

    return fake_tensorrt.install(monkeypatch, tmp_path / "cache")


@pytest.fixture
def graph(tmp_path):
    """A small sampler of a bundle."""
    pytest.importorskip("onnx", reason="graphs for tests are written with onnx")
    from small_graphs import write_graph

    return write_graph(tmp_path / "bundle" / "sampler_4.onnx")
