"""English to signs: a transparent rule grammar for the corpus and the reference signer (docs/text.md)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nsa_ros.errors import NsaError
from nsa_ros.phonology.clauses import COMMA, GlossUnit, Part, question_faces, sign_order, split_clauses
from nsa_ros.phonology.lexicon import lexicon, numbers
from nsa_ros.text.tokenizer import Token, Tokenized

_RULES = Path(__file__).parent / "data" / "grammar.yaml"


@dataclass(frozen=True)
class _Phrase:
    """An expression of several words: (gloss or English word, index of the word it comes from), and a role for all."""

    signs: tuple[tuple[str, int], ...]
    role: str


class Grammar:
    """Puts tokens in signing order.

    Attributes:
        words: English words and expressions that have a sign.
        silent: English words that have none and are left out.
        phrases: expressions that are signed otherwise than word by word.
    """

    def __init__(
        self, glosses: Mapping[str, Iterable[str]], numerals: Container[str], rules: Mapping[str, Any]
    ) -> None:
        """Make a grammar for a lexicon.

        Args:
            glosses: English words and expressions of each gloss; the first gloss that lists a word has it.
            numerals: numbers with a sign of their own; others are signed digit by digit.
            rules: as in data/grammar.yaml.

        Raises:
            NsaError: a phrase of the rules names a word that is not in it.
        """
        self._numerals = numerals
        signs: dict[str, str] = {}
        for gloss, words in glosses.items():
            for word in words:
                signs.setdefault(word.lower(), gloss)
        for word, gloss in rules["synonyms"].items():
            if gloss in glosses:
                signs.setdefault(word, gloss)
        roles = _roles(rules["roles"], signs)
        irregular = rules["irregular"]
        past: set[str] = set()
        for word, gloss in list(signs.items()):
            role = roles.get(word) or roles.get(gloss, "noun")
            listed = role == "noun" or word in rules["roles"]["verb"]
            forms = _inflections(word, role, irregular) if listed else []
            past.update(forms[2:] if role == "verb" else ())
            for form in forms:
                signs.setdefault(form, gloss)
        self._past = frozenset(past)
        silent = {*rules["silent"], *(word for word in rules["quiet"] if word not in signs)}
        self._signs = {word: gloss for word, gloss in signs.items() if word not in silent}
        self.words = frozenset(self._signs)
        self.silent = frozenset(silent)
        self._roles = _roles(rules["roles"], self._signs)
        known = self.words | self.silent
        read = [_read_phrase(words, value, known) for words, value in rules["phrases"].items()]
        self.phrases = {
            words: phrase
            for words, phrase in read
            if known.issuperset(words) and all(sign in glosses or sign in known for sign, _ in phrase.signs)
        }
        self._longest = max((len(words) for words in self.phrases), default=1)

    def translate(self, tokenized: Tokenized) -> list[GlossUnit]:
        """What is signed for a text, in signing order.

        Every token that is not silent gives at least one unit; the unit's `token` is the index of the token it comes
        from. A word without a sign is spelled from its token.
        """
        units: list[GlossUnit] = []
        for first, last in _sentences(tokenized.tokens):
            clauses = split_clauses(self._parts(tokenized.tokens, first, last))
            mark = tokenized.tokens[last - 1].text
            for clause, face in zip(clauses, question_faces(clauses, mark), strict=True):
                units += [unit for part in sign_order(clause, face) for unit in part.units]
        return units

    def _parts(self, tokens: Sequence[Token], first: int, last: int) -> list[Part]:
        parts: list[Part] = []
        place = first
        while place < last:
            token = tokens[place]
            end = place + 1
            if token.kind == "punctuation":
                parts += [Part(token.text, COMMA)] if token.text == "," else []
            elif token.kind == "word":
                end = place + self._phrase_length(tokens[place:last])
                perfect = token.text in ("have", "has", "had") and self._participle(tokens[end : end + 2])
                parts += [Part(token.text, "auxiliary")] if perfect else self._word(tokens, place, end)
            else:
                while end < last and not tokens[end].opens:
                    end += 1
                parts.append(self._spelled(tokens, place, end))
            place = end
        return parts

    def _participle(self, tokens: Sequence[Token]) -> bool:
        """Whether a past form stands among the tokens after `have`: then it is no verb of its own."""
        return any(token.text in self._past for token in tokens)

    def _phrase_length(self, tokens: Sequence[Token]) -> int:
        """Number of tokens of the longest phrase at the front; 1 when there is none."""
        texts = tuple(token.text for token in tokens[: self._longest])
        return next((size for size in range(len(texts), 1, -1) if texts[:size] in self.phrases), 1)

    def _word(self, tokens: Sequence[Token], first: int, last: int) -> list[Part]:
        if last - first == 1:
            return [self._part(tokens[first].text, tokens[first], first)]
        words = tuple(token.text for token in tokens[first:last])
        phrase = self.phrases[words]
        whole = (tokens[first].span[0], tokens[last - 1].span[1])
        parts = []
        for sign, at in phrase.signs:
            token = tokens[first + at]
            if sign in self._signs or sign in self.silent:
                parts.append(self._part(sign, token, first + at))
            else:
                span = whole if len(phrase.signs) == 1 else token.span
                unit = GlossUnit(sign, "sign", span, first + at)
                parts.append(Part(token.text, self._roles.get(sign, "noun"), (unit,)))
        if phrase.role:
            return [Part(" ".join(words), phrase.role, tuple(unit for part in parts for unit in part.units))]
        return parts

    def _part(self, word: str, token: Token, place: int) -> Part:
        gloss = self._signs.get(word, "")
        role = self._roles.get(word) or self._roles.get(gloss, "noun")
        if gloss:
            return Part(word, role, (GlossUnit(gloss, "sign", token.span, place),))
        if word in self.silent:
            return Part(word, role)
        letters = [letter.upper() for letter in word if letter.isalpha()]
        return Part(word, role, tuple(GlossUnit(letter, "letter", token.span, place) for letter in letters))

    def _spelled(self, tokens: Sequence[Token], first: int, last: int) -> Part:
        """A name letter by letter; a number as one sign if there is one, else digit by digit."""
        units: list[GlossUnit] = []
        place = first
        while place < last:
            token, end = tokens[place], place + 1
            if token.kind == "digit":
                while end < last and tokens[end].kind == "digit":
                    end += 1
                figures = "".join(digit.text[1] for digit in tokens[place:end])
                if figures in self._numerals:
                    units.append(GlossUnit(figures, "number", (token.span[0], tokens[end - 1].span[1]), place))
                else:
                    units += [
                        GlossUnit(digit.text[1], "number", digit.span, place + at)
                        for at, digit in enumerate(tokens[place:end])
                    ]
            else:
                units.append(GlossUnit(token.text[1].upper(), "letter", token.span, place))
            place = end
        if tokens[first].kind == "digit":
            return Part("", "number", tuple(units))
        word = "".join(token.text[1] for token in tokens[first:last])
        role = self._roles.get(word, "name")
        return Part(word, role if role in ("verb", "adjective") else "name", tuple(units))


def _sentences(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """[first, last) of each sentence, its mark included."""
    ends = [place + 1 for place, token in enumerate(tokens) if token.text in (".", "?", "!")]
    if not ends or ends[-1] < len(tokens):
        ends.append(len(tokens))
    return [(first, last) for first, last in zip([0, *ends], ends, strict=False) if first < last]


def _roles(rules: Mapping[str, Sequence[str]], signs: Mapping[str, str]) -> dict[str, str]:
    """Role of each English word of the rules and of each sign that one of them has."""
    roles: dict[str, str] = {}
    for role, words in rules.items():
        for word in words:
            roles.setdefault(word, role)
            if word in signs:
                roles.setdefault(signs[word], role)
    return roles


def _read_phrase(words: str, value: Any, known: Container[str]) -> tuple[tuple[str, ...], _Phrase]:
    """A phrase of the rules (`YOU WANT@3`, or with a role) by its tokens: expressions that are known are one token."""
    line, role = (value, "") if isinstance(value, str) else (value["signs"], value.get("role", ""))
    english = words.split()
    tokens: list[str] = []
    token_of: list[int] = []
    while len(token_of) < len(english):
        rest = english[len(token_of) :]
        size = next((size for size in range(len(rest), 1, -1) if " ".join(rest[:size]) in known), 1)
        token_of += [len(tokens)] * size
        tokens.append(" ".join(rest[:size]))
    signs = []
    for entry in line.split():
        sign, _, number = entry.partition("@")
        source = int(number) if number else english.index(sign.lower()) + 1 if sign.lower() in english else 1
        if not 1 <= source <= len(english):
            raise NsaError(f"grammar.yaml: phrases: {words!r}: {entry} points at word {source} of {len(english)}")
        signs.append((sign, token_of[source - 1]))
    return tuple(tokens), _Phrase(tuple(signs), role)


def _inflections(word: str, role: str, irregular: Mapping[str, Sequence[str]]) -> list[str]:
    """Regular forms of a verb, the plural of a noun, and what `irregular` gives instead of the past."""
    if role not in ("verb", "noun") or not word.isalpha() or len(word) < 2:
        return []
    sibilant = word.endswith(("s", "sh", "ch", "x", "z", "o"))
    consonant_y = word.endswith("y") and word[-2] not in "aeiou"
    plural = word[:-1] + "ies" if consonant_y else word + ("es" if sibilant else "s")
    if role == "noun":
        return [plural, *irregular.get(word, ())]
    stem = word[:-1] if word.endswith("e") and not word.endswith("ee") else word
    if len(word) < 5 and word[-1] not in "aeiouwxy" and word[-2] in "aeiou" and word[-3:-2] not in "aeiou":
        stem = word + word[-1]
    past = word[:-1] + "ied" if consonant_y else stem + "ed"
    return [plural, stem + "ing", *irregular.get(word, (past,))]


@cache
def default_grammar() -> Grammar:
    """The grammar of the shipped lexicon."""
    glosses = {gloss: sign.english for gloss, sign in lexicon().items()}
    return Grammar(glosses, frozenset(numbers()), read_rules())


@cache
def read_rules() -> Mapping[str, Any]:
    """data/grammar.yaml."""
    rules: Mapping[str, Any] = yaml.safe_load(_RULES.read_text(encoding="utf-8"))
    return rules


def translate(tokenized: Tokenized) -> list[GlossUnit]:
    """What is signed for a text by the shipped lexicon, in signing order (`Grammar.translate`)."""
    return default_grammar().translate(tokenized)
