"""The text encoder that is trained here: a text tower of open_clip's architecture."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nsa_ros.learning.networks import torchvision_shim  # noqa: F401  before open_clip

from open_clip.transformer import TextTransformer  # isort: skip

PAD = 0
"""Id of padding, as in `nsa_ros.text.tokenizer`; the end of the sentence has the id after the vocabulary's last."""


@dataclass(frozen=True)
class TextConfig:
    """The text encoder.

    Attributes:
        width, layers, heads: of the tower trained here.
        tokens: longest sentence, the end token included.
        clip: open_clip model name (`ViT-L-14` in the paper) whose frozen text tower is used instead, if any.
        pretrained: its weights: a tag (`openai`) or the path of a local checkpoint (`frozen_clip.FrozenClip`).
    """

    width: int = 128
    layers: int = 3
    heads: int = 4
    tokens: int = 64
    clip: str = ""
    pretrained: str = ""


class TextTower(nn.Module):
    """open_clip's text transformer without causal mask, from random weights.

    A token's feature is its contextual output beside its bare embedding: who it is stays readable whatever stands
    around it, so that letters of unseen names can be copied.
    """

    def __init__(self, config: TextConfig, vocabulary: int) -> None:
        """`vocabulary` is the number of tokens, without the end token."""
        super().__init__()
        self.width = 2 * config.width
        self.tower = TextTransformer(
            context_length=config.tokens,
            vocab_size=vocabulary + 1,
            width=config.width,
            heads=config.heads,
            layers=config.layers,
            output_dim=config.width,
            no_causal_mask=True,
            use_pad_mask=True,
            pad_id=PAD,
            eos_id=vocabulary,
            pool_type="eos",
            output_tokens=True,
        )
        nn.init.normal_(self.tower.token_embedding.weight, std=0.3)  # open_clip's 0.02 is for 49,408 tokens
        nn.init.normal_(self.tower.positional_embedding, std=0.1)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Token ids (B, T) -> sentence feature (B, width / 2), token features (B, T, width)."""
        pooled, contextual = self.tower(tokens)
        return pooled, torch.cat([contextual, self.tower.token_embedding(tokens)], dim=-1)
