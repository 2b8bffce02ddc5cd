"""How much of a text somebody wrote down who saw it signed."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from nsa_ros.errors import NsaError
from nsa_ros.phonology.grammar import translate
from nsa_ros.phonology.vocabulary import default_vocabulary
from nsa_ros.text.normalize import normalize
from nsa_ros.text.tokenizer import tokenize


def words(text: str) -> list[str]:
    """Lower-case words and numbers of a text, contractions written out, `THANK-YOU` as two words; [] for none."""
    try:
        pieces = normalize(text.lower().replace("-", " ")).pieces
    except NsaError:
        return []
    return [piece.text for piece in pieces if piece.kind != "punctuation"]


def signs(text: str) -> list[str]:
    """What the project's grammar would sign for a text: glosses, numbers and whole spelled words; [] for nothing.

    Text and answer go through it alike, so articles, word order, inflection and words of one gloss (`I`, `me`) make no
    difference.
    """
    try:
        units = translate(tokenize(text.replace("-", " "), default_vocabulary()))
    except NsaError:
        return []
    found: list[str] = []
    for (kind, place), row in groupby(units, key=lambda unit: (unit.kind, _word(text, unit.span))):
        run = [unit.text for unit in row]
        found += ["".join(run)] if kind == "letter" and place >= 0 else run
    return found


def _word(text: str, span: tuple[int, int]) -> int:
    """Which blank-separated word of the text a span lies in."""
    return text[: span[0]].count(" ")


def f1(said: list[str], meant: list[str]) -> float:
    """Harmonic mean of precision and recall of two bags, 0 to 1: 2 |said ∩ meant| / (|said| + |meant|).

    0 when they have nothing in common, be it that both are empty. The F1 over tokens of SQuAD (Rajpurkar et al. 2016).
    """
    common = sum((Counter(said) & Counter(meant)).values())
    return 2.0 * common / (len(said) + len(meant)) if common else 0.0


def comprehension(understood: str, text: str) -> dict[str, float]:
    """Three scores of an answer, 0 to 1: `words` (F1 of words), `signs` (F1 of what would be signed), `exact`.

    All are strict: a synonym that the lexicon does not know and a misspelled name count as not understood.
    """
    own, meant = words(understood), words(text)
    return {
        "words": f1(own, meant),
        "signs": f1(signs(understood), signs(text)),
        "exact": float(bool(own) and own == meant),
    }
