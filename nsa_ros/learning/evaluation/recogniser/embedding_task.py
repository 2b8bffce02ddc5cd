"""Training of the embedding (`training.trainer.Task`) on a recogniser and a translator that have been trained."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nsa_ros.learning.data.corpus import Corpus, Passage
from nsa_ros.learning.evaluation.recogniser.embedding import EmbeddingConfig, EmbeddingNetwork
from nsa_ros.learning.evaluation.recogniser.examples import batch_of, clip_of, recogniser_id
from nsa_ros.learning.evaluation.recogniser.network import RecogniserNetwork
from nsa_ros.learning.evaluation.recogniser.numbered import Numbered
from nsa_ros.learning.evaluation.recogniser.stateless import Stateless
from nsa_ros.learning.evaluation.recogniser.translator import TranslatorNetwork
from nsa_ros.learning.evaluation.recogniser.translator_task import padded
from nsa_ros.signing.alignment import END

_GROUP = 32


class Group(NamedTuple):
    """Motions with their texts, and other texts after them. B motions, N texts.

    Attributes:
        hidden: the recogniser's hidden states of the motions, padded. Shape (B, S, width).
        steps: of each. Shape (B,).
        tokens: of all texts, padded. Shape (N, T).
        wanted: 1 for the units that a text has. Shape (N, units).
    """

    hidden: Tensor
    steps: Tensor
    tokens: Tensor
    wanted: Tensor


class EmbeddingTask(Stateless):
    """Texts and motions into one space. The recogniser's hidden states and the translator's tokens are kept."""

    name = "embedding"

    def __init__(
        self,
        config: EmbeddingConfig,
        corpus: Corpus,
        recogniser: RecogniserNetwork,
        translator: TranslatorNetwork,
        batch: int,
        seed: int = 0,
    ) -> None:
        """
        Args:
            config: sizes.
            corpus: its texts with and without motion.
            recogniser, translator: trained.
            batch: texts with motion, and as many without.
            seed: of weights and batches.
        """
        torch.manual_seed(seed + 2)
        count = corpus.unit_count - END - 1
        self._tokens = translator.tokens.weight.detach()
        self.model = EmbeddingNetwork(config, recogniser.norm.normalized_shape[0], self._tokens.shape[1], count)
        signed = [passage for passage in corpus.train if passage.aligned and passage.plan[:-1]]
        states = _hidden_states(recogniser, signed, seed)
        with_motion, plain = [_example(p, count) for p in signed], [_example(p, count) for p in corpus.plans]
        plain = plain or with_motion

        def draw(rng: np.random.Generator) -> Group:
            chosen = rng.choice(len(signed), min(batch, len(signed)), replace=False)
            others = [plain[i] for i in rng.integers(len(plain), size=batch)]
            own = [with_motion[i] for i in chosen]
            hidden = torch.nn.utils.rnn.pad_sequence([states[i].float() for i in chosen], batch_first=True)
            steps = torch.tensor([len(states[i]) for i in chosen])
            wanted = torch.zeros(len(own) + len(others), count)
            for row, (_, units) in zip(wanted, own + others, strict=True):
                row[units] = 1.0
            return Group(hidden, steps, padded([tokens for tokens, _ in own + others]), wanted)

        self.stream = Numbered(draw, (seed, 3))

    def to(self, device: torch.device) -> None:
        """Move network and tokens; batches come on the same device."""
        super().to(device)
        self._tokens = self._tokens.to(device)

    def loss(self, batch: Group) -> tuple[Tensor, dict[str, float]]:
        """InfoNCE both ways, and naming of units from motions, their texts and other texts."""
        motions = self.model.of_motion(batch.hidden, batch.steps)
        texts = self.model.of_text(self._tokens[batch.tokens], batch.tokens)
        count = len(motions)
        alike = motions @ texts[:count].T * self.model.temperature.clamp(max=4.0).exp()
        own = torch.arange(count, device=alike.device)
        contrast = 0.5 * (functional.cross_entropy(alike, own) + functional.cross_entropy(alike.T, own))
        logits, wanted = self.model.named(torch.cat([motions, texts])), torch.cat([batch.wanted[:count], batch.wanted])
        naming = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="sum") / len(logits)
        return contrast + 0.1 * naming, {"contrast": float(contrast.detach()), "naming": float(naming.detach())}


def _example(passage: Passage, count: int) -> tuple[list[int], list[int]]:
    """Tokens, and the units that occur, counted from 0."""
    tokens = [token for sentence in passage.sentences for token in sentence.tokens]
    return tokens, sorted({recogniser_id(unit.unit) - 1 for unit in passage.plan if END < unit.unit <= END + count})


@torch.no_grad()
def _hidden_states(recogniser: RecogniserNetwork, passages: list[Passage], seed: int) -> list[Tensor]:
    """Hidden states of each motion, altered as in the recogniser's training; half precision."""
    recogniser.eval()
    rng = np.random.default_rng([seed, 9])
    made: list[Tensor] = []
    for start in range(0, len(passages), _GROUP):
        batch = batch_of([clip_of(passage) for passage in passages[start : start + _GROUP]], rng)
        hidden, steps = recogniser.hidden(batch.features, batch.lengths)
        made += [row[:n].half() for row, n in zip(hidden, steps.tolist(), strict=True)]
    return made
