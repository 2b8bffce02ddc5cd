"""The ablation: rows are trained and judged alike, and the table says what was measured."""

from dataclasses import replace

import pytest
from tiny import CONFIG, fake_corpus

from nsa_ros.learning.config import config_names, load_config
from nsa_ros.learning.evaluation.ablation import FOLDER, ablation_table, judged_row, page

CORPUS = fake_corpus()
SCORES = {
    "mpjpe": 12.34,
    "mpvpe": 11.0,
    "fid": 0.5,
    "dtw": 20.0,
    "d_pair_ratio": 0.25,
    "d_inter_over_intra": 4.0,
    "unit_error": 0.125,
    "jerk_ratio": 1.1,
}


class Judge:
    """Keeps what it was shown."""

    def __init__(self):
        self.passages = CORPUS.train[:4]
        self.draws = None

    def __call__(self, draws):
        self.draws = draws
        return dict(SCORES)


def test_a_row_is_trained_for_its_updates_and_performs_every_text_twice(tmp_path):
    judge = Judge()
    row = judged_row(replace(CONFIG, change="nothing", base="itself"), CORPUS, tmp_path, judge)
    assert row["updates"] == CONFIG.train_denoiser.steps
    assert row["scores"]["parameters"] > 0
    first, again = judge.draws
    for passage, one, other in zip(judge.passages, first, again, strict=True):
        assert one.text == other.text == passage.text
        assert one.poses.shape == passage.poses.shape
        assert (one.poses != other.poses).any()


def test_the_table_has_a_row_for_each_and_the_ceiling_last():
    row = {"name": "a", "base": "b", "change": "c", "updates": 7, "minutes": 3.0, "texts": 4}
    table = ablation_table([row | {"scores": SCORES | {"parameters": 1.5}}], SCORES)
    assert table.rows[0] == [
        "`a`",
        "c",
        "`b`",
        "12.3 mm",
        "11.0 mm",
        "0.50",
        "20.0 mm",
        "0.25",
        "4.0",
        "12 %",
        "1.10 ×",
        "1.50 M",
    ]
    assert table.rows[1][-1] == "–"
    assert "for 7 updates" in page([row | {"scores": SCORES}], SCORES)


@pytest.mark.parametrize(("updates", "rehearsal"), [(3999, True), (4000, False)])
def test_rows_of_too_few_updates_are_called_a_rehearsal(updates, rehearsal):
    row = {"name": "a", "base": "b", "change": "c", "updates": updates, "minutes": 3.0, "texts": 4, "scores": SCORES}
    assert ("A rehearsal" in page([row], SCORES)) == rehearsal


@pytest.mark.parametrize("name", [name for name in config_names() if name.startswith(FOLDER)])
def test_every_configuration_says_what_it_changes_in_what(name):
    config = load_config(name)
    assert config.name == name.removeprefix(FOLDER)
    assert config.change
    assert config.base
    assert not config.text.clip
