import pytest

from nsa_ros.study.comprehension import comprehension, f1, signs, words


def test_words_are_written_out_and_without_marks():
    assert words("I'm here, THANK-YOU!") == ["i", "am", "here", "thank", "you"]
    assert words("") == words("???") == []


def test_signs_join_spelled_words_and_ignore_articles_and_inflection():
    assert signs("My name is Zoryn Bax.") == ["MY", "NAME", "ZORYN", "BAX"]
    assert sorted(signs("She went to the house")) == sorted(signs("SHE GO HOUSE"))
    assert signs("") == []


@pytest.mark.parametrize(
    ("said", "meant", "value"),
    [
        (["a", "b"], ["a", "b"], 1.0),
        (["b", "a"], ["a", "b"], 1.0),
        (["a"], ["a", "b", "c"], 0.5),  # precision 1, recall 1/3
        (["a", "a"], ["a", "b"], 0.5),  # the second a has no partner
        ([], ["a"], 0.0),
        ([], [], 0.0),
    ],
)
def test_f1_by_hand(said, meant, value):
    assert f1(said, meant) == pytest.approx(value)


def test_scores_of_an_answer():
    assert comprehension("i see a cat", "I see a cat.") == {"words": 1.0, "signs": 1.0, "exact": 1.0}
    gloss = comprehension("ME SEE CAT", "I see a cat.")
    assert gloss["signs"] == 1.0
    assert gloss["words"] == pytest.approx(4 / 7)  # see and cat of 3 and 4 words
    assert gloss["exact"] == 0.0
    assert comprehension("", "I see a cat.") == {"words": 0.0, "signs": 0.0, "exact": 0.0}
