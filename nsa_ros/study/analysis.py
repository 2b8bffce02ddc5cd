"""From answers to figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nsa_ros.study.answers import Participant
from nsa_ros.study.comprehension import comprehension, words
from nsa_ros.study.manifest import Manifest
from nsa_ros.study.statistics import Estimate, difference, draw_weights, estimate

RATINGS = ("naturalness", "alignment")
"""0 to 10, by the participants."""
SCORES = ("signs", "words", "exact")
"""0 to 1, computed from what was written (`comprehension`)."""
MEASURES = (*RATINGS, *SCORES)


@dataclass(frozen=True)
class Analysis:
    """What a study found.

    Attributes:
        estimates: mean of each measure in each condition.
        differences: mean of each measure in the first condition minus that in the second, by the two names.
        rows: one for each film that a participant judged.
        participants: those whose files were used.
        inattentive: ids of participants who did not write the word of the practice film.
    """

    estimates: Mapping[str, Mapping[str, Estimate]]
    differences: Mapping[str, Mapping[tuple[str, str], Estimate]]
    rows: Sequence[Mapping[str, Any]]
    participants: Sequence[Participant]
    inattentive: Sequence[str]


def analyse(participants: Sequence[Participant], study: Manifest, seed: int = 0) -> Analysis:
    """Means, intervals and differences of all measures.

    Args:
        participants: at least one.
        study: what they were shown.
        seed: of the resamples.
    """
    rows = [row for participant in participants for row in judged(participant, study)]
    place = {participant.id: i for i, participant in enumerate(participants)}
    weights = draw_weights(len(participants), len(study.texts), seed)
    estimates: dict[str, dict[str, Estimate]] = {}
    differences: dict[str, dict[tuple[str, str], Estimate]] = {}
    for measure in MEASURES:
        tables = {condition: table(rows, measure, condition, place, len(study.texts)) for condition in study.conditions}
        estimates[measure] = {condition: estimate(values, weights) for condition, values in tables.items()}
        differences[measure] = {
            (first, second): difference(tables[first], tables[second], weights)
            for first, second in combinations(study.conditions, 2)
        }
    inattentive = [p.id for p in participants if p.practice is None or words(p.practice) != [study.practice.answer]]
    return Analysis(estimates, differences, rows, participants, inattentive)


def judged(participant: Participant, study: Manifest) -> list[dict[str, Any]]:
    """The judged films of one participant, each with its condition, text and measures."""
    films = {film.id: film for film in study.films}
    rows = []
    for answer in participant.answers:
        film = films[answer.film]
        text = study.texts[film.text].text
        rows.append(
            {
                "participant": participant.id,
                "group": participant.group,
                "film": film.id,
                "condition": film.condition,
                "text_number": film.text,
                "text": text,
                "understood": answer.understood,
                "naturalness": answer.naturalness,
                "alignment": answer.alignment,
                **comprehension(answer.understood, text),
            }
        )
    return rows


def table(
    rows: Sequence[Mapping[str, Any]], measure: str, condition: str, place: Mapping[str, int], texts: int
) -> NDArray[np.float64]:
    """One measure in one condition, participants by sentences, NaN where nothing was judged. Shape (P, texts)."""
    values = np.full((len(place), texts), np.nan)
    for row in rows:
        if row["condition"] == condition:
            values[place[row["participant"]], row["text_number"]] = row[measure]
    return values
