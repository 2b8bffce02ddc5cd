"""English clauses: what a sentence is made of, where it is cut, and which part of it asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from nsa_ros.text.characters import Span
from nsa_ros.text.units import Unit

COMMA = "comma"
OPENINGS = ("greeting", "interjection")
SUBJECTS = ("pronoun", "possessive", "name")
BE = frozenset({"am", "is", "are", "was", "were", "be", "been", "being"})
EXISTS = frozenset({"is there", "are there", "was there", "were there"})


@dataclass(frozen=True)
class GlossUnit:
    """A sign, letter or number in signing order, before it has a duration.

    Attributes:
        text: gloss (`THANK-YOU`), letter (`A`) or number (`7`).
        kind: which of the three.
        span: characters [first, last) of the original text that it comes from.
        token: index of the token that it comes from.
        face: grammatical face, one of `nsa_ros.text.units.FACES`.
        closes: whether it is the last of a sentence that another one follows.
    """

    text: str
    kind: Literal["sign", "letter", "number"]
    span: Span
    token: int
    face: str = "neutral"
    closes: bool = False

    def unit(self) -> Unit:
        """Without its token, and with no duration yet."""
        return Unit(self.text, self.kind, self.span, 0, self.face, self.closes)


@dataclass(frozen=True)
class Part:
    """A word or expression of a clause.

    Attributes:
        word: English, lower case; "" for a spelled word or a number.
        role: `verb`, `pronoun`, `wh` … (grammar.yaml), `name`, `number`, `noun` or `comma`.
        units: what is signed for it; none when it is silent.
        source: of a silent word: its token and characters, for a rule that signs it after all.
    """

    word: str
    role: str
    units: tuple[GlossUnit, ...] = ()
    source: tuple[int, Span] | None = None

    def faced(self, face: str) -> Part:
        """The same part with another face on all of its units."""
        return replace(self, units=tuple(replace(unit, face=face) for unit in self.units))

    def signed(self, gloss: str) -> Part:
        """The same part with another sign, which comes from the same token."""
        if self.units:
            return replace(self, units=(replace(self.units[0], text=gloss, kind="sign"),))
        if self.source is None:
            return self
        place, span = self.source
        return replace(self, units=(GlossUnit(gloss, "sign", span, place),))

    def dropped(self) -> Part:
        """The same part, not signed."""
        return replace(self, units=())


Clause = list[Part]


@dataclass(frozen=True)
class Facts:
    """What the rules know of single words (grammar.yaml), by their glosses where there is one.

    Attributes:
        glosses: all that there are.
        negative: words that negate and stay in place.
        weather: glosses of what an empty `it` does or is.
        asked: glosses that stay with `what`.
        whether: words behind which `if` asks.
        sensing: glosses of verbs behind which `like` compares.
    """

    glosses: frozenset[str]
    negative: frozenset[str]
    weather: frozenset[str]
    asked: frozenset[str]
    whether: frozenset[str]
    sensing: frozenset[str]

    @classmethod
    def of(cls, rules: Mapping[str, Any], signs: Mapping[str, str]) -> Facts:
        """The facts of data/grammar.yaml with the glosses of the words."""
        sets = {name: frozenset(rules[name]) for name in ("negative", "whether")}
        named = {
            name: frozenset(signs.get(word, word) for word in rules[name]) for name in ("weather", "asked", "sensing")
        }
        return cls(frozenset(signs.values()), **sets, **named)


def gloss(part: Part) -> str:
    """The sign of a part; its word if it has none."""
    return part.units[0].text if len(part.units) == 1 and part.units[0].kind == "sign" else part.word


def noun_phrase(parts: Clause, first: int) -> int:
    """Where the noun phrase that begins at a place ends: `my old friends and I`. `first` if there is none."""
    place = first
    while place < len(parts):
        role = parts[place].role
        if role in ("possessive", "determiner", "adjective", "number", "preposition"):
            place += 1
            if role == "possessive" and parts[place - 1].word in ("mine", "yours", "hers", "ours", "theirs"):
                return place
            continue
        if role not in ("pronoun", "name", "noun", "time"):
            break
        place += 1
        compound = place < len(parts) and role in ("noun", "name", "time") and parts[place].role in ("noun", "name")
        joined = place + 1 < len(parts) and parts[place].word == "and"
        if (parts[place : place + 1] and parts[place].word == "'s") or joined:
            place += 1
        elif not compound:
            return place
    return place


def split_clauses(parts: list[Part], facts: Facts) -> list[Clause]:
    """Cut a sentence at commas, behind greetings and interjections, and before conjunctions that begin a clause.

    A clause with `if` goes before the clause that it is a condition of.
    """
    clauses: list[Clause] = [[]]
    for place, part in enumerate(parts):
        clause = clauses[-1]
        if part.role == COMMA:
            clauses.append([])
            continue
        joins = part.role == "conjunction" and _begins_clause(parts, place + 1)
        predicated = any(other.role in ("verb", "adjective", "auxiliary", "modal", "wh") for other in clause)
        addressed = part.role == "name" and len(clause) == 1 and clause[0].role == "greeting"
        if (joins and predicated) or (is_opening(clause) and not addressed and not _continues(clause, part)):
            clauses.append([])
        clauses[-1].append(part)
    return _conditions_first([clause for clause in clauses if clause], facts)


def _begins_clause(parts: list[Part], first: int) -> bool:
    """Whether a subject and a predicate follow, or a question, or a command with please."""
    following = parts[first] if first < len(parts) else None
    if following is None:
        return False
    if following.role in ("auxiliary", "modal", "wh"):
        return True
    end = noun_phrase(parts, first)
    while end < len(parts) and parts[end].role == "adverb":
        end += 1
    return first < end < len(parts) and parts[end].role in ("verb", "auxiliary", "modal", "negation")


def _conditions_first(clauses: list[Clause], facts: Facts) -> list[Clause]:
    place = next((at for at, clause in enumerate(clauses) if at and clause[0].word == "if"), None)
    if place is None or clauses[place - 1][-1].word in facts.whether:
        return clauses
    before = next(at for at, clause in enumerate(clauses) if not is_opening(clause))
    return [*clauses[:before], clauses[place], *clauses[before:place], *clauses[place + 1 :]]


def is_opening(clause: Clause) -> bool:
    """Hello; Yes please; Hello Ada."""
    if len(clause) == 2 and clause[0].role == "greeting" and clause[1].role == "name":
        return True
    return bool(clause) and all(part.role in OPENINGS for part in clause)


def _continues(clause: Clause, part: Part) -> bool:
    """Whether a part belongs to the opening before it: `yes please`, but also `no coffee`, `thank you for`."""
    if part.role in OPENINGS:
        return True
    if clause[-1].role == "greeting" and part.word in ("for", "to"):
        return True
    determines = clause[-1].word == "no" and len(clause) == 1
    return determines and part.role in ("noun", "adjective", "verb", "preposition", "time")


def question_faces(clauses: list[Clause], mark: str) -> list[str]:
    """Face of each clause of a sentence that ends in `mark`: `wh`, `yes_no` (also of a condition) or `neutral`."""
    forms = [_form(clause, mark) for clause in clauses]
    condition = next((at for at, clause in enumerate(clauses[:-1]) if clause[0].word == "if"), None)
    if mark == "?":
        forms = _asking(clauses, forms, condition)
    if condition is not None:
        forms[condition] = "yes_no"
    return forms


def _asking(clauses: list[Clause], forms: list[str], condition: int | None) -> list[str]:
    if all(is_opening(clause) for clause in clauses):
        return ["yes_no"] * len(clauses)
    asked = next((place for place, form in enumerate(forms) if form != "neutral"), None)
    if asked is None:
        asked = len(clauses) - 1 if clauses[-1][0].word in ("and", "but") or condition is not None else 0
        return [
            "neutral" if place < asked or is_opening(clause) else "wh" if _has_wh(clause) else "yes_no"
            for place, clause in enumerate(clauses)
        ]
    for place in range(asked + 1, len(forms)):
        if forms[place] == "neutral" and not is_opening(clauses[place]):
            forms[place] = forms[place - 1] if forms[place - 1] != "neutral" else forms[asked]
    return forms


def _has_wh(clause: Clause) -> bool:
    return any(part.role == "wh" for part in clause)


def _form(clause: Clause, mark: str) -> str:
    """Whether a clause has the form of a question, with or without its mark."""
    skipped = ("conjunction", "preposition", "time", *OPENINGS)
    parts = [part for part in clause if part.role not in skipped]
    if not parts:
        return "neutral"
    first, second = parts[0], parts[1] if len(parts) > 1 else None
    third = parts[2] if len(parts) > 2 else None
    if first.role == "wh":
        inverted = second is None or second.role in ("auxiliary", "modal") or " " in first.word
        before = next((part for part in parts[1:4] if part.role in (*SUBJECTS[:2], "auxiliary", "modal")), first)
        counted = before.role in ("auxiliary", "modal")
        who = first.word == "who" and second is not None and second.role == "verb"
        return "wh" if mark == "?" or inverted or counted or who else "neutral"
    if first.word in EXISTS and clause[0] is first:
        return "yes_no"
    if first.role in ("auxiliary", "modal") and second is not None:
        timed = any(part.role == "time" for part in clause[: clause.index(first)])
        if mark != "?" and (timed or (first.word == "do" and second.role == "negation")):
            return "neutral"
        subject = third if second.role == "negation" and third else second
        determined = subject.role == "determiner" and not first.word.startswith(("do", "ha", "let"))
        return "yes_no" if (subject.role in SUBJECTS or determined) and first.word != "let" else "neutral"
    return "neutral"
