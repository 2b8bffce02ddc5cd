"""Words, letters and digits with ids: what a model reads."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from nsa_ros.errors import NsaError
from nsa_ros.text.characters import Skipped, Span
from nsa_ros.text.names import name_places
from nsa_ros.text.normalize import Piece, normalize

TokenKind = Literal["word", "letter", "digit", "punctuation"]

PAD = "<pad>"
PUNCTUATION = (".", "?", "!", ",")
_SYMBOLS = string.ascii_lowercase + string.digits
FIXED = (PAD, *PUNCTUATION, *(f"#{symbol}" for symbol in _SYMBOLS), *(f"-{symbol}" for symbol in _SYMBOLS))
"""The tokens that every vocabulary begins with: `#a` begins a spelled word or a number, `-a` goes on with it."""

_WORD = re.compile(r"[a-z']+( [a-z']+)*\Z")


@dataclass(frozen=True)
class Vocabulary:
    """The tokens a model knows; a token's id is its place.

    Attributes:
        tokens: `FIXED`, then English words in lower case, and expressions of several words (`thank you`) that are
            one token where they occur.
        silent: words that have no sign of their own (`the`, `is`): read, but spelled only when a sentence holds
            nothing else.
    """

    tokens: tuple[str, ...]
    silent: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.tokens[: len(FIXED)] != FIXED:
            raise NsaError(f"vocabulary: the first {len(FIXED)} tokens must be those of nsa_ros.text.tokenizer.FIXED")
        wrong = [word for word in self.words if not _WORD.match(word)]
        if wrong:
            raise NsaError(
                f"vocabulary: {wrong[0]!r} is no word; words are lower-case a-z and apostrophes, single blanks between"
            )
        if len(set(self.tokens)) != len(self.tokens):
            twice = next(token for token in self.tokens if self.tokens.count(token) > 1)
            raise NsaError(f"vocabulary: {twice!r} stands in it twice; every token has one id")
        if not self.silent <= set(self.words):
            raise NsaError(f"vocabulary: silent words {sorted(self.silent - set(self.words))} are not among its words")

    @classmethod
    def of(cls, words: Iterable[str], silent: Iterable[str] = ()) -> Vocabulary:
        """A vocabulary of English words, sorted, the silent ones included."""
        silent = frozenset(silent)
        return cls((*FIXED, *sorted({*words, *silent})), silent)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Vocabulary:
        """Read what `as_dict` wrote (`model.yaml` of a bundle)."""
        try:
            return cls((*FIXED, *(str(word) for word in data["words"])), frozenset(data["silent"]))
        except (KeyError, TypeError) as error:
            raise NsaError(f"vocabulary: a mapping with lists `words` and `silent` is needed ({error!r})") from error

    def as_dict(self) -> dict[str, list[str]]:
        """Plain lists for JSON or YAML: `words` in the order of their ids, `silent`."""
        return {"words": list(self.words), "silent": sorted(self.silent)}

    @property
    def words(self) -> tuple[str, ...]:
        """The English words, without letters, digits and marks."""
        return self.tokens[len(FIXED) :]

    @cached_property
    def ids(self) -> dict[str, int]:
        """Id of each token; `<pad>` is 0."""
        return {token: place for place, token in enumerate(self.tokens)}

    @cached_property
    def longest(self) -> int:
        """Number of words in the longest expression."""
        return max((word.count(" ") + 1 for word in self.words), default=1)

    def __contains__(self, token: str) -> bool:
        return token in self.ids

    def __len__(self) -> int:
        return len(self.tokens)


@dataclass(frozen=True)
class Token:
    """One token of a text.

    Attributes:
        text: as in the vocabulary: `coffee`, `#a`, `-d`, `#4`, `?`.
        kind: word, letter, digit or punctuation.
        span: [first, last) in the original text.
        id: its place in the vocabulary.
        silent: nothing is signed for it by itself: punctuation and the vocabulary's silent words.
    """

    text: str
    kind: TokenKind
    span: Span
    id: int
    silent: bool = False

    @property
    def opens(self) -> bool:
        """Whether a word, a spelled word or a number begins here."""
        return not self.text.startswith("-")


@dataclass(frozen=True)
class Tokenized:
    """The tokens of a text, or of one of its sentences.

    Attributes:
        text: the original text; spans count its characters.
        tokens: in order; at least one of them is not silent.
        skipped: what could not be signed (emoji, other scripts), to be reported.
    """

    text: str
    tokens: list[Token]
    skipped: list[Skipped]

    @property
    def ids(self) -> list[int]:
        """The tokens' ids."""
        return [token.id for token in self.tokens]


