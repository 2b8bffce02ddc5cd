"""Who signs the sentences: the reference, the model, and what one would use without either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from nsa_ros import resources
from nsa_ros.body.motion import Motion, concatenate
from nsa_ros.errors import NsaError
from nsa_ros.phonology.grammar import translate
from nsa_ros.phonology.reference import ReferenceSigner
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.phonology.variation import NATURAL
from nsa_ros.phonology.vocabulary import default_vocabulary
from nsa_ros.signing.player import Signer
from nsa_ros.text.tokenizer import Token, Tokenized, tokenize
from nsa_ros.text.units import Unit

REFERENCE, MODEL, BASELINE = "reference", "model", "baseline"
CONDITIONS = (REFERENCE, MODEL, BASELINE)


class Signed(NamedTuple):
    """A film's content: the motion, and the names of what is signed in it."""

    motion: Motion
    units: tuple[str, ...]


Condition = Callable[[str, int], Signed]
"""Takes a text and a seed."""


def conditions(bundle: str, baseline: str) -> dict[str, Condition]:
    """Each condition's signer, by name.

    All three sign with the shipped skeleton at 24 frames/s and are filmed as they come, without the playback timeline,
    whose limits and joins would hide faults of the motion.

    Args:
        bundle: name or folder of the model.
        baseline: one of `BASELINES`.

    Raises:
        NsaError: no such bundle or baseline.
    """
    from nsa_ros.signing.signer import ModelSigner

    if baseline not in BASELINES:
        raise NsaError(f"unknown baseline {baseline!r}. Baselines: {', '.join(BASELINES)}")
    model = ModelSigner(resources.bundle(bundle))
    return {
        REFERENCE: signed_by(ReferenceSigner(NATURAL)),
        MODEL: signed_by(model),
        BASELINE: BASELINES[baseline](Synthesizer(variation=NATURAL)),
    }


def signed_by(signer: Signer) -> Condition:
    """A signer of English as a condition."""

    def sign(text: str, seed: int) -> Signed:
        utterance = signer.sign(text, seed)
        motion = concatenate(list(utterance))
        return Signed(motion, tuple(unit.text for unit in utterance.units))

    return sign


def lookup(synthesizer: Synthesizer) -> Condition:
    """A dictionary's entries one after the other: what one does today with a video dictionary.

    Each word of the text that has a sign, in English order, signed from rest to rest as a dictionary shows it; words
    without one are spelled, a word at a time, fluently. No grammar, no face of the sentence, and nothing passes over
    from one sign to the next.
    """

    def sign(text: str, seed: int) -> Signed:
        rows = entries(text)
        clips = [motion for row in rows for _, motion in synthesizer.stream(row, seed)]
        return Signed(concatenate(clips), tuple(unit.text for row in rows for unit in row))

    return sign


def spelling(synthesizer: Synthesizer) -> Condition:
    """The whole text spelled letter by letter; the hand rests between words."""

    def sign(text: str, seed: int) -> Signed:
        words = [[c.upper() for c in word if c.isascii() and c.isalnum()] for word in text.split()]
        rows = [[Unit(c, "number" if c.isdigit() else "letter", (0, 0), 0) for c in word] for word in words if word]
        if not rows:
            raise NsaError(f"nothing in {text[:80]!r} can be spelled; give letters a-z or digits")
        clips = [motion for row in rows for _, motion in synthesizer.stream(row, seed)]
        return Signed(concatenate(clips), tuple(unit.text for row in rows for unit in row))

    return sign


BASELINES: dict[str, Callable[[Synthesizer], Condition]] = {"lookup": lookup, "spelling": spelling}


def entries(text: str) -> list[list[Unit]]:
    """What a dictionary gives for a text, one row for each word in English order: its sign, or its letters and digits.

    Raises:
        NsaError: nothing in the text can be signed.
    """
    words: list[list[Token]] = []
    for token in tokenize(text, default_vocabulary()).tokens:
        if token.silent:
            continue
        if token.opens:
            words.append([token])
        else:
            words[-1].append(token)
    rows = [[replace(gloss.unit(), face="neutral") for gloss in translate(Tokenized(text, w, []))] for w in words]
    rows = [row for row in rows if row]
    if not rows:
        raise NsaError(f"no word of {text[:80]!r} has a sign")
    return rows
