"""The mannequin's pieces, its mesh files, its contact capsules and the places on its skin."""

import io
import struct

import numpy as np
import pytest

from nsa_ros.body.face import FACE_INDEX
from nsa_ros.body.mannequin import CARRIERS, capsules, carrier_rest, landmarks, mesh_file, parts
from nsa_ros.body.skeleton import FINGERS, INDEX, TIPS, Skeleton, default_skeleton
from nsa_ros.body.surface import head, palm, trunk


@pytest.fixture(scope="module")
def skeleton():
    return default_skeleton()


@pytest.fixture(scope="module")
def pieces(skeleton):
    return parts(skeleton)


def absolute(part, skeleton):
    return part.mesh.vertices + carrier_rest(skeleton)[CARRIERS.index(part.carrier)]


def capsule_distance(capsule, points, skeleton):
    rest = skeleton.rest[INDEX[capsule.joint]]
    a, b = capsule.a + rest, capsule.b + rest
    along = np.clip((points - a) @ (b - a) / max((b - a) @ (b - a), 1e-12), 0, 1)
    return np.linalg.norm(points - a - along[..., None] * (b - a), axis=-1) - capsule.radius


def test_meshes_are_sound(pieces):
    assert len({part.name for part in pieces}) == len(pieces)
    for part in pieces:
        mesh = part.mesh
        assert part.carrier in CARRIERS
        assert np.isfinite(mesh.vertices).all(), part.name
        assert mesh.faces.min() == 0, part.name
        assert mesh.faces.max() == len(mesh.vertices) - 1, part.name
        assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-6), part.name
        assert all(0 <= c <= 1 for c in part.colour)


def test_faces_look_outward(pieces):
    for part in pieces:
        corners = part.mesh.vertices[part.mesh.faces]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        agree = (normals * part.mesh.normals[part.mesh.faces].mean(axis=1)).sum(axis=1)
        assert agree.sum() > 0, part.name
        assert agree.clip(max=0).sum() > -0.05 * agree.clip(min=0).sum(), part.name


def test_budget_of_triangles_and_bytes(pieces):
    assert 8_000 <= sum(len(part.mesh.faces) for part in pieces) <= 17_500
    assert sum(len(mesh_file(part)) for part in pieces) < 1_500_000


def test_mesh_file_is_binary_stl(pieces):
    data = mesh_file(pieces[0])
    (count,) = struct.unpack("<I", data[80:84])
    assert count == len(pieces[0].mesh.faces)
    assert len(data) == 84 + 50 * count
    record = np.frombuffer(io.BytesIO(data[84:134]).read(), dtype="<f4", count=12)
    assert np.allclose(record[3:6], pieces[0].mesh.vertices[pieces[0].mesh.faces[0, 0]], atol=1e-6)


def test_every_finger_segment_and_face_joint_that_ends_a_chain_carries_a_piece(pieces):
    carriers = {part.carrier for part in pieces}
    for side in ("left", "right"):
        for finger in FINGERS:
            assert {f"{side}_{finger}{i}" for i in (1, 2, 3)} <= carriers
    assert {"left_brow", "right_upper_eyelid", "left_lower_lip", "jaw", "nose", "left_cheek"} <= carriers
    assert {name for name in carriers if name in FACE_INDEX} <= set(FACE_INDEX)


def test_fingertips_end_at_the_skeletons_tips(pieces, skeleton):
    for tip, name in zip(skeleton.tips, TIPS, strict=True):
        own = [part for part in pieces if part.carrier == f"{name}3" and "nail" not in part.name]
        reach = max((part.mesh.vertices @ tip).max() / np.linalg.norm(tip) for part in own)
        assert reach == pytest.approx(np.linalg.norm(tip), abs=5e-4)


def test_neighbouring_fingers_do_not_touch_at_rest(skeleton):
    fingers = [c for c in capsules(skeleton) if c.joint.startswith("left_index") or c.joint.startswith("left_middle")]
    index = [c for c in fingers if "index" in c.joint]
    middle = [c for c in fingers if "middle" in c.joint]
    for one in index:
        points = np.linspace(one.a, one.b, 9) + skeleton.rest[INDEX[one.joint]]
        gap = min(capsule_distance(other, points, skeleton).min() for other in middle) - one.radius
        assert gap > 0.0015


