"""What the networks read of a text: token ids, or features of a frozen CLIP."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.data.corpus import Passage
from nsa_ros.learning.networks.frozen_clip import FrozenClip
from nsa_ros.learning.training.batches import token_row


class TextInput:
    """Texts to rows of `Context.sentence`.

    Attributes:
        width: of a frozen CLIP's features, 0 where the rows are token ids.
    """

    def __init__(self, config: ModelConfig, vocabulary: int) -> None:
        """
        Args:
            config: says how text is read.
            vocabulary: number of tokens; the end token's id.

        Raises:
            NsaError: a CLIP that cannot be loaded, or that the conditioning has no use for.
        """
        self._kind, self._end, self._length = config.conditioning, vocabulary, config.text.tokens
        if config.text.clip and self._kind not in ("sentence", "tokens"):
            raise NsaError(
                f"conditioning {self._kind!r} reads no CLIP features; leave `text.clip` empty, "
                "or choose sentence or tokens"
            )
        self._clip = FrozenClip(config.text.clip, config.text.pretrained, _cache()) if config.text.clip else None
        self.width = 0
        if self._clip is not None:
            self.width = self._clip.token_width if self._kind == "tokens" else self._clip.width

    def rows(self, passages: Sequence[Passage]) -> np.ndarray:
        """Of each text its token ids (n, T), sentence feature (n, W) or token features (n, T, W); cut to fit."""
        if self._kind == "aligned":
            return np.zeros((len(passages), 1), dtype=np.int64)
        if self._clip is not None:
            encode = self._clip.tokens if self._kind == "tokens" else self._clip.sentences
            return encode([passage.text for passage in passages]).numpy()
        whole = ([token for s in passage.sentences for token in s.tokens] for passage in passages)
        return np.array([token_row(tokens[: self._length - 1], self._end, self._length) for tokens in whole])


def _cache() -> Path:
    """Where text features are kept: `nsa_ros/text_features` in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nsa_ros" / "text_features"
