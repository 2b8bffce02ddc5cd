"""Judge a bundle on unseen texts: everything that a report page and a bundle's description say of its quality."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from nsa_ros import __version__
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus_building import Source
from nsa_ros.learning.evaluation.plans import plan_scores, plan_sentences
from nsa_ros.learning.evaluation.scores import COLUMNS, UnitName, motion_scores, perform, recognised_scores
from nsa_ros.learning.evaluation.steps import STEPS, quality_by_steps
from nsa_ros.learning.evaluation.targets import targets
from nsa_ros.learning.evaluation.unseen import Unseen, Why
from nsa_ros.signing.bundle import DESCRIPTION, Bundle
from nsa_ros.signing.signer import ModelSigner

if TYPE_CHECKING:
    from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser

STATUS = "synthetic, not reviewed by Deaf signers"
STEPS_TEXTS = 24
"""Of the texts that are signed with every number of steps; 50 steps are dear."""

HEADLINE = (
    "unit_error", "name_letters", "bleu_4", "d_pair_ratio", "d_inter_over_intra", "d_intra", "dtw", "mpjpe",
    "hand_error", "hands_jerk_ratio",
)  # fmt: skip
"""Scores that a bundle's description repeats."""

_FPS = 24.0


def evaluate(
    signer: ModelSigner,
    unseen: Unseen,
    source: Source,
    why: Why,
    recogniser: Recogniser | None,
    steps: Sequence[int] = STEPS,
    captured: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """All figures, as the report's JSON holds them.

    Args:
        signer: with the bundle, on the CPU.
        unseen: texts to judge by, of the same lexicon.
        source: of the reference's second rendition.
        why: a text is unseen.
        recogniser: for the back-translation, which is left out without it.
        steps: numbers of DDIM steps to compare.
        captured: letters named by the recogniser of real captures (`targets.targets`).

    Returns:
        `status`, `notes`; provenance: `bundle`, `data`, `recogniser`, `versions`; `columns`; and the figures: `scores`
        (score -> column -> value), `plans`, `steps`, `targets`.

    Raises:
        NsaError: the bundle was trained for another lexicon, or texts without alignment.
    """
    bundle = signer.bundle
    units = check_same_language(bundle, source)
    performed = perform(signer, unseen, source)
    scores = motion_scores(performed, bundle.fps)
    notes = []
    if recogniser is not None:
        scores |= recognised_scores(performed, recogniser, units, bundle.vocabulary, why)
    else:
        notes.append(
            "No recogniser is at hand (models/recogniser), so nothing was translated back: unit error rate, letters of "
            "names, BLEU, ROUGE, retrieval and FID are missing."
        )
    if captured is None:
        notes.append("Real captures were not given (--captures), so generated letters were not judged by them.")
    if not unseen.trained:
        notes.append(
            "The training texts were not at hand: a sentence of an unseen text of several sentences may occur in one "
            "of them. Names and combinations of signs are unseen by construction."
        )
    by_steps = quality_by_steps(signer, unseen.passages[:STEPS_TEXTS], steps, units, recogniser)
    about = about_bundle(bundle)
    return {
        "status": STATUS,
        "bundle": about,
        "data": {
            **unseen.corpus,
            "texts": len(unseen.passages),
            "texts_with_unseen_name": len(unseen.named),
            "texts_by_steps": min(STEPS_TEXTS, len(unseen.passages)),
            "reasons": {
                reason: sum(why(p.text) == reason for p in unseen.passages)
                for reason in ("name", "combination", "sentence")
            },
            "ddim_steps": signer.steps,
        },
        "recogniser": None if recogniser is None else about_recogniser(recogniser),
        "versions": versions(),
        "columns": dict(COLUMNS),
        "scores": {key: {column: _round(v) for column, v in row.items()} for key, row in scores.items()},
        "plans": {
            key: _round(value)
            for key, value in plan_scores(plan_sentences(signer, unseen, why), [kind for kind, _ in units]).items()
        },
        "steps": [{key: _round(value) for key, value in row.items()} for row in by_steps],
        "targets": targets(scores, by_steps, signer.steps, about["bytes"], captured),
        "notes": notes,
    }


def check_same_language(bundle: Bundle, source: Source) -> list[UnitName]:
    """(kind, name) of each unit id from `END` + 1.

    Raises:
        NsaError: bundle and source differ in units, vocabulary or rate, so that ids do not mean the same.
    """
    units: list[UnitName] = [(kind, text) for kind, texts in source.units.items() for text in texts]
    own = [(unit.kind, unit.text) for unit in bundle.units]
    if own != units or bundle.vocabulary.tokens != source.vocabulary.tokens:
        raise NsaError(
            f"bundle {bundle.name!r} knows {len(own)} units and {len(bundle.vocabulary)} tokens, the lexicon here "
            f"{len(units)} and {len(source.vocabulary)}, or others: it was trained for another version. Train it anew, "
            "or evaluate it with the release that it comes from"
        )
    if bundle.fps != _FPS:
        raise NsaError(f"bundle {bundle.name!r} moves at {bundle.fps:g} frames a second; scores are for {_FPS:g}")
    return units


def about_bundle(bundle: Bundle) -> dict[str, Any]:
    """Name, hash of all files' hashes, size [bytes], status and provenance."""
    files = bundle.description["files"]
    digest = hashlib.sha256("".join(f"{name} {files[name]['sha256']}\n" for name in sorted(files)).encode())
    return {
        "name": bundle.name,
        "sha256": digest.hexdigest(),
        "bytes": sum(entry["bytes"] for entry in files.values()) + bundle.file(DESCRIPTION).stat().st_size,
        "status": bundle.status,
        "provenance": dict(bundle.description.get("provenance", {})),
    }


def about_recogniser(recogniser: Recogniser) -> dict[str, Any]:
    """Hash of its weights, and what they were trained on."""
    (weights,) = recogniser.description["files"].values()
    return {"sha256": weights["sha256"], "provenance": dict(recogniser.description["provenance"])}


def versions() -> dict[str, str]:
    """Of what the figures depend on."""
    found = {"nsa_ros": __version__}
    for name in ("numpy", "scipy", "onnxruntime", "onnxruntime-gpu", "torch", "sacrebleu"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def quality(result: Mapping[str, Any]) -> dict[str, Any]:
    """The headline of a result, for the `quality` of a bundle's description."""
    scores = result["scores"]

    def column(name: str) -> dict[str, float]:
        return {key: scores[key][name] for key in HEADLINE if name in scores.get(key, {})}

    return {
        "texts": result["data"]["texts"],
        "ddim_steps": result["data"]["ddim_steps"],
        "plans": dict(result["plans"]),
        "model": column("model"),
        "model_with_plan_of_reference": column("planned"),
        "second_rendition_of_reference": column("second"),
        "targets_met": sum(row["met"] is True for row in result["targets"]),
        "targets_missed": [row["title"] for row in result["targets"] if row["met"] is False],
        "targets_not_measured": [row["title"] for row in result["targets"] if row["met"] is None],
    }


def _round(value: float) -> float:
    return float(f"{value:.4g}")
