"""English to signing order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.errors import NsaError
from nsa_ros.phonology.grammar import Grammar, default_grammar, read_rules, translate
from nsa_ros.phonology.lexicon import letters, lexicon, numbers
from nsa_ros.phonology.vocabulary import build_vocabulary, default_vocabulary
from nsa_ros.text.normalize import TextError, normalize
from nsa_ros.text.tokenizer import Vocabulary, sentences, tokenize
from nsa_ros.text.units import FACES

_SIGNS = """
    HELLO PLEASE YES NO SORRY WELCOME HELP ME YOU HE MY YOUR NAME WHAT WHERE WHO WHEN HOW WHY WHICH WANT NEED
    LIKE GOOD BAD EAT DRINK WATER COFFEE TEA FOOD HOME GO COME STOP AGAIN MORE FINISH LEARN SIGN UNDERSTAND
    LOVE FRIEND MEET NICE CAN NOT WE THEY HERE TODAY TOMORROW NOW WORK SCHOOL SEE KNOW THINK HAPPY SAD SMALL
    LARGE GET NIGHT MORNING DAY HAVE WAIT
"""
GLOSSES = {gloss: [gloss.lower()] for gloss in _SIGNS.split()} | {
    "HELLO": ["hello", "hi"],
    "THANK-YOU": ["thank you", "thanks"],
    "ME": ["i", "me"],
    "HE": ["he", "she", "it", "him", "her"],
    "NIGHT": ["night", "tonight"],
    "I-LOVE-YOU": ["i love you"],
}
GRAMMAR = Grammar(GLOSSES, {gloss: lexicon()[gloss].word_class for gloss in GLOSSES}, {"1", "10", "42"}, read_rules())
VOCABULARY = build_vocabulary(GRAMMAR)
MARKS = {"neutral": "", "yes_no": "?", "wh": "^", "negation": "!", "affirmation": "+"}


def signed(text, grammar=GRAMMAR, vocabulary=VOCABULARY):
    """Glosses with a mark for the face; spelled words as `A-D-A`."""
    tokens = tokenize(text, vocabulary)
    shown = ""
    for unit in grammar.translate(tokens):
        joined = unit.kind == "letter" and not tokens.tokens[unit.token].opens
        shown = (
            shown.rstrip("".join(MARKS.values())) + f"-{unit.text}{MARKS[unit.face]}"
            if joined
            else f"{shown} {unit.text}{MARKS[unit.face]}"
        )
    return shown.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, my name is Ada.", "HELLO MY NAME A-D-A"),
        ("my name's anna", "MY NAME A-N-N-A"),
        ("What is your name?", "YOUR^ NAME^ WHAT^"),
        ("what's your name", "YOUR^ NAME^ WHAT^"),
        ("Thank you very much, Ada!", "THANK-YOU A-D-A"),
        ("I love you.", "I-LOVE-YOU"),
        ("Nice to meet you", "NICE MEET YOU"),
        ("How are you?", "HOW^ YOU^"),
        ("hi Ada how are you today", "HELLO A-D-A TODAY^ HOW^ YOU^"),
        ("Good morning!", "GOOD MORNING"),
        ("See you tomorrow.", "SEE YOU TOMORROW"),
        ("Do you want coffee?", "YOU? WANT? COFFEE?"),
        ("do you want coffee", "YOU? WANT? COFFEE?"),
        ("Coffee?", "COFFEE?"),
        ("You like coffee, tea?", "YOU? LIKE? COFFEE? TEA?"),
        ("Hello, do you understand?", "HELLO YOU? UNDERSTAND?"),
        ("Can you help me?", "YOU? CAN? HELP? ME?"),
        ("Can my friend come?", "MY? FRIEND? CAN? COME?"),
        ("Would you like a large coffee?", "YOU? WANT? LARGE? COFFEE?"),
        ("I'd like tea, please.", "ME WANT TEA PLEASE"),
        ("I don't understand.", "ME UNDERSTAND! NOT!"),
        ("I do not want coffee.", "ME WANT! NOT! COFFEE!"),
        ("I can't come tomorrow.", "TOMORROW ME CAN! NOT! COME!"),
        ("My friend is not here.", "MY FRIEND HERE! NOT!"),
        ("I am not your friend.", "ME YOUR! FRIEND! NOT!"),
        ("Don't stop!", "STOP! NOT!"),
        ("I do not know where my friend is.", "ME KNOW! NOT! WHERE MY FRIEND"),
        ("Why don't you like coffee?", "YOU^ LIKE^ NOT^ COFFEE^ WHY^"),
        ("No, I want tea.", "NO! ME WANT TEA"),
        ("No coffee, please.", "NO! COFFEE PLEASE"),
        ("no thank you", "NO! THANK-YOU"),
        ("Yes, please.", "YES+ PLEASE"),
        ("Where is the school?", "SCHOOL^ WHERE^"),
        ("What food do you want today?", "TODAY^ FOOD^ YOU^ WANT^ WHAT^"),
        ("Who wants coffee", "WANT^ COFFEE^ WHO^"),
        ("When I work, I drink coffee.", "WHEN ME WORK ME DRINK COFFEE"),
        ("What do you do?", "YOU^ WORK^ WHAT^"),
        ("My name is Ada, what is your name?", "MY NAME A-D-A YOUR^ NAME^ WHAT^"),
        ("There is coffee at home.", "HOME HAVE COFFEE"),
        ("I work tomorrow and you go home today.", "TOMORROW ME WORK TODAY YOU GO HOME"),
        ("You and I work tomorrow.", "TOMORROW YOU ME WORK"),
        ("Have you eaten?", "YOU? FINISH? EAT?"),
        ("Have you coffee?", "YOU? HAVE? COFFEE?"),
        ("I have to go.", "ME NEED GO"),
        ("She was waiting and went home.", "HE WAIT GO HOME"),
        ("Let me help you.", "ME HELP YOU"),
        ("What a nice day!", "WHAT NICE DAY"),
        ("I need 10 coffees and 42 teas, 250 waters.", "ME NEED 10 COFFEE 42 TEA 2 5 0 WATER"),
        ("Ada Bo", "A-D-A B-O"),
        ("I am happy, and you?", "ME HAPPY YOU?"),
        ("What good friends do you have", "GOOD^ FRIEND^ YOU^ HAVE^ WHAT^"),
        ("I like pizza.", "ME LIKE P-I-Z-Z-A"),
    ],
)
def test_translations(text, expected):
    assert signed(text) == expected


@given(st.lists(st.sampled_from([*VOCABULARY.words, "Ada", "42", ".", "?", ",", "not", "when", "today"]), min_size=1))
def test_every_token_that_speaks_is_signed_once_at_its_place(words):
    text = " ".join(words)
    try:
        tokenized = tokenize(text, VOCABULARY)
    except TextError:
        return
    units = GRAMMAR.translate(tokenized)
    assert units
    told = {unit.token for unit in units}
    in_phrases = {word for phrase in GRAMMAR.phrases for word in phrase} | {"have", "has", "had"}
    for place, token in enumerate(tokenized.tokens):
        spoken = place in told or token.silent or token.kind == "digit" or token.text in in_phrases
        assert spoken, f"{token.text} of {text!r} is lost"
    for unit in units:
        assert unit.face in FACES
        assert 0 <= unit.span[0] < unit.span[1] <= len(text)


@given(st.text(alphabet="abcxyz ,.?", min_size=1))
def test_letters_of_unknown_words_stay_in_order(text):
    vocabulary = Vocabulary.of([], [])
    try:
        tokenized = tokenize(text, vocabulary)
    except TextError:
        return
    units = GRAMMAR.translate(tokenized)
    assert [unit.text.lower() for unit in units] == [letter for letter in text if letter.isalpha()]
    assert [unit.token for unit in units] == sorted(unit.token for unit in units)


@given(st.text())
def test_any_text_is_translated_or_refused(text):
    try:
        tokenized = tokenize(text, VOCABULARY)
    except TextError:
        return
    assert GRAMMAR.translate(tokenized)


def test_units_point_at_their_words():
    text = "Can't José help?"
    tokenized = tokenize(text, VOCABULARY)
    shown = [(unit.text, text[unit.span[0] : unit.span[1]]) for unit in GRAMMAR.translate(tokenized)]
    assert ("E", "é") in shown
    assert ("NOT", "'t") in shown


def test_words_of_another_vocabulary_are_spelled():
    tokenized = tokenize("hello wardrobe", Vocabulary.of(["hello", "wardrobe"]))
    units = GRAMMAR.translate(tokenized)
    assert [unit.text for unit in units] == ["HELLO", *"WARDROBE"]
    assert {unit.token for unit in units[1:]} == {1}


def test_silent_tokens_alone_give_nothing():
    tokenized = tokenize("the hello", VOCABULARY)
    only_the = type(tokenized)(tokenized.text, tokenized.tokens[:1], [])
    assert GRAMMAR.translate(only_the) == []


@given(
    st.lists(
        st.sampled_from(["hello", "do you want coffee?", "I don't know.", "what is it?", "Ada.", "the!"]), min_size=1
    )
)
def test_sentences_are_translated_independently(texts):
    whole = tokenize(" ".join(texts), VOCABULARY)
    told = [(unit.text, unit.span, unit.face) for unit in GRAMMAR.translate(whole)]
    parts = [GRAMMAR.translate(part) for part in sentences(whole, 10_000)]
    assert [(unit.text, unit.span, unit.face) for part in parts for unit in part] == told


def test_ten_thousand_characters():
    assert len(translate(tokenize("Ada wants coffee. " * 555, default_vocabulary()))) == 5 * 555


def test_a_phrase_that_points_outside_itself_is_refused():
    rules = {**read_rules(), "phrases": {"good night": "GOOD NIGHT@3"}}
    with pytest.raises(NsaError, match="word 3 of 2"):
        Grammar(GLOSSES, {}, {}, rules)


def test_every_phrase_works_with_the_shipped_lexicon():
    assert len(default_grammar().phrases) == len(read_rules()["phrases"])


def test_every_english_word_of_the_lexicon_means_a_sign():
    english = {
        " ".join(piece.text for piece in normalize(word).pieces) for s in lexicon().values() for word in s.english
    }
    assert english <= default_grammar().words


SHIPPED = {
    "Would Ada like some tea?": "A-D-A? WANT? SOME? TEA?",
    "Is there a bank near here?": "HAVE? BANK? CLOSE-NEAR? HERE?",
    "There are three dogs in the kitchen.": "IN KITCHEN HAVE 3 DOG",
    "I have already eaten.": "ME FINISH EAT",
    "I have never seen a bear.": "ME NEVER! SEE! BEAR!",
    "I have not eaten yet.": "ME EAT NOT-YET!",
    "What are you doing?": "YOU^ WHAT-DO^",
    "I did my homework.": "ME ACTIVITY MY HOMEWORK",
    "Do the dishes.": "ACTIVITY DISHES",
    "Do the children eat?": "CHILDREN? EAT?",
    "It is raining today.": "TODAY RAIN",
    "Is it cold?": "COLD?",
    "What time is it?": "TIME^ WHAT^",
    "It is important to drink water.": "IMPORTANT DRINK WATER",
    "It tastes like chicken.": "HE TASTE SAME CHICKEN",
    "What color is your car?": "YOUR^ CAR^ COLOR^ WHAT^",
    "How many books do you have?": "BOOK^ YOU^ HAVE^ HOW-MANY^",
    "How much is the ticket?": "TICKET^ HOW-MUCH^",
    "What kind of food do you like?": "FOOD^ YOU^ LIKE^ KIND-TYPE^ WHAT^",
    "How old are your children?": "YOUR^ CHILDREN^ HOW^ OLD^",
    "I have no money.": "ME HAVE NONE! MONEY!",
    "Nobody knows.": "NONE! KNOW!",
    "I don't want milk.": "ME DONT-WANT! MILK!",
    "She doesn't know.": "HE DONT-KNOW!",
    "Why can't you come?": "YOU^ CANNOT^ COME^ WHY^",
    "You must not wait.": "YOU FORBID! WAIT!",
    "I will visit my grandmother next week.": "NEXT-WEEK ME WILL VISIT MY GRANDMOTHER",
    "We moved two years ago.": "2 YEAR PAST WE MOVE",
    "I work every Monday.": "EACH MONDAY ME WORK",
    "My birthday is in December.": "DECEMBER MY BIRTHDAY",
    "I am 42 years old.": "ME 42 YEAR OLD",
    "My house is bigger than yours.": "MY HOUSE LARGE THAN YOUR",
    "The 1st and the second door": "FIRST AND SECOND DOOR",
    "If it rains, I will stay home.": "IF? RAIN? ME WILL STAY HOME",
    "Call me if you need help.": "IF? YOU? NEED? HELP? CALL-PHONE ME",
    "I don't know if he is here.": "ME DONT-KNOW! IF HE HERE",
    "Her mother and her father are deaf.": "HIS MOTHER AND HIS FATHER DEAF",
    "We are looking for the key tonight.": "TONIGHT WE SEARCH KEY",
    "This is my ice cream.": "THIS MY ICE-CREAM",
    "I left.": "ME GO",
    "Turn left.": "LEFT",
    "I will become rich next year.": "NEXT-YEAR ME WILL BECOME RICH",
    "I will become rich later.": "LATER ME WILL BECOME RICH",
    "I eat twice a day.": "TWICE DAY ME EAT",
    "You're welcome, Ada.": "WELCOME A-D-A",
    "My dog is called Rex.": "MY DOG NAME R-E-X",
}


@pytest.mark.parametrize(("text", "expected"), SHIPPED.items())
def test_translations_by_the_shipped_lexicon(text, expected):
    assert signed(text, default_grammar(), default_vocabulary()) == expected


@given(st.lists(st.sampled_from([*default_vocabulary().words, "Ada", "42", ".", "?", ","]), min_size=1, max_size=9))
def test_no_token_is_signed_twice(words):
    text = " ".join(words)
    try:
        tokenized = tokenize(text, default_vocabulary())
    except TextError:
        return
    units = default_grammar().translate(tokenized)
    told = [unit.token for unit in units]
    spelled_whole = {
        unit.token for unit in units if unit.kind == "letter" and tokenized.tokens[unit.token].kind == "word"
    }
    assert not spelled_whole
    assert len(told) == len(set(told))
    assert not any(tokenized.tokens[place].kind == "punctuation" for place in told)
    for unit in units:
        assert 0 <= unit.span[0] < unit.span[1] <= len(text)
    letters_told = [unit.token for unit in units if unit.kind == "letter"]
    for place in letters_told:
        follows = place + 1 < len(tokenized.tokens) and not tokenized.tokens[place + 1].opens
        assert not follows or told[told.index(place) + 1] == place + 1


def test_every_unit_has_an_entry_in_the_lexicon():
    words = " ".join(default_vocabulary().words)
    tables = {"sign": lexicon(), "letter": letters(), "number": numbers()}
    for unit in translate(tokenize(f"{words} 0 1 2 3 4 5 6 7 8 9 10 abcdefghijklmnopqrstuvwxyz", default_vocabulary())):
        assert unit.text in tables[unit.kind]
