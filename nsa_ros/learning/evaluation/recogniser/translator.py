"""Units to English: a small encoder-decoder transformer (Vaswani et al., 2017), as in sign2gloss2text.

Sign2gloss2text (Camgoz et al., "Neural Sign Language Translation", CVPR 2018) puts a recogniser's glosses into text.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

PAD = 0


@dataclass(frozen=True)
class TranslatorConfig:
    """Sizes.

    Attributes:
        width, heads, inner: of the layers.
        layers: of encoder and decoder, each.
        longest: units or tokens.
    """

    width: int = 128
    heads: int = 4
    inner: int = 256
    layers: int = 2
    longest: int = 96


class TranslatorNetwork(nn.Module):
    """Rows of units to logits of the next token."""

    def __init__(self, config: TranslatorConfig, sources: int, targets: int) -> None:
        """`sources` and `targets` are the entries of the two vocabularies, padding included."""
        super().__init__()
        self.units = nn.Embedding(sources, config.width)
        self.tokens = nn.Embedding(targets, config.width)
        nn.init.normal_(self.units.weight, std=config.width**-0.5)
        nn.init.normal_(self.tokens.weight, std=config.width**-0.5)
        self.places = nn.Parameter(torch.randn(2, config.longest, config.width) * 0.02)
        sizes = {
            "d_model": config.width, "nhead": config.heads, "dim_feedforward": config.inner,
            "dropout": 0.0, "batch_first": True, "norm_first": True,
        }  # fmt: skip
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(**sizes), config.layers, nn.LayerNorm(config.width), enable_nested_tensor=False
        )
        self.decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(**sizes), config.layers, nn.LayerNorm(config.width)
        )
        self.bias = nn.Parameter(torch.zeros(targets))
        self._scale = config.width**0.5

    def encode(self, units: Tensor) -> Tensor:
        """(B, S) ids -> (B, S, width)."""
        rows = self.units(units) * self._scale + self.places[0, : units.shape[1]]
        with torch.autocast(units.device.type, torch.bfloat16, enabled=self.training):
            return torch.as_tensor(self.encoder(rows, src_key_padding_mask=units == PAD))

    def decode(self, encoded: Tensor, units: Tensor, tokens: Tensor) -> Tensor:
        """Logits of the token after each of `tokens` (B, T). (B, T, targets)."""
        count = tokens.shape[1]
        rows = self.tokens(tokens) * self._scale + self.places[1, :count]
        ahead = torch.ones(count, count, dtype=torch.bool, device=tokens.device).triu(1)
        with torch.autocast(tokens.device.type, torch.bfloat16, enabled=self.training):
            made = self.decoder(rows, encoded, tgt_mask=ahead, memory_key_padding_mask=units == PAD)
            logits = made @ self.tokens.weight.T
        return logits.float() + self.bias

    @torch.no_grad()
    def greedy(self, units: Tensor, first: int, last: int) -> list[int]:
        """The likeliest token after the other.

        Args:
            units: one row. Shape (1, S).
            first: the token that begins every text.
            last: the token that ends it, not given back.
        """
        encoded = self.encode(units)
        made = [first]
        while len(made) < self.places.shape[1]:
            token = int(self.decode(encoded, units, torch.tensor([made]))[0, -1].argmax())
            if token == last:
                break
            made.append(token)
        return made[1:]
