"""Which words are names or acronyms although the vocabulary has a sign for them."""

from __future__ import annotations

from nsa_ros.text.expansions import TITLES
from nsa_ros.text.normalize import Piece

_GIVEN = """
    amber angel april art ash autumn basil bear bill brandy brook brooke buck carol cash chance charity chase
    chuck clay cliff crystal daisy dale dawn dean destiny drew duke earl eve faith flora frank gene ginger glen grace
    grant guy harmony hazel heath heather holly hope hunter iris ivy jack jade jasmine jay jean jewel joy june justice
    lance laurel liberty lily lucky mark mason max may melody mercy mike miles miller misty nova olive opal page pat
    patience pearl penny pierce poppy prince rain raven ray reed rich rob robin rocky rod roman rose rowan ruby rusty
    sage sandy scarlet sierra skip sky smith sonny star stone summer sunny sue taylor terry tom trinity trip tucker
    victor viola violet wade walker ward warren wayne will willow winter wolf woody wren
"""
AMBIGUOUS = frozenset(_GIVEN.split())
"""English words that are also given names or surnames."""

ACRONYMS = frozenset({"US", "IT", "WHO", "AM", "PM"})
"""Words whose capitals mean an acronym when the rest of the text is not in capitals."""

_AUXILIARIES = frozenset({"will", "may", "can", "might"})
_VERBS = "is was has does wants needs likes loves knows thinks says said works lives and 's"
_AFTER_A_NAME = frozenset(_VERBS.split())
_CUES = (("name", "is"), ("name", "'s"), ("am", "called"), ("is", "called"), ("call", "me"), ("named",))
_NO_NAME = frozenset(
    ["i", "not", "also", "on", "in", "the", "a", "an", "my", "your", "what", "still", "here", "so", "really", "now"]
)


def name_places(pieces: list[Piece]) -> set[int]:
    """Indices of the words that are names or acronyms by their surroundings (the rules: docs/text.md)."""
    words = [piece for piece in pieces if piece.kind == "word" and piece.text.isalpha() and not _is_written_out(piece)]
    shouted = bool(words) and all(piece.case == "upper" or len(piece.text) == 1 for piece in words)
    headline = len(words) > 3 and all(piece.case != "lower" for piece in words)
    telling = not shouted and not headline
    found: set[int] = set()
    for place, piece in enumerate(pieces):
        if piece.kind == "word" and _is_name(pieces, place, telling, place - 1 in found):
            found.add(place)
    return found


def _is_written_out(piece: Piece) -> bool:
    """Whether a word stands for a short form (`'s`): its letter case says nothing."""
    return len(piece.text) > 1 and len(set(piece.spans)) == 1


def _is_name(pieces: list[Piece], place: int, telling: bool, after_name: bool) -> bool:
    """Whether the word at `place` is spelled; `telling`: capitals say something in this text."""
    piece = pieces[place]
    before = [other.text for other in pieces[max(0, place - 2) : place]]
    capital = telling and piece.case != "lower"
    opening = not before or before[-1] in (".", "?", "!")
    if len(piece.text) == 1:
        beside = [other.text for other in (*pieces[max(0, place - 1) : place], *pieces[place + 1 : place + 2])]
        row = any(len(other) == 1 and other.isalpha() and other not in ("a", "i") for other in beside)
        return row or before[-1:] == ["letter"] or (piece.text == "a" and capital and not opening)
    if piece.text.upper() in ACRONYMS and capital and piece.case == "upper":
        return True
    if piece.text in _NO_NAME:
        return False
    if _after_cue(before):
        return capital or piece.text in AMBIGUOUS
    if capital and (after_name or (before[-1:] and before[-1] in TITLES)):
        return True
    return piece.text in AMBIGUOUS and capital and (not opening or _opens_as_name(pieces, place))


def _after_cue(before: list[str]) -> bool:
    return any(tuple(before[-len(cue) :]) == cue for cue in _CUES)


def _opens_as_name(pieces: list[Piece], place: int) -> bool:
    """`Will is here`, `Rose Miller`: a name; `Will you come`, `May Ada come`: not."""
    if place + 1 == len(pieces):
        return False
    after = pieces[place + 1]
    if after.text in _AFTER_A_NAME:
        return True
    surname = after.kind == "word" and after.case == "title" and after.text != "i"
    return surname and pieces[place].text not in _AUXILIARIES
