"""The denoiser's loss: the diffusion target, and, where the prediction gives clean frames, velocity and positions."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nsa_ros.body.skeleton import JAW, JOINTS, LEFT_HAND, RIGHT_HAND, Skeleton
from nsa_ros.errors import NsaError
from nsa_ros.learning.config import DiffusionConfig, LossConfig
from nsa_ros.learning.networks.kinematics import POINTS, Kinematics
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.learning.training.batches import Window
from nsa_ros.learning.training.teacher import Teacher
from nsa_ros.signing.ddim import alpha_bar
from nsa_ros.signing.representation import Representation

_POSITION_STRIDE = 4  # positions of neighbouring frames say nearly the same
_CENTIMETRES = 0.03  # position errors are counted in units of 3 cm


class DiffusionLoss(nn.Module):
    """Noise a window, denoise it, compare.

    The paper's loss is the first term with ε as target and hands weighted twice. Velocity and position losses follow
    MDM (Tevet et al., ICLR 2023, eq. 3 and 5), on the clean frames that the prediction gives.
    """

    def __init__(
        self,
        model: MotionModel,
        loss: LossConfig,
        diffusion: DiffusionConfig,
        representation: Representation,
        skeleton: Skeleton,
        teacher: Teacher | None = None,
    ) -> None:
        """
        Raises:
            NsaError: losses of clean frames for a prediction that does not give them.
        """
        super().__init__()
        if diffusion.prediction == "epsilon" and (loss.velocity or loss.acceleration or loss.position):
            raise NsaError(
                "velocity, acceleration and position losses need prediction x0 or v, not 'epsilon', which says nothing "
                "of clean frames where there is only noise; set them to 0"
            )
        self.model, self.settings, self.diffusion, self.teacher = model, loss, diffusion, teacher
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

    def start(self, batch: int) -> Tensor:
        """Recurrent state of `batch` clips at their beginning; with a teacher its own follow. (rows, clips, hidden)."""
        return self.model.start(batch if self.teacher is None else 3 * batch)

    def forward(
        self, window: Window, noise: Tensor, state: Tensor, bf16: bool
    ) -> tuple[Tensor, Tensor, dict[str, float]]:
        """Loss, the recurrent state after the window (detached), and the parts of the loss for the log.

        Args:
            window: of B clips.
            noise: standard normal. (B, F, C).
            state: as `start` gives it, zeros where a clip begins.
            bf16: run the networks in bfloat16.
        """
        clips = len(noise)
        share = torch.from_numpy(alpha_bar(self.diffusion.schedule, window.time.cpu().numpy())).to(noise)[:, None, None]
        signal, spread = share.sqrt(), (1.0 - share).sqrt()
        noisy = signal * window.clean + spread * noise
        with torch.autocast(noise.device.type, torch.bfloat16, enabled=bf16):
            predicted, after = self.model(noisy, window.context, window.time, state[:, :clips])
            taught = None
            if self.teacher is not None:
                taught, theirs = self.teacher(noisy, window.context, window.time, state[:, clips:])
                after = torch.cat([after, theirs.to(after.dtype)], dim=1)
        predicted = predicted.float()
        targets = {"x0": window.clean, "epsilon": noise, "v": signal * noise - spread * window.clean}
        target = targets[self.diffusion.prediction] if taught is None else taught.float()
        present = window.present[..., None]
        parts = {"target": _mean((predicted - target) ** 2 * self.channel_weight, present)}
        loss = parts["target"]
        made, true = (self._clean(values, noisy, signal, spread) for values in (predicted, target))
        error, both = made - true, present
        for name, weight in (("velocity", self.settings.velocity), ("acceleration", self.settings.acceleration)):
            error, both = error.diff(dim=1), both[:, 1:] * both[:, :-1]
            if weight:
                parts[name] = _mean(error**2 * self.channel_weight, both)
                loss = loss + weight * parts[name]
        if self.settings.position:
            chosen = window.present[:, ::_POSITION_STRIDE].reshape(-1) > 0
            here, there = (
                self.kinematics(values[:, ::_POSITION_STRIDE].reshape(-1, values.shape[-1])[chosen])
                for values in (made, true)
            )
            distance = (((here - there) / _CENTIMETRES) ** 2).sum(-1) * self.point_weight
            parts["position"] = distance.mean()
            loss = loss + self.settings.position * parts["position"]
        return loss, after.detach().float(), {name: float(value.detach()) for name, value in parts.items()}

    def _clean(self, predicted: Tensor, noisy: Tensor, signal: Tensor, spread: Tensor) -> Tensor:
        """Clean frames of a prediction of x0 or v; of ε, where no loss asks for them, the prediction itself."""
        return signal * noisy - spread * predicted if self.diffusion.prediction == "v" else predicted


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    return (values * weight).sum() / (weight.sum() * values.shape[-1]).clamp(min=1.0)
