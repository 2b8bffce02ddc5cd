"""The whole check: letters and words, their figures as lines, JSON and pictures. What `nsa reality` runs.

Letters and words of the lexicon, or of a bundle, are judged by
recognisers that were built on real captures alone, and compared with the captures by dynamic time warping.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nsa_ros import resources
from nsa_ros.errors import NsaError
from nsa_ros.reality.captures import read_letters, read_words
from nsa_ros.reality.letters import check_letters, spelled_letters
from nsa_ros.reality.performance import LexiconPerformer, Performer, SignerPerformer
from nsa_ros.reality.words import WORDS, check_words, signed_word


def performer(name: str) -> Performer:
    """The lexicon for `reference`, else the bundle of that name or folder."""
    if name == "reference":
        return LexiconPerformer()
    from nsa_ros.signing.signer import ModelSigner

    return SignerPerformer(ModelSigner(resources.bundle(name), "cpu"))


def letters_text(figures: dict[str, Any]) -> Iterator[str]:
    """The figures of the letters as lines."""
    for judge, row in figures["static"].items():
        plain, varied = row["plain"], row["varied"]
        used = f", calibrated on {', '.join(row['used_for_calibration'])}" if row["used_for_calibration"] else ""
        yield f"letters, judge trained on {judge}{used}"
        for source, real in row["real_left_out"].items():
            weak = ", ".join(f"{letter} {share}" for letter, share in real["below_0.7"].items()) or "none"
            yield f"  real, {source} left out: {real['frames_named']:.1%} of frames; letters below 70 %: {weak}"
        yield f"  ours: {_score(plain)}; misread: {', '.join(plain['misread']) or 'none'}"
        each = varied["first_of_each"]
        yield f"  ours, {varied['alphabets']} varied alphabets: {_score(varied)}; first of each: {each}"
    for name, named in figures["moving"].items():
        yield f"paths of J, Z and still letters, {name}: {named}"
    yield from _distances_text(figures["dtw"], "palm lengths")


def words_text(figures: dict[str, Any]) -> Iterator[str]:
    """The figures of the words as lines."""
    for half in figures["real_other_half"]:
        yield f"words, real, recogniser trained on the other half of each word's recordings: {_score(half)}"
    for name, row in figures["real_left_out"].items():
        yield f"words, real, {name}, never learnt from: {row['right']} of {row['sequences']}; named {row['named']}"
    misread = [f"{word} as {', '.join(rank)}" for word, rank in figures["ranks"].items() if rank[0] != word]
    varied = figures["varied"]
    yield f"words, ours: {_score(figures['plain'])}; misread: {'; '.join(misread) or 'none'}"
    yield f"words, ours, {varied['renditions']} varied: {_score(varied)}; first of each: {varied['first_of_each']}"
    yield from _distances_text(figures["dtw"], "shoulder widths")


def _score(row: dict[str, Any]) -> str:
    total = row.get("letters") or row["sequences"]
    share = f"{row['first']} of {total} first ({row['first'] / total:.1%})"
    return f"{share}, {row['among_three']} among three"


def _distances_text(rows: dict[str, Any], unit: str) -> Iterator[str]:
    yield f"DTW distances [{unit}]: ours to its captures | among the captures | ours to the nearest other"
    for name, row in rows.items():
        other = f"{row['nearest_other']} {row['other']}"
        yield f"  {name:12} {row['to_own']} | {row['among_captures']} | {other}   ({row['sequences']} sequences)"


def check(
    data: Path,
    signer: str = "reference",
    only: str | None = None,
    seeds: int = 10,
    file: Path | None = None,
    pictures: Path | None = None,
) -> Iterator[str]:
    """Judge a signer, and say line by line what is found.

    Args:
        data: folder of captures.
        signer: `reference` for the lexicon, else a bundle.
        only: `letters` or `words`; both when left out.
        seeds: renditions with natural variation.
        file: JSON of all figures to write.
        pictures: folder for sheets and confusion matrices.

    Raises:
        NsaError: no captures, no such bundle, a sign that the lexicon lacks, a folder that is not there.
    """
    if seeds < 1:
        raise NsaError(f"--seeds is {seeds}; it must be at least 1")
    if pictures and not pictures.is_dir():
        raise NsaError(f"--pictures {pictures}: no such folder; make it first")
    if file and (file.is_dir() or not file.absolute().parent.is_dir()):
        raise NsaError(f"--json {file}: give a file in a folder that is there")
    letters = read_letters(data) if only != "words" else []
    words = read_words(data) if only != "letters" else []
    judged = performer(signer)
    figures: dict[str, Any] = {"signer": judged.name}
    renditions = range(seeds + 1)
    if letters:
        figures["letters"] = check_letters(letters, [spelled_letters(judged, seed) for seed in renditions])
        yield from letters_text(figures["letters"])
    if words:
        figures["words"] = check_words(words, [[signed_word(judged, w, seed) for w in WORDS] for seed in renditions])
        yield from words_text(figures["words"])
    if file:
        file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if pictures:
        from nsa_ros.reality import pictures as drawing

        if letters:
            yield from drawing.draw_letters(pictures, figures["letters"], letters, judged)
        if words:
            yield from drawing.draw_words(pictures, figures["words"], words, judged)
