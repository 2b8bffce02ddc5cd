import math
import os
import pickle

import numpy as np
import pytest

from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import BODY, JAW, LEFT_HAND, RIGHT_HAND
from nsa_ros.capture.regressor import read_regressor
from nsa_ros.errors import NsaError

FRAMES = 6
NAMES = {
    "smplx": ("global_orient", "body_pose", "left_hand_pose", "right_hand_pose", "jaw_pose", "expression", "transl"),
    "OSX": (*(f"smplx_{part}_pose" for part in ("root", "body", "lhand", "rhand", "jaw")), "smplx_expr", "cam_trans"),
    "short": ("root_pose", "body_pose", "lhand_pose", "rhand_pose", "jaw_pose", "expr", "cam_trans"),
}


def estimate(names="smplx", frames=FRAMES):
    rng = np.random.default_rng(1)
    sizes = (3, 63, 45, 45, 3, 10, 3)
    values = {name: rng.normal(0, 0.2, (frames, size)) for name, size in zip(NAMES[names], sizes, strict=True)}
    values[NAMES[names][0]][:, 0] += math.pi  # in the camera's axes
    return values


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
def test_the_names_of_several_regressors_are_known(tmp_path, names, suffix):
    values = estimate(names)
    path = tmp_path / f"params{suffix}"
    np.savez(path, **values) if suffix == ".npz" else path.write_bytes(pickle.dumps(values))
    motion = read_regressor(path, FRAMES, 30.0)
    root, body, left, right, jaw = (values[name].reshape(FRAMES, -1, 3) for name in NAMES[names][:5])
    for joints, expected in ((BODY, body), (LEFT_HAND, left), (RIGHT_HAND, right), (slice(JAW, JAW + 1), jaw)):
        np.testing.assert_allclose(motion.poses[:, joints], expected)
    turned = np.diag([1.0, -1.0, -1.0]) @ rotvec_to_matrix(root[:, 0])
    np.testing.assert_allclose(rotvec_to_matrix(motion.poses[:, 0]), turned, atol=1e-9)
    assert (rotvec_to_matrix(motion.poses[:, 0])[:, 1, 1] > 0).all()  # the head is up
    assert motion.fps == 30.0
    assert not motion.transl.any()


def test_an_upright_root_stays(tmp_path):
    values = estimate()
    values["global_orient"][:, 0] -= math.pi
    np.savez(tmp_path / "params.npz", **values)
    motion = read_regressor(tmp_path / "params.npz", FRAMES)
    np.testing.assert_allclose(motion.poses[:, 0], values["global_orient"])


def test_the_mean_hand_is_added_if_given(tmp_path):
    values = estimate()
    np.savez(tmp_path / "params.npz", **values)
    np.savez(tmp_path / "model.npz", hands_meanl=np.full(45, 0.5), hands_meanr=np.full(45, -0.25))
    flat = read_regressor(tmp_path / "params.npz", FRAMES)
    bent = read_regressor(tmp_path / "params.npz", FRAMES, mean_hand=tmp_path / "model.npz")
    np.testing.assert_allclose(bent.poses[:, LEFT_HAND] - flat.poses[:, LEFT_HAND], 0.5)
    np.testing.assert_allclose(bent.poses[:, RIGHT_HAND] - flat.poses[:, RIGHT_HAND], -0.25)


@pytest.mark.parametrize("name", ["{:05}_0.npz", "{}.npz", "clip_2_{}.npz", "a-1-rgb_front_{}_3D.pkl"])
def test_files_of_frames_come_in_the_order_of_their_numbers(tmp_path, name):
    values = estimate(frames=12)
    for frame in range(12):
        row = {key: value[frame].reshape(-1, 3) if "pose" in key else value[frame] for key, value in values.items()}
        path = tmp_path / name.format(frame)
        np.savez(path, **row) if path.suffix == ".npz" else path.write_bytes(pickle.dumps(row))
    motion = read_regressor(tmp_path, 12)
    np.testing.assert_allclose(motion.poses[:, BODY], values["body_pose"].reshape(12, 21, 3))


def test_two_people_in_a_frame_are_refused(tmp_path):
    values = {key: value[0] for key, value in estimate().items()}
    for name in ("1_0", "1_1", "2_0"):
        np.savez(tmp_path / f"{name}.npz", **values)
    with pytest.raises(NsaError, match="several files for a frame"):
        read_regressor(tmp_path, 2)


def without(key):
    return {name: value for name, value in estimate().items() if name != key}


def with_nan():
    values = estimate()
    values["left_hand_pose"][4, 2] = np.nan
    return values


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (without("body_pose"), "has no body_pose or smplx_body_pose or pose_body for the body"),
        (without("global_orient"), "for the root"),
        (estimate(frames=5), "global_orient has 5 frames and the clip has 6"),
        (with_nan(), "left_hand_pose is not finite in frame 4"),
        ({**estimate(), "left_hand_pose": np.zeros((FRAMES, 12))}, r"\(6, 12\); \(6, 45\) is needed: axis-angle"),
        ({**estimate(), "body_pose": np.full((FRAMES, 63), "x")}, "axis-angle"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, values, said):
    np.savez(tmp_path / "params.npz", **values)
    with pytest.raises(NsaError, match=said) as caught:
        read_regressor(tmp_path / "params.npz", FRAMES)
    assert "params.npz" in str(caught.value)


class RunsCode:
    def __reduce__(self):
        return os.system, ("touch ran",)


def test_a_pickle_that_runs_code_does_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.pkl").write_bytes(pickle.dumps({"body_pose": RunsCode()}))
    np.save(tmp_path / "objects.npy", np.array([RunsCode()], dtype=object), allow_pickle=True)
    np.savez(tmp_path / "params.npz", body_pose=np.array([RunsCode()], dtype=object))
    with pytest.raises(NsaError, match=r"params\.pkl names posix\.system"):
        read_regressor(tmp_path / "params.pkl", FRAMES)
    with pytest.raises(NsaError, match=r"params\.npz is not readable"):
        read_regressor(tmp_path / "params.npz", FRAMES)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["missing.npz", "empty", "text.txt", "broken.npz"])
def test_what_is_no_estimate_is_named(tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("text")
    (tmp_path / "broken.npz").write_bytes(b"PK")
    with pytest.raises(NsaError, match=name):
        read_regressor(tmp_path / name, FRAMES)
