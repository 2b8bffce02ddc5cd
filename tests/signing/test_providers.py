import builtins
from types import SimpleNamespace

import pytest

from nsa_ros.errors import NsaError
from nsa_ros.signing import providers
from nsa_ros.signing.providers import choose_provider, open_session, session_options


def pretend(monkeypatch, compiled, works):
    """An onnxruntime with the `compiled` providers, of which those in `works` load."""

    def session(path, options, providers):
        if providers[0] == "TensorrtExecutionProvider" and providers[0] not in works:
            raise Exception("libnvinfer.so.10: cannot open shared object file\nmore lines")
        active = [name for name in providers if name in works] or ["CPUExecutionProvider"]
        return SimpleNamespace(get_providers=lambda: active)

    fake = SimpleNamespace(get_available_providers=lambda: compiled, InferenceSession=session, __version__="9.9")
    monkeypatch.setattr(providers, "runtime", lambda: fake)


ALL = list(providers.PROVIDERS.values())


def test_auto_takes_the_fastest_that_loads_and_says_why_not_the_others(monkeypatch):
    pretend(monkeypatch, ALL, {"CUDAExecutionProvider", "CPUExecutionProvider"})
    choice = choose_provider("auto", "x.onnx", None)
    assert choice.name == "cuda"
    assert "tensorrt: libnvinfer.so.10: cannot open shared object file" in choice.reason
    assert "more lines" not in choice.reason


def test_a_provider_that_silently_falls_back_is_not_taken(monkeypatch):
    pretend(monkeypatch, ALL, {"CPUExecutionProvider"})
    choice = choose_provider("auto", "x.onnx", None)
    assert choice.name == "cpu"
    assert "cuda: its libraries do not load" in choice.reason
    with pytest.raises(NsaError, match=r"'cuda' does not work here.*Use `auto` or `cpu`"):
        choose_provider("cuda", "x.onnx", None)


def test_a_provider_that_was_not_compiled_in_is_named(monkeypatch):
    pretend(monkeypatch, ["CPUExecutionProvider"], {"CPUExecutionProvider"})
    with pytest.raises(NsaError, match=r"not in this onnxruntime 9\.9"):
        choose_provider("tensorrt", "x.onnx", None)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(NsaError, match="auto, tensorrt, cuda, cpu"):
        choose_provider("rocm", "x.onnx", None)


def test_without_onnxruntime_the_extras_are_named(monkeypatch):
    honest = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "onnxruntime":
            raise ImportError("No module named 'onnxruntime'")
        return honest(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(NsaError, match=r"'\.\[cpu\]'.*\.\[gpu\]"):
        providers.runtime()


def test_sessions_do_not_spin(tmp_path):
    options = session_options(3)
    assert options.intra_op_num_threads == 3
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    with pytest.raises(NsaError, match=r"cannot load .*broken\.onnx"):
        open_session(broken, "cpu", options)
