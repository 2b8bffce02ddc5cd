"""The motion container and its file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.body.motion import NO_UNIT, Motion, concatenate, load_npz, save_npz, still
from nsa_ros.errors import NsaError


def motion(frames=5, fps=24.0, seed=0):
    rng = np.random.default_rng(seed)
    return Motion(
        rng.normal(size=(frames, 55, 3)),
        rng.normal(size=(frames, 10)),
        rng.normal(size=(frames, 3)),
        fps,
        rng.integers(-1, 3, frames),
    )


def assert_equal(a, b):
    for name in ("poses", "expression", "transl", "unit"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
    assert a.fps == b.fps


@given(frames=st.integers(0, 12), cut=st.integers(0, 12))
def test_cutting_and_joining_gives_the_motion_back(frames, cut):
    whole = motion(frames)
    assert_equal(concatenate([whole[:cut], whole[cut:]]), whole)


def test_unit_is_none_when_left_out():
    assert list(still(np.zeros((55, 3)), 3, 24.0).unit) == [NO_UNIT] * 3


def test_duration_is_frames_over_rate():
    assert motion(12, 24.0).duration == 0.5


def test_a_wrong_shape_is_named():
    with pytest.raises(NsaError, match=r"expression has shape \(4, 10\), expected \(5, 10\)"):
        Motion(np.zeros((5, 55, 3)), np.zeros((4, 10)), np.zeros((5, 3)), 24.0)


@pytest.mark.parametrize("fps", [0.0, -1.0, float("nan")])
def test_a_rate_must_be_above_zero(fps):
    with pytest.raises(NsaError, match="fps"):
        still(np.zeros((55, 3)), 2, fps)


def test_motions_of_different_rates_are_not_joined():
    with pytest.raises(NsaError, match="different rates"):
        concatenate([motion(fps=24.0), motion(fps=25.0)])


def test_nothing_cannot_be_joined():
    with pytest.raises(NsaError, match="no motion"):
        concatenate([])


def test_a_file_gives_back_what_was_written_with_the_names_of_smplx(tmp_path):
    path = tmp_path / "m.npz"
    save_npz(path, motion(), text="hello", licence="CC0-1.0")
    assert_equal(load_npz(path), motion())
    with np.load(path) as data:
        shapes = {name: data[name].shape for name in data}
        assert str(data["text"]) == "hello"
    expected = {"global_orient": 3, "body_pose": 63, "jaw_pose": 3, "leye_pose": 3, "reye_pose": 3}
    expected |= {"left_hand_pose": 45, "right_hand_pose": 45, "expression": 10, "transl": 3}
    assert {name: shapes[name] for name in expected} == {name: (5, width) for name, width in expected.items()}
    assert shapes["betas"] == (10,)
    assert shapes["mocap_frame_rate"] == ()


def test_a_file_of_another_tool_may_lack_all_but_the_body(tmp_path):
    np.savez(tmp_path / "m.npz", body_pose=np.ones((4, 63)), mocap_frame_rate=30)
    loaded = load_npz(tmp_path / "m.npz")
    assert loaded.fps == 30
    np.testing.assert_array_equal(loaded.poses[:, 1:22], 1.0)
    np.testing.assert_array_equal(loaded.poses[:, 22:], 0.0)


def write(path, **changes):
    arrays = {"body_pose": np.zeros((4, 63)), "mocap_frame_rate": np.array(24.0)} | changes
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"body_pose": None}, "body_pose"),
        ({"mocap_frame_rate": None}, "mocap_frame_rate"),
        ({"jaw_pose": np.zeros((3, 3))}, "not a motion file"),
        ({"transl": np.zeros((4, 2))}, "transl has shape"),
        ({"body_pose": np.full((4, 63), np.nan)}, "not finite"),
        ({"body_pose": np.array(["x"] * 4)}, "not a motion file"),
    ],
)
def test_an_unsuitable_file_is_refused_with_the_reason(tmp_path, changes, message):
    write(tmp_path / "m.npz", **changes)
    with pytest.raises(NsaError, match=message):
        load_npz(tmp_path / "m.npz")


def test_what_is_no_archive_is_refused(tmp_path):
    whole, cut, single = (tmp_path / name for name in ("whole.npz", "cut.npz", "single.npy"))
    write(whole)
    cut.write_bytes(whole.read_bytes()[:200])
    np.save(single, np.zeros(3))
    for path in (cut, single):
        with pytest.raises(NsaError, match="not a motion file"):
            load_npz(path)
    with pytest.raises(NsaError, match="no motion file"):
        load_npz(tmp_path / "none.npz")
