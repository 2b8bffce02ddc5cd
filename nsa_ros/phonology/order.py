"""The order in which the parts of a clause are signed, and the faces that go with it.

The few rules that docs/text.md lists, after Baker-Shenk and Cokely, "American Sign Language" (1980), and Valli et al.,
"Linguistics of American Sign Language" (2011), from general knowledge of them.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from nsa_ros.phonology.clauses import BE, EXISTS, Clause, Facts, gloss, noun_phrase

_DO = frozenset({"do", "does", "did", "doing"})
_OBJECTS = ("noun", "determiner", "possessive", "time")
_THINGS = frozenset({"it", "this", "that", "something", "anything", "everything", "nothing"})
_BEFORE_TIME = frozenset({"in", "on", "at", "for", "by"})
_WITH_TIME = ("determiner", "number", "adjective", "possessive", "time")


def sign_order(clause: Clause, face: str, facts: Facts) -> Clause:
    """The parts of a clause in signing order, with their faces; silent parts are left out."""
    clause = _place_first(_reread(clause, face, facts))
    voiced = _time_first(clause)
    voiced = [part for part in voiced if part.units]
    if face != "neutral":
        voiced = _uninverted(voiced)
    voiced = _negated(voiced, facts)
    if face == "wh":
        voiced = _wh_last(voiced, facts)
    if face != "neutral":
        return [part.faced(face) for part in voiced]
    return [part.faced("affirmation") if gloss(part) == "YES" else part for part in voiced]


def _reread(clause: Clause, face: str, facts: Facts) -> Clause:
    """Words that mean something else in their place: main verb do, empty it, like, no, yet."""
    parts = list(clause)
    for place, part in enumerate(clause):
        before = clause[place - 1] if place else None
        after = clause[place + 1 :]
        if part.word in _DO and _is_main_verb(clause, place, face) and "ACTIVITY" in facts.glosses:
            parts[place] = replace(part.signed("ACTIVITY"), role="verb")
        elif part.word == "it" and _is_empty(clause, place, facts):
            parts[place] = part.dropped()
        elif part.word == "like" and before and (before.word in BE or gloss(before) in facts.sensing):
            if "SAME" in facts.glosses:
                parts[place] = replace(part.signed("SAME"), role="preposition")
        elif part.word in ("like", "love") and any(other.word == "would" for other in clause[:place]):
            parts[place] = part.signed("WANT") if "WANT" in facts.glosses else part
        elif (
            part.word == "her" and after and after[0].role in ("noun", "adjective", "number") and "HIS" in facts.glosses
        ):
            parts[place] = replace(part.signed("HIS"), role="possessive")
        elif part.word == "no" and before and after and "NONE" in facts.glosses:
            parts[place] = replace(part.signed("NONE"), word="none", role="determiner")
        elif part.role == "negation" and part.word == "not" and after and after[-1].word == "yet":
            parts[place] = replace(after[-1].dropped(), role="adverb")
    if parts and parts[-1].word == "yet" and parts[-1].units:
        at = next((at for at, part in enumerate(clause) if part.word == "not"), None)
        if at is not None:
            parts[-1] = parts[-1].dropped()
            parts[at] = replace(clause[at].signed(gloss(clause[-1])), word="not yet")
            parts = [*parts[:at], *parts[at + 1 :], parts[at]]
    return parts


def _is_main_verb(clause: Clause, place: int, face: str) -> bool:
    """Do the dishes, I did it, doing something; not: do you eat."""
    after = clause[place + 1 :]
    if not after or not (after[0].role in _OBJECTS or after[0].word in _THINGS):
        return False
    if clause[place].word == "doing" or (place and clause[place - 1].word in ("to", "not")):
        return True
    if any(part.role in ("verb", "adjective", "modal") for part in after):
        return False
    if place == 0:
        return face == "neutral"
    return clause[place - 1].role in ("pronoun", "noun", "name", "modal", "adverb", "interjection")


def _is_empty(clause: Clause, place: int, facts: Facts) -> bool:
    """The it of it is raining, it is late, it is five, what time is it, it is good to see you."""
    words = [part.word for part in clause]
    after = [part for part in clause[place + 1 :] if part.units and part.role not in ("adverb", "negation", "modal")]
    beside = words[place + 1 : place + 2] + words[max(place - 1, 0) : place]
    be = any(word in BE for word in beside) or any(word in ("will", "does", "did") for word in beside)
    if not after:
        return words[:1] != ["it"] and any(
            part.role == "wh" and gloss(other) in facts.asked for part, other in pairwise(clause)
        )
    first = after[0]
    if gloss(first) in facts.weather and (be or first.role in ("verb", "noun")):
        return True
    if be and first.role in ("time", "number"):
        return True
    tail = clause[clause.index(first) + 1 :]
    return be and first.role == "adjective" and any(part.word == "to" for part in tail)


def _place_first(clause: Clause) -> Clause:
    """`There is coffee at home`: the place, then HAVE what is there."""
    words = [part.word for part in clause]
    if words[:1] and words[0] in ("there is", "there are", "there was", "there were"):
        place = next((at for at, word in enumerate(words) if word in ("at", "in", "on") and at), None)
        if place and not any(part.role == "time" for part in clause[place:]):
            return [*clause[place:], *clause[:place]]
    return clause


def _uninverted(parts: Clause) -> Clause:
    """`Can you help`, `Have you coffee`: the subject, then the verb before it."""
    for place, part in enumerate(parts[:-1]):
        opens = place == 0 or parts[place - 1].role in ("wh", "time", "conjunction") or parts[0].role == "wh"
        had = place == 0 and part.word in ("have", "has", "had") and parts[1].role == "pronoun"
        if had or (part.role in ("modal", "auxiliary") and opens and part.word not in EXISTS):
            first = place + 2 if parts[place + 1].role == "negation" else place + 1
            end = noun_phrase(parts, first)
            return [*parts[:place], *parts[first:end], part, *parts[place + 1 : first], *parts[end:]]
    return parts


def _negated(parts: Clause, facts: Facts) -> Clause:
    """NOT behind the modal or the predicate; the head shakes from there on, up to a clause within the clause."""
    parts = [part.faced("negation") if gloss(part) == "NO" else part for part in parts]
    place = next((at for at, part in enumerate(parts) if part.word == "not" and part.units), None)
    if place is None:
        first = next((at for at, part in enumerate(parts) if part.word in facts.negative), None)
        return parts if first is None else _shaken(parts, first)
    negation, rest = parts[place], [*parts[:place], *parts[place + 1 :]]
    if place and parts[place - 1].role == "modal":
        return _shaken(parts, place - 1)
    first = next((at for at in range(place, len(rest)) if _is_predicate(rest, at)), len(rest) - 1)
    end = max(first + 1, 0)
    return _shaken([*rest[:end], negation, *rest[end:]], max(min(first, place), 0))


def _shaken(parts: Clause, first: int) -> Clause:
    inner = [at for at, part in enumerate(parts) if at > first and part.role in ("wh", "conjunction")]
    last = min(inner, default=len(parts))
    return [part.faced("negation") if first <= at < last else part for at, part in enumerate(parts)]


def _is_predicate(parts: Clause, at: int) -> bool:
    role = parts[at].role
    if role == "adjective":
        return at + 1 == len(parts) or parts[at + 1].role not in ("noun", "verb", "adjective")
    return role in ("verb", "noun", "name", "wh") or (role in ("pronoun", "possessive") and at + 1 == len(parts))


def _wh_last(parts: Clause, facts: Facts) -> Clause:
    """The question word to the end of its clause: `your name what`, `food what`, `how old`, `your car color what`."""
    place = next((at for at, part in enumerate(parts) if part.role == "wh"), None)
    if place is None:
        return parts
    question, after = [parts[place]], parts[place + 1 : place + 2]
    rest = [*parts[:place], *parts[place + 1 :]]
    if after and question[0].word == "how" and after[0].role in ("adjective", "adverb"):
        question, rest = [*question, *after], [part for part in rest if part is not after[0]]
    elif after and question[0].word in ("what", "which") and gloss(after[0]) in facts.asked:
        question, rest = [*after, *question], [part for part in rest if part is not after[0]]
    return [*rest, *question]


def _time_first(parts: Clause) -> Clause:
    """Expressions of time move to the front of their clause, in their order: next week, every monday, two days ago."""
    begin = next((at for at, part in enumerate(parts) if part.role != "conjunction"), 0)
    moved: Clause = []
    kept: Clause = []
    place = begin
    while place < len(parts):
        end = _time_end(parts, place)
        if end > place:
            group = parts[place:end]
            if kept and kept[-1].word in _BEFORE_TIME:
                kept[-1] = kept[-1].dropped()
            elif (
                kept
                and kept[-1].word in ("until", "since", "before", "after", "during", "once", "twice")
                and kept[-1].units
            ):
                group = [kept.pop(), *group]
            moved += group
            place = end
        else:
            kept.append(parts[place])
            place += 1
    return [*parts[:begin], *moved, *kept]


def _time_end(parts: Clause, place: int) -> int:
    """Where an expression of time that begins at a place ends; the place itself if there is none."""
    at = place
    while at < len(parts) and parts[at].role in _WITH_TIME and parts[at].role != "time":
        at += 1
    before = [part for part in parts[:place] if part.role not in ("determiner", "number", "adjective", "possessive")]
    asked = bool(before) and before[-1].role == "wh"
    described = at > place and parts[place].role == "adjective" and parts[place].word not in ("next", "last")
    if asked or described or at >= len(parts) or parts[at].role != "time":
        return place
    while at < len(parts) and (
        parts[at].role == "time" or (parts[at].role == "number" and parts[at - 1].role == "time")
    ):
        at += 1
    return place if at < len(parts) and parts[at].word == "old" else at
