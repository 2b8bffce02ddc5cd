"""How well the recogniser reads motion whose text is known: its ceiling, on texts that it has not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike

from nsa_ros.learning.data.corpus import Corpus, Passage
from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser
from nsa_ros.learning.evaluation.recogniser.spelling import Named
from nsa_ros.learning.evaluation.retrieval import retrieval
from nsa_ros.learning.evaluation.text_scores import bleu, error_rate, letter_accuracy, rouge_l
from nsa_ros.signing.alignment import END


def named_units(passage: Passage, names: Sequence[Named]) -> list[Named]:
    """The units of a passage's plan; `names` are the corpus's, in the order of their ids."""
    return [names[unit.unit - END - 1] for unit in passage.plan if unit.unit > END]


def names_of(corpus: Corpus) -> list[Named]:
    """The corpus's units in the order of their ids."""
    return [(kind, name) for kind, names in corpus.meta["units"].items() for name in names]


def reading(recogniser: Recogniser, motions: Sequence[ArrayLike], true: Sequence[Sequence[Named]]) -> dict[str, Any]:
    """Units and letters read from motions (F, 55, 3), against those signed: `unit_error_rate`, `letter_accuracy`."""
    made = [recogniser.units(poses) for poses in motions]
    letters = {unit for unit in recogniser.vocabularies.units if unit[0] == "letter"}
    found: dict[str, Any] = {"texts": len(true), "units": sum(map(len, true))}
    found["unit_error_rate"] = round(error_rate(made, true), 4)
    if any(unit in letters for row in true for unit in row):
        accuracy, found["letters"] = letter_accuracy(made, true, letters)
        found["letter_accuracy"] = round(accuracy, 4)
    return found


def translation(recogniser: Recogniser, units: Sequence[Sequence[Named]], texts: Sequence[str]) -> dict[str, float]:
    """BLEU-1 to BLEU-4 and ROUGE-L of what is made of units, against the texts."""
    made = [recogniser.translate(row) for row in units]
    return {name: round(value, 2) for name, value in {**bleu(made, texts), "rouge_l": rouge_l(made, texts)}.items()}


def quality(recogniser: Recogniser, corpus: Corpus) -> dict[str, Any]:
    """The recogniser's figures on the motion of a corpus's test part: reading, translation and retrieval.

    `translation_of_true_units` is what the translator makes of the units themselves.
    """
    names = names_of(corpus)
    true = [named_units(passage, names) for passage in corpus.test]
    texts, motions = [passage.text for passage in corpus.test], [passage.poses for passage in corpus.test]
    read = [recogniser.units(poses) for poses in motions]
    return {
        **reading(recogniser, motions, true),
        "translation": translation(recogniser, read, texts),
        "translation_of_true_units": translation(recogniser, true, texts),
        "retrieval": retrieval(recogniser.text_features(texts), recogniser.motion_features(motions)),
    }
