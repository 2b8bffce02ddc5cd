"""The URDF: a tree whose forward kinematics is that of the package, and the files of the repository up to date."""

from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from signing_space import signing_space

from nsa_ros.body.face import FACE_JOINTS, LOWER, UPPER
from nsa_ros.body.kinematics import forward
from nsa_ros.body.limits import limits
from nsa_ros.body.mannequin import CARRIERS, carrier_rest, parts
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.rotations import matrix_to_rotvec
from nsa_ros.body.skeleton import INDEX, JOINTS, default_skeleton
from nsa_ros.body.urdf import ros_from_smplx, urdf, write_urdf

SKELETON = default_skeleton()
MODEL = RevoluteModel(SKELETON)
FOLDER = Path(__file__).parents[2] / "urdf"
ROBOT = Xml.fromstring(urdf(SKELETON))


def numbers(text):
    return np.array([float(word) for word in text.split()])


def link_poses(robot, values):
    """Positions and orientations of every link for joint values {name: (F,)}: the URDF's definition, nothing else."""
    frames = len(next(iter(values.values())))
    poses = {"base_link": (np.zeros((frames, 3)), np.tile(np.eye(3), (frames, 1, 1)))}
    for joint in robot.findall("joint"):
        position, rotation = poses[joint.find("parent").get("link")]
        origin = joint.find("origin")
        position = position + rotation @ numbers(origin.get("xyz"))
        rotation = rotation @ Rotation.from_euler("xyz", numbers(origin.get("rpy"))).as_matrix()
        if joint.get("type") != "fixed":
            axis, value = numbers(joint.find("axis").get("xyz")), values[joint.get("name")][:, None]
            if joint.get("type") == "prismatic":
                position = position + (rotation @ (axis * value)[..., None])[..., 0]
            else:
                rotation = rotation @ Rotation.from_rotvec(axis * value).as_matrix()
        poses[joint.find("child").get("link")] = position, rotation
    return poses


def random_motion(frames):
    """q of both arms in the signing space, everything else anywhere within its limits."""
    bounds, rng = limits(MODEL), np.random.default_rng(2)
    q = rng.uniform(bounds.lower, bounds.upper, (frames, len(MODEL)))
    poses = np.zeros((frames, 55, 3))
    poses[:, INDEX["left_shoulder"]] = matrix_to_rotvec(signing_space(2000)[:frames])
    shoulder = MODEL.from_motion(poses, np.zeros((frames, 3)))
    for i, name in enumerate(MODEL.names):
        if "shoulder" in name:
            q[:, i] = shoulder[:, MODEL.names.index(name.replace("right_", "left_"))]
    return q


def test_ros_axes_are_forward_left_up():
    left, up, forward_ = np.eye(3)
    np.testing.assert_array_equal(ros_from_smplx(forward_), [1, 0, 0])
    np.testing.assert_array_equal(ros_from_smplx(left), [0, 1, 0])
    np.testing.assert_array_equal(ros_from_smplx(up), [0, 0, 1])
    np.testing.assert_array_equal(ros_from_smplx(np.array([[1, 2, 3], [4, 5, 6]])), [[3, 1, 2], [6, 4, 5]])


def test_every_link_of_the_figure_is_where_the_kinematics_puts_it():
    q = random_motion(60)
    values = dict(zip(MODEL.names, q.T, strict=True)) | {joint.name: np.zeros(60) for joint in FACE_JOINTS}
    placed, posed = link_poses(ROBOT, values), forward(SKELETON, *MODEL.to_motion(q))
    for joint, name in enumerate(JOINTS):
        position, rotation = placed[name]
        assert np.abs(position - ros_from_smplx(posed.positions[:, joint])).max() < 1e-6, name
        vector = np.array([0.3, -0.5, 0.8])
        assert np.abs(rotation @ vector - ros_from_smplx(posed.rotations[:, joint] @ vector)).max() < 1e-6, name


def test_at_zero_the_figure_stands_in_the_t_pose_and_face_joints_are_in_place():
    names = [joint.get("name") for joint in ROBOT.findall("joint") if joint.get("type") != "fixed"]
    placed = link_poses(ROBOT, {name: np.zeros(1) for name in names})
    for name, rest in zip(CARRIERS, carrier_rest(SKELETON), strict=True):
        np.testing.assert_allclose(placed[name][0][0], ros_from_smplx(rest), atol=1e-6, err_msg=name)


