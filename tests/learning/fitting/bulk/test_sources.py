"""The work of a run as `nsa fit` means it: real landmarks, really fitted, by whoever is handed the work."""

import pickle

import numpy as np
import pytest
from fake_fitting import fitted

from nsa_ros.capture.readers import ReadOptions, clips_in
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.bulk.lot import SETTINGS_LABEL, fit_lot
from nsa_ros.learning.fitting.bulk.sources import tasks, work
from nsa_ros.learning.fitting.bulk.texts import Texts
from nsa_ros.learning.fitting.settings import Settings

OPTIONS, QUICK = ReadOptions(fps=25.0, size=(1280, 720)), Settings(iterations=2)


@pytest.fixture
def clips(tmp_path):
    """Two clips of both hands in one file."""
    points = {name: fitted(frames).reprojected()[:, 16:] for name, frames in (("a", 12), ("b", 8))}
    flat = {name: np.concatenate([seen, np.zeros((*seen.shape[:2], 1))], axis=-1) for name, seen in points.items()}
    np.savez(tmp_path / "clips.npz", **flat)
    return tmp_path


def test_a_lot_of_clips_is_really_fitted_after_a_journey(clips):
    todo = tasks(clips_in(clips), Texts(None), {"license": "MIT"})
    made = pickle.loads(pickle.dumps((todo, work(OPTIONS, QUICK))))
    outcomes = {outcome.name: outcome for outcome in fit_lot(*made)}
    assert {name: len(outcome.fitted.motion) for name, outcome in outcomes.items()} == {"clips/a": 12, "clips/b": 8}
    fit = outcomes["clips/a"].fitted
    assert fit.motion.fps == 25.0
    assert fit.quality["verdict"] in ("good", "usable", "reject")
    assert fit.labels[SETTINGS_LABEL] == made[1].key
    assert fit.labels["license"] == "MIT"


def test_the_key_changes_with_what_changes_a_fit_and_with_nothing_else():
    key = work(OPTIONS, QUICK).key
    assert work(ReadOptions(fps=25.0, size=(1280, 720), keep=True), Settings(iterations=2, device="cpu")).key == key
    assert work(ReadOptions(fps=24.0, size=(1280, 720)), QUICK).key != key
    assert work(OPTIONS, Settings(iterations=3)).key != key


def test_texts_are_found_by_name_with_or_without_suffix_or_folder(tmp_path):
    (tmp_path / "texts.tsv").write_text("file\ttext\nday1/a.mp4\tHello.\nb\tGood-bye.\n")
    texts = Texts(tmp_path)
    assert texts.of("day1/a") == texts.of("day1/a.mp4") == {"text": "Hello."}
    assert texts.of("day2/b") == {"text": "Good-bye."}
    assert texts.of("c") == {}


def test_how2signs_tables_say_split_and_text(tmp_path):
    place = tmp_path / "train_2D_keypoints" / "re_aligned"
    place.mkdir(parents=True)
    header = "VIDEO_ID\tSENTENCE_NAME\tSENTENCE\n"
    (place / "how2sign_realigned_train.csv").write_text(header + 'v\t-x_1-5-rgb_front\tShe said "hi".\n')
    (tmp_path / "how2sign_realigned_val.csv").write_text(header + "v\ty\tNo.\n")
    texts = Texts(tmp_path)
    found = texts.of("train_2D_keypoints/openpose_output/json/-x_1-5-rgb_front")
    assert found == {"text": 'She said "hi".', "sentence_name": "-x_1-5-rgb_front", "split": "train"}
    assert texts.of("y")["split"] == "val"


def test_a_table_without_its_columns_is_named(tmp_path):
    (tmp_path / "texts.csv").write_text("name,words\na,Hello.\n")
    with pytest.raises(NsaError, match=r"texts\.csv needs a first line with the columns file and text"):
        Texts(tmp_path)
