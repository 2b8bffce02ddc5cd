"""All scores of a bundle on unseen texts, beside what the reference signer itself and a control score.

One flat mapping: score -> column -> value. `figures` says what each score means. A score that a column cannot have (the
reference's distance from itself) is left out there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nsa_ros.learning.data.corpus_building import Source
from nsa_ros.learning.evaluation.distances import mean_position_errors
from nsa_ros.learning.evaluation.distribution import fid
from nsa_ros.learning.evaluation.faithfulness import faithfulness
from nsa_ros.learning.evaluation.naturalness import limit_use, penetration, smoothness
from nsa_ros.learning.evaluation.performances import (
    Performance,
    perform_bundle,
    perform_bundle_with_plan,
    reference,
    second_reference,
    shuffled,
)
from nsa_ros.learning.evaluation.points import ARMS_AND_HANDS, points
from nsa_ros.learning.evaluation.retrieval import retrieval
from nsa_ros.learning.evaluation.soke import mean_soke_errors
from nsa_ros.learning.evaluation.text_scores import bleu, error_rate, letter_accuracy, places, rouge_l
from nsa_ros.learning.evaluation.unseen import Unseen, Why, spelled_words
from nsa_ros.learning.evaluation.warping import dtw_distance
from nsa_ros.signing.alignment import END
from nsa_ros.signing.signer import ModelSigner
from nsa_ros.text.tokenizer import Vocabulary, tokenize

if TYPE_CHECKING:
    from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser

Column = Literal["model", "planned", "reference", "second", "shuffled"]
Scores = dict[str, dict[str, float]]

COLUMNS: dict[Column, str] = {
    "model": "model, from text alone",
    "planned": "model, with the reference's units and durations",
    "reference": "reference signer, the rendition that the others are compared with",
    "second": "reference signer, a second rendition of the same texts: the ceiling",
    "shuffled": "the model's motion under another text: the floor",
}
SOKE_TEXTS = 16
"""SOKE's distances align every pair of frames: too dear for all texts."""

_COMPARED: tuple[Column, ...] = ("model", "planned", "second", "shuffled")
_SIGNED: tuple[Column, ...] = ("model", "planned", "reference", "second")
UnitName = tuple[str, str]


@dataclass(frozen=True)
class Performed:
    """All that is judged.

    Attributes:
        columns: performances of the unseen texts, by column.
        again: the model's second draw from text alone.
        named: performances of the texts with an unseen name, by column (`model`, `planned`, `reference`).
    """

    columns: Mapping[Column, Sequence[Performance]]
    again: Sequence[Performance]
    named: Mapping[Column, Sequence[Performance]]


def perform(signer: ModelSigner, unseen: Unseen, source: Source, seed: int = 0) -> Performed:
    """Have everybody perform. NsaError as the functions of `performances`."""
    texts = [p.text for p in unseen.passages]
    model = perform_bundle(signer, texts, seed)
    columns: dict[Column, list[Performance]] = {
        "model": model,
        "planned": perform_bundle_with_plan(signer, unseen.passages, seed),
        "reference": reference(unseen.passages),
        "second": second_reference(unseen.passages, seed, source),
        "shuffled": shuffled(model),
    }
    named: dict[Column, list[Performance]] = {
        "model": perform_bundle(signer, [p.text for p in unseen.named], seed + 2),
        "planned": perform_bundle_with_plan(signer, unseen.named, seed + 2),
        "reference": reference(unseen.named),
    }
    return Performed(columns, perform_bundle(signer, texts, seed + 1), named)


def motion_scores(performed: Performed, fps: float) -> Scores:
    """Distances, faithfulness and naturalness: what needs no recogniser."""
    columns, true = performed.columns, performed.columns["reference"]
    scores: Scores = {}
    poses = {name: [p.poses for p in column] for name, column in columns.items()}
    for name in _COMPARED:
        _put(scores, name, mean_position_errors(poses[name], poses["reference"]))
        _put(scores, name, {"dtw": mean_dtw(columns[name], true)})
        _put(scores, name, mean_soke_errors(poses[name][:SOKE_TEXTS], poses["reference"][:SOKE_TEXTS]))
    _put(scores, "planned", frame_errors(columns["planned"], true))
    found = faithfulness((poses["model"], [p.poses for p in performed.again]), (poses["reference"], poses["second"]))
    for name, row in (("model", "model"), ("second", "reference"), ("shuffled", "shuffled_text")):
        _put(scores, name, found[row])
    for name in ("model", "planned", "second"):
        moved = smoothness(poses[name], poses["reference"], fps)
        _put(scores, name, moved)
    _put(scores, "reference", {"still": moved["reference_still"]})
    for name in _SIGNED:
        _put(scores, name, limit_use(poses[name]))
        _put(scores, name, {"penetration": penetration(poses[name])})
    return scores


