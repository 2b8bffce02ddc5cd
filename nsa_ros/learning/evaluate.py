"""Judge a bundle on unseen sentences: `python -m nsa_ros.learning.evaluate BUNDLE CORPUS [--write]`.

Plans and motions are compared with those of the reference signer on the corpus's test part. `--write` puts the figures
into the bundle's `model.yaml`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from nsa_ros.body.motion import concatenate
from nsa_ros.learning.batches import PlanExample, plan_examples
from nsa_ros.learning.corpus import Corpus, Passage
from nsa_ros.learning.export import add_to_description
from nsa_ros.learning.metrics import HandshapeDecoder, dtw, edit_distance, hold_feature, jerk, points
from nsa_ros.learning.parity import sample_onnx
from nsa_ros.learning.shards import read_corpus
from nsa_ros.signing.alignment import END
from nsa_ros.signing.bundle import load_bundle
from nsa_ros.signing.networks import Networks
from nsa_ros.signing.signer import ModelSigner

_HAND_POINTS = slice(25, 65)
_EVERY = 3  # frames between those compared by dynamic time warping


def unseen_sentences(corpus: Corpus, longest: int) -> list[PlanExample]:
    """Sentences of the test texts that occur in no training text: two texts can share a sentence, `Yes.` say."""
    trained = plan_examples([*corpus.train, *corpus.plans], longest)
    seen = {tuple(example.tokens) for example in trained}
    return [example for example in plan_examples(corpus.test, longest) if tuple(example.tokens) not in seen]


def evaluate_plans(signer: ModelSigner, examples: list[PlanExample]) -> dict[str, Any]:
    """Units, letters, pointers and faces of the planner against the grammar; total length against the reference."""
    networks = Networks(signer.bundle, "cpu")
    wrong = total = letters_wrong = letters = pointed = faced = exact = matched = 0
    lengths = []
    kinds = signer.bundle.units
    for seed, example in enumerate(examples):
        made = list(networks.planner(example.tokens).plan(seed))
        a, b = ([p.unit for p in plan if p.unit > END] for plan in (made, example.plan))
        wrong, total, exact = wrong + edit_distance(a, b), total + len(b), exact + (a == b)
        a, b = ([u for u in units if u > END and kinds[u - END - 1].kind == "letter"] for units in (a, b))
        letters_wrong, letters = letters_wrong + edit_distance(a, b), letters + len(b)
        pairs = [(p, q) for p, q in zip(made, example.plan, strict=False) if p.unit == q.unit > END]
        matched += len(pairs)
        pointed += sum(p.token == q.token for p, q in pairs)
        faced += sum(p.face == q.face for p, q in pairs)
        lengths.append(np.log(sum(p.frames for p in made) / sum(p.frames for p in example.plan)))
    return {
        "sentences": len(examples),
        "unit_error_rate": _round(wrong / total),
        "letter_error_rate": _round(letters_wrong / max(letters, 1)),
        "sentences_exact": _round(exact / len(examples)),
        "pointers_of_right_units": _round(pointed / max(matched, 1)),
        "faces_of_right_units": _round(faced / max(matched, 1)),
        "length_ratio_mean": _round(float(np.exp(np.mean(lengths)))),
        "length_ratio_spread": _round(float(np.std(lengths))),
    }


def evaluate_motion(signer: ModelSigner, corpus: Corpus, passages: list[Passage]) -> dict[str, Any]:
    """Motion for the reference's own plan, frame by frame against the reference's."""
    bundle = signer.bundle
    networks = Networks(bundle, "cpu")
    spelled = {END + 1 + i for i, unit in enumerate(bundle.units) if unit.kind != "sign"}
    decoder = HandshapeDecoder(*_holds([(s, s.poses) for s in corpus.train[:600]], spelled))
    errors, hand_errors, jerks, made_all = [], [], [], []
    for seed, passage in enumerate(passages):
        poses, _ = bundle.representation.decode(sample_onnx(networks, bundle, passage, seed))
        made_all.append((passage, poses))
        made, true = points(poses), points(passage.poses)
        distance = np.linalg.norm(made - true, axis=-1)
        errors.append(distance.mean())
        hand_errors.append(distance[:, _HAND_POINTS].mean())
        jerks.append((jerk(made[:, _HAND_POINTS], bundle.fps), jerk(true[:, _HAND_POINTS], bundle.fps)))
    accuracies = []
    for motions in (made_all, [(s, s.poses) for s in passages]):
        features, units = _holds(motions, spelled)
        accuracies.append(float((decoder(features) == units).mean()))
    return {
        "texts": len(passages),
        "letters_nearest_to_their_own": _round(accuracies[0]),
        "letters_nearest_to_their_own_in_reference": _round(accuracies[1]),
        "mean_joint_error_mm": _round(1e3 * float(np.mean(errors))),
        "mean_hand_error_mm": _round(1e3 * float(np.mean(hand_errors))),
        "jerk_ratio": _round(float(np.sum([j[0] for j in jerks]) / np.sum([j[1] for j in jerks]))),
    }


def _holds(motions: list[tuple[Passage, np.ndarray]], spelled: set[int]) -> tuple[np.ndarray, np.ndarray]:
    features, units = [], []
    for passage, poses in motions:
        ends = np.cumsum([p.frames for p in passage.plan])
        for planned, end in zip(passage.plan, ends, strict=True):
            if planned.unit in spelled:
                features.append(hold_feature(poses[end - planned.frames : end]))
                units.append(planned.unit)
    return np.stack(features), np.array(units)


def evaluate_faithfulness(signer: ModelSigner, passages: list[Passage]) -> dict[str, Any]:
    """Does the motion depend on the text? Signed from text alone, with the planner's units and durations.

    d_pair_gt: to the text's own reference; d_pair_random: to another text's; d_intra: between two seeds; d_inter:
    between texts (arXiv 2606.01643); distance: `metrics.dtw` of the arms and hands.
    """
    arms = [16, 17, 18, 19, 20, 21, *range(25, 65)]
    made = [[_signed(signer, s.text, seed)[::_EVERY, arms] for s in passages] for seed in (0, 1)]
    true = [points(s.poses)[::_EVERY, arms] for s in passages]
    shifted = [*true[1:], true[0]]
    pair_gt = np.mean([dtw(a, b) for a, b in zip(made[0], true, strict=True)])
    pair_random = np.mean([dtw(a, b) for a, b in zip(made[0], shifted, strict=True)])
    intra = np.mean([dtw(a, b) for a, b in zip(*made, strict=True)])
    inter = np.mean([dtw(a, b) for a, b in zip(made[0], [*made[1][1:], made[1][0]], strict=True)])
    return {
        "texts": len(passages),
        "d_pair_gt_mm": _round(1e3 * float(pair_gt)),
        "d_pair_gt_over_random": _round(float(pair_gt / pair_random)),
        "d_intra_mm": _round(1e3 * float(intra)),
        "d_inter_over_intra": _round(float(inter / intra)),
    }


def _signed(signer: ModelSigner, text: str, seed: int) -> np.ndarray:
    return points(concatenate(list(signer.sign(text, seed))).poses)


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def main(arguments: list[str] | None = None) -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--write", action="store_true", help="put the figures into model.yaml")
    options = parser.parse_args(arguments)
    corpus = read_corpus(options.corpus)
    signer = ModelSigner(load_bundle(options.bundle), "cpu")
    quality = {
        "plans": evaluate_plans(signer, unseen_sentences(corpus, signer.bundle.token_limit)),
        "motion": evaluate_motion(signer, corpus, corpus.test[:100]),
        "faithfulness": evaluate_faithfulness(signer, corpus.test[:40]),
    }
    print(json.dumps(quality, indent=1))
    if options.write:
        add_to_description(options.bundle, quality=quality)


if __name__ == "__main__":
    main()
