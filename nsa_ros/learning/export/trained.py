"""The networks that a run has learned."""

from __future__ import annotations

from pathlib import Path

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.export.onnx_files import halve_weights
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.learning.networks.planner_model import PlannerModel
from nsa_ros.learning.training.building import build_motion
from nsa_ros.learning.training.tasks import PlannerTask
from nsa_ros.learning.training.trainer import averaged_weights
from nsa_ros.signing.representation import Representation


class Trained:
    """The averaged weights of a run, rounded as they are exported.

    Attributes:
        planner, motion: the networks.
        representation: of a frame.
        updates, seconds: of each training, by name.
    """

    def __init__(self, config: ModelConfig, corpus: Corpus, run: Path) -> None:
        if config.conditioning != "aligned":
            raise NsaError(f"{config.name!r} is conditioned on the {config.conditioning}; only `aligned` is exported")
        if config.guidance.scale != 1.0 and not config.guidance.teacher:
            raise NsaError(
                f"{config.name!r} is guided with scale {config.guidance.scale} in two calls a step; a bundle makes one."
                f" Distil it: train a student with `guidance: {{scale: {config.guidance.scale}, teacher: "
                f"{run / 'denoiser.pt'}}}`, or export it with scale 1"
            )
        motion = build_motion(config, corpus)
        self.planner: PlannerModel = PlannerTask(config, corpus).model
        self.motion: MotionModel = motion.model
        self.representation: Representation = motion.representation
        self.updates: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        for name, model in (("planner", self.planner), ("denoiser", self.motion)):
            weights, self.updates[name], self.seconds[name] = averaged_weights(run, name)
            model.load_state_dict(weights)
            halve_weights(model).eval()
