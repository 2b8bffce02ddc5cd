"""glTF: buffers wherever they lie, all kinds of numbers, and a message for every way to break it."""

import json
import struct

import numpy as np
import pytest
from synthetic_rigs import MIXAMO, make_gltf, make_vrm, signing

from nsa_ros.body.rotations import quat_to_matrix
from nsa_ros.capture.animation.labels import labels
from nsa_ros.capture.animation.reading import read_animation
from nsa_ros.errors import NsaError


@pytest.fixture
def made():
    return make_gltf(signing(), MIXAMO)


def positions(path):
    animation = read_animation(path)
    take = animation.take()
    return take.place(animation.rig, take.frames(take.fps)).positions


def broken(path):
    with pytest.raises(NsaError) as error:
        read_animation(path)
    return str(error.value)


def test_the_buffer_may_be_inside_beside_or_in_a_uri(tmp_path, made):
    inside = positions(made.glb(tmp_path / "a.glb"))
    np.testing.assert_array_equal(positions(made.gltf(tmp_path / "b.gltf")), inside)
    np.testing.assert_array_equal(positions(made.gltf(tmp_path / "c.gltf", beside="the motion.bin")), inside)


def test_a_missing_buffer_is_named(tmp_path, made):
    path = made.gltf(tmp_path / "c.gltf", beside="motion.bin")
    (tmp_path / "motion.bin").unlink()
    assert "needs its buffer 'motion.bin' beside it" in broken(path)


@pytest.mark.parametrize("uri", ["../../../etc/passwd", "https://example.org/motion.bin", "/etc/passwd"])
def test_only_files_beside_it_are_opened(tmp_path, made, uri):
    path = made.gltf(tmp_path / "c.gltf")
    document = json.loads(path.read_text())
    document["buffers"][0]["uri"] = uri
    path.write_text(json.dumps(document))
    assert "only files beside it are read" in broken(path)


def test_a_short_buffer_is_refused(tmp_path, made):
    path = made.gltf(tmp_path / "c.gltf", beside="motion.bin")
    (tmp_path / "motion.bin").write_bytes(made.data[:-100])
    assert "truncated" in broken(path)


@pytest.mark.parametrize("size", [3, 11, 19, 200, -1])
def test_a_truncated_glb_says_so(tmp_path, made, size):
    path = made.glb(tmp_path / "a.glb")
    path.write_bytes(path.read_bytes()[:size])
    told = broken(path)
    assert "truncated" in told or "neither BVH" in told


