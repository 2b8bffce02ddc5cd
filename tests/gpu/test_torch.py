"""The network in torch on a GPU: compiled, as a CUDA graph, through torch-tensorrt. Needs torch for CUDA."""

import numpy as np
import pytest
from frames import batch, shipped

from nsa_ros.errors import NsaError


@pytest.fixture(scope="module")
def bundle():
    return shipped()


@pytest.mark.parametrize("mode", ["compile", "graph"])
def test_a_compiled_or_recorded_sampler_gives_the_frames_of_eager(torch, bundle, mode):
    from nsa_ros.learning.evaluation.torch_samplers import TorchSampler, build_network

    model, given = build_network(bundle), batch(bundle, bundle.chunks[0], 4)
    wanted = TorchSampler(model, bundle.ddim, "cuda")(given)
    sampler = TorchSampler(model, bundle.ddim, "cuda", mode)
    for _ in range(3):
        for one, other in zip(sampler(given), wanted, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-3)


def test_torch_tensorrt_gives_the_steps_of_torch(torch, bundle, tmp_path):
    from nsa_ros.learning.evaluation.torch_samplers import build_network
    from nsa_ros.learning.export.graphs import DenoiserStep, denoiser_axes, denoiser_inputs
    from nsa_ros.learning.export.torch_tensorrt_engine import compile_engine, torch_tensorrt

    try:
        torch_tensorrt()
    except NsaError as error:
        pytest.skip(f"needs torch-tensorrt and its TensorRT: {error}")
    model = build_network(bundle)
    inputs = {name: value.cuda() for name, value in denoiser_inputs(model, bundle.chunks[0]).items()}
    file = tmp_path / "denoiser.pt2"
    assert compile_engine(DenoiserStep(model).cuda(), inputs, denoiser_axes(inputs), file) < 1e-2
    assert file.is_file()