def test_joints_are_those_of_q_and_of_the_face_with_their_limits():
    movable = {joint.get("name"): joint for joint in ROBOT.findall("joint") if joint.get("type") != "fixed"}
    assert set(movable) == {*MODEL.names, *(joint.name for joint in FACE_JOINTS)}
    bounds = limits(MODEL)
    rows = list(zip(MODEL.names, bounds.lower, bounds.upper, strict=True))
    rows += [(joint.name, low, high) for joint, low, high in zip(FACE_JOINTS, LOWER, UPPER, strict=True)]
    for name, lower, upper in rows:
        limit = movable[name].find("limit")
        assert float(limit.get("lower")) == pytest.approx(lower, abs=1e-6)
        assert float(limit.get("upper")) == pytest.approx(upper, abs=1e-6)
        assert float(limit.get("velocity")) > 0


def test_it_is_one_tree_with_every_name_once():
    links = [link.get("name") for link in ROBOT.findall("link")]
    joints = ROBOT.findall("joint")
    children = [joint.find("child").get("link") for joint in joints]
    assert len(set(links)) == len(links)
    assert len({joint.get("name") for joint in joints}) == len(joints)
    assert sorted([*children, "base_link"]) == sorted(links)
    assert {joint.find("parent").get("link") for joint in joints} <= set(links)


def test_every_piece_of_the_mannequin_is_seen_once_in_its_colour():
    pieces = parts(SKELETON)
    robot = Xml.fromstring(urdf(SKELETON, pieces, "file:///x/"))
    colours = {m.get("name"): numbers(m.find("color").get("rgba")) for m in robot.iter("material") if len(m)}
    fixed = {j.find("child").get("link"): j for j in robot.findall("joint") if j.get("type") == "fixed"}
    seen = {}
    for link in robot.findall("link"):
        assert len({visual.find("material").get("name") for visual in link.findall("visual")}) <= 1
        for visual in link.findall("visual"):
            name = visual.find("geometry/mesh").get("filename").removeprefix("file:///x/").removesuffix(".stl")
            seen[name] = link.get("name"), colours[visual.find("material").get("name")]
    assert set(seen) == {part.name for part in pieces}
    for part in pieces:
        link = seen[part.name][0]
        assert (fixed[link].find("parent").get("link") if link in fixed else link) == part.carrier
        np.testing.assert_allclose(seen[part.name][1], [*part.colour, 1.0], atol=1e-6)


def corners(path):
    data = path.read_bytes()
    assert len(data) == 84 + 50 * int.from_bytes(data[80:84], "little"), path
    records = np.frombuffer(data[84:], dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    return records["corners"]


def test_the_files_of_the_repository_are_up_to_date(tmp_path):
    write_urdf(SKELETON, tmp_path)
    remedy = (
        "python -c \"from nsa_ros.body import skeleton, urdf; urdf.write_urdf(skeleton.default_skeleton(), 'urdf')\""
    )
    assert (FOLDER / "signer.urdf").read_text() == (tmp_path / "signer.urdf").read_text(), f"out of date, run {remedy}"
    written = {path.name: path for path in (tmp_path / "meshes").glob("*.stl")}
    assert {path.name for path in (FOLDER / "meshes").glob("*.stl")} == set(written), f"out of date, run {remedy}"
    for name, path in written.items():
        ours, new = corners(FOLDER / "meshes" / name), corners(path)
        assert ours.shape == new.shape, f"{name} is out of date, run {remedy}"
        np.testing.assert_allclose(ours, new, atol=1e-5, err_msg=f"{name} is out of date, run {remedy}")


def test_writing_removes_the_meshes_of_pieces_that_are_gone(tmp_path):
    (tmp_path / "meshes").mkdir()
    (tmp_path / "meshes" / "tail.stl").write_bytes(b"")
    write_urdf(SKELETON, tmp_path)
    assert not (tmp_path / "meshes" / "tail.stl").exists()
