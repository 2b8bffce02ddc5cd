import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from nsa_ros.body.motion import Motion, save_npz
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.amass import AmassOptions
from nsa_ros.learning.data.reading import read_data

RNG = np.random.default_rng(0)
POSES = RNG.normal(0, 0.2, (20, 55, 3)).astype(np.float32)


def write(file, **arrays):
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, **{"mocap_framerate": 24.0, "text": "Hello.", **arrays})


def read(folder, **options):
    return read_data(folder, **{"held_out": 0, "up": "y", **options})


@pytest.mark.parametrize(
    ("width", "joints"),
    [
        (165, slice(0, 55)),
        (156, [*range(22), *range(25, 55)]),
        (159, [*range(23), *range(25, 55)]),
        (66, slice(0, 22)),
        (63, slice(1, 22)),
    ],
)
def test_poses_of_every_width_go_to_their_joints(tmp_path, width, joints):
    expected = np.zeros_like(POSES)
    expected[:, joints] = POSES[:, joints]
    write(tmp_path / "a.npz", poses=POSES[:, joints].reshape(20, width))
    np.testing.assert_array_equal(read(tmp_path).train[0].poses, expected)


def test_the_newer_names_are_read(tmp_path):
    write(
        tmp_path / "a.npz",
        root_orient=POSES[:, 0],
        pose_body=POSES[:, 1:22].reshape(20, -1),
        pose_jaw=POSES[:, 22],
        pose_eye=POSES[:, 23:25].reshape(20, -1),
        pose_hand=POSES[:, 25:].reshape(20, -1),
        labels=np.array([{}], dtype=object),
    )
    np.testing.assert_array_equal(read(tmp_path).train[0].poses, POSES)


def test_what_nsa_sign_writes_is_read_with_its_text_and_status(tmp_path):
    times = np.arange(61) / 60
    poses = np.zeros((61, 55, 3))
    poses[:, 17, 2] = times
    expression = np.zeros((61, 10))
    expression[:, 3] = times
    motion = Motion(poses, expression, np.zeros((61, 3)), 60.0)
    said = {"text": "Drink coffee.", "signer": "default", "expression_basis": "nsa-open-1", "status": "made up"}
    save_npz(tmp_path / "x.npz", motion, **said)
    corpus = read_data(tmp_path, held_out=0)
    (passage,) = corpus.train
    assert passage.text == "Drink coffee."
    np.testing.assert_allclose(passage.poses[:, 17, 2], np.arange(25) / 24, atol=1e-6)
    np.testing.assert_allclose(passage.expression[:, 3], np.arange(25) / 24, atol=1e-6)
    assert corpus.meta["expression_basis"] == "nsa-open-1"
    assert corpus.meta["status"] == "made up"
    assert corpus.meta["source"] == "nsa sign, default"
    assert corpus.meta["license"] == "not stated"


def test_text_comes_from_the_table_then_beside_then_within(tmp_path):
    for name in ("a", "b", "c"):
        write(tmp_path / "walk" / f"{name}.npz", poses=POSES.reshape(20, -1), text="Within.")
    (tmp_path / "texts.csv").write_text("file,text\nwalk/a.npz,The table.\n")
    (tmp_path / "walk" / "a.txt").write_text("Beside.")
    (tmp_path / "walk" / "b.txt").write_text("Be\nside.\n")
    assert [passage.text for passage in read(tmp_path).train] == ["The table.", "Be side.", "Within."]


def test_amass_is_turned_from_z_up_to_y_up(tmp_path):
    upright = Rotation.from_euler("x", 90, degrees=True).as_rotvec()
    poses = np.zeros((20, 55, 3))
    poses[:, 0] = upright
    write(tmp_path / "a.npz", poses=poses.reshape(20, -1))
    np.testing.assert_allclose(read(tmp_path, up="auto").train[0].poses[:, 0], 0, atol=1e-6)
    np.testing.assert_allclose(read(tmp_path, up="y").train[0].poses[0, 0], upright, atol=1e-6)


def test_faulty_files_are_reported_and_the_rest_goes_on(tmp_path):
    flat = POSES.reshape(20, -1)
    write(tmp_path / "sound.npz", poses=flat)
    write(tmp_path / "pca.npz", poses=flat[:, :78])
    write(tmp_path / "hand.npz", pose_body=flat[:, 3:66], left_hand_pose=flat[:, :12])
    write(tmp_path / "shape.npz", betas=np.zeros(16))
    write(tmp_path / "mute.npz", poses=flat, text="")
    write(tmp_path / "rate.npz", poses=flat, mocap_framerate=0.0)
    write(tmp_path / "nan.npz", poses=np.full_like(flat, np.nan))
    write(tmp_path / "objects.npz", poses=np.array([{}], dtype=object))
    write(tmp_path / "face.npz", poses=flat, expression=np.zeros((19, 10)))
    (tmp_path / "torn.npz").write_bytes((tmp_path / "sound.npz").read_bytes()[:900])
    corpus = read(tmp_path)
    assert len(corpus.train) == 1
    causes = {name: cause for _, name, cause in corpus.meta["dropped"]}
    for name, cause in {
        "pca": "78 values", "hand": "left_hand_pose", "shape": "no motion", "mute": "no text", "rate": "frame rate 0",
        "nan": "not finite", "objects": "plain arrays", "torn": "plain arrays", "face": "expression has shape (19, 10)",
    }.items():  # fmt: skip
        assert cause in causes.pop(f"{name}.npz"), name
    assert not causes


def test_no_text_is_in_two_parts(tmp_path):
    for place in range(60):
        write(tmp_path / f"{place}.npz", poses=POSES.reshape(20, -1), text=f"Drink {place // 2} coffees.")
    corpus = read(tmp_path, held_out=0.2)
    parts = [{p.text for p in part} for part in (corpus.train, corpus.val, corpus.test)]
    assert all(parts)
    assert sum(map(len, parts)) == 30
    assert sum(len(part) for part in (corpus.train, corpus.val, corpus.test)) == 60


def test_folders_decide_the_part_where_there_are_any(tmp_path):
    for part in ("train", "val", "test"):
        write(tmp_path / part / "a.npz", poses=POSES.reshape(20, -1), text=f"A {part}.")
    corpus = read_data(tmp_path)
    assert [corpus.train[0].text, corpus.val[0].text, corpus.test[0].text] == ["A train.", "A val.", "A test."]


def test_files_of_different_expression_bases_are_refused(tmp_path):
    for name, basis in (("a", "nsa-open-1"), ("b", "SMPL-X")):
        write(
            tmp_path / f"{name}.npz", poses=POSES.reshape(20, -1), expression=np.ones((20, 10)), expression_basis=basis
        )
    with pytest.raises(NsaError, match=r"SMPL-X, nsa-open-1"):
        read(tmp_path)


@pytest.mark.parametrize("option", [{"up": "x"}, {"held_out": 0.9}, {"hands": "left"}])
def test_options_out_of_range_are_refused(option):
    with pytest.raises(NsaError, match=next(iter(option))):
        AmassOptions(**option)
