"""English to signs: a transparent rule grammar for the corpus and the reference signer (docs/text.md)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nsa_ros.errors import NsaError
from nsa_ros.phonology.clauses import COMMA, Facts, GlossUnit, Part, question_faces, split_clauses
from nsa_ros.phonology.lexicon import lexicon, numbers
from nsa_ros.phonology.order import sign_order
from nsa_ros.phonology.words import Words, read_words
from nsa_ros.text.tokenizer import Token, Tokenized

_RULES = Path(__file__).parent / "data" / "grammar.yaml"
_HAVE = ("have", "has", "had")
_CONTINUED = ("been", "already", "finished", "never", "not", "just", "done")
"""Between `have` and its participle these leave FINISH out."""


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
        signs: gloss of each of `words`.
        roles: of each of `words` and some others: `verb`, `noun` … (`sign.WORD_CLASSES`), `auxiliary`.
        phrases: expressions that are signed otherwise than word by word.
    """

    def __init__(
        self,
        glosses: Mapping[str, Iterable[str]],
        classes: Mapping[str, str],
        numerals: Container[str],
        rules: Mapping[str, Any],
    ) -> None:
        """Make a grammar for a lexicon.

        Args:
            glosses: English words and expressions of each gloss.
            classes: of each gloss, one of `sign.WORD_CLASSES`.
            numerals: numbers with a sign of their own; others are signed digit by digit.
            rules: as in data/grammar.yaml.

        Raises:
            NsaError: a phrase of the rules names a word that is not in it, or two glosses list the same word.
        """
        self._numerals = numerals
        self._words: Words = read_words(glosses, classes, rules)
        self.signs, self.roles, self.silent = self._words.signs, self._words.roles, self._words.silent
        self.words = frozenset(self.signs)
        self._classes = classes
        self._facts = Facts.of(rules, self.signs)
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
            if units:
                units[-1] = replace(units[-1], closes=True)
            clauses = split_clauses(self._parts(tokenized.tokens, first, last), self._facts)
            mark = tokenized.tokens[last - 1].text
            for clause, face in zip(clauses, question_faces(clauses, mark), strict=True):
                units += [unit for part in sign_order(clause, face, self._facts) for unit in part.units]
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
                perfect = token.text in _HAVE and end == place + 1 and self._perfect(tokens, place, last, first)
                parts += [self._finish(tokens, place)] if perfect else self._word(tokens, place, end)
            else:
                while end < last and not tokens[end].opens:
                    end += 1
                parts.append(self._spelled(tokens, place, end))
            place = end
        return parts

    def _perfect(self, tokens: Sequence[Token], place: int, last: int, first: int) -> bool:
        """Whether `have` at a place belongs to a past form: then it is no verb of its own."""
        opens = place == first or tokens[place - 1].silent or self.roles.get(tokens[place - 1].text) == "wh"
        for token in [token for token in tokens[place + 1 : last] if token.opens][:5]:
            if token.text in self._words.past:
                return True
            role = self.roles.get(token.text, "name")
            if not (opens or token.text in _CONTINUED or role in ("pronoun", "adverb", "negation")):
                return False
            if role in ("verb", "conjunction"):
                return False
        return False

    def _finish(self, tokens: Sequence[Token], place: int) -> Part:
        """The `have` of `have eaten`: FINISH, unless the sentence says that in another way."""
        token = tokens[place]
        others = {other.text for other in tokens[place + 1 : place + 5]}
        if others & set(_CONTINUED) or "FINISH" not in self._classes:
            return Part(token.text, "auxiliary")
        return Part("finish", "modal", (GlossUnit("FINISH", "sign", token.span, place),))

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
            if sign in self.signs or sign in self.silent:
                parts.append(self._part(sign, token, first + at))
            else:
                span = whole if len(phrase.signs) == 1 else token.span
                unit = GlossUnit(sign, "sign", span, first + at)
                parts.append(Part(token.text, self._classes.get(sign, "noun"), (unit,)))
        if phrase.role:
            return [Part(" ".join(words), phrase.role, tuple(unit for part in parts for unit in part.units))]
        return parts

    def _part(self, word: str, token: Token, place: int) -> Part:
        gloss = self.signs.get(word, "")
        role = self.roles.get(word, "noun")
        if gloss:
            return Part(word, role, (GlossUnit(gloss, "sign", token.span, place),))
        if word in self.silent:
            return Part(word, role, source=(place, token.span))
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
        role = self.roles.get(word, "name")
        return Part(word, role if role in ("verb", "adjective", "time") else "name", tuple(units))


def _sentences(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """[first, last) of each sentence, its mark included."""
    ends = [place + 1 for place, token in enumerate(tokens) if token.text in (".", "?", "!")]
    if not ends or ends[-1] < len(tokens):
        ends.append(len(tokens))
    return [(first, last) for first, last in zip([0, *ends], ends, strict=False) if first < last]


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


@cache
def default_grammar() -> Grammar:
    """The grammar of the shipped lexicon."""
    signs = lexicon()
    glosses = {gloss: sign.english for gloss, sign in signs.items()}
    classes = {gloss: sign.word_class for gloss, sign in signs.items()}
    return Grammar(glosses, classes, frozenset(numbers()), read_rules())


@cache
def read_rules() -> Mapping[str, Any]:
    """data/grammar.yaml."""
    rules: Mapping[str, Any] = yaml.safe_load(_RULES.read_text(encoding="utf-8"))
    return rules


def translate(tokenized: Tokenized) -> list[GlossUnit]:
    """What is signed for a text by the shipped lexicon, in signing order (`Grammar.translate`)."""
    return default_grammar().translate(tokenized)
