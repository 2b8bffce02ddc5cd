"""Fits in How2Sign's layout: written in a run, read as a data set."""

import shutil

import numpy as np
import pytest
from fake_fitting import WORK, tasks

from nsa_ros.capture.fitted import load_fitted
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.reading import read_data
from nsa_ros.learning.fitting.bulk.layout import How2SignFits, places
from nsa_ros.learning.fitting.bulk.processes import Processes
from nsa_ros.learning.fitting.bulk.run import fit_many


def run(folder, todo, key="key"):
    fits = How2SignFits(folder, key, todo)
    return fits, fit_many(todo, lambda: Processes(1, WORK), fits, WORK.group)


def test_a_run_can_be_trained_on(tmp_path):
    todo = [*tasks("mine/a:30", "b:40", text="Drink coffee."), *tasks("reject", "val_2D/c:30", text="Hello.")]
    fits, summary = run(tmp_path, [*todo, *tasks("silent", "bad")])
    assert summary.count("fitted") == 5
    corpus = read_data(tmp_path)
    assert sorted(passage.text for passage in corpus.train) == ["Drink coffee.", "Drink coffee."]
    assert [passage.text for passage in corpus.val] == ["Hello."]
    assert {name for _, name, _ in corpus.meta["dropped"]} == {"silent"}
    assert fits.notes() == [
        f"1 rejected fits are only in {tmp_path / 'fits'}",
        "1 clips have no text, without which they are not trained on: give --texts",
    ]
    assert (tmp_path / "fits" / "reject.npz").exists()
    assert (tmp_path / "train" / "poses" / "mine__a").is_dir()
    assert (tmp_path / "summary.json").exists()


def test_going_on_mends_the_layout_and_keeps_the_tables(tmp_path):
    todo = tasks("a", "b", "c", text="Hello.")
    run(tmp_path, todo)
    poses = tmp_path / "train" / "poses"
    shutil.rmtree(poses / "b")
    (tmp_path / "fits" / "c.npz").unlink()
    (poses / ".b.half").mkdir()
    _, summary = run(tmp_path, todo)
    assert {name: row.status for name, row in summary.rows.items()} == {"a": "skipped", "b": "skipped", "c": "fitted"}
    assert sorted(path.name for path in poses.iterdir()) == ["a", "b", "c"]
    assert len(read_data(tmp_path).train) == 3


def test_names_and_splits():
    found = places([*tasks("train_2D_keypoints/openpose_output/json/x", "test/y", "training/z", "val"),
                    *tasks("deep/w", split="val", sentence_name="W")])  # fmt: skip
    assert list(found.values()) == [
        ("train", "train_2D_keypoints__openpose_output__json__x"), ("test", "test__y"), ("train", "training__z"),
        ("train", "val"), ("val", "W"),
    ]  # fmt: skip
    with pytest.raises(NsaError, match=r"a/b and a__b would both be a__b of train"):
        places(tasks("a/b", "a__b"))


def test_a_fit_made_anew_replaces_what_was_there(tmp_path):
    run(tmp_path, tasks("a:30", text="Hello."))
    _, summary = run(tmp_path, tasks("a:20", text="Hello."), key="other")
    assert summary.count("fitted") == 1
    assert len(list((tmp_path / "train" / "poses" / "a").iterdir())) == 20
    fit = load_fitted(tmp_path / "fits" / "a.npz")
    first = read_data(tmp_path, upright=True).train[0].poses[0]
    np.testing.assert_allclose(first[1:22], fit.motion.poses[0, 1:22], atol=1e-6)
