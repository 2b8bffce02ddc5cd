"""Maps: the shipped ones, those of users, and how a rig is recognised."""

import pytest
from synthetic_rigs import MIXAMO, UNREAL, make_gltf, make_vrm, signing

from nsa_ros.body.skeleton import JOINTS
from nsa_ros.capture.animation.bone_map import REQUIRED, BoneMap, choose_map, load_map, shipped_maps
from nsa_ros.capture.animation.reading import read_animation
from nsa_ros.errors import NsaError


class Named:
    """Bones by name, as an animation."""

    def __init__(self, *names):
        self.humanoid = {}
        self.rig = type("Rig", (), {"names": names})


@pytest.mark.parametrize("bone_map", shipped_maps(), ids=lambda m: m.name)
def test_a_shipped_map_drives_what_every_rig_must_and_is_symmetric(bone_map):
    assert set(REQUIRED) <= set(bone_map.joints)
    swapped = {joint.replace("left", "right") for joint in bone_map.joints if "left" in joint}
    assert swapped == {joint for joint in bone_map.joints if "right" in joint}


@pytest.mark.parametrize(("style", "name"), [(MIXAMO, "mixamo"), (UNREAL, "unreal")])
def test_a_rig_is_recognised_by_its_names(tmp_path, style, name):
    animation = read_animation(make_gltf(signing(), style).glb(tmp_path / "rig.glb"))
    bone_map, bones = choose_map(animation)
    assert bone_map.name == name
    assert list(bones) == list(JOINTS)
    assert animation.rig.names[bones["left_elbow"]] == style.bone("left_elbow")


@pytest.mark.parametrize("prefix", ["", "mixamorig:", "mixamorig1:", "mixamorig", "Character1:", "mixamorig9_"])
def test_prefixes_of_mixamo_are_seen_through(prefix):
    mixamo = next(bone_map for bone_map in shipped_maps() if bone_map.name == "mixamo")
    assert mixamo.bones(Named(prefix + "Hips", prefix + "leftHandIndex1")) == {"pelvis": 0, "left_index1": 1}


def test_the_last_spine_bone_carries_the_arms():
    unreal = next(bone_map for bone_map in shipped_maps() if bone_map.name == "unreal")
    four = unreal.bones(Named(*(f"spine_0{i}" for i in range(1, 4))))
    assert four == {"spine1": 0, "spine2": 1, "spine3": 2}
    five = unreal.bones(Named(*(f"spine_0{i}" for i in range(1, 6))))
    assert five == {"spine1": 0, "spine2": 2, "spine3": 4}


def test_marks_tell_a_rig_from_another_that_shares_its_names():
    mixamo = next(bone_map for bone_map in shipped_maps() if bone_map.name == "mixamo")
    names = [mixamo.joints[joint][0] for joint in JOINTS if not joint.startswith(("left_ring", "right_ring"))]
    assert choose_map(Named(*names))[0].name == "mixamo"
    assert choose_map(Named(*names, "LHipJoint", "RHipJoint", "LowerBack"))[0].name == "cmu"


@pytest.mark.parametrize(
    ("names", "thumb"),
    [
        (("Metacarpal", "Proximal", "Distal"), "1.0"),
        (("Proximal", "Intermediate", "Distal"), "0.x"),
    ],
)
def test_the_thumb_of_both_versions_of_vrm(names, thumb):
    vrm = next(bone_map for bone_map in shipped_maps() if bone_map.name == "vrm")
    found = vrm.bones(Named(*(f"leftThumb{name}" for name in names)))
    assert found == {"left_thumb1": 0, "left_thumb2": 1, "left_thumb3": 2}, thumb


def test_the_extension_of_vrm_comes_before_names(tmp_path):
    made = make_vrm(signing(), "1.0")
    for node in made.document["nodes"]:
        node["name"] = "mixamorig:LeftArm"
    bone_map, bones = choose_map(read_animation(made.glb(tmp_path / "signer.vrm")))
    assert bone_map.name == "vrm"
    assert len(set(bones.values())) == len(JOINTS)


def test_an_unknown_rig_lists_its_bones_and_what_is_missing(tmp_path):
    made = make_gltf(signing(), MIXAMO)
    for node in made.document["nodes"]:
        node["name"] = node["name"].replace("ForeArm", "Unterarm")
    with pytest.raises(NsaError) as error:
        choose_map(read_animation(made.glb(tmp_path / "rig.glb")))
    told = str(error.value)
    assert "unknown rig; the nearest map 'mixamo'" in told
    assert "left_elbow (LeftForeArm), right_elbow (RightForeArm)" in told
    assert "mixamorig:LeftUnterarm" in told
    assert "--map FILE.yaml" in told


def test_a_map_of_the_user(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "prefix: 'Bip0\\d '\nrest: 3\njoints:\n  pelvis: Becken\n  neck: [Nacken, Hals]\n", encoding="utf-8"
    )
    mine = load_map(file)
    assert mine == BoneMap("mine", {"pelvis": ("Becken",), "neck": ("Nacken", "Hals")}, "Bip0\\d ", rest=3)
    assert mine.bones(Named("Bip01 Becken", "Bip01 Hals")) == {"pelvis": 0, "neck": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("joints: {elbow: x}", "unknown joint 'elbow'. SMPL-X joints: pelvis"),
        ("joints: {pelvis: 3}", "pelvis is 3; give the name of a bone"),
        ("joints: {pelvis: []}", "pelvis is []; give"),
        ("joints: [pelvis]", "needs a table `joints`"),
        ("bones: {pelvis: x}", "needs a table `joints`"),
        ("joints: {pelvis: x}\nup: z", "unknown key 'up'"),
        ("joints: {pelvis: x}\nprefix: '('", "prefix '(' is not a regular expression"),
        ("joints: {pelvis: x}\nrest: first", "rest is 'first'"),
        ("joints: {pelvis: x", "is not YAML"),
    ],
)
def test_a_wrong_map_is_refused(tmp_path, text, message):
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NsaError) as error:
        load_map(file)
    assert message in str(error.value)


def test_an_unknown_name_lists_the_shipped_maps(tmp_path):
    animation = read_animation(make_gltf(signing(), MIXAMO).glb(tmp_path / "rig.glb"))
    with pytest.raises(NsaError, match=r"no map 'maximo'\. Shipped: bvh, cmu, mixamo, smplx, unreal, vrm"):
        choose_map(animation, "maximo")
