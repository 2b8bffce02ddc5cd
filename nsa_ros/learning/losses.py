"""The denoiser's loss: the diffusion target, and, where the prediction gives clean frames, velocity and positions."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nsa_ros.body.skeleton import JAW, JOINTS, LEFT_HAND, RIGHT_HAND, Skeleton
from nsa_ros.errors import NsaError
from nsa_ros.learning.batches import Window
from nsa_ros.learning.config import DiffusionConfig, LossConfig
from nsa_ros.learning.kinematics import POINTS, Kinematics
from nsa_ros.learning.motion_model import MotionModel
from nsa_ros.signing.ddim import alpha_bar
from nsa_ros.signing.representation import Representation

_POSITION_STRIDE = 4  # positions of neighbouring frames say nearly the same
_CENTIMETRES = 0.03  # position errors are counted in units of 3 cm


class DiffusionLoss(nn.Module):
    """Noise a window, denoise it, compare.

    The paper's loss is the first term with ε as target and hands weighted twice. Velocity and position losses follow
    MDM (Tevet et al., ICLR 2023, eq. 3 and 5).
    """

    def __init__(
        self,
        model: MotionModel,
        loss: LossConfig,
        diffusion: DiffusionConfig,
        representation: Representation,
        skeleton: Skeleton,
    ) -> None:
        super().__init__()
        if diffusion.prediction != "x0" and (loss.velocity or loss.position):
            raise NsaError(
                f"velocity and position losses need prediction x0, not {diffusion.prediction!r}; set them to 0"
            )
        self.model, self.settings, self.diffusion = model, loss, diffusion
        self.kinematics = Kinematics(skeleton, representation)
        hand = set(range(LEFT_HAND.start, LEFT_HAND.stop)) | set(range(RIGHT_HAND.start, RIGHT_HAND.stop))
        joint_weights = [loss.hands if j in hand else 1.0 for j in representation.joints]
        weights = torch.tensor(joint_weights).repeat_interleave(representation.joint_channels)
        weights = torch.cat([weights, torch.ones(len(representation.coefficients))])
        self.register_buffer("channel_weight", weights / weights.mean(), persistent=False)
        points = torch.ones(POINTS)
        points[sorted(hand)] = loss.hands
        points[len(JOINTS) :] = loss.hands
        points[JAW] = 1.0
        self.register_buffer("point_weight", points / points.mean(), persistent=False)

    def forward(
        self, window: Window, noise: Tensor, state: Tensor, bf16: bool
    ) -> tuple[Tensor, Tensor, dict[str, float]]:
        """Loss, the recurrent state after the window (detached), and the parts of the loss for the log."""
        share = torch.tensor(alpha_bar(self.diffusion.schedule, window.time.numpy()), dtype=torch.float32)[
            :, None, None
        ]
        signal, error = share.sqrt(), (1.0 - share).sqrt()
        noisy = signal * window.clean + error * noise
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            predicted, state = self.model(noisy, window.context, window.time, state)
        predicted = predicted.float()
        target = {"x0": window.clean, "epsilon": noise, "v": signal * noise - error * window.clean}[
            self.diffusion.prediction
        ]
        present = window.present[..., None]
        parts = {"target": _mean((predicted - target) ** 2 * self.channel_weight, present)}
        loss = parts["target"]
        if self.settings.velocity:
            both = present[:, 1:] * present[:, :-1]
            steps = (predicted - target).diff(dim=1)
            parts["velocity"] = _mean(steps**2 * self.channel_weight, both)
            loss = loss + self.settings.velocity * parts["velocity"]
        if self.settings.position:
            chosen = window.present[:, ::_POSITION_STRIDE].reshape(-1) > 0
            made, true = (
                self.kinematics(values[:, ::_POSITION_STRIDE].reshape(-1, values.shape[-1])[chosen])
                for values in (predicted, window.clean)
            )
            distance = (((made - true) / _CENTIMETRES) ** 2).sum(-1) * self.point_weight
            parts["position"] = distance.mean()
            loss = loss + self.settings.position * parts["position"]
        return loss, state.detach().float(), {name: float(value.detach()) for name, value in parts.items()}


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    return (values * weight).sum() / (weight.sum() * values.shape[-1]).clamp(min=1.0)
