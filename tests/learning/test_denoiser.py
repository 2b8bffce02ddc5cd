import pytest
import torch

from nsa_ros.learning.denoiser import Denoiser, DenoiserConfig

JOINTS = (3, 12, 16, 17, 21, 40, 54)


def make(cell):
    torch.manual_seed(0)
    config = DenoiserConfig((4, 4), (4, 4), condition=8, hidden=16, layers=2, cell=cell, gated_frame=cell == "gru")
    return Denoiser(config, JOINTS, 6, 3, condition=5).eval()


def run(model, noisy, condition, lengths):
    state = torch.zeros(model.state_shape[0], len(noisy), model.state_shape[1])
    parts = []
    with torch.no_grad():
        for a, b in zip(noisy.split(lengths, dim=1), condition.split(lengths, dim=1), strict=True):
            made, state = model(a, b, state)
            parts.append(made)
    return torch.cat(parts, dim=1)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize("lengths", [[1] * 23, [4, 16, 3], [22, 1]])
def test_chunks_equal_the_whole_sequence(cell, lengths):
    model = make(cell)
    noisy, condition = torch.randn(2, 23, model.channels), torch.randn(2, 23, 5)
    torch.testing.assert_close(
        run(model, noisy, condition, lengths), run(model, noisy, condition, [23]), atol=1e-5, rtol=0
    )


def test_a_frame_never_changes_an_earlier_one():
    model = make("gru")
    noisy, condition = torch.randn(1, 10, model.channels), torch.randn(1, 10, 5)
    before = run(model, noisy, condition, [10])
    noisy[:, 6:] += 1.0
    after = run(model, noisy, condition, [10])
    torch.testing.assert_close(before[:, :6], after[:, :6], atol=1e-6, rtol=0)
    assert (before[:, 6] - after[:, 6]).abs().max() > 1e-4


def test_every_parameter_takes_part():
    model = make("gru")
    noisy, condition = torch.randn(2, 5, model.channels), torch.randn(2, 5, 5)
    model(noisy, condition, torch.zeros(2, 2, 16))[0].square().sum().backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0] == []
