"""The rest skeleton: tree, symmetry, and the reader of licensed model files on a made-up one."""

import numpy as np
import pytest

from nsa_ros.body.skeleton import (
    BODY,
    EYES,
    INDEX,
    JAW,
    JOINTS,
    LEFT_HAND,
    PARENTS,
    RIGHT_HAND,
    TIP_PARENTS,
    TIPS,
    default_skeleton,
    joint_index,
    load_smplx_skeleton,
    mirror_permutation,
)
from nsa_ros.errors import NsaError


def test_there_are_55_joints_and_parents_come_first():
    assert len(JOINTS) == len(set(JOINTS)) == 55
    assert PARENTS[0] == -1
    assert all(0 <= parent < joint for joint, parent in enumerate(PARENTS[1:], start=1))


def test_slices_cover_every_joint_but_the_pelvis_once():
    parts = [list(range(55))[part] for part in (BODY, EYES, LEFT_HAND, RIGHT_HAND)]
    assert sorted([0, JAW, *(joint for part in parts for joint in part)]) == list(range(55))


def test_hands_are_in_the_order_of_smplx():
    order = ["index", "middle", "pinky", "ring", "thumb"]
    assert JOINTS[LEFT_HAND] == tuple(f"left_{finger}{i}" for finger in order for i in (1, 2, 3))
    assert JOINTS[RIGHT_HAND] == tuple(f"right_{finger}{i}" for finger in order for i in (1, 2, 3))


def test_tips_hang_on_the_last_joint_of_their_finger():
    assert [JOINTS[parent] for parent in TIP_PARENTS] == [f"{tip}3" for tip in TIPS]


def test_the_figure_is_its_own_mirror_image():
    rest = default_skeleton().rest
    np.testing.assert_allclose(rest[mirror_permutation()] * [-1, 1, 1], rest, atol=1e-9)
    assert all(rest[INDEX[f"left_{name}"], 0] > 0 for name in ("shoulder", "wrist", "hip"))


def test_mirroring_twice_changes_nothing():
    permutation = mirror_permutation()
    np.testing.assert_array_equal(permutation[permutation], np.arange(55))


def test_offsets_add_up_to_the_rest_positions():
    skeleton = default_skeleton()
    for joint in range(55):
        total, ancestor = np.zeros(3), joint
        while ancestor >= 0:
            total, ancestor = total + skeleton.offsets[ancestor], PARENTS[ancestor]
        np.testing.assert_allclose(total, skeleton.rest[joint], atol=1e-12)


def test_the_figure_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        default_skeleton().rest[0] = 1.0


def test_unknown_joint_lists_the_legal_names():
    with pytest.raises(NsaError, match=r"'left_paw'.*pelvis, left_hip"):
        joint_index("left_paw")


def model_file(tmp_path, **changes):
    """A figure of one vertex per joint and fingertip, with one shape direction that makes it grow."""
    figure = default_skeleton()
    tips = figure.rest[list(TIP_PARENTS)] + figure.tips
    template = np.concatenate([figure.rest, tips]) + np.array([0.0, 1.0, 0.0])
    regressor = np.eye(55, len(template))
    arrays = {"v_template": template, "shapedirs": (template - [0, 1, 0])[..., None], "J_regressor": regressor}
    path = tmp_path / "SMPLX_TEST.npz"
    np.savez(path, **{key: value for key, value in (arrays | changes).items() if value is not None})
    return path


def test_a_licensed_model_gives_joints_from_the_pelvis_and_tips(tmp_path):
    figure, skeleton = default_skeleton(), load_smplx_skeleton(model_file(tmp_path))
    np.testing.assert_allclose(skeleton.rest, figure.rest, atol=1e-9)
    np.testing.assert_allclose(skeleton.tips, figure.tips, atol=1e-9)
    assert skeleton.name == "SMPLX_TEST"


def test_betas_shape_a_licensed_model(tmp_path):
    taller = load_smplx_skeleton(model_file(tmp_path), np.array([0.1]))
    np.testing.assert_allclose(taller.rest, 1.1 * default_skeleton().rest, atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"J_regressor": None}, "not a usable"), ({"J_regressor": np.eye(24, 65)}, r"shape \(24, 65\)")],
)
def test_an_unsuitable_model_file_is_refused_with_the_reason(tmp_path, changes, message):
    with pytest.raises(NsaError, match=message):
        load_smplx_skeleton(model_file(tmp_path, **changes))


def test_a_missing_model_file_says_where_to_get_one(tmp_path):
    with pytest.raises(NsaError, match=r"smpl-x\.is\.tue\.mpg\.de"):
        load_smplx_skeleton(tmp_path / "none.npz")


def test_a_truncated_model_file_is_refused(tmp_path):
    path = model_file(tmp_path)
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(NsaError, match="not a usable"):
        load_smplx_skeleton(path)


def test_too_many_betas_are_refused(tmp_path):
    with pytest.raises(NsaError, match="3 betas given"):
        load_smplx_skeleton(model_file(tmp_path), np.zeros(3))
