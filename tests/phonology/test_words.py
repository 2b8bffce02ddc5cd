"""Which words mean which sign."""

import pytest

from nsa_ros.errors import NsaError
from nsa_ros.phonology.grammar import default_grammar, read_rules
from nsa_ros.phonology.inflection import default_inflection
from nsa_ros.phonology.lexicon import lexicon
from nsa_ros.phonology.words import read_words
from nsa_ros.text.normalize import normalize


def words_of(**glosses):
    classes = {gloss: word_class for gloss, (word_class, _) in glosses.items()}
    return read_words({gloss: english.split(",") for gloss, (_, english) in glosses.items()}, classes, read_rules())


def test_a_new_sign_needs_its_class_only():
    words = words_of(FROB=("verb", "frob"), BLIP=("noun", "blip"), ZORP=("adjective", "zorpy"))
    assert {word for word, gloss in words.signs.items() if gloss == "FROB"} == {"frob", "frobs", "frobbing", "frobbed"}
    assert {word for word, gloss in words.signs.items() if gloss == "BLIP"} == {"blip", "blips"}
    assert (words.roles["frobbing"], words.roles["blips"], words.roles["zorpy"]) == ("verb", "noun", "adjective")


def test_listed_forms_are_not_inflected_again():
    words = words_of(GIVE=("verb", "give,gave,given"), CRY=("verb", "cry,cried,cries"))
    assert {word for word, gloss in words.signs.items() if gloss == "GIVE"} == {
        "give",
        "gives",
        "giving",
        "gave",
        "given",
    }
    assert {word for word, gloss in words.signs.items() if gloss == "CRY"} == {"cry", "cries", "crying", "cried"}


def test_a_form_that_another_sign_lists_stays_there():
    words = words_of(LEAVE=("verb", "leave"), LEFT=("adverb", "left"))
    assert words.signs["left"] == "LEFT"


def test_a_word_of_two_signs_is_refused():
    with pytest.raises(NsaError, match="'hat' is a word of both HAT and CAP"):
        words_of(HAT=("noun", "hat"), CAP=("noun", "cap,hat"))


def test_the_lexicon_is_unambiguous():
    signs_of: dict[str, set[str]] = {}
    for sign in lexicon().values():
        for word in sign.english:
            plain = " ".join(piece.text for piece in normalize(word).pieces)
            signs_of.setdefault(plain, set()).add(sign.origin)
    assert {word: sorted(origins) for word, origins in signs_of.items() if len(origins) > 1} == {}


def test_words_are_seen_as_the_tokenizer_sees_them():
    assert words_of(WHATS_UP=("wh", "what's up")).signs["what is up"] == "WHATS_UP"


def test_the_vocabulary_holds_no_junk_forms():
    words = default_grammar().words
    inflection = default_inflection()
    junk = {
        form for word in words for form in (word + "ed", word + "ing", word + "s") if inflection.is_past(word)
    } & words
    junk |= {word for word in words if word.endswith(("inged", "ededs", "tioned ", "nesses", "ieses", "sed s"))}
    assert junk <= {"hiding", "founds", "lefts", "thoughts", "cuts", "hurts"}
