"""A licensed model file in torch, tested on a made-up one of the same keys."""

import numpy as np
import pytest
import torch

from nsa_ros.body.kinematics import forward
from nsa_ros.body.rotations import rotvec_to_matrix
from nsa_ros.body.skeleton import INDEX, JOINTS, PARENTS, default_skeleton, load_smplx_skeleton
from nsa_ros.capture.anchors import anchors
from nsa_ros.capture.face.points import face_points
from nsa_ros.capture.landmarks import FACES, Landmarks
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.figure import MOVING, OpenFigure
from nsa_ros.learning.fitting.smplx_face import smplx_face_motion
from nsa_ros.learning.fitting.smplx_figure import SmplxFigure
from nsa_ros.learning.fitting.smplx_model import SmplxModel

AROUND = 8
"""Vertices about each joint; their mean is the joint."""


def arrays(directions=20):
    """A made-up model: a cloud of vertices about each joint of the open figure, and a face of 51 points on top.

    The first expression direction raises the brows, the second widens the mouth; the first shape direction makes all
    larger, the second lengthens the left forearm.
    """
    draw = np.random.default_rng(3)
    rest = default_skeleton().rest + np.array([0.01, -0.35, 0.02])
    cloud = draw.normal(scale=0.012, size=(55, AROUND, 3))
    cloud -= cloud.mean(axis=1, keepdims=True)
    tips = default_skeleton().tips + rest[[INDEX[f"{s}_{f}3"] for s in ("left", "right") for f in FINGERS]]
    face = face_at(rest)
    template = np.concatenate([(rest[:, None] + cloud).reshape(-1, 3), tips, face])
    count, marks = len(template), slice(len(template) - 51, len(template))
    weights = np.zeros((count, 55))
    weights[np.arange(55 * AROUND), np.repeat(np.arange(55), AROUND)] = 1.0
    weights[55 * AROUND : 55 * AROUND + 10, :] = np.eye(55)[[INDEX[n] for n in TIP_JOINTS]]
    weights[marks, INDEX["head"]] = 1.0
    lower = marks.start + np.array([55, 56, 57, 58, 59, 65, 66, 67]) - 17
    weights[lower] = np.eye(55)[INDEX["jaw"]]
    weights[:60] = 0.7 * weights[:60] + 0.3 * np.roll(weights[:60], 1, axis=1)
    shape, expression = draw.normal(scale=0.001, size=(2, count, 3, 10))
    shape[..., 0] = 0.05 * (template - rest[0])
    shape[..., 1] = 0.0
    beyond = [j for j in range(55) if descends(j, INDEX["left_wrist"])]
    shape[weights[:, beyond].sum(axis=1) > 0.5, 0, 1] = 0.02
    expression[:] = 0.0
    expression[marks.start : marks.start + 10, 1, 0] = 0.005
    expression[marks.start + 48 - 17, 0, 1], expression[marks.start + 54 - 17, 0, 1] = -0.004, 0.004
    regressor = np.zeros((55, count))
    regressor[np.repeat(np.arange(55), AROUND), np.arange(55 * AROUND)] = 1 / AROUND
    spare = np.zeros((count, 3, 0 if directions == 20 else 290))
    tail = np.zeros((count, 3, 0 if directions == 20 else 90))
    tree = np.array([PARENTS, range(55)]).astype(np.uint32)
    corners = np.arange(count - 51, count)
    triangles = np.stack([corners, np.roll(corners, 1), np.roll(corners, 2)], axis=1)
    return {
        "v_template": template,
        "shapedirs": np.concatenate([shape, spare, expression, tail], axis=2),
        "posedirs": draw.normal(scale=1e-3, size=(count, 3, 486)) * (np.arange(count) < count - 51)[:, None, None],
        "J_regressor": regressor,
        "weights": weights,
        "kintree_table": tree,
        "f": np.concatenate([[[0, 1, 2]], triangles]).astype(np.uint32),
        "hands_meanl": np.zeros(45),
        "hands_meanr": np.zeros(45),
        "lmk_faces_idx": np.arange(1, 52),
        "lmk_bary_coords": np.tile([1.0, 0.0, 0.0], (51, 1)),
        "joint2num": np.array({"pelvis": 0}, dtype=object),
    }


FINGERS = ("thumb", "index", "middle", "ring", "pinky")
TIP_JOINTS = [f"{side}_{finger}3" for side in ("left", "right") for finger in FINGERS]


def descends(joint, ancestor):
    while joint != -1:
        if joint == ancestor:
            return True
        joint = PARENTS[joint]
    return False


def face_at(rest):
    """The 51 points of the canonical face between the eyes of a figure."""
    table = face_points()
    points = table.canonical[[table.indices["openpose"].index((i,)) for i in range(17, 68)]]
    return (rest[INDEX["left_eye_smplhf"]] + rest[INDEX["right_eye_smplhf"]]) / 2 + points / 1000


@pytest.fixture(params=[20, 400])
def file(request, tmp_path):
    np.savez(tmp_path / "SMPLX_MADE.npz", **arrays(request.param))
    return tmp_path / "SMPLX_MADE.npz"


