"""The stages of `nsa bench` that need a bundle, with the smallest there is."""

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from tiny import CONFIG, make_bundle

from nsa_ros.cli.benchmark import comparison, model_ways, settings, stages, steps, streams
from nsa_ros.cli.benchmark.generation import measure
from nsa_ros.signing.bundle import load_bundle
from nsa_ros.signing.networks import Networks
from nsa_ros.signing.signer import ModelSigner

TEXTS = ["coffee you", "want fs-bo"]


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(make_bundle() / "bundle")


def test_text_encoder_and_planner_are_measured_apart(bundle):
    found = measure(ModelSigner(bundle, "cpu"), TEXTS)
    assert found["text encoder [ms]"]["p50"] > 0
    assert found["planner, a unit [ms]"]["p50"] > 0


def test_every_number_of_steps_is_timed_the_bundle_s_among_them(bundle):
    found = steps.measure(bundle, TEXTS, steps=(1, 3))
    assert [row["steps"] for row in found["rows"]] == sorted({1, 3, bundle.ddim.steps})
    assert all(row["time per second of motion [ms]"] > 0 for row in found["rows"])


def test_streams_of_a_model_share_calls(bundle, monkeypatch):
    monkeypatch.setattr(streams, "_WARM", 0.2)
    found = streams.in_real_time(ModelSigner(bundle, "cpu"), 3, TEXTS, 0.4)
    assert found["streams"] == 3
    assert found["share of all cores"] > 0


def test_settings_are_measured_with_and_without_a_busy_core(bundle):
    said = []
    found = settings.measure(bundle, 0.02, said.append, threads=(1,), batches=(1, 2))
    keys = [(row["threads"], row["spinning"], row["batch"], row["one core busy"]) for row in found["rows"]]
    assert keys == [(1, spin, batch, busy) for busy in (False, True) for batch in (1, 2) for spin in (False, True)]
    assert all(row["call [ms]"]["p50"] > 0 and row["tick late by [ms]"]["max"] is not None for row in found["rows"])
    assert len(said) == 2


def test_a_chunk_has_the_shapes_of_the_graph(bundle):
    frames = bundle.chunks[-1]
    made = settings.chunk(bundle, frames, 5, steps=3)
    assert made.noise.shape == (5, frames, bundle.representation.channels)
    assert made.units.shape == made.faces.shape == (5, frames, 3)
    assert made.states.shape == (3, bundle.denoiser_state[0], 5, bundle.denoiser_state[1])


@pytest.fixture
def quick(monkeypatch):
    """Few steps for the paper's way, one call of each kind, no compiler."""
    import nsa_ros.learning.evaluation.torch_samplers as torch_samplers

    monkeypatch.setattr(model_ways, "PAPER_STEPS", 3)
    monkeypatch.setattr(comparison, "_CALLS", 0.01)
    monkeypatch.setattr(comparison, "MANY", {"cpu": 2})
    monkeypatch.setattr(torch_samplers.shutil, "which", lambda name: None)
    monkeypatch.setattr(torch_samplers, "load_config", lambda name: CONFIG)


@pytest.mark.usefixtures("quick")
def test_every_way_that_works_here_signs_every_text(bundle):
    found = comparison.measure(bundle, ["hello", "you", "i like you"], None, lambda line: None)
    names = [row["way"] for row in found["rows"]]
    for begin in (
        "ONNX Runtime fp32, in chunks",
        "ONNX Runtime fp32, whole",
        "torch eager, in chunks",
        "torch eager, w",
        "lex",
    ):
        assert any(name.startswith(begin) for name in names), begin
    assert not any(name.startswith("torch.compile") for name in names)
    assert any("C++ compiler" in note for note in found["notes"])
    assert any("CUDA graphs" in note for note in found["notes"])
    assert all(row["text to first frame [ms]"]["p50"] > 0 for row in found["rows"])
    fp32 = [row for row in found["calls"] if row["way"] == "ONNX Runtime fp32"]
    first, longest = bundle.chunks[0], bundle.chunks[-1]
    assert [(row["frames"], row["streams"]) for row in fp32] == [(first, 1), (longest, 1), (longest, 2)]


@pytest.mark.usefixtures("quick")
def test_all_ways_of_the_network_make_as_much_motion(bundle):
    run = make_bundle() / "run"
    ways = model_ways.model_ways(bundle, run).ways
    lengths = {name: sum(sign(TEXTS[0], 4)) for name, _, sign in ways}
    assert len(lengths) >= 4
    assert len({round(length, 6) for length in lengths.values()}) == 1


@pytest.mark.usefixtures("quick")
def test_without_torch_its_rows_are_left_out_with_a_line(bundle, monkeypatch):
    def missing(*_):
        raise ImportError("No module named 'torch'")

    monkeypatch.setattr(model_ways, "_add_torch", missing)
    found = model_ways.model_ways(bundle, None)
    assert "torch is left out: No module named 'torch'" in found.notes
    assert not any(name.startswith("torch") for name, _, _ in found.ways)


def test_a_way_that_fails_is_left_out_with_a_line(bundle, monkeypatch):
    def broken(text: str, seed: int):
        raise RuntimeError("the compiler gave up\nand more")
        yield 1.0

    only = model_ways.Found(bundle, Networks(bundle, "cpu"), [("broken", "cpu", broken)])
    monkeypatch.setattr(comparison, "model_ways", lambda *_: only)
    found = comparison.measure(bundle, ["hello"], None, lambda line: None)
    assert found["notes"] == ["broken (cpu) does not work here: RuntimeError: the compiler gave up"]
    assert "broken" not in [row["way"] for row in found["rows"]]


def test_a_plan_measures_what_its_options_name(bundle):
    choice = type("Choice", (), {"signer": "model", "bundle": str(bundle.path), "provider": "cpu", "steps": 0})
    choice.precision = "fp32"
    plan = stages.Plan(choice, texts=2, seconds=0.1)
    assert plan.bundle.name == bundle.name
    assert len(plan.few(8)) == 2
