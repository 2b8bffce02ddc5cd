"""Spelled words in units and in text, as marks that a translator can copy.

The first run of letters is mark 0, and so on. A translator need not learn to spell: the letters of a run are put where
its mark stands.
"""

from __future__ import annotations

from collections.abc import Sequence

from nsa_ros.text.tokenizer import PUNCTUATION

Named = tuple[str, str]
"""Kind and name of a unit."""

MARKS = 12
"""Runs that are told apart."""


def runs_of_units(units: Sequence[Named]) -> list[tuple[int, int]]:
    """First and last+1 place of each run of letter units."""
    runs: list[tuple[int, int]] = []
    for place, (kind, _) in enumerate(units):
        if kind != "letter":
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def marked_source(units: Sequence[Named], ids: dict[Named, int], mark: int) -> list[int]:
    """Ids of units, before each run of letters its mark.

    Args:
        units: in signing order.
        ids: of units.
        mark: id of the first mark.
    """
    starts = {first: n for n, (first, _) in enumerate(runs_of_units(units))}
    row = []
    for place, unit in enumerate(units):
        if place in starts and starts[place] < MARKS:
            row.append(mark + starts[place])
        row.append(ids[unit])
    return row


def marked_target(tokens: Sequence[str], units: Sequence[Named], ids: dict[str, int], mark: int) -> list[int]:
    """Ids of tokens, with the mark of a run of letters for what it spells: a word, or several that no unit tells apart.

    Args:
        tokens: of the text, such as `hello`, `#a`, `-d`, `.`.
        units: their signing.
        ids: of tokens.
        mark: id of the first mark.
    """
    free = {n: "".join(text for _, text in units[a:b]).lower() for n, (a, b) in enumerate(runs_of_units(units))}
    row: list[int] = []
    place = 0
    while place < len(tokens):
        end = place
        while end < len(tokens) and tokens[end][0] in "#-" and len(tokens[end]) == 2 and tokens[end][1].isalpha():
            end += 1
        spelled = "".join(token[1] for token in tokens[place:end])
        found = next((n for n, text in free.items() if text == spelled and n < MARKS), None) if spelled else None
        if found is not None:
            row.append(mark + found)
            del free[found]
            place = end
        else:
            row += [ids[token] for token in tokens[place : max(end, place + 1)]]
            place = max(end, place + 1)
    return row


def written(tokens: Sequence[str]) -> str:
    """English from tokens; a token `=ada` is a word that was spelled.

    Spelled words get a capital letter, marks stand at the word before, numbers and letters that go on (`-d`) likewise.
    """
    text = ""
    for token in tokens:
        if token in PUNCTUATION or token.startswith("'"):
            text += token
        elif token.startswith("-") and len(token) == 2:
            text += token[1]
        else:
            word = token[1:] if token[0] in "#=" and len(token) > 1 else token
            text += (" " if text else "") + (word.capitalize() if token[0] in "#=" else word)
    return text