def test_the_figure_is_symmetric(pieces, skeleton):
    named = {part.name: part for part in pieces}
    for name, part in named.items():
        if name.startswith("left_") and "glint" not in name:
            mirror = named[name.replace("left", "right")]
            left, right = absolute(part, skeleton), absolute(mirror, skeleton)
            assert np.allclose(left.min(0)[1:], right.min(0)[1:], atol=2e-3), name
            assert left[:, 0].max() == pytest.approx(-right[:, 0].min(), abs=2e-3), name


def test_palm_and_back_of_the_hand_differ_in_colour(pieces):
    named = {part.name: part for part in pieces}
    assert np.linalg.norm(np.subtract(named["left_palm"].colour, named["left_hand"].colour)) > 0.15
    assert named["left_palm"].mesh.normals[:, 1].mean() < -0.3 < 0.3 < named["left_hand"].mesh.normals[:, 1].mean()


def test_landmarks_lie_on_the_skin(skeleton):
    found = landmarks(skeleton)
    skin = {"head": head(skeleton), "chest": trunk(skeleton), "left_palm": palm(skeleton, "left")}

    def place(name):
        return found[name].offset + skeleton.rest[INDEX[found[name].joint]]

    for name in ("forehead", "chin", "left_eye", "right_cheek", "under_chin", "left_temple"):
        assert abs(skin["head"](place(name))) < 2e-4, name
    for name in ("chest", "stomach", "belly", "waist", "left_clavicle"):
        assert abs(skin["chest"](place(name))) < 2e-4, name
    assert abs(skin["left_palm"](place("left_palm"))) < 2e-4
    order = ["head_top", "forehead", "left_eye", "nose", "mouth", "chin", "neck", "chest", "stomach", "belly", "waist"]
    heights = [place(name)[1] for name in order]
    assert heights == sorted(heights, reverse=True)
    assert all(np.linalg.norm(spot.normal) == pytest.approx(1) for spot in found.values())


def test_landmarks_come_in_mirrored_pairs(skeleton):
    found = landmarks(skeleton)
    for name, spot in found.items():
        if name.startswith("left_"):
            other = found[name.replace("left", "right")]
            assert other.joint == spot.joint.replace("left", "right")
            assert np.allclose(other.offset, spot.offset * [-1, 1, 1], atol=1e-3), name


def test_capsules_reach_the_landmarks(skeleton):
    found, solids = landmarks(skeleton), capsules(skeleton)
    tolerance = {"chin": 0.012, "forehead": 0.008, "chest": 0.006, "left_index_tip": 0.001, "left_forearm_back": 0.004}
    for name, most in tolerance.items():
        spot = found[name]
        point = spot.offset + skeleton.rest[INDEX[spot.joint]]
        nearest = min(abs(capsule_distance(capsule, point, skeleton)) for capsule in solids)
        assert nearest < most, name


def test_capsules_do_not_swell_beyond_the_skin(skeleton):
    body, skull = trunk(skeleton), head(skeleton)
    for capsule in capsules(skeleton):
        if capsule.joint in ("head", "spine1", "spine2", "spine3"):
            rest = skeleton.rest[INDEX[capsule.joint]]
            middle = (capsule.a + capsule.b) / 2 + rest
            front = middle + np.array([0, 0, capsule.radius if capsule.joint != "head" else 0])
            solid = skull if capsule.joint == "head" else body
            assert solid(front) < 0.003, capsule.joint


def test_another_skeleton_gets_its_own_figure(skeleton):
    taller = Skeleton("taller", skeleton.rest * 1.1, skeleton.tips * 1.1)
    one, other = landmarks(skeleton)["chin"], landmarks(taller)["chin"]
    assert np.allclose(other.offset, one.offset * 1.1, atol=2e-3)
    assert len(parts(taller)) == len(parts(skeleton))
