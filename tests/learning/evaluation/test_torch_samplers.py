import numpy as np
import pytest
from tiny import CONFIG, make_bundle

from nsa_ros.errors import NsaError
from nsa_ros.learning.evaluation import torch_samplers
from nsa_ros.learning.evaluation.torch_samplers import TorchSampler, build_network, modes
from nsa_ros.signing.alignment import PlannedUnit, align
from nsa_ros.signing.bundle import load_bundle
from nsa_ros.signing.networks import Networks
from nsa_ros.signing.noise import frame_noise
from nsa_ros.signing.sampler import Batch


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(make_bundle() / "bundle")


@pytest.fixture(autouse=True)
def tiny_configuration(monkeypatch):
    monkeypatch.setattr(torch_samplers, "load_config", lambda name: CONFIG)


def batch(bundle, streams: int) -> Batch:
    frames = bundle.chunks[-1]
    aligned = align([PlannedUnit(2, 0, frames // 2, 0), PlannedUnit(1, 1, frames - frames // 2, 0)])
    noise = [frame_noise(seed, 0, frames, bundle.representation.channels) for seed in range(streams)]
    rows, width = bundle.denoiser_state
    states = np.random.default_rng(0).normal(size=(bundle.ddim.steps, rows, streams, width)).astype(np.float32)
    told = (np.repeat(part[None], streams, axis=0) for part in (aligned.units, aligned.faces, aligned.timing))
    return Batch(np.stack(noise), *told, states)


def test_the_trained_network_gives_the_bundle_s_chunks_and_states(bundle):
    made = batch(bundle, 3)
    channels, states = TorchSampler(build_network(bundle, make_bundle() / "run"), bundle.ddim)(made)
    wanted, after = Networks(bundle, "cpu").samplers[bundle.chunks[-1]](made)
    assert np.allclose(channels, wanted, atol=1e-4)
    assert np.allclose(states, after, atol=1e-4)


def test_random_weights_have_the_same_shapes_and_other_values(bundle):
    made = batch(bundle, 2)
    channels, _ = TorchSampler(build_network(bundle), bundle.ddim)(made)
    trained, _ = TorchSampler(build_network(bundle, make_bundle() / "run"), bundle.ddim)(made)
    assert channels.shape == trained.shape
    assert not np.allclose(channels, trained, atol=1e-3)


def test_a_bundle_without_configuration_and_a_run_of_another_network_are_named(bundle, monkeypatch):
    from dataclasses import replace

    other = replace(CONFIG, denoiser=replace(CONFIG.denoiser, hidden=32))
    monkeypatch.setattr(torch_samplers, "load_config", lambda name: other)
    with pytest.raises(NsaError, match="another network than 'tiny'"):
        build_network(bundle, make_bundle() / "run")
    monkeypatch.undo()
    with pytest.raises(NsaError, match="no configuration 'tiny'"):
        build_network(bundle)


def test_what_does_not_work_on_a_device_has_a_reason(monkeypatch):
    assert modes("cuda") == {"eager": "", "compile": "", "graph": ""}
    assert "GPU" in modes("cpu")["graph"]
    monkeypatch.setattr(torch_samplers.shutil, "which", lambda name: None)
    assert "compiler" in modes("cpu")["compile"]
    assert modes("cpu")["eager"] == ""
