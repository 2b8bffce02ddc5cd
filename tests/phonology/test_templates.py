"""Templates, names and numbers."""

import numpy as np
import pytest

from nsa_ros.errors import NsaError
from nsa_ros.phonology.templates import Slot, Templates, draw_name, draw_number, parse_template

TEMPLATES = Templates({"drink": ["tea", "[hot ]milk"]}, {"name": (lambda rng: "Ada", 3)})


def drawn(template):
    node, rng = parse_template(template), np.random.default_rng(0)
    return {TEMPLATES.draw(node, rng) for _ in range(300)}


def test_alternatives_options_and_slots():
    assert drawn("(a|b) {drink}[, {name}]") == {
        f"{first} {drink}{name}" for first in "ab" for drink in ("tea", "milk", "hot milk") for name in ("", ", Ada")
    }


@pytest.mark.parametrize(
    ("template", "count"), [("tea", 1), ("(a|b)", 2), ("[a](b|c)", 4), ("{drink}", 3), ("{name} {drink}[!]", 18)]
)
def test_counts_every_way(template, count):
    assert TEMPLATES.count(parse_template(template)) == count


@pytest.mark.parametrize("template", ["(a|b", "[a", "a)", "a]", "{a", "{}", "a|b", "(a]"])
def test_unbalanced_templates_are_refused(template):
    with pytest.raises(NsaError, match="template"):
        parse_template(template)


def test_unknown_slots_are_refused():
    with pytest.raises(NsaError, match="known are drink, name"):
        TEMPLATES.count(Slot("food"))


def test_names_are_letters_with_some_doubled():
    rng = np.random.default_rng(0)
    names = [draw_name(rng, ["Ada"]) for _ in range(2000)]
    assert all(name.isalpha() and name[0].isupper() and 2 <= len(name) <= 12 for name in names)
    assert 0.45 < names.count("Ada") / 2000 < 0.65
    assert {letter for name in names for letter in name.lower()} == set("abcdefghijklmnopqrstuvwxyz")
    assert {pair for name in names for pair in zip(name.lower(), name.lower()[1:], strict=False)} >= {
        ("l", "l"),
        ("z", "z"),
    }


def test_numbers_have_one_to_four_figures_or_are_words():
    rng = np.random.default_rng(0)
    numbers = {draw_number(rng) for _ in range(3000)}
    assert {"0", "10", "seven"} <= numbers
    assert {len(number) for number in numbers if number.isdigit()} == {1, 2, 3, 4}
