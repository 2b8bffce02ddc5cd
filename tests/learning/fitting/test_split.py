from nsa_ros.learning.fitting.split import half, is_measured, within
from nsa_ros.phonology.lexicon import lexicon, simple_signs


def test_the_halves_share_no_sign_and_no_part_of_a_compound():
    def parts(measured):
        return {
            part.gloss for unit in half(measured) if unit.kind == "sign" for part in simple_signs(lexicon()[unit.text])
        }

    assert not parts(True) & parts(False)
    assert {unit.text for unit in half(True)}.isdisjoint(unit.text for unit in half(False))


def test_both_halves_are_large_and_have_letters_and_numbers():
    for measured in (True, False):
        kinds = [unit.kind for unit in half(measured)]
        assert kinds.count("sign") > 400
        assert kinds.count("letter") > 8
        assert kinds.count("number") > 30


def test_a_compound_of_both_halves_is_in_neither():
    mixed = [g for g, sign in lexicon().items() if len({is_measured(p.removeprefix("fs-")) for p in sign.parts}) == 2]
    assert mixed
    assert not any(within(measured, gloss, "sign") for gloss in mixed for measured in (True, False))


def test_the_split_stays_as_it_is():
    """A prior that was learned before must not meet its own signs."""
    assert [is_measured(gloss) for gloss in ("HOUSE", "WATER", "A", "7", "THANK-YOU", "B")] == [
        True,
        False,
        False,
        False,
        True,
        False,
    ]
