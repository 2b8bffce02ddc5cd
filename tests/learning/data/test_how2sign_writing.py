"""What is written in How2Sign's layout is what is read from it."""

import errno
import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_fitting import fitted

from nsa_ros.body.kinematics import forward
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import EYES, INDEX
from nsa_ros.capture.restricted_pickle import load_arrays
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.how2sign_writing import Sentence, write_about, write_clip, write_table
from nsa_ros.learning.data.reading import read_data

FIT = fitted(48, fps=24.0, seed=3)


def written(folder, fit=FIT, text="Drink coffee."):
    write_clip(folder, "train", "clip", fit)
    write_table(folder, "train", [Sentence("clip", text, len(fit.motion), fit.motion.fps)])
    write_about(folder, [fit.labels])
    return folder


def test_poses_come_back_as_they_were(tmp_path):
    (passage,) = read_data(written(tmp_path)).train
    expected = FIT.motion.poses.copy()
    expected[:, EYES] = 0.0
    turned = rotvec_to_matrix(passage.poses[:, 0].astype(float))
    np.testing.assert_allclose(turned, rotvec_to_matrix(expected[:, 0]), atol=1e-6)
    np.testing.assert_allclose(passage.poses[:, 1:], expected[:, 1:], atol=1e-7)
    np.testing.assert_allclose(passage.expression, FIT.motion.expression, atol=1e-7)
    assert passage.text == "Drink coffee."


def test_a_rate_that_is_not_24_is_told_by_the_table(tmp_path):
    (passage,) = read_data(written(tmp_path, fitted(61, fps=60.0))).train
    assert len(passage.poses) == 25


def test_files_are_those_of_the_release(tmp_path):
    place = written(tmp_path) / "train" / "poses" / "clip"
    assert sorted(path.name for path in place.iterdir()) == sorted(f"clip_{i}_3D.pkl" for i in range(48))
    frame = pickle.loads((place / "clip_7_3D.pkl").read_bytes())
    sizes = {
        "smplx_root_pose": 3, "smplx_body_pose": 63, "smplx_lhand_pose": 45, "smplx_rhand_pose": 45,
        "smplx_jaw_pose": 3, "smplx_shape": 10, "smplx_expr": 10, "cam_trans": 3,
    }  # fmt: skip
    assert {key: value.shape for key, value in frame.items()} == {key: (size,) for key, size in sizes.items()}
    assert {value.dtype for value in frame.values()} == {np.dtype(np.float32)}
    np.testing.assert_allclose(frame["smplx_shape"], FIT.betas, atol=1e-7)
    assert load_arrays(place / "clip_7_3D.pkl").keys() == frame.keys()
    first, row = (tmp_path / "train" / "how2sign_realigned_train.csv").read_text().splitlines()
    assert first.split("\t")[:7] == [
        "VIDEO_ID", "VIDEO_NAME", "SENTENCE_ID", "SENTENCE_NAME", "START_REALIGNED", "END_REALIGNED", "SENTENCE",
    ]  # fmt: skip
    assert row.split("\t")[3:] == ["clip", "0.0", "2.0000", "Drink coffee.", "24"]


def test_in_the_cameras_axes_the_wrist_projects_to_where_the_fit_shows_it(tmp_path):
    place = written(tmp_path) / "train" / "poses" / "clip"
    frame = load_arrays(place / "clip_20_3D.pkl")
    pose = FIT.motion.poses[20].copy()
    pose[0] = frame["smplx_root_pose"]
    seen = forward(FIT.skeleton, pose, frame["cam_trans"]).positions[INDEX["left_wrist"]]
    posed = forward(FIT.skeleton, FIT.motion.poses[20], FIT.motion.transl[20])
    expected = FIT.camera.project(posed.positions[INDEX["left_wrist"]])
    pixels = FIT.camera.focal * seen[:2] / seen[2] + np.array(FIT.camera.centre)
    np.testing.assert_allclose(pixels, expected, atol=1e-3)


def test_it_says_whose_it_is_and_that_hands_are_flat(tmp_path):
    meta = read_data(written(tmp_path)).meta
    assert (meta["hands"], meta["license"], meta["expression_basis"]) == ("flat", "CC0-1.0", "nsa-open-1")
    assert (meta["source"], meta["status"]) == ("made up", "made up")
    assert read_data(tmp_path, hands="mean").meta["hands"] == "mean"


def test_licences_and_sources_of_all_fits_are_named(tmp_path):
    write_about(tmp_path, [FIT.labels, {**FIT.labels, "license": "MIT", "source": ""}])
    about = json.loads((tmp_path / "about.json").read_text())
    assert (about["license"], about["source"]) == ("CC0-1.0; MIT", "made up; not stated")


def test_of_thousands_of_recordings_some_are_named_and_all_counted(tmp_path):
    write_about(tmp_path, [{**FIT.labels, "source": f"clip {i}.mp4"} for i in range(1000)])
    source = json.loads((tmp_path / "about.json").read_text())["source"]
    assert source.startswith("1000 in all: clip 0.mp4; ")
    assert len(source) < 100


def test_fits_without_a_face_go_with_those_that_have_one(tmp_path):
    write_about(tmp_path, [FIT.labels, {**FIT.labels, "expression_basis": "none"}])
    assert json.loads((tmp_path / "about.json").read_text())["expression_basis"] == "nsa-open-1"


def test_fits_of_two_expression_bases_are_not_mixed(tmp_path):
    with pytest.raises(NsaError, match="SMPL-X, nsa-open-1"):
        write_about(tmp_path, [FIT.labels, {**FIT.labels, "expression_basis": "SMPL-X"}])


def test_what_does_not_say_what_it_should_is_named(tmp_path):
    written(tmp_path)
    (tmp_path / "about.json").write_text('{"hands": "flat"}')
    with pytest.raises(NsaError, match=r"about\.json does not say what"):
        read_data(tmp_path)


def test_texts_of_several_lines_stay_in_their_row(tmp_path):
    (passage,) = read_data(written(tmp_path, text='Drink\n\t"coffee" now.')).train
    assert passage.text == 'Drink "coffee" now.'


def test_a_clip_replaces_one_that_was_longer(tmp_path):
    written(tmp_path)
    write_clip(tmp_path, "train", "clip", replace(FIT, motion=FIT.motion[:20]))
    assert len(list((tmp_path / "train" / "poses" / "clip").iterdir())) == 20


def test_a_full_disk_leaves_no_half_of_a_clip(tmp_path, monkeypatch):
    kept = Path.write_bytes

    def full(path, content):
        if path.name == "clip_9_3D.pkl":
            raise OSError(errno.ENOSPC, "No space left on device")
        return kept(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(NsaError, match="clip cannot be written: No space left on device"):
        written(tmp_path)
    assert not list((tmp_path / "train" / "poses").iterdir())
