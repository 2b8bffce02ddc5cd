"""Forms of English words."""

import pytest

from nsa_ros.phonology.inflection import default_inflection

INFLECTION = default_inflection()


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("walk", "walks walking walked walked"),
        ("stop", "stops stopping stopped stopped"),
        ("visit", "visits visiting visited visited"),
        ("begin", "begins beginning began begun"),
        ("make", "makes making made made"),
        ("see", "sees seeing saw seen"),
        ("lie", "lies lying lied lied"),
        ("try", "tries trying tried tried"),
        ("play", "plays playing played played"),
        ("fix", "fixes fixing fixed fixed"),
        ("have", "has having had had"),
        ("do", "does doing did done"),
        ("cut", "cuts cutting cut cut"),
    ],
)
def test_verbs(verb, forms):
    assert " ".join(INFLECTION.verb_forms(verb)) == forms


def test_the_head_of_an_expression_inflects():
    assert INFLECTION.past("look for") == "looked for"
    assert INFLECTION.gerund("wake up") == "waking up"
    assert INFLECTION.plural("ice cream") == "ice creams"


@pytest.mark.parametrize(
    ("noun", "plural"),
    [("cat", "cats"), ("city", "cities"), ("boy", "boys"), ("dish", "dishes"), ("man", "men"), ("knife", "knives")],
)
def test_plurals(noun, plural):
    assert INFLECTION.plural(noun) == plural


@pytest.mark.parametrize(
    ("adjective", "forms"),
    [("big", ("bigger", "biggest")), ("happy", ("happier", "happiest")), ("nice", ("nicer", "nicest"))],
)
def test_comparison(adjective, forms):
    assert INFLECTION.comparative(adjective) == forms


def test_irregular_forms_are_known():
    assert INFLECTION.is_irregular("gave")
    assert INFLECTION.is_irregular("went back")
    assert INFLECTION.is_irregular("children")
    assert not INFLECTION.is_irregular("give")
    assert not INFLECTION.is_irregular("fish")
