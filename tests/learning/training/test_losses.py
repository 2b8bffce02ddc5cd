import numpy as np
import pytest
import torch
from torch import nn

from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.learning.config import DiffusionConfig, LossConfig
from nsa_ros.learning.networks.conditions import Context
from nsa_ros.learning.training.batches import Window
from nsa_ros.learning.training.losses import DiffusionLoss
from nsa_ros.signing.ddim import alpha_bar
from nsa_ros.signing.representation import Representation

JOINTS = (16, 18, 40)
FRAME = Representation("rotvec", JOINTS, (0,), np.zeros(10), np.ones(10), named_pose("neutral"))
ALL = LossConfig(hands=2.0, velocity=1.0, acceleration=1.0, position=1.0)
TIMES = torch.tensor([1.0, 0.4])


class Says(nn.Module):
    """A model that says what it is told to say."""

    def __init__(self, prediction):
        super().__init__()
        self.prediction = prediction

    def forward(self, noisy, context, time, state):
        return self.prediction, state


def window(frames=12, ends=(12, 12)):
    clean = torch.randn(2, frames, 10, generator=torch.Generator().manual_seed(1)) * 0.3
    present = (torch.arange(frames) < torch.tensor(ends)[:, None]).float()
    noise = torch.randn(2, frames, 10, generator=torch.Generator().manual_seed(2))
    nothing = Context(*[torch.zeros(2)] * 4)
    return Window(clean, nothing, TIMES, present, torch.zeros(2, dtype=torch.bool), noise)


def parts(said, data, prediction="x0", loss=ALL, schedule="cosine"):
    diffusion = DiffusionConfig("rotvec", schedule, prediction)
    measure = DiffusionLoss(Says(said), loss, diffusion, FRAME, default_skeleton())
    total, _, made = measure(data, data.noise, torch.zeros(1, 2, 4), False)
    return {**made, "total": float(total)}


def as_prediction(clean, data, prediction, schedule):
    """What a model says that takes `clean` for the clean frames."""
    share = torch.tensor(alpha_bar(schedule, TIMES.numpy()), dtype=torch.float32)[:, None, None]
    noisy = share.sqrt() * data.clean + (1 - share).sqrt() * data.noise
    return {"x0": clean, "v": (share.sqrt() * noisy - clean) / (1 - share).sqrt()}[prediction]


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
@pytest.mark.parametrize("prediction", ["x0", "v"])
def test_nothing_is_lost_on_the_truth(prediction, schedule):
    data = window()
    made = parts(as_prediction(data.clean, data, prediction, schedule), data, prediction, schedule=schedule)
    assert made == pytest.approx(dict.fromkeys(made, 0.0), abs=1e-6)
    assert set(made) == {"target", "velocity", "acceleration", "position", "total"}


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
def test_velocity_and_positions_are_judged_alike_for_x0_and_v(schedule):
    data = window()
    guess = data.clean + 0.1 * torch.randn(2, 12, 10, generator=torch.Generator().manual_seed(3))
    one, other = (
        parts(as_prediction(guess, data, kind, schedule), data, kind, schedule=schedule) for kind in ("x0", "v")
    )
    for name in ("velocity", "acceleration", "position"):
        assert other[name] == pytest.approx(one[name], rel=1e-3)


def test_a_ramp_has_a_velocity_error_and_no_acceleration_error():
    data = window()
    ramp = 0.1 * torch.arange(12.0)[None, :, None].expand(2, -1, 10)
    made = parts(data.clean + ramp, data)
    assert made["velocity"] == pytest.approx(0.01, rel=1e-4)
    assert made["acceleration"] == pytest.approx(0.0, abs=1e-6)
    assert made["target"] == pytest.approx(0.01 * np.mean(np.arange(12.0) ** 2), rel=1e-4)


def test_fingers_count_twice():
    data = window()
    arm, finger = torch.zeros(10), torch.zeros(10)
    arm[0], finger[6] = 1.0, 1.0
    only = LossConfig(hands=2.0, velocity=0.0, position=0.0)
    a, b = (parts(data.clean + error, data, loss=only)["target"] for error in (arm, finger))
    assert b == pytest.approx(2 * a)


def test_frames_after_the_end_do_not_count():
    data = window(ends=(12, 7))
    said = data.clean.clone()
    said[1, 7:] += 3.0
    assert parts(said, data)["total"] == pytest.approx(0.0, abs=1e-9)


def test_epsilon_is_compared_with_the_noise_alone():
    data = window()
    plain = LossConfig(hands=1.0, velocity=0.0, position=0.0)
    made = parts(data.noise + 0.5, data, "epsilon", plain)
    assert made == pytest.approx({"target": 0.25, "total": 0.25})


@pytest.mark.parametrize("name", ["velocity", "acceleration", "position"])
def test_epsilon_gives_no_clean_frames_to_judge(name):
    weights = {"velocity": 0.0, "acceleration": 0.0, "position": 0.0, name: 1.0}
    with pytest.raises(NsaError, match="need prediction x0 or v, not 'epsilon'"):
        parts(torch.zeros(1), window(), "epsilon", LossConfig(**weights))
