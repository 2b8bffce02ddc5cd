from dataclasses import replace

import numpy as np
import pytest

from nsa_ros.resources import find
from nsa_ros.signing.alignment import END
from nsa_ros.signing.bundle import UnitName, load_bundle
from nsa_ros.signing.plan_rules import PlanRules
from nsa_ros.text.tokenizer import PAD, Vocabulary, tokenize

WORDS = ("coffee", "have", "like", "the", "unheard")
UNITS = ("COFFEE", "HAVE", "LIKE", "WANT")


@pytest.fixture(scope="module")
def bundle():
    units = [UnitName(name, "sign") for name in UNITS] + [UnitName(c, "letter") for c in "ABC"]
    units += [UnitName(n, "number") for n in ("1", "4", "7", "10")]
    ids = {unit.text: END + 1 + place for place, unit in enumerate(units)}
    return replace(
        load_bundle(find("models", "default")),
        vocabulary=Vocabulary.of(WORDS, silent=["the"]),
        units=tuple(units),
        optional=frozenset({"have"}),
        choices={
            "coffee": (ids["COFFEE"],),
            "have": (ids["HAVE"],),
            "like": (ids["LIKE"], ids["WANT"]),
        },
    )


def rules_of(bundle, text):
    """For each token of the text: its choices by name, whether it goes on, whether it is required."""
    tokens = tokenize(text, bundle.vocabulary).tokens
    row = np.array([[*(token.id for token in tokens), len(bundle.vocabulary), bundle.vocabulary.ids[PAD]]])
    rules = PlanRules(bundle).of(row)
    names = ["", "END", *(unit.text for unit in bundle.units)]
    return {
        token.text: ([names[unit] for unit in rules.choices[0, i] if unit], *(int(r[0, i]) for r in rules[1:]))
        for i, token in enumerate(tokens)
    }


def test_a_word_is_signed_as_a_plan_of_the_corpus_signed_it(bundle):
    found = rules_of(bundle, "coffee like unheard")
    assert found["coffee"] == (["COFFEE"], 0, 1)
    assert found["like"] == (["LIKE", "WANT"], 0, 1)
    assert found["unheard"] == ([], 0, 1)


def test_a_silent_word_and_a_mark_are_never_signed_and_an_optional_word_may_be(bundle):
    found = rules_of(bundle, "have the coffee?")
    assert found["have"] == (["HAVE"], 0, 0)
    assert found["the"] == ([], 0, -1)
    assert found["?"] == ([], 0, -1)


def test_a_spelled_word_goes_on_letter_by_letter(bundle):
    found = rules_of(bundle, "bac")
    assert found == {"#b": (["B"], 0, 1), "-a": (["A"], 1, 0), "-c": (["C"], 1, 0)}


def test_a_number_with_a_sign_is_that_sign(bundle):
    assert rules_of(bundle, "10 coffee") == {
        "#1": (["10"], 0, 1), "-0": (["10"], 0, -1), "coffee": (["COFFEE"], 0, 1),
    }  # fmt: skip


def test_another_number_is_signed_figure_by_figure(bundle):
    assert rules_of(bundle, "147") == {"#1": (["1"], 0, 1), "-4": (["4"], 1, 0), "-7": (["7"], 1, 0)}
    assert rules_of(bundle, "4") == {"#4": (["4"], 0, 1)}
