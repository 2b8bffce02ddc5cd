"""Training of the recogniser (`training.trainer.Task`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nsa_ros.learning.data.corpus import Corpus, Passage
from nsa_ros.learning.evaluation.recogniser.examples import Batch, batch_of, clip_of, cut
from nsa_ros.learning.evaluation.recogniser.network import BLANK, RecogniserConfig, RecogniserNetwork
from nsa_ros.learning.evaluation.recogniser.numbered import Numbered
from nsa_ros.learning.evaluation.recogniser.stateless import Stateless
from nsa_ros.signing.alignment import END

_LONGEST = 208


class RecogniserTask(Stateless):
    """Motion to units, from the corpus's training part."""

    name = "recogniser"

    def __init__(
        self, config: RecogniserConfig, corpus: Corpus, batch: int, drills: Sequence[Passage] = (), seed: int = 0
    ) -> None:
        """
        Args:
            config: sizes.
            corpus: to learn from.
            batch: clips; half of them drills where there are any.
            drills: further motion (`drills`).
            seed: of weights and batches.
        """
        torch.manual_seed(seed)
        self.model = RecogniserNetwork(config, corpus.unit_count - END - 1)
        texts = [clip_of(passage) for passage in corpus.train if passage.aligned and passage.plan[:-1]]
        pools = (texts, [clip_of(passage) for passage in drills] or texts)

        def draw(rng: np.random.Generator) -> Batch:
            clips = [pool[int(rng.integers(len(pool)))] for pool in (*pools,) * (batch // 2)]
            return batch_of([cut(clip, _LONGEST, rng) for clip in clips], rng)

        self.stream = Numbered(draw, (seed, 1))

    def loss(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        """CTC and the cross-entropy of the steps' units."""
        hidden, steps = self.model.hidden(batch.features, batch.lengths)
        order, place = self.model.read(hidden)
        ctc = functional.ctc_loss(
            order.log_softmax(-1).transpose(0, 1), batch.targets, steps, batch.counts, BLANK, zero_infinity=True
        )
        which = functional.cross_entropy(place.flatten(0, 1), batch.places.flatten(), label_smoothing=0.02)
        return ctc + which, {"ctc": float(ctc.detach()), "place": float(which.detach())}
