"""Several data sets as one, drawn from by weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.clips import NO_EXPRESSION
from nsa_ros.learning.data.corpus import PARTS, Corpus, Passage, Share


@dataclass(frozen=True)
class MixtureFile:
    """What the YAML file of a mixture says.

    Attributes:
        parts: path, weight and options of each data set.
        expression: as in `join`.
    """

    parts: list[tuple[Path, float, dict[str, Any]]]
    expression: str = "refuse"


def read_mixture_file(file: Path) -> MixtureFile:
    """Read `sets: [{path, weight, options}]` and `expression`; paths, also in options, are relative to the file.

    Raises:
        NsaError: the file is not of that form.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        parts = [
            (file.parent / row["path"], float(row.get("weight", 1.0)), _options(file.parent, row.get("options") or {}))
            for row in content["sets"]
        ]
        return MixtureFile(parts, str(content.get("expression", "refuse")))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise NsaError(
            f"{file} is no mixture ({error!r}). It needs a list `sets` with path, weight and options of each data set, "
            "and may have `expression: zero`"
        ) from error


_FILES = ("smplx", "broken")
"""Options that name a file."""


def _options(folder: Path, given: dict[str, Any]) -> dict[str, Any]:
    return {key: folder / value if key in _FILES else value for key, value in given.items()}


def join(parts: Sequence[tuple[Corpus, float]], expression: str = "refuse") -> Corpus:
    """Join data sets; `Corpus.draw` then draws a set by its weight, and one of its clips.

    Args:
        parts: data sets and their weights.
        expression: when sets have coefficients of different expression bases, which mean different things, `refuse` to
            join them, or set all of them to `zero`. Jaw and eyes are joints and stay.

    Raises:
        NsaError: nothing to join; a weight that is not above 0; a set without clips for training; different
            vocabularies, units, frame rates or skeletons; hand poses relative to different hands; different bases.
    """
    if not parts:
        raise NsaError("a mixture of no data sets; give at least one")
    if expression not in ("refuse", "zero"):
        raise NsaError(f"mixture: expression is {expression!r}; choose refuse or zero")
    for place, (corpus, weight) in enumerate(parts):
        if not (weight > 0 and np.isfinite(weight)):
            raise NsaError(f"mixture: the weight of data set {place} is {weight}; it must be above 0")
        if not corpus.train:
            raise NsaError(f"mixture: data set {place} ({_name(corpus)}) has no clips for training; leave it out")
    corpora = [corpus for corpus, _ in parts]
    for key in ("vocabulary", "units", "fps", "skeleton"):
        other = next((c for c in corpora if c.meta[key] != corpora[0].meta[key]), None)
        if other is not None:
            raise NsaError(
                f"mixture: {_name(corpora[0])} and {_name(other)} differ in {key}. Corpora must be built with the same "
                "lexicon and options"
            )
    if len(hands := sorted({c.meta["hands"] for c in corpora})) > 1:
        raise NsaError(
            f"mixture: hand poses are relative to the {' and the '.join(hands)} hand. Give the data set with the mean "
            "hand the option smplx (SMPLX_NEUTRAL.npz), which converts it"
        )
    bases = sorted({c.meta["expression_basis"] for c in corpora} - {NO_EXPRESSION})
    notes = [f"{_name(c)}: {note}" for c in corpora for note in c.meta["notes"]]
    if len(bases) > 1:
        if expression == "refuse":
            raise NsaError(
                f"mixture: the expression bases {' and '.join(bases)} differ, so the same number means different "
                "faces. Join them with `expression: zero`, which trains no face, or leave a data set out"
            )
        corpora = [replace(c, **{part: _faceless(getattr(c, part)) for part in PARTS}) for c in corpora]
        notes.append(f"expression is 0: the sets have different bases ({', '.join(bases)})")
    weights = [weight for _, weight in parts]
    return Corpus(
        _meta(corpora, weights, bases, notes),
        *([passage for corpus in corpora for passage in getattr(corpus, part)] for part in PARTS),
        shares=tuple(Share(weight, len(corpus.train)) for corpus, weight in zip(corpora, weights, strict=True)),
    )


def _name(corpus: Corpus) -> str:
    return f"{corpus.meta['kind']} ({corpus.meta['source']})"


def _meta(corpora: list[Corpus], weights: list[float], bases: list[str], notes: list[str]) -> dict[str, Any]:
    first = corpora[0].meta
    described = ("kind", "source", "license", "status", "expression_basis", "settings")
    return {
        **{key: first[key] for key in ("fps", "skeleton", "vocabulary", "units", "hands")},
        "seed": next((c.meta["seed"] for c in corpora if c.meta["seed"] is not None), None),
        "kind": "mixture",
        **{key: " + ".join(dict.fromkeys(str(c.meta[key]) for c in corpora)) for key in described[1:4]},
        "expression_basis": bases[0] if len(bases) == 1 else NO_EXPRESSION,
        "sets": [
            {"weight": weight, "clips": len(c.train), **{key: c.meta.get(key) for key in described}}
            for c, weight in zip(corpora, weights, strict=True)
        ],
        "notes": notes,
        "dropped": [row for c in corpora for row in c.meta["dropped"]],
    }


def _faceless(passages: list[Passage]) -> list[Passage]:
    return [replace(passage, expression=np.zeros_like(passage.expression)) for passage in passages]
