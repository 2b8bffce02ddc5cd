"""The lexicon: signs written as handshape, orientation, location, movement and non-manuals (`lexicon/*.yaml`)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from nsa_ros.phonology.entry import LexiconError, parse_sign
from nsa_ros.phonology.sign import Sign

_FOLDER = Path(__file__).parent / "lexicon"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The lexicon is large; the parser in C reads it ten times faster where PyYAML has it."""

SPELLED = "fs-"
"""Before a letter in a compound: the letter of the manual alphabet."""


def read_lexicon(path: Path) -> dict[str, Sign]:
    """The signs of one YAML file by gloss.

    Raises:
        LexiconError: not YAML, a gloss twice, or a mistake in an entry.
    """
    try:
        loader = _LOADER(path.read_text(encoding="utf-8"))
        tree = loader.get_single_node()
        keys = [key.value for key, _ in tree.value] if isinstance(tree, yaml.MappingNode) else []
        entries = loader.construct_document(tree) if tree else None
    except yaml.YAMLError as error:
        raise LexiconError(f"{path.name}: not readable as YAML: {error}") from error
    if not isinstance(entries, Mapping):
        raise LexiconError(f"{path.name}: expected glosses with their entries, found {type(entries).__name__}")
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise LexiconError(f"{path.name}: {twice[0]}: given twice")
    return {gloss: parse_sign(gloss, entry, path.name) for gloss, entry in zip(keys, entries.values(), strict=True)}


@cache
def lexicon() -> dict[str, Sign]:
    """All signs that are not letters or numbers, by gloss, of every file of `lexicon/` but letters and numbers."""
    signs: dict[str, Sign] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        if path.stem in ("letters", "numbers"):
            continue
        for gloss, sign in read_lexicon(path).items():
            if gloss in signs:
                raise LexiconError(f"{path.name}: {gloss}: already given by {signs[gloss].origin}")
            signs[gloss] = sign
    for sign in signs.values():
        if wrong := part_mistakes(sign, signs):
            raise LexiconError(wrong[0])
    return signs


def part_mistakes(sign: Sign, signs: Mapping[str, Sign]) -> list[str]:
    """What is wrong with the parts of a compound, a message each.

    Args:
        sign: of the lexicon.
        signs: that it may be made of, besides letters and numbers.
    """
    wrong = []
    for part in sign.parts:
        if part not in signs and part not in numbers() and part.removeprefix(SPELLED) not in letters():
            wrong.append(f"{sign.origin}: compound: no sign {part!r}; write a letter {SPELLED}A")
        if part in signs and signs[part].parts:
            wrong.append(f"{sign.origin}: compound: {part} is a compound itself; give its parts")
    return wrong


@cache
def letters() -> dict[str, Sign]:
    """The manual alphabet, `A` to `Z`."""
    return read_lexicon(_FOLDER / "letters.yaml")


@cache
def numbers() -> dict[str, Sign]:
    """The number signs, `0` to `100`."""
    return read_lexicon(_FOLDER / "numbers.yaml")


def find_sign(kind: str, text: str) -> Sign:
    """The sign of a unit.

    Args:
        kind: `sign`, `letter` or `number`.
        text: gloss, letter or number.

    Raises:
        LexiconError: the lexicon has none.
    """
    table = {"sign": lexicon, "letter": letters, "number": numbers}
    if kind not in table:
        raise LexiconError(f"unknown kind of unit {kind!r}. Kinds: {', '.join(table)}")
    signs = table[kind]()
    if text not in signs:
        near = difflib.get_close_matches(text.upper(), signs, n=5, cutoff=0.5)
        like = f"Nearest: {', '.join(near)}. " if near else ""
        raise LexiconError(f"the lexicon has no {kind} {text!r}. {like}`nsa vocabulary` lists all {len(signs)}")
    return signs[text]


def simple_signs(sign: Sign) -> tuple[Sign, ...]:
    """The signs that are made one after another for an entry: its parts if it is a compound, else itself."""
    return tuple(_part(name) for name in sign.parts) or (sign,)


def _part(name: str) -> Sign:
    if name.startswith(SPELLED):
        return letters()[name.removeprefix(SPELLED)]
    return lexicon().get(name) or numbers()[name]
