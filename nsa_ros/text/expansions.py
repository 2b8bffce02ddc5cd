"""Short forms of English and what they stand for: contractions, abbreviations, symbols."""

from __future__ import annotations

CONTRACTIONS: dict[str, tuple[str, ...]] = {
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "ain't": ("is", "not"),
    "let's": ("let", "us"),
    "y'all": ("you", "all"),
    "'tis": ("it", "is"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("have", "to"),
    "gimme": ("give", "me"),
    "lemme": ("let", "me"),
    "dunno": ("do", "not", "know"),
    "im": ("i", "am"),
    "ive": ("i", "have"),
    "youre": ("you", "are"),
    "theyre": ("they", "are"),
    "cant": ("can", "not"),
    "dont": ("do", "not"),
    "doesnt": ("does", "not"),
    "didnt": ("did", "not"),
    "isnt": ("is", "not"),
    "arent": ("are", "not"),
    "wasnt": ("was", "not"),
    "thats": ("that", "is"),
    "whats": ("what", "is"),
    "wheres": ("where", "is"),
    "hows": ("how", "is"),
    "thankyou": ("thank", "you"),
}
"""Whole words, with and (where no other word is meant) without their apostrophe."""

_ENDINGS = {"n't": "not", "'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}

_PRONOUNS = "i you he she it we they this that these those there here what who where when how why everything something"
_IS_AFTER = frozenset(_PRONOUNS.split())

POSSESSIVE = "'s"
"""The word that `Ada's` ends in; after pronouns and question words the same ending is `is`."""

ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "e.g.": ("for", "example"),
    "eg.": ("for", "example"),
    "i.e.": ("that", "is"),
    "vs.": ("versus",),
    "no.": ("number",),
    "approx.": ("about",),
    "min.": ("minutes",),
    "etc.": ("etc",),
}
"""Abbreviations that are read as other words; `no.` only before a number."""

TITLES = frozenset({"mr", "mrs", "ms", "mx", "dr", "prof", "st", "jr", "sr", "miss", "sir", "madam"})
"""Titles lose their full stop and stay short, since signers spell D-R and M-R too; a name follows them."""

SYMBOLS: dict[str, tuple[str, ...]] = {
    "&": ("and",),
    "@": ("at",),
    "%": ("percent",),
    "+": ("plus",),
    "=": ("equals",),
    "°": ("degrees",),
    "$": ("dollars",),
    "€": ("euros",),
    "£": ("pounds",),
    "¥": ("yen",),
}


def expand_word(word: str) -> tuple[str, ...]:
    """The words that a lower-case word stands for: `what's` -> what is, `don't` -> do not, `ada's` -> ada 's."""
    if word in CONTRACTIONS:
        return CONTRACTIONS[word]
    for ending, meaning in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return (*expand_word(word[: -len(ending)]), meaning)
    base, mark, _ = word.rpartition("'s")
    if mark and base and word.endswith("'s"):
        return (*expand_word(base), "is" if base in _IS_AFTER else POSSESSIVE)
    return (word,)
