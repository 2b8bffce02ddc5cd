from nsa_ros.learning.evaluation.targets import targets

SCORES = {
    "unit_error": {"model": 0.04, "reference": 0.01},
    "name_letters": {"model": 0.97, "reference": 0.99},
    "d_pair_ratio": {"model": 0.2, "second": 0.1},
    "d_inter_over_intra": {"model": 8.0, "second": 9.0},
    "d_intra": {"model": 10.0, "second": 12.0},
    "hands_jerk_ratio": {"model": 0.5},
}
STEPS = [{"steps": 4.0, "dtw": 20.0}, {"steps": 50.0, "dtw": 19.5}]


def met(**changes) -> dict[str, bool | None]:
    given = {
        "scores": SCORES,
        "steps": STEPS,
        "shipped": 4,
        "bundle_bytes": 9_000_000,
        "captured": {"model": 23, "reference": 24},
    }
    return {row["title"]: row["met"] for row in targets(**{**given, **changes})}


def test_each_target_by_hand():
    assert list(met().values()) == [True, False, True, False, True, True, True, False, True, True]


def test_what_was_not_measured_is_neither_met_nor_missed():
    assert list(met(scores={}, steps=[], captured=None).values()) == [None] * 9 + [True]


def test_letters_before_captures_must_be_20_and_near_the_reference():
    title = "letters named by the recogniser of real captures, of 26"
    counts = [(19, 19), (20, 22), (20, 23), (26, 20)]
    assert [met(captured={"model": a, "reference": b})[title] for a, b in counts] == [False, True, False, True]


def test_values_stand_as_text_beside_the_references_own():
    row = targets(SCORES, STEPS, 4, 1, None)[0]
    assert (row["measured"], row["beside"], row["wanted"]) == ("4.0 %", "1.0 %", "≤ 5 %")
