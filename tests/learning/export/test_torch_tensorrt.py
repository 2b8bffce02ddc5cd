"""The torch-tensorrt path without TensorRT: a made-up module in its place hands torch's own program on."""

import builtins
import sys
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from nsa_ros.errors import NsaError
from nsa_ros.learning.export.torch_tensorrt_engine import compare, compile_engine, load_engine, torch_tensorrt


class Step(nn.Module):
    """As a denoising step: streams on the first axis of one input and output, on the second of the other."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 3)

    def forward(self, noisy, units, state):
        return self.linear(noisy) + units, state + 1


AXES = {"noisy": 0, "units": 0, "state": 1}


def examples(streams=3):
    return {
        "noisy": torch.randn(streams, 4, 3),
        "units": torch.zeros(streams, 4, 3, dtype=torch.int64),
        "state": torch.zeros(2, streams, 5),
    }


@pytest.fixture
def tool(monkeypatch):
    """A torch_tensorrt whose engines are torch's own programs; it records how it was called."""
    calls = SimpleNamespace(inputs=[], options={}, error=None)

    def compile(program, arg_inputs, **options):
        if calls.error:
            raise calls.error
        calls.inputs, calls.options = arg_inputs, options
        return program

    fake = SimpleNamespace(
        Input=lambda **settings: settings,
        dynamo=SimpleNamespace(compile=compile),
        save=lambda compiled, file, arg_inputs, dynamic_shapes: torch.export.save(compiled, file),
        load=torch.export.load,
        calls=calls,
    )
    monkeypatch.setitem(sys.modules, "torch_tensorrt", fake)
    return fake


def test_an_engine_is_saved_loaded_and_compared_over_the_range_of_streams(tool, tmp_path):
    file = tmp_path / "new" / "step.pt2"
    step = Step()
    assert compile_engine(step, examples(), AXES, file) == 0.0
    assert tool.calls.options == {"disable_tf32": True}
    state = tool.calls.inputs[2]
    assert [state[f"{kind}_shape"] for kind in ("min", "opt", "max")] == [(2, 1, 5), (2, 16, 5), (2, 64, 5)]
    assert (tool.calls.inputs[1]["dtype"], tool.calls.inputs[1]["name"]) == (torch.int64, "units")
    engine = load_engine(file)
    for streams in (1, 7, 64):
        given = list(examples(streams).values())
        torch.testing.assert_close(engine(*given), step(*given))


def test_the_comparison_finds_a_wrong_output_and_one_that_is_no_number():
    step = Step()
    for error, found in ((0.5, 0.5), (torch.nan, torch.inf)):

        def wrong(*given, error=error):
            first, second = step(*given)
            return first, second + error

        assert compare(step, wrong, examples(), AXES, (1, 4)) == pytest.approx(found, abs=1e-6)


def test_an_error_of_the_compiler_names_the_file(tool, tmp_path):
    tool.calls.error = RuntimeError("Conversion of function aten.x not currently supported")
    with pytest.raises(NsaError, match=r"cannot make .*step\.pt2 \(RuntimeError: Conversion of function"):
        compile_engine(Step(), examples(), AXES, tmp_path / "step.pt2")


def test_an_engine_of_other_versions_is_said_with_the_command(tool, tmp_path):
    with pytest.raises(NsaError, match=r"no engine .*build it with `export/torch_tensorrt\.py`"):
        load_engine(tmp_path / "none.pt2")
    (tmp_path / "old.pt2").write_bytes(b"of another version")
    with pytest.raises(NsaError, match=r"does not load .*versions that it was built with"):
        load_engine(tmp_path / "old.pt2")


@pytest.mark.parametrize(
    "error", [ImportError("No module named 'torch_tensorrt'"), Exception("import error when try to import x")]
)
def test_without_it_or_without_tensorrt_the_remedy_is_said(monkeypatch, error):
    honest = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "torch_tensorrt":
            raise error
        return honest(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "torch_tensorrt", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(NsaError, match=r"torch-tensorrt does not load .*pip install '\.\[torch-tensorrt\]'"):
        torch_tensorrt()
