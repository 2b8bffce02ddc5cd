"""The text encoder: a text tower of open_clip's architecture, trained here, or a pretrained CLIP."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from nsa_ros.errors import NsaError
from nsa_ros.learning import torchvision_shim  # noqa: F401  before open_clip

import open_clip  # isort: skip
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
        pretrained: its weights: a tag (`openai`) or the path of a local checkpoint.
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


class FrozenClip(nn.Module):
    """A pretrained CLIP's sentence feature, as in the paper; its weights do not train and are not saved."""

    def __init__(self, config: TextConfig) -> None:
        super().__init__()
        local = Path(config.pretrained).expanduser()
        if config.pretrained.endswith((".pt", ".bin", ".safetensors")) and not local.is_file():
            raise NsaError(f"no CLIP checkpoint at {local}")
        offline = "HF_HUB_OFFLINE"
        try:
            model = open_clip.create_model(config.clip, pretrained=str(local) if local.is_file() else config.pretrained)
        except Exception as error:
            raise NsaError(
                f"CLIP {config.clip!r} with weights {config.pretrained!r} cannot be loaded: {error}. Give the path "
                f"of a local checkpoint in `text.pretrained`, or set {offline}=1 to fail at once without network "
                f"(now {os.environ.get(offline, 'unset')})."
            ) from error
        self._model = [model.eval().requires_grad_(False)]  # in a list, so that it is no submodule
        self._tokenize = open_clip.get_tokenizer(config.clip)
        self.width = int(model.text_projection.shape[-1])

    @torch.no_grad()
    def encode(self, texts: list[str]) -> Tensor:
        """Sentence features. (B, width)."""
        return self._model[0].encode_text(self._tokenize(texts)).float()