def test_normalised_integers_strides_and_sparse_values(tmp_path):
    quarter = [0, 0, 23170, 23170]
    shorts = struct.pack("<4h8x4h8x", 0, 0, 0, 32767, *quarter)
    sparse = struct.pack("<H2x3f", 1, 1.0, 2.0, 3.0)
    data = struct.pack("<2f", 0.0, 1.0) + shorts + sparse
    document = {
        "asset": {"version": "2.0"},
        "nodes": [{"name": "bone"}],
        "animations": [
            {
                "samplers": [{"input": 0, "output": 1}, {"input": 0, "output": 2}],
                "channels": [
                    {"sampler": 0, "target": {"node": 0, "path": "rotation"}},
                    {"sampler": 1, "target": {"node": 0, "path": "translation"}},
                ],
            }
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 2, "type": "SCALAR"},
            {"bufferView": 1, "componentType": 5122, "count": 2, "type": "VEC4", "normalized": True},
            {
                "componentType": 5126,
                "count": 2,
                "type": "VEC3",
                "sparse": {
                    "count": 1,
                    "indices": {"bufferView": 2, "componentType": 5123},
                    "values": {"bufferView": 3},
                },
            },
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": 8},
            {"buffer": 0, "byteOffset": 8, "byteLength": 32, "byteStride": 16},
            {"buffer": 0, "byteOffset": 40, "byteLength": 2},
            {"buffer": 0, "byteOffset": 44, "byteLength": 12},
        ],
        "buffers": [{"byteLength": len(data), "uri": "data.bin"}],
    }
    (tmp_path / "data.bin").write_bytes(data)
    path = tmp_path / "a.gltf"
    path.write_text(json.dumps(document))
    animation = read_animation(path)
    placed = animation.take().place(animation.rig, np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(placed.positions[:, 0], [[0, 0, 0], [0.5, 1, 1.5], [1, 2, 3]])
    np.testing.assert_allclose(placed.rotations[2, 0], [[0, -1, 0], [1, 0, 0], [0, 0, 1]], atol=1e-4)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(placed.rotations[1, 0], [[half, -half, 0], [half, half, 0], [0, 0, 1]], atol=1e-4)


def test_a_node_with_a_matrix_is_taken_apart(tmp_path, made):
    plain = positions(made.glb(tmp_path / "a.glb"))
    node = made.document["nodes"][0]
    matrix = np.eye(4)
    matrix[:3, :3] = 2.0 * quat_to_matrix(node.pop("rotation"))
    del node["scale"], node["translation"]
    node["matrix"] = matrix.T.ravel().tolist()
    np.testing.assert_allclose(positions(made.glb(tmp_path / "b.glb")), 2.0 * plain, atol=1e-6)


def nan_in_the_motion(made):
    view = made.document["bufferViews"][made.document["accessors"][5]["bufferView"]]
    data = bytearray(made.data)
    data[view["byteOffset"] : view["byteOffset"] + 4] = struct.pack("<f", float("nan"))
    made.data = bytes(data)


def set_in(*path, to):
    def change(made):
        here = made.document
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (nan_in_the_motion, "rotation of bone 'mixamorig:LeftLeg': value 1 of 27 is not a finite number"),
        (set_in("asset", "version", to="1.0"), "is glTF 1.0; version 2.0 is read"),
        (set_in("nodes", to=[]), "has no nodes"),
        (set_in("nodes", 3, "scale", to=[1, 1, -1]), "mirrored or flat bones are not read"),
        (set_in("nodes", 3, "rotation", to=[0, 0, 0, 0]), "has a rotation of length 0"),
        (set_in("nodes", 3, "translation", to=[0, float("nan"), 0]), "the translation of bone 'mixamorig:RightUpLeg'"),
        (set_in("nodes", 9, "children", to=[1]), "node 1 has two parents"),
        (set_in("nodes", 0, "children", to=[]), "is its own ancestor"),
        (set_in("animations", 0, "channels", 0, "target", "node", to=999), "refers to nodes[999], it has"),
        (set_in("animations", 0, "channels", 0, "sampler", to=999), "is not sound glTF"),
        (set_in("animations", 0, "samplers", 0, "output", to=0), "27 keys and values of shape (27, 1) do not fit"),
        (set_in("animations", 0, "samplers", 0, "interpolation", to="BEZIER"), "interpolation 'BEZIER' is not one of"),
        (set_in("bufferViews", 4, "extensions", to={"EXT_meshopt_compression": {}}), "packed with EXT_meshopt"),
        (set_in("bufferViews", 4, "byteOffset", to=10**9), "damaged or truncated"),
        (set_in("accessors", 4, "type", to="VEC7"), "accessor 4 (animation 'Take 001'"),
    ],
)
def test_what_is_broken_is_named(tmp_path, made, change, message):
    change(made)
    if message == "is its own ancestor":
        made.document["nodes"][2]["children"] = [1]
        made.document["nodes"][1]["children"] = [2]
    assert message in broken(made.glb(tmp_path / "a.glb"))


def test_takes_are_chosen_by_name_or_number(tmp_path, made):
    first = made.document["animations"][0]
    made.document["animations"].append({**first, "name": "Other"})
    animation = read_animation(made.glb(tmp_path / "a.glb"))
    assert animation.take("Other").name == animation.take("2").name == "Other"
    with pytest.raises(NsaError, match="2 takes; choose one with --take: 1 'Take 001', 2 'Other'"):
        animation.take()
    with pytest.raises(NsaError, match="no take '3'"):
        animation.take("3")


def test_a_file_without_animation_and_blend_shapes_alone_have_no_take(tmp_path, made):
    channel = made.document["animations"][0]["channels"][0]
    made.document["animations"][0]["channels"] = [{**channel, "target": {"node": 0, "path": "weights"}}]
    animation = read_animation(made.glb(tmp_path / "a.glb"))
    assert any("'weights'" in note for note in animation.notes)
    with pytest.raises(NsaError, match="no animation"):
        animation.take()


@pytest.mark.parametrize(
    ("version", "license", "source"),
    [("0.x", "CC0", "Signer, A. Maker"), ("1.0", "https://vrm.dev/licenses/1.0/", "Signer, A. Maker / B. Maker")],
)
def test_a_vrm_says_its_licence_and_makers(tmp_path, version, license, source):
    animation = read_animation(make_vrm(signing(), version).glb(tmp_path / "signer.vrm"))
    kept = labels(animation, animation.take())
    assert (kept["license"], kept["source"], kept["kind"]) == (license, source, "not stated")
    assert kept["imported_from"] == f"signer.vrm, take Take 001, VRM {version}, synthetic rigs"


def test_the_asset_says_its_licence_and_what_the_user_says_wins(tmp_path, made):
    made.document["asset"] |= {"copyright": "2024 A. Maker", "extras": {"license": "CC-BY-4.0", "title": "Hello"}}
    animation = read_animation(made.glb(tmp_path / "a.glb"))
    kept = labels(animation, animation.take())
    assert (kept["license"], kept["source"]) == ("CC-BY-4.0; 2024 A. Maker", "Hello")
    own = labels(animation, animation.take(), "CC0-1.0", "our studio", "motion capture", "Hello.")
    assert (own["license"], own["source"], own["kind"], own["text"]) == (
        "CC0-1.0",
        "our studio",
        "motion capture",
        "Hello.",
    )
