"""The tokenizer's vocabulary of a lexicon."""

from __future__ import annotations

from functools import cache

from nsa_ros.phonology.grammar import Grammar, default_grammar
from nsa_ros.text.tokenizer import Vocabulary


def build_vocabulary(grammar: Grammar) -> Vocabulary:
    """The words and expressions that have a sign, and the words that the grammar reads but does not sign."""
    return Vocabulary.of(grammar.words, grammar.silent)


@cache
def default_vocabulary() -> Vocabulary:
    """The vocabulary of the shipped lexicon, for the reference signer and for new bundles."""
    return build_vocabulary(default_grammar())