def poses(count, scale=0.4, seed=0):
    return np.random.default_rng(seed).normal(scale=scale, size=(count, 55, 3))


def tensor(values):
    return torch.tensor(np.asarray(values), dtype=torch.float32)


def test_joints_are_those_of_numpy_kinematics(file):
    model, turns = SmplxModel(file), poses(4)
    transl = np.random.default_rng(1).normal(size=(4, 3))
    betas = np.random.default_rng(2).normal(size=10)
    found = model(tensor(rotvec_to_matrix(turns)), tensor(np.tile(betas, (4, 1))), None, tensor(transl)).joints
    wanted = forward(load_smplx_skeleton(file, betas), turns, transl).positions
    np.testing.assert_allclose(found.numpy(), wanted, atol=1e-5)


def test_vertices_and_landmarks_are_those_of_the_smplx_package(file):
    lbs = pytest.importorskip("smplx.lbs", reason="the smplx package is not installed")
    data, turns = arrays(), poses(3)
    betas, expression = np.random.default_rng(5).normal(size=(2, 3, 10))
    model = SmplxModel(file)
    found = model(tensor(rotvec_to_matrix(turns)), tensor(betas), tensor(expression))
    vertices, joints = lbs.lbs(
        tensor(np.concatenate([betas, expression], axis=1)),
        tensor(turns.reshape(3, -1)),
        tensor(data["v_template"][None]),
        tensor(data["shapedirs"]),
        tensor(data["posedirs"].reshape(-1, 486).T),
        tensor(data["J_regressor"]),
        torch.tensor([-1, *PARENTS[1:]]),
        tensor(data["weights"]),
    )
    pelvis = joints[:, :1]
    np.testing.assert_allclose(found.joints, joints - pelvis, atol=1e-5)
    np.testing.assert_allclose(found.vertices, vertices - pelvis, atol=1e-5)
    marks = lbs.vertices2landmarks(
        vertices,
        torch.tensor(data["f"].astype(np.int64)),
        torch.tensor(np.tile(data["lmk_faces_idx"], (3, 1))),
        tensor(data["lmk_bary_coords"])[None].expand(3, -1, -1),
    )
    mine = model.landmarks(tensor(rotvec_to_matrix(turns)), tensor(betas), tensor(expression))
    np.testing.assert_allclose(mine, marks - pelvis, atol=1e-5)


def test_some_vertices_are_the_same_as_all_of_them(file):
    model, turns = SmplxModel(file), tensor(rotvec_to_matrix(poses(2)))
    betas = torch.ones(2, 10)
    some = model(turns, betas, vertices=model.surface_indices).vertices
    np.testing.assert_allclose(some, model(turns, betas).vertices[:, model.surface_indices], atol=1e-6)


def test_surface_points_lie_on_every_joint_of_arms_and_hands(file):
    model = SmplxModel(file)
    owners = {JOINTS[i] for i in model.weights.argmax(dim=1)[model.surface_indices].tolist()}
    assert {f"left_{name}" for name in ("elbow", "wrist", "index1", "pinky3", "thumb2")} <= owners
    assert len(set(model.surface_indices.tolist())) == len(model.surface_indices)


def test_an_expression_moves_the_landmarks_that_it_should(file):
    model, still = SmplxModel(file), torch.eye(3).expand(1, 55, 3, 3)
    raised = torch.zeros(1, 10)
    raised[0, 0] = 1.0
    moved = model.landmarks(still, torch.zeros(1, 10), raised) - model.landmarks(still, torch.zeros(1, 10))
    assert moved[0, :10, 1].numpy() == pytest.approx(0.005, abs=1e-5)
    assert abs(moved[0, 10:]).max() < 1e-6


def test_gradients_reach_pose_shape_and_expression(file):
    model = SmplxModel(file)
    betas, expression = (torch.zeros(1, 10, requires_grad=True) for _ in range(2))
    turns = torch.eye(3).expand(1, 55, 3, 3).clone().requires_grad_()
    model.landmarks(turns, betas, expression).sum().backward()
    assert all(values.grad.abs().sum() > 0 for values in (betas, expression, turns))


def test_the_figure_is_the_interface_of_the_open_one(file):
    figure, usual = SmplxFigure(file), OpenFigure()
    angles = 0.3 * torch.randn(5, 44, 3, generator=torch.Generator().manual_seed(0))
    transl, clip = torch.zeros(5, 3), torch.tensor([0, 0, 1, 1, 1])
    mine = figure(angles, transl, torch.zeros(2, figure.shape_size), clip)
    open_one = usual(angles, transl, torch.zeros(2, usual.shape_size), clip)
    np.testing.assert_allclose(mine.joints, open_one.joints, atol=1e-5)
    np.testing.assert_allclose(mine.anchors, open_one.anchors, atol=2e-4)
    np.testing.assert_allclose(mine.trunk, open_one.trunk, atol=1e-4)
    assert figure.trunk_radius.shape == usual.trunk_radius.shape
    assert mine.skin.shape[0] == 5
    assert figure.proportions(np.zeros(10)) == pytest.approx(
        dict.fromkeys(usual.proportions(np.zeros(7)), 1.0), abs=1e-6
    )


