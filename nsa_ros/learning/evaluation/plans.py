"""The planner against the grammar: units, order, source tokens, faces and length, sentence by sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nsa_ros.learning.evaluation.text_scores import edit_distance
from nsa_ros.learning.evaluation.unseen import Unseen, Why
from nsa_ros.signing.alignment import END, PlannedUnit
from nsa_ros.signing.networks import Networks
from nsa_ros.signing.signer import ModelSigner

REASONS = ("name", "combination", "sentence")


@dataclass(frozen=True)
class PlannedSentence:
    """A sentence with the plan of the grammar and that of the model, both without `END`.

    Attributes:
        reason: what holds its text out of training, one of `REASONS`.
        frames: of the whole motion, of the reference (0 where it made none) and of the model.
    """

    reason: str
    wanted: list[PlannedUnit]
    made: list[PlannedUnit]
    frames: tuple[int, int]


def plan_sentences(signer: ModelSigner, unseen: Unseen, why: Why) -> list[PlannedSentence]:
    """Plan all sentences of the unseen texts that occur in no training text and that the model can read at once."""
    networks = Networks(signer.bundle, "cpu")
    planned = []
    texts = {p.text: p for p in (*unseen.passages, *unseen.named, *unseen.further)}
    for seed, passage in enumerate(texts.values()):
        for sentence in passage.sentences:
            if len(sentence.tokens) >= signer.bundle.token_limit or tuple(sentence.tokens) in unseen.trained:
                continue
            made = list(networks.planner(sentence.tokens).plan(seed))
            rest = next((p.frames for p in made if p.unit == END), 0)
            units = [p for p in made if p.unit > END]
            frames = (
                sum(p.frames for p in sentence.plan) + passage.rest,
                sum(p.frames for p in units) + rest,
            )
            planned.append(PlannedSentence(why(passage.text), sentence.plan, units, frames))
    return planned


def plan_scores(planned: Sequence[PlannedSentence], kinds: Sequence[str]) -> dict[str, float]:
    """Figures of the plans, those of each reason too. Keys are explained in `figures`.

    Args:
        planned: sentences; at least one.
        kinds: of each unit id from `END` + 1: `sign`, `letter` or `number`.
    """
    wrong, letters = _errors(planned, None, kinds), _errors(planned, "letter", kinds)
    pairs = [(a, b) for s in planned for a, b in zip(s.made, s.wanted, strict=False) if a.unit == b.unit]
    lengths = np.log([made / wanted for wanted, made in (s.frames for s in planned) if wanted])
    scores = {
        "plan_sentences": float(len(planned)),
        "plan_unit_error": wrong,
        "plan_letter_error": letters,
        "plan_exact": _exact(planned),
        "plan_pointers": float(np.mean([a.token == b.token for a, b in pairs])) if pairs else 0.0,
        "plan_faces": float(np.mean([a.face == b.face for a, b in pairs])) if pairs else 0.0,
        "plan_length": float(np.exp(lengths.mean())),
        "plan_length_spread": float(lengths.std()),
    }
    for reason in REASONS:
        of_reason = [s for s in planned if s.reason == reason]
        if of_reason:
            scores[f"plan_sentences_{reason}"] = float(len(of_reason))
            scores[f"plan_unit_error_{reason}"] = _errors(of_reason, None, kinds)
            scores[f"plan_exact_{reason}"] = _exact(of_reason)
    return scores


def _errors(planned: Sequence[PlannedSentence], kind: str | None, kinds: Sequence[str]) -> float:
    """Edits from made to wanted units over wanted units, of one kind or of all."""
    wrong = total = 0
    for sentence in planned:
        made, wanted = (
            [p.unit for p in plan if kind is None or kinds[p.unit - END - 1] == kind]
            for plan in (sentence.made, sentence.wanted)
        )
        wrong, total = wrong + edit_distance(made, wanted), total + len(wanted)
    return wrong / max(total, 1)


def _exact(planned: Sequence[PlannedSentence]) -> float:
    return float(np.mean([[p.unit for p in s.made] == [p.unit for p in s.wanted] for s in planned]))
