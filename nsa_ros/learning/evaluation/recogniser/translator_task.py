"""Training of the translator (`training.trainer.Task`): all texts of a corpus, their units misread now and then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nsa_ros.learning.data.corpus import Corpus, Passage
from nsa_ros.learning.evaluation.recogniser.numbered import Numbered
from nsa_ros.learning.evaluation.recogniser.spelling import Named
from nsa_ros.learning.evaluation.recogniser.stateless import Stateless
from nsa_ros.learning.evaluation.recogniser.translator import PAD, TranslatorConfig, TranslatorNetwork
from nsa_ros.learning.evaluation.recogniser.vocabularies import Vocabularies
from nsa_ros.signing.alignment import END

MISREAD = 0.04
"""Share of units that are left out, taken for another of their kind, or added."""


class Pairs(NamedTuple):
    """Rows of units (B, S) and of tokens (B, T), padded."""

    units: Tensor
    tokens: Tensor


class TranslatorTask(Stateless):
    """Units to English."""

    name = "translator"

    def __init__(self, config: TranslatorConfig, corpus: Corpus, batch: int, seed: int = 0) -> None:
        """
        Args:
            config: sizes.
            corpus: its texts with and without motion.
            batch: texts.
            seed: of weights and batches.
        """
        torch.manual_seed(seed + 1)
        self.vocabularies = Vocabularies.of(corpus.meta["units"], corpus.vocabulary)
        self.model = TranslatorNetwork(config, self.vocabularies.sources, self.vocabularies.targets)
        texts = [*corpus.train, *corpus.plans]
        self._start_from_pointers(texts)
        pairs = [pair_of(passage, self.vocabularies) for passage in texts]
        longest = config.longest - 16
        pairs = [(units, row) for units, row in pairs if 0 < len(units) < longest and len(row) < longest]
        order = np.argsort([len(row) for _, row in pairs], kind="stable")

        def draw(rng: np.random.Generator) -> Pairs:
            start = int(rng.integers(max(1, len(order) - 4 * batch)))
            near = order[start : start + 4 * batch]  # about equally long
            chosen = [pairs[i] for i in rng.choice(near, min(batch, len(near)), replace=False)]
            read = [misread(units, self.vocabularies, rng) for units, _ in chosen]
            begin, end = self.vocabularies.begin, self.vocabularies.end
            rows = [[begin, *row, end] for _, row in chosen]
            return Pairs(padded([self.vocabularies.source(units) for units in read]), padded(rows))

        self.stream = Numbered(draw, (seed, 2))

    def _start_from_pointers(self, texts: Sequence[Passage]) -> None:
        """Let a token's vector begin near that of the unit that points to it most often in the corpus."""
        counts: Counter[tuple[int, int]] = Counter()
        for passage in texts:
            for sentence in passage.sentences:
                counts.update((sentence.tokens[unit.token], unit.unit - END) for unit in sentence.plan)
        pointing = {token: unit for (token, unit), _ in reversed(counts.most_common())}
        tokens, units = list(pointing), list(pointing.values())
        with torch.no_grad():
            weight = self.model.tokens.weight
            weight[tokens] = 0.9 * self.model.units.weight[units] + 0.4 * weight[tokens]

    def loss(self, batch: Pairs) -> tuple[Tensor, dict[str, float]]:
        """Cross-entropy of the next token."""
        logits = self.model.decode(self.model.encode(batch.units), batch.units, batch.tokens[:, :-1])
        loss = functional.cross_entropy(logits.flatten(0, 1), batch.tokens[:, 1:].flatten(), ignore_index=PAD)
        return loss, {"loss": float(loss.detach())}


def pair_of(passage: Passage, vocabularies: Vocabularies) -> tuple[list[Named], list[int]]:
    """Units of a text, and its row of target tokens."""
    units = [vocabularies.units[unit.unit - END - 1] for unit in passage.plan if unit.unit > END]
    tokens = [token for sentence in passage.sentences for token in sentence.tokens]
    return units, vocabularies.target(tokens, units)


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Rows of ids, `PAD` after the end."""
    made = torch.full((len(rows), max(map(len, rows))), PAD)
    for i, row in enumerate(rows):
        made[i, : len(row)] = torch.tensor(row)
    return made


def misread(units: Sequence[Named], vocabularies: Vocabularies, rng: np.random.Generator) -> list[Named]:
    """Units as a recogniser might read them; never none."""
    made: list[Named] = []
    for unit in units:
        fate = rng.random() / MISREAD
        if fate < 0.3:
            continue
        made.append(_other(unit, vocabularies, rng) if fate < 0.7 else unit)
        if 0.7 <= fate < 1.0:
            made.append(_other(unit, vocabularies, rng))
    return made or list(units)


def _other(unit: Named, vocabularies: Vocabularies, rng: np.random.Generator) -> Named:
    alike = [other for other in vocabularies.units if other[0] == unit[0]]
    return alike[int(rng.integers(len(alike)))]