def test_the_shape_of_a_fit_is_betas(file):
    figure = SmplxFigure(file)
    shape = np.zeros(10)
    shape[1] = 0.05
    assert figure.betas(shape)[1] == pytest.approx(1.0)
    factors = figure.proportions(shape)
    assert factors["forearms"] > 1.02
    assert factors["upper_arms"] == pytest.approx(1.0, abs=0.01)
    angles, transl, clip = torch.zeros(1, 44, 3), torch.zeros(1, 3), torch.zeros(1, dtype=torch.int64)
    longer = (
        figure(angles, transl, tensor(shape[None]), clip).joints
        - figure(angles, transl, torch.zeros(1, 10), clip).joints
    )
    wrist = MOVING.index(INDEX["left_wrist"])
    assert longer[0, wrist].numpy() == pytest.approx([0.02, 0, 0], abs=1e-5)


def test_anchors_grow_with_the_figure(file):
    figure = SmplxFigure(file)
    shape = np.zeros(10)
    shape[0] = 0.05
    angles, transl, clip = torch.zeros(1, 44, 3), torch.zeros(1, 3), torch.zeros(1, dtype=torch.int64)
    posed = forward(figure.skeleton(shape), np.zeros((1, 55, 3)), np.zeros((1, 3)))
    wanted = anchors(figure.skeleton(shape)).positions(posed)
    np.testing.assert_allclose(figure(angles, transl, tensor(shape[None]), clip).anchors, wanted, atol=2e-4)


def filmed(model, expression, opening):
    """A face of the model before a camera, its points seen by OpenPose."""
    frames = len(expression)
    turns = np.zeros((frames, 55, 3))
    turns[:, INDEX["jaw"], 0] = opening
    with torch.no_grad():
        marks = model.landmarks(tensor(rotvec_to_matrix(turns)), torch.zeros(frames, 10), tensor(expression)).numpy()
    face = np.full((frames, FACES["openpose"], 3), np.nan)
    face[:, 17:68] = (marks - marks[:1].mean(axis=1, keepdims=True)) * [900.0, -900.0, 0.0] + [640.0, 300.0, 0.0]
    return Landmarks(
        body=np.full((frames, 16, 3), np.nan),
        hands=np.full((frames, 2, 21, 3), np.nan),
        face=face,
        body_confidence=np.zeros((frames, 16)),
        hands_confidence=np.zeros((frames, 2, 21)),
        face_confidence=np.isfinite(face).all(axis=-1).astype(float),
        fps=24.0,
        size=(1280, 720),
        name="made",
        depth=False,
        face_layout="openpose",
    )


def test_expression_and_jaw_of_the_model_are_found_again(file):
    model = SmplxModel(file)
    expression, opening = np.zeros((120, 10)), np.zeros(120)
    expression[50:70, 0], expression[50:70, 1], opening[80:100] = 1.5, -1.0, 0.25
    found = smplx_face_motion(filmed(model, expression, opening), model)
    assert found.expression[60, 0] == pytest.approx(1.5, abs=0.2)
    assert found.expression[60, 1] == pytest.approx(-1.0, abs=0.3)
    assert found.jaw[90, 0] == pytest.approx(0.25, abs=0.05)
    assert abs(found.expression[:40]).max() < 0.1
    assert found.seen.all()


def test_a_face_never_seen_is_neutral(file):
    model = SmplxModel(file)
    made = filmed(model, np.zeros((5, 10)), np.zeros(5))
    made.face[:] = np.nan
    assert not smplx_face_motion(made, model).expression.any()


def spoilt(**changes):
    return {key: value for key, value in {**arrays(), **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"posedirs": None}, "posedirs"),
        ({"shapedirs": np.zeros((501, 3, 10))}, "expression directions"),
        ({"weights": np.zeros((3, 55))}, "weights"),
        ({"v_template": np.full((501, 3), np.nan)}, "not finite"),
        ({"f": np.array([[0, 1, 9999]])}, "triangles"),
        ({"lmk_faces_idx": np.full(51, 700)}, "lmk_faces_idx"),
        ({"lmk_faces_idx": np.arange(4), "lmk_bary_coords": np.ones((4, 3))}, "51"),
        ({"kintree_table": np.zeros((2, 55))}, "kintree_table"),
        ({"weights": np.array({"runs": "code"}, dtype=object)}, "usable"),
    ],
)
def test_a_file_that_is_no_model_is_named_with_its_fault(tmp_path, changes, said):
    path = tmp_path / "SMPLX_BAD.npz"
    np.savez(path, **spoilt(**changes))
    with pytest.raises(NsaError, match=said) as caught:
        SmplxModel(path)
    assert "SMPLX_BAD.npz" in str(caught.value)


def test_no_file_and_a_broken_one_say_what_to_do(tmp_path):
    with pytest.raises(NsaError, match=r"smpl-x\.is\.tue\.mpg\.de"):
        SmplxModel(tmp_path / "none.npz")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(NsaError, match="usable"):
        SmplxModel(tmp_path / "cut.npz")