def tokenize(text: str, vocabulary: Vocabulary) -> Tokenized:
    """Cut text into tokens (the rules: docs/text.md).

    Words of the vocabulary are word tokens; other words, names, acronyms and what is marked `fs-` are letter tokens.

    Raises:
        TextError: nothing in it can be signed.
    """
    normalized = normalize(text)
    tokens: list[Token] = []
    sentence: list[tuple[Piece, list[Token]]] = []
    for piece in _expressions(normalized.pieces, vocabulary):
        sentence.append((piece, _tokens(piece, vocabulary)))
        if piece.text in (".", "?", "!"):
            tokens += _voiced(sentence, vocabulary)
            sentence = []
    return Tokenized(text, tokens + _voiced(sentence, vocabulary), normalized.skipped)


def sentences(tokenized: Tokenized, limit: int) -> list[Tokenized]:
    """Cut at the end of every sentence, and longer ones so that no part has more than `limit` tokens.

    Long sentences are cut at their last comma within the limit, else between words, else inside a spelled word.
    Parts in which every token is silent are left out, since nothing is signed for them.
    """
    if limit < 1:
        raise NsaError(f"sentences: limit is {limit}; it must be at least 1 token")
    parts: list[list[Token]] = [[]]
    for token in tokenized.tokens:
        parts[-1].append(token)
        if token.text in (".", "?", "!"):
            parts.append([])
    cut = [piece for part in parts for piece in _cut(part, limit)]
    return [
        Tokenized(tokenized.text, part, tokenized.skipped) for part in cut if not all(token.silent for token in part)
    ]


def _expressions(pieces: list[Piece], vocabulary: Vocabulary) -> list[Piece]:
    """Names marked to be spelled, and words that make an expression of the vocabulary joined, the longest first."""
    names = name_places(pieces)
    pieces = [replace(piece, spell=piece.spell or place in names) for place, piece in enumerate(pieces)]
    joined: list[Piece] = []
    place = 0
    while place < len(pieces):
        count = vocabulary.longest
        while count > 1 and not _is_expression(pieces[place : place + count], vocabulary):
            count -= 1
        joined.append(_join(pieces[place : place + count]))
        place += count
    return joined


def _is_expression(pieces: list[Piece], vocabulary: Vocabulary) -> bool:
    if any(piece.kind != "word" or piece.spell for piece in pieces):
        return False
    return " ".join(piece.text for piece in pieces) in vocabulary


def _join(pieces: list[Piece]) -> Piece:
    first, *rest = pieces
    for piece in rest:
        gap = (first.span[1], piece.span[0]) if first.span[1] < piece.span[0] else piece.spans[0]
        first = replace(first, text=f"{first.text} {piece.text}", spans=(*first.spans, gap, *piece.spans))
    return first


def _tokens(piece: Piece, vocabulary: Vocabulary) -> list[Token]:
    if piece.kind == "punctuation":
        return [Token(piece.text, "punctuation", piece.span, vocabulary.ids[piece.text], silent=True)]
    if piece.kind == "word" and piece.text in vocabulary and not piece.spell:
        silent = piece.text in vocabulary.silent
        return [Token(piece.text, "word", piece.span, vocabulary.ids[piece.text], silent)]
    return _spell(piece, vocabulary)


def _spell(piece: Piece, vocabulary: Vocabulary) -> list[Token]:
    """One token for each letter and digit of a word or number."""
    tokens: list[Token] = []
    for symbol, span in zip(piece.text, piece.spans, strict=True):
        if symbol.isalnum():
            text = f"-{symbol}" if tokens else f"#{symbol}"
            tokens.append(Token(text, "digit" if symbol.isdigit() else "letter", span, vocabulary.ids[text]))
    return tokens


def _voiced(sentence: Sequence[tuple[Piece, list[Token]]], vocabulary: Vocabulary) -> list[Token]:
    """The tokens of a sentence; spelled when all of its words are silent (`The.`, a name such as `Will`)."""
    if not all(token.silent for _, tokens in sentence for token in tokens):
        return [token for _, tokens in sentence for token in tokens]
    return [
        token
        for piece, tokens in sentence
        for token in (tokens if piece.kind == "punctuation" else _spell(piece, vocabulary))
    ]


def _cut(tokens: list[Token], limit: int) -> list[list[Token]]:
    parts = []
    while len(tokens) > limit:
        commas = [place for place in range(1, limit) if tokens[place].text == ","]
        openings = [place for place in range(1, limit + 1) if tokens[place].opens]
        end = commas[-1] + 1 if commas else openings[-1] if openings else limit
        parts.append(tokens[:end])
        tokens = tokens[end:]
    return [*parts, tokens] if tokens else parts
