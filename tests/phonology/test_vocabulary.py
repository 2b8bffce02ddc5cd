"""The vocabulary of the shipped lexicon."""

from nsa_ros.phonology.lexicon import lexicon
from nsa_ros.phonology.vocabulary import default_vocabulary
from nsa_ros.text.tokenizer import FIXED, Vocabulary, tokenize


def test_words_are_those_of_the_lexicon_and_the_grammar():
    vocabulary = default_vocabulary()
    assert {"hello", "thank you", "coffee", "eaten"} <= set(vocabulary.words)
    assert {"the", "is", "'s"} <= vocabulary.silent
    assert not {word for sign in lexicon().values() for word in sign.english} & vocabulary.silent


def test_ids_do_not_depend_on_the_order_of_the_lexicon():
    vocabulary = default_vocabulary()
    assert vocabulary == Vocabulary.of(reversed(vocabulary.words), vocabulary.silent)
    assert vocabulary.tokens[: len(FIXED)] == FIXED


def test_every_word_is_one_token_where_it_stands_in_a_sentence():
    vocabulary = default_vocabulary()
    for word in vocabulary.words:
        if word[0] != "'":
            tokens = tokenize(f"coffee, {word}, coffee", vocabulary).tokens
            assert [token.text for token in tokens] == ["coffee", ",", word, ",", "coffee"]
