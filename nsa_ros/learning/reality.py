"""Synthesised signing against captured signing: `python -m nsa_ros.learning.reality DATA [--bundle NAME]`.

DATA is a folder of captures (docs/reality.md). Letters and words of the lexicon, or of a bundle, are judged by
recognisers that were built on real captures alone, and compared with the captures by dynamic time warping.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nsa_ros import resources
from nsa_ros.errors import NsaError
from nsa_ros.learning.captures import read_letters, read_words
from nsa_ros.learning.performance import LexiconPerformer, Performer, SignerPerformer
from nsa_ros.learning.reality_letters import check_letters, spelled_letters
from nsa_ros.learning.reality_words import WORDS, check_words, signed_word


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m nsa_ros.learning.reality", description=__doc__)
    parser.add_argument("data", type=Path, help="folder of captures")
    parser.add_argument("--bundle", default="reference", help="a bundle, or `reference` (default) for the lexicon")
    parser.add_argument("--only", choices=("letters", "words"), help="leave the other out")
    parser.add_argument("--seeds", type=int, default=10, help="renditions with natural variation (default 10)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="write sheets and confusion matrices")
    options = parser.parse_args(arguments)
    try:
        for line in check(options):
            print(line, flush=True)
    except NsaError as error:
        print(f"reality: {error}", file=sys.stderr)
        return 1
    return 0


def check(options: argparse.Namespace) -> Iterator[str]:
    """Do what the options ask, and say it line by line.

    Raises:
        NsaError: no captures, no such bundle, a sign that the lexicon lacks, a folder that is not there.
    """
    if options.seeds < 1:
        raise NsaError(f"--seeds is {options.seeds}; it must be at least 1")
    if options.pictures and not options.pictures.is_dir():
        raise NsaError(f"--pictures {options.pictures}: no such folder; make it first")
    letters = read_letters(options.data) if options.only != "words" else []
    words = read_words(options.data) if options.only != "letters" else []
    judged = performer(options.bundle)
    figures: dict[str, Any] = {"signer": judged.name}
    seeds = range(options.seeds + 1)
    if letters:
        figures["letters"] = check_letters(letters, [spelled_letters(judged, seed) for seed in seeds])
        yield from letters_text(figures["letters"])
    if words:
        figures["words"] = check_words(words, [[signed_word(judged, w, seed) for w in WORDS] for seed in seeds])
        yield from words_text(figures["words"])
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if options.pictures:
        from nsa_ros.learning import reality_pictures

        if letters:
            yield from reality_pictures.draw_letters(options.pictures, figures["letters"], letters, judged)
        if words:
            yield from reality_pictures.draw_words(options.pictures, figures["words"], words, judged)


if __name__ == "__main__":
    sys.exit(main())
