"""English clauses: what asks, and the order in which their parts are signed.

The few rules that docs/text.md lists, after Baker-Shenk and Cokely, "American Sign Language" (1980), and Valli et al.,
"Linguistics of American Sign Language" (2011), from general knowledge of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from nsa_ros.text.characters import Span

COMMA = "comma"
_OPENINGS = ("greeting", "interjection")
_SUBJECTS = ("pronoun", "possessive", "name")


@dataclass(frozen=True)
class GlossUnit:
    """A sign, letter or number in signing order, before it has a duration.

    Attributes:
        text: gloss (`THANK-YOU`), letter (`A`) or number (`7`).
        kind: which of the three.
        span: characters [first, last) of the original text that it comes from.
        token: index of the token that it comes from.
        face: grammatical face, one of `nsa_ros.text.units.FACES`.
    """

    text: str
    kind: Literal["sign", "letter", "number"]
    span: Span
    token: int
    face: str = "neutral"


@dataclass(frozen=True)
class Part:
    """A word or expression of a clause.

    Attributes:
        word: English, lower case; "" for a spelled word or a number.
        role: `verb`, `pronoun`, `wh` … (grammar.yaml), `name`, `number`, `noun` or `comma`.
        units: what is signed for it; none when it is silent.
    """

    word: str
    role: str
    units: tuple[GlossUnit, ...] = ()

    def faced(self, face: str) -> Part:
        """The same part with another face on all of its units."""
        return replace(self, units=tuple(replace(unit, face=face) for unit in self.units))


Clause = list[Part]


def split_clauses(parts: list[Part]) -> list[Clause]:
    """Cut a sentence at commas, behind greetings and interjections, and before conjunctions that begin a clause."""
    clauses: list[Clause] = [[]]
    for place, part in enumerate(parts):
        clause = clauses[-1]
        following = parts[place + 1] if place + 1 < len(parts) else None
        if part.role == COMMA:
            clauses.append([])
            continue
        joins = part.role == "conjunction" and following and following.role in (*_SUBJECTS, "auxiliary", "modal", "wh")
        predicated = any(other.role in ("verb", "adjective", "auxiliary", "modal", "wh") for other in clause)
        addressed = part.role == "name" and len(clause) == 1 and clause[0].role == "greeting"
        if (joins and predicated) or (_is_opening(clause) and not addressed and not _continues(clause, part)):
            clauses.append([])
        clauses[-1].append(part)
    return [clause for clause in clauses if clause]


def _is_opening(clause: Clause) -> bool:
    """Hello; Yes please; Hello Ada."""
    if len(clause) == 2 and clause[0].role == "greeting" and clause[1].role == "name":
        return True
    return bool(clause) and all(part.role in _OPENINGS for part in clause)


def _continues(clause: Clause, part: Part) -> bool:
    """Whether a part belongs to the opening before it: `yes please`, but also `no coffee`."""
    if part.role in _OPENINGS:
        return True
    determines = clause[-1].word == "no" and len(clause) == 1
    return determines and part.role in ("noun", "adjective", "verb", "preposition")


def question_faces(clauses: list[Clause], mark: str) -> list[str]:
    """Face of each clause of a sentence that ends in `mark`: `wh`, `yes_no` or `neutral`."""
    forms = [_form(clause, mark) for clause in clauses]
    if mark != "?":
        return forms
    if all(_is_opening(clause) for clause in clauses):
        return ["yes_no"] * len(clauses)
    asked = next((place for place, form in enumerate(forms) if form != "neutral"), None)
    if asked is None:
        asked = len(clauses) - 1 if clauses[-1][0].word in ("and", "but") else 0
        return [
            "neutral" if place < asked or _is_opening(clause) else "wh" if _has_wh(clause) else "yes_no"
            for place, clause in enumerate(clauses)
        ]
    for place in range(asked + 1, len(forms)):
        if forms[place] == "neutral" and not _is_opening(clauses[place]):
            forms[place] = forms[place - 1] if forms[place - 1] != "neutral" else forms[asked]
    return forms


def _has_wh(clause: Clause) -> bool:
    return any(part.role == "wh" for part in clause)


def _form(clause: Clause, mark: str) -> str:
    """Whether a clause has the form of a question, with or without its mark."""
    skipped = ("conjunction", "preposition", "time", *_OPENINGS)
    parts = [part for part in clause if part.role not in skipped]
    if not parts:
        return "neutral"
    first, second = parts[0], parts[1] if len(parts) > 1 else None
    third = parts[2] if len(parts) > 2 else None
    if first.role == "wh":
        inverted = second is None or second.role in ("auxiliary", "modal") or " " in first.word
        before = next((part for part in parts[1:4] if part.role in (*_SUBJECTS[:2], "auxiliary", "modal")), first)
        counted = before.role in ("auxiliary", "modal")
        who = first.word == "who" and second is not None and second.role == "verb"
        return "wh" if mark == "?" or inverted or counted or who else "neutral"
    if first.role in ("auxiliary", "modal") and second is not None:
        if mark != "?" and (clause[0].role == "time" or (first.word == "do" and second.role == "negation")):
            return "neutral"
        subject = third if second.role == "negation" and third else second
        determined = subject.role == "determiner" and not first.word.startswith(("do", "ha"))
        return "yes_no" if subject.role in _SUBJECTS or determined else "neutral"
    return "neutral"


def sign_order(clause: Clause, face: str) -> Clause:
    """The parts of a clause in signing order, with their faces; silent parts are left out."""
    clause = _place_first(clause)
    voiced = _time_first([part for part in clause if part.units])
    if face != "neutral":
        voiced = _uninverted(voiced)
    voiced = _negated(voiced)
    if face == "wh":
        voiced = _wh_last(voiced)
    if face != "neutral":
        return [part.faced(face) for part in voiced]
    return [part.faced("affirmation") if part.word in ("yes", "yeah", "yep", "of course") else part for part in voiced]


def _place_first(clause: Clause) -> Clause:
    """`There is coffee at home`: the place, then what is there."""
    words = [part.word for part in clause]
    if words[:1] == ["there"] and words[1:2] and words[1] in ("is", "are"):
        place = next((at for at, word in enumerate(words) if word in ("at", "in", "on")), None)
        if place:
            return [*clause[place:], *clause[2:place]]
        return clause[2:] or clause
    return clause


def _uninverted(parts: Clause) -> Clause:
    """`Can you help`, `Have you coffee`: the subject, then the verb before it."""
    for place, part in enumerate(parts[:-1]):
        if part.role in ("modal", "auxiliary") and (
            place == 0 or parts[place - 1].role in ("wh", "time", "conjunction")
        ):
            first = place + 2 if parts[place + 1].role == "negation" else place + 1
            length = 2 if parts[first : first + 1] and parts[first].role == "possessive" else 1
            subject, end = parts[first : first + length], first + length
            return [*parts[:place], *subject, part, *parts[place + 1 : first], *parts[end:]]
    return parts


def _negated(parts: Clause) -> Clause:
    """NOT behind the modal or the predicate; the head shakes from there on, up to a clause within the clause."""
    parts = [part.faced("negation") if part.word in ("no", "nope") else part for part in parts]
    place = next((at for at, part in enumerate(parts) if part.role == "negation"), None)
    if place is None:
        return parts
    negation, rest = parts[place], [*parts[:place], *parts[place + 1 :]]
    if place and parts[place - 1].role == "modal":
        first, rest = place - 1, parts
    else:
        first = next((at for at in range(place, len(rest)) if _is_predicate(rest, at)), len(rest) - 1)
        end = max(first + 1, 0)
        rest = [*rest[:end], negation, *rest[end:]]
        first = max(min(first, place), 0)
    inner = [at for at, part in enumerate(rest) if at > first and part.role in ("wh", "conjunction")]
    last = min(inner, default=len(rest))
    return [part.faced("negation") if first <= at < last else part for at, part in enumerate(rest)]


def _is_predicate(parts: Clause, at: int) -> bool:
    role = parts[at].role
    if role == "adjective":
        return at + 1 == len(parts) or parts[at + 1].role not in ("noun", "verb", "adjective")
    return role in ("verb", "noun", "name", "wh") or (role in ("pronoun", "possessive") and at + 1 == len(parts))


def _wh_last(parts: Clause) -> Clause:
    """The question word to the end of its clause: `your name what`, `food what`, `how old`."""
    place = next((at for at, part in enumerate(parts) if part.role == "wh"), None)
    if place is None:
        return parts
    question, after = [parts[place]], parts[place + 1 : place + 2]
    rest = [*parts[:place], *parts[place + 1 :]]
    if question[0].word == "how" and after and after[0].role == "adjective":
        question, rest = [*question, *after], [part for part in rest if part is not after[0]]
    return [*rest, *question]


def _time_first(parts: Clause) -> Clause:
    """One expression of time moves to the front of its clause."""
    places = [at for at, part in enumerate(parts) if part.role == "time"]
    if not places or places[-1] - places[0] + 1 != len(places):
        return parts
    begin = 1 if parts[0].role == "conjunction" and places[0] > 0 else 0
    moved = parts[places[0] : places[-1] + 1]
    return [*parts[:begin], *moved, *parts[begin : places[0]], *parts[places[-1] + 1 :]]
