"""Number words as digits: `forty-two` -> 42."""

from __future__ import annotations

_TO_NINETEEN = (
    "zero one two three four five six seven eight nine "
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TO_NINETY = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: value for value, word in enumerate(_TO_NINETEEN.split())}
_ONES = {word: value for word, value in _SMALL.items() if value < 10}
_TEENS = {word: value for word, value in _SMALL.items() if value >= 10}
_TENS = {word: 10 * value for value, word in enumerate(_TO_NINETY.split(), start=2)}

NUMBER_WORDS = frozenset({*_ONES, *_TEENS, *_TENS, "hundred", "thousand"})
"""Every word that is part of a written-out number."""


_TO_TENTH = "first second third fourth fifth sixth seventh eighth ninth tenth"
ORDINALS = dict(enumerate(_TO_TENTH.split(), start=1))
"""The ordinals that are read as words when they are written in figures: 1st is first."""


def read_number(words: list[str]) -> tuple[int, int]:
    """Read one cardinal number below a million from the front of lower-case words.

    Returns (value, how many words it takes), (0, 0) when the first word is no number word. Two numbers side by side
    stay two: `five five` reads as 5 and one word. `and` joins only behind hundred and thousand.
    """
    total, group, used = 0, 0, 0
    room = 1000
    place = 0
    while place < len(words):
        word = words[place]
        joined = word == "and" and used and words[place - 1] in ("hundred", "thousand")
        if joined and place + 1 < len(words) and words[place + 1] in (_ONES | _TEENS | _TENS):
            place += 1
            continue
        if word in _ONES and room > 1 and (_ONES[word] or not used):
            group, room = group + _ONES[word], 1
        elif word in _TEENS and room > 10:
            group, room = group + _TEENS[word], 1
        elif word in _TENS and room > 10:
            group, room = group + _TENS[word], 10
        elif word == "hundred" and room <= 10 and 0 < group < 10:
            group, room = group * 100, 100
        elif word == "thousand" and not total and 0 < group < 1000:
            total, group, room = group * 1000, 0, 1000
        elif word in ("hundred", "thousand") and not used:
            group, total, room = (100, 0, 100) if word == "hundred" else (0, 1000, 1000)
        else:
            break
        place += 1
        used = place
    return total + group, used