def recognised_scores(
    performed: Performed, recogniser: Recogniser, units: Sequence[UnitName], vocabulary: Vocabulary, why: Why
) -> Scores:
    """Back-translation, retrieval and FID: what a recogniser makes of the motion.

    Args:
        performed: by everybody.
        recogniser: trained on other texts and other renditions.
        units: (kind, name) of each unit id from `END` + 1.
        vocabulary: of the texts.
        why: a text is unseen; asked about spelled words.
    """
    scores: Scores = {}
    true = performed.columns["reference"]
    texts = [p.text for p in true]
    wanted = unit_names(true, units)
    features = recogniser.fid_features([p.poses for p in true])
    embedded = recogniser.text_features(texts)
    for name, column in performed.columns.items():
        seen = [recogniser.units(p.poses, p.expression) for p in column]
        said = [recogniser.translate(one) for one in seen]
        _put(scores, name, {"unit_error": error_rate(seen, wanted)})
        _put(scores, name, bleu(said, texts) | {"rouge_l": rouge_l(said, texts)})
        found = retrieval(embedded, recogniser.motion_features([p.poses for p in column]))
        _put(scores, name, {way: found[way] for way in ("text_to_motion", "motion_to_text")})
        if name in ("model", "planned", "second"):
            _put(scores, name, {"fid": fid(recogniser.fid_features([p.poses for p in column]), features)})
    for name, column in performed.named.items():
        if column:
            seen = [recogniser.units(p.poses, p.expression) for p in column]
            named = unit_names(performed.named["reference"], units)
            counted = [name_places(p.text, u, vocabulary, why) for p, u in zip(column, named, strict=True)]
            letters = {unit for unit in units if unit[0] == "letter"}
            _put(scores, name, {"name_letters": letter_accuracy(seen, named, letters, counted).accuracy})
    return scores


def unit_names(performances: Iterable[Performance], units: Sequence[UnitName]) -> list[list[UnitName]]:
    """(kind, name) of what was to be signed."""
    return [[units[unit - END - 1] for unit in p.units] for p in performances]


def name_places(text: str, units: Sequence[UnitName], vocabulary: Vocabulary, why: Why) -> set[int]:
    """Where a text's unseen names are spelled among its units."""
    words = [word for word in spelled_words(tokenize(text, vocabulary).tokens) if why(word) == "name"]
    return places(units, [[("letter", letter.upper()) for letter in word] for word in words])


def mean_dtw(made: Sequence[Performance], true: Sequence[Performance]) -> float:
    """n-DTW of arms and hands [mm], every frame, every text weighing the same (`warping.dtw_distance`)."""
    rows = [
        dtw_distance(points(a.poses)[:, ARMS_AND_HANDS], points(b.poses)[:, ARMS_AND_HANDS])
        for a, b in zip(made, true, strict=True)
    ]
    return 1e3 * float(np.mean(rows))


def frame_errors(made: Sequence[Performance], true: Sequence[Performance]) -> dict[str, float]:
    """Mean distance [mm] of joints and fingertips, and of the hands' alone, frame by frame: for the same plan."""
    joints, hands = [], []
    for a, b in zip(made, true, strict=True):
        distance = np.linalg.norm(points(a.poses) - points(b.poses), axis=-1)
        joints.append(distance.mean())
        hands.append(distance[:, _FINGERS].mean())
    return {"joint_error": 1e3 * float(np.mean(joints)), "hand_error": 1e3 * float(np.mean(hands))}


_FINGERS = slice(25, 65)
_NO_SCORES = ("texts", "pairings", "reference_")


def _put(scores: Scores, column: str, found: Mapping[str, Any], prefix: str = "") -> None:
    """Add a column's numbers, nested ones under joined names; names, counts, intervals, what is infinite are none."""
    for name, value in found.items():
        if isinstance(value, Mapping):
            _put(scores, column, value, f"{prefix}{name}_")
        elif isinstance(value, (int, float)) and np.isfinite(value) and not name.startswith(_NO_SCORES):
            scores.setdefault(f"{prefix}{name}", {})[column] = float(value)
