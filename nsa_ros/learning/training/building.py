"""A configuration and a corpus to the untrained motion model, with how it reads frames and texts."""

from __future__ import annotations

from typing import NamedTuple

import torch

from nsa_ros.body.poses import named_pose
from nsa_ros.errors import NsaError
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.networks.motion_model import MotionModel
from nsa_ros.learning.training.batches import fit_representation
from nsa_ros.learning.training.text_input import TextInput
from nsa_ros.signing.representation import Representation


class Motion(NamedTuple):
    """A motion model and what belongs to it.

    Attributes:
        model: with random weights, a function of the configuration's seed.
        representation: of a frame.
        text: how it reads a text.
    """

    model: MotionModel
    representation: Representation
    text: TextInput


def build_motion(config: ModelConfig, corpus: Corpus) -> Motion:
    """The motion model of a configuration for a corpus.

    Raises:
        NsaError: no motion to learn from, an aligned model for data without alignment, or a text encoder that cannot be
            had.
    """
    if not corpus.train:
        raise NsaError("no motion to learn from: the data set has no clips in its part `train`")
    if config.conditioning == "aligned":
        for passage in corpus.train:
            if not passage.aligned:
                raise NsaError(
                    f"{config.name!r} is told which unit each frame belongs to, but {passage.text[:60]!r} comes "
                    "without alignment. Choose conditioning tokens, sentence or words for such data"
                )
    torch.manual_seed(config.seed + 1)
    diffusion = config.diffusion
    representation = fit_representation(
        diffusion.rotation, corpus.train, named_pose("neutral"), diffusion.all_coefficients
    )
    vocabulary = len(corpus.vocabulary)
    text = TextInput(config, vocabulary)
    torch.manual_seed(config.seed + 1)
    return Motion(MotionModel(config, representation, corpus.unit_count, vocabulary, text.width), representation, text)
