import numpy as np
import pytest
from fake_source import FakeSource
from tiny import make_bundle

from nsa_ros.learning.evaluation import steps
from nsa_ros.learning.evaluation.performances import perform_bundle_with_plan
from nsa_ros.learning.evaluation.plots import draw_plots
from nsa_ros.learning.evaluation.points import points
from nsa_ros.learning.evaluation.steps import quality_by_steps, variation
from nsa_ros.learning.evaluation.tables import step_table
from nsa_ros.signing.signer import ModelSigner


@pytest.fixture(scope="module")
def signer():
    return ModelSigner(make_bundle() / "bundle", "cpu")


@pytest.fixture(scope="module")
def passages():
    return [FakeSource().passage(text, seed, True) for seed, text in enumerate(["coffee you", "want fs-bo"])]


def test_every_number_of_steps_has_quality_time_and_variation(signer, passages):
    source = FakeSource()
    units = [(kind, text) for kind, texts in source.units.items() for text in texts]
    rows = quality_by_steps(signer, passages, (3, 1), units)
    assert [row["steps"] for row in rows] == [1.0, 3.0]
    for row in rows:
        assert set(row) == {"steps", "dtw", "hands_jerk_ratio", "variation", "milliseconds"}
        assert all(np.isfinite(value) for value in row.values())
        assert row["variation"] > 0
        assert row["milliseconds"] > 0


def test_variation_is_the_mean_distance_of_ten_fingertips(signer, passages):
    first, second = (perform_bundle_with_plan(signer, passages[:1], seed)[0] for seed in (0, 1))
    tips = [points(p.poses)[:, 55:] for p in (first, second)]
    assert tips[0].shape[1:] == (10, 3)
    wanted = 1e3 * np.sqrt(((tips[0] - tips[1]) ** 2).sum(-1)).mean()
    assert variation(signer, passages[:1]) == pytest.approx(wanted)


def test_renditions_with_the_same_noise_do_not_vary(signer, passages, monkeypatch):
    def same(signer, passages, seed):
        return perform_bundle_with_plan(signer, passages, 0)

    monkeypatch.setattr(steps, "perform_bundle_with_plan", same)
    assert variation(signer, passages) == 0.0


OLD = [{"steps": 1.0, "dtw": 26.0, "hands_jerk_ratio": 1.5}, {"steps": 4.0, "dtw": 25.0, "hands_jerk_ratio": 1.4}]


def test_rows_of_older_scores_are_still_read():
    table = step_table({"steps": OLD})
    assert table.head == ["DDIM steps", "DTW to the reference", "jerk of the hands, over the reference's"]
    assert table.rows[0] == ["1", "26.0 mm", "1.5"]
    result = {"scores": {}, "plans": {}, "steps": OLD}
    assert draw_plots(result)["steps"].startswith(b"\x89PNG")


def test_what_is_new_has_a_column_and_a_panel():
    new = [{**row, "variation": 4.7, "milliseconds": 7.25} for row in OLD]
    table = step_table({"steps": new})
    assert table.head[-2:] == ["two seeds apart, fingertips", "per second of motion [ms]"]
    assert table.rows[1][-2:] == ["4.7 mm", "7.25"]
    old, both = (draw_plots({"scores": {}, "plans": {}, "steps": rows})["steps"] for rows in (OLD, new))
    assert len(both) > len(old)
