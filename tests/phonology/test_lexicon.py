"""The notation: what is shipped is complete and performable; mistakes are named by file, entry and field."""

from pathlib import Path

import pytest

from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.phonology import lexicon as lexicon_module
from nsa_ros.phonology.entry import LexiconError, parse_sign
from nsa_ros.phonology.lexicon import find_sign, letters, lexicon, numbers, read_lexicon, simple_signs
from nsa_ros.phonology.movement import Movements

GOOD = {"handshape": "B", "palm": "forward", "fingers": "up", "location": "neutral"}

EVERYDAY = [
    "HELLO",
    "THANK-YOU",
    "PLEASE",
    "YES",
    "NO",
    "HELP",
    "ME",
    "YOU",
    "MY",
    "YOUR",
    "NAME",
    "WHAT",
    "WHERE",
    "WHO",
    "WHEN",
    "HOW",
    "WHY",
    "WANT",
    "NEED",
    "LIKE",
    "GOOD",
    "BAD",
    "EAT",
    "DRINK",
    "WATER",
    "COFFEE",
    "TEA",
    "FOOD",
    "HOME",
    "GO",
    "COME",
    "STOP",
    "WAIT",
    "AGAIN",
    "MORE",
    "FINISH",
    "LEARN",
    "SIGN",
    "UNDERSTAND",
    "SORRY",
    "LOVE",
    "FRIEND",
    "MEET",
    "NICE",
    "CAN",
    "NOT",
    "HE",
    "WE",
    "THEY",
    "HERE",
    "TODAY",
    "TOMORROW",
    "NOW",
    "WORK",
    "SCHOOL",
    "SEE",
    "KNOW",
    "THINK",
    "HAPPY",
    "SAD",
    "SMALL",
    "LARGE",
    "MEDIUM",
    "GET",
    "I-LOVE-YOU",
    "NIGHT",
    "MORNING",
    "DAY",
    "FINE",
]


def test_everyday_signs_letters_and_numbers_are_there():
    assert set(EVERYDAY) <= set(lexicon())
    assert set(letters()) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert set(numbers()) == {str(n) for n in range(101)}


def test_every_sign_can_be_performed():
    movements = Movements(default_skeleton(), 24.0)
    for sign in (*lexicon().values(), *letters().values(), *numbers().values()):
        for part in simple_signs(sign):
            movements.stations(part)


def test_the_lexicon_is_large():
    assert len(lexicon()) >= 600


def test_a_compound_of_unknown_parts_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for path in Path(lexicon_module.__file__).parent.glob("lexicon/*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "mine.yaml").write_text("UNICORN-FOAL: {compound: [UNICORN, BABY]}\n")
    monkeypatch.setattr(lexicon_module, "_FOLDER", tmp_path)
    with pytest.raises(LexiconError, match=r"mine\.yaml: UNICORN-FOAL: compound: no sign 'UNICORN'"):
        lexicon.__wrapped__()


def test_only_j_and_z_move_among_the_letters():
    assert {letter for letter, sign in letters().items() if len(sign.postures) > 1} == {"J", "Z"}


def test_no_english_word_means_two_signs():
    words = [word for sign in lexicon().values() for word in sign.english]
    assert sorted(words) == sorted(set(words))


def test_every_sign_is_marked_as_not_reviewed():
    assert {sign.status for sign in lexicon().values()} == {"unreviewed"}


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"handshape": "Q9"}, "handshape", "unknown 'Q9'"),
        ({"palm": "sideways"}, "palm and fingers", "sideways"),
        ({"palm": "up"}, "palm and fingers", "line"),
        ({"location": "knee"}, "location", "unknown place 'knee'"),
        ({"location": "chin 1 2"}, "location", "expected 3"),
        ({"location": "chin 1 2 nan"}, "location", "expected 3"),
        ({"location": "weak.palm"}, "location", "dominant-on-base"),
        ({"site": "toe"}, "site", "unknown 'toe'"),
        ({"contact": "maybe"}, "contact", "yes or no"),
        ({"type": "three-handed"}, "type", "one-handed"),
        ({"type": "dominant-on-base"}, "base", "missing"),
        ({"base": GOOD}, "base", "only for"),
        ({"movement": {"path": "zigzag"}}, "movement path", "straight"),
        ({"movement": {"size": -1}}, "movement size", "at least"),
        ({"movement": {"seconds": float("inf")}}, "movement seconds", "at least"),
        ({"movement": {"path": "circle", "direction": "up"}}, "movement start", "along the axis"),
        ({"movement": {"speed": 2}}, "movement speed", "unknown field"),
        ({"movement": {"direction": "north"}}, "movement direction", "north"),
        ({"handshape": ["A", "B"], "palm": ["up", "up", "up"]}, "handshape", "give 1 or 3"),
        ({"english": [True]}, "english", "quote"),
        ({"nonmanual": ["wink-wink"]}, "nonmanual", "smile"),
        ({"confidence": "sure"}, "confidence", "high"),
        ({"colour": "red"}, "colour", "unknown field"),
        ({"class": "nown"}, "class", "noun"),
        ({"compound": ["MOTHER"]}, "compound", "at least two"),
        ({"compound": ["MOTHER", "FATHER"]}, "handshape", "from its parts"),
    ],
)
def test_mistake_is_named_by_file_entry_and_field(change, field, says):
    with pytest.raises(LexiconError) as error:
        parse_sign("OOPS", {**GOOD, **change}, "signs.yaml")
    message = str(error.value)
    assert "signs.yaml: OOPS" in message
    assert field in message
    assert says in message


def test_missing_field_is_named():
    with pytest.raises(LexiconError, match=r"signs\.yaml: OOPS: location: missing"):
        parse_sign("OOPS", {key: GOOD[key] for key in ("handshape", "palm", "fingers")}, "signs.yaml")


def test_place_out_of_reach_is_named():
    sign = parse_sign("FAR", {**GOOD, "location": "neutral 0 0 60"}, "signs.yaml")
    with pytest.raises(LexiconError, match=r"signs.yaml: FAR: location 1: neutral is out of reach by \d"):
        Movements(default_skeleton(), 24.0).stations(sign)


def test_orientation_beyond_the_joints_is_named():
    sign = parse_sign("TWISTED", {**GOOD, "palm": "right", "fingers": "back"}, "signs.yaml")
    with pytest.raises(LexiconError, match=r"signs.yaml: TWISTED: palm and fingers 1: the arm stays \d+ degrees"):
        Movements(default_skeleton(), 24.0).stations(sign)


def test_file_that_is_not_yaml_is_named(tmp_path: Path):
    path = tmp_path / "broken.yaml"
    path.write_text("HELLO: [")
    with pytest.raises(LexiconError, match=r"broken\.yaml"):
        read_lexicon(path)


def test_gloss_given_twice_is_named(tmp_path: Path):
    path = tmp_path / "twice.yaml"
    entry = "{handshape: B, palm: forward, fingers: up, location: neutral}"
    path.write_text(f"NO: {entry}\nNO: {entry}\n")
    with pytest.raises(LexiconError, match=r"twice\.yaml: NO: given twice"):
        read_lexicon(path)


def test_unquoted_yes_is_still_a_gloss(tmp_path: Path):
    path = tmp_path / "yes.yaml"
    path.write_text("YES: {handshape: B, palm: forward, fingers: up, location: neutral}\n")
    assert list(read_lexicon(path)) == ["YES"]


def test_unknown_unit_names_what_is_near():
    with pytest.raises(LexiconError, match=r"no sign 'UNICORN'. Nearest: .*CORN.*nsa vocabulary"):
        find_sign("sign", "UNICORN")
