"""ONNX Runtime's CUDA provider. Needs a GPU and onnxruntime-gpu with CUDA and cuDNN."""

import numpy as np
import pytest
from frames import batch, largest_mm, poses, shipped

from nsa_ros.signing.networks import Networks, precisions


@pytest.fixture(scope="module")
def bundle():
    return shipped()


def test_cuda_signs_as_the_cpu_does(runtime, bundle):
    on_gpu, on_cpu = poses(bundle, "cuda"), poses(bundle, "cpu")
    assert on_gpu.shape == on_cpu.shape
    assert largest_mm(on_gpu, on_cpu) < 0.01


def test_streams_in_one_call_do_not_touch_each_other(runtime, bundle):
    networks = Networks(bundle, "cuda")
    for frames, sampler in networks.samplers.items():
        many = batch(bundle, frames, 64)
        together, states = sampler(many)
        alone, state = sampler(type(many)(*(part[5:6] for part in many[:4]), many.states[:, :, 5:6]))
        np.testing.assert_allclose(together[5:6], alone, atol=1e-3)
        np.testing.assert_allclose(states[:, :, 5:6], state, atol=1e-3)


def test_half_precision_is_within_the_limit_of_a_shipped_variant(runtime, bundle):
    if "fp16" not in precisions(bundle):
        pytest.skip("the shipped bundle has no fp16 variant")
    half, full = poses(bundle, "cuda", "fp16"), poses(bundle, "cuda")
    assert half.shape == full.shape
    assert largest_mm(half, full) < 10.0


def test_auto_takes_a_gpu(runtime, bundle, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    choice = Networks(bundle, "auto").provider
    assert choice.name == "cuda"
    assert "tensorrt: " in choice.reason
