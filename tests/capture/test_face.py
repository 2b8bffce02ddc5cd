"""Face landmarks to coefficients: known faces are found again, turned heads and gaps do not disturb."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nsa_ros.body.face import EXPRESSION
from nsa_ros.body.mannequin import CARRIERS, carrier_rest, parts
from nsa_ros.body.rotations import geodesic_angle, matrix_to_rotvec, rotvec_to_matrix
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.capture.face import face_motion, head_rotation
from nsa_ros.capture.face.figure import figure_points
from nsa_ros.capture.face.measures import effects, measure_names, measured, usual
from nsa_ros.capture.face.points import EYE_DISTANCE, face_points, seen_points
from nsa_ros.capture.landmarks import FACES, Landmarks

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "letters_spoken_to_signed"
FPS = 24.0
FRAMES = 240
SHOWN = slice(100, 124)
"""Frames that show an expression in a clip that is neutral elsewhere."""

MIDDLE = 112


def landmarks(expression, jaw=None, eyes=None, head=None, layout="mediapipe", depth=False, noise=0.0, size=0.9):
    """The mannequin's face before the camera, its points seen by a detector. `size` in pixels a millimetre."""
    frames = len(expression)
    points = figure_points(expression, np.zeros((frames, 3)) if jaw is None else jaw, eyes)
    if head is not None:
        points = np.einsum("...ij,...pj->...pi", np.broadcast_to(rotvec_to_matrix(head), (frames, 3, 3)), points)
    picture = size * points * [1.0, -1.0, -1.0] + [640.0, 300.0, 0.0]
    face = np.full((frames, FACES[layout], 3), np.nan)
    for i, found in enumerate(face_points().indices[layout]):
        face[:, list(found)] = picture[:, [i]]
    face += noise * np.random.default_rng(0).standard_normal(face.shape)
    if not depth:
        face[..., 2] = 0.0
    return with_face(face, layout, depth)


def with_face(face, layout="mediapipe", depth=False, **more):
    frames = len(face)
    return Landmarks(
        body=np.full((frames, 16, 3), np.nan),
        hands=np.full((frames, 2, 21, 3), np.nan),
        face=face,
        body_confidence=np.zeros((frames, 16)),
        hands_confidence=np.zeros((frames, 2, 21)),
        face_confidence=np.isfinite(face).all(axis=-1).astype(float),
        **{"fps": FPS, "size": (1280, 720), "name": "made", "depth": depth, "face_layout": layout, **more},
    )


def shown(**coefficients):
    """Coefficients of a clip that shows an expression for a second."""
    expression = np.zeros((FRAMES, 10))
    for name, value in coefficients.items():
        expression[SHOWN, EXPRESSION.index(name)] = value
    return expression


def at(motion, frame=MIDDLE):
    return dict(zip(EXPRESSION, motion.expression[frame], strict=True))


KNOWN = {
    "brows_raise": (0.5, 1.0, -0.5),
    "brows_furrow": (0.5, 1.0),
    "mouth_corners": (0.5, 1.0, -0.6),
    "mouth_round": (0.5, 1.0),
    "eyes_wide": (0.5, 1.0),
    "left_wink": (1.0,),
    "right_wink": (1.0,),
}


@pytest.mark.parametrize("layout", ["mediapipe", "openpose"])
@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in KNOWN.items() for value in values])
def test_a_known_coefficient_is_found_and_the_others_stay_small(name, value, layout):
    found = at(face_motion(landmarks(shown(**{name: value}), layout=layout, noise=0.3)))
    assert found.pop(name) == pytest.approx(value, abs=0.12 + 0.15 * abs(value))
    assert max(map(abs, found.values())) < 0.25


@pytest.mark.parametrize("opening", [0.1, 0.2, 0.4])
def test_the_jaw_opens_as_far_as_it_does(opening):
    jaw = np.zeros((FRAMES, 3))
    jaw[SHOWN, 0] = opening
    motion = face_motion(landmarks(np.zeros((FRAMES, 10)), jaw))
    assert motion.jaw[MIDDLE] == pytest.approx([opening, 0, 0], abs=0.05)
    assert abs(motion.jaw[:80]).max() < 0.03
    assert abs(motion.expression[MIDDLE]).max() < 0.15


@pytest.mark.parametrize("turn", [(0, 0.35, 0), (0, -0.35, 0), (0.35, 0, 0), (-0.35, 0, 0), (0, 0, 0.35)])
@pytest.mark.parametrize("depth", [False, True])
def test_turning_the_head_changes_little(turn, depth):
    expression = shown(brows_raise=0.8, mouth_corners=0.6)
    still = face_motion(landmarks(expression, depth=depth))
    heads = np.linspace(0, 1, FRAMES)[:, None] * np.array(turn)
    turned = face_motion(landmarks(expression, head=heads, depth=depth))
    assert abs(turned.expression - still.expression).max() < (0.1 if depth else 0.3)
    assert abs(turned.expression - still.expression).mean() < 0.03


def test_size_in_the_picture_changes_nothing():
    expression = shown(brows_raise=0.8)
    small, large = (face_motion(landmarks(expression, size=size)).expression for size in (0.2, 3.0))
    assert small == pytest.approx(large, abs=1e-9)


def test_a_blink_of_three_frames_survives():
    expression = np.zeros((FRAMES, 10))
    expression[50:53, 8:] = [[0.3, 0.3], [0.6, 0.6], [0.3, 0.3]]
    winks = face_motion(landmarks(expression, noise=0.1)).expression[:, 8:]
    assert winks[51].min() > 0.9
    assert winks[[48, 54]].max() < 0.1


def test_eyes_that_close_unevenly_blink_together_and_a_wink_is_one_eyed():
    uneven, wink = shown(left_wink=0.5, right_wink=0.35), shown(left_wink=1.0)
    found = at(face_motion(landmarks(uneven)))
    assert found["left_wink"] == pytest.approx(found["right_wink"], abs=0.02)
    found = at(face_motion(landmarks(wink)))
    assert found["left_wink"] > 0.95
    assert found["right_wink"] < 0.1


@pytest.mark.parametrize(("eyes", "axis"), [((0.0, 0.3, 0.0), 1), ((0.2, 0.0, 0.0), 0), ((0.0, -0.3, 0.0), 1)])
def test_gaze_follows_the_irises(eyes, axis):
    turns = np.zeros((FRAMES, 2, 3))
    turns[SHOWN] = eyes
    found = face_motion(landmarks(np.zeros((FRAMES, 10)), eyes=turns)).eyes
    assert found[MIDDLE, 0, axis] == pytest.approx(eyes[axis], abs=0.08)
    assert (found[:, 0] == found[:, 1]).all()


def test_without_irises_the_eyes_look_ahead():
    made = landmarks(np.zeros((30, 10)))
    made.face[:, 468:] = np.nan
    motion = face_motion(with_face(made.face))
    assert motion.seen.all()
    assert not motion.eyes.any()


def test_a_raised_brow_held_through_a_short_clip_is_not_lost():
    expression = np.zeros((24, 10))
    expression[:, 0] = 1.0
    assert 0.4 < face_motion(landmarks(expression)).expression[:, 0].mean() < 1.0


def test_a_person_with_high_brows_is_neutral_in_a_long_clip():
    expression = np.zeros((600, 10))
    expression[:, 0] = 0.5
    expression[300:324, 0] = 1.0
    found = face_motion(landmarks(expression)).expression[:, 0]
    assert abs(found[:280]).max() < 0.25
    assert found[312] - found[100] == pytest.approx(0.5, abs=0.1)


def test_short_gaps_are_bridged_and_long_ones_fade_to_neutral():
    made = landmarks(shown(brows_raise=1.0))
    whole = face_motion(made).expression[:, 0]
    face = made.face.copy()
    face[110:115] = np.nan
    bridged = face_motion(with_face(face))
    assert bridged.expression[:, 0] == pytest.approx(whole, abs=0.05)
    assert not bridged.seen[110:115].any()
    assert bridged.seen[109]
    face[110:160] = np.nan
    assert abs(face_motion(with_face(face)).expression[122:150]).max() < 0.02
    assert face_motion(with_face(face)).expression[105, 0] > 0.8


def test_pictures_without_order_are_not_smeared_into_each_other():
    expression = np.zeros((FRAMES, 10))
    expression[100, 0] = 1.0
    made = landmarks(expression)
    found = face_motion(with_face(made.face, ordered=False)).expression[:, 0]
    assert found[100] > 0.8
    assert abs(found[[99, 101]]).max() < 0.05


def test_no_face_is_a_neutral_face_unseen():
    for made in (with_face(np.zeros((7, 0, 3)), layout=""), with_face(np.full((7, 478, 3), np.nan))):
        motion = face_motion(made)
        assert motion.expression.shape == (7, 10)
        assert motion.eyes.shape == (7, 2, 3)
        assert not motion.expression.any()
        assert not motion.seen.any()
        assert head_rotation(made) is None


def test_points_the_detector_is_unsure_of_are_left_out():
    made = landmarks(np.zeros((FRAMES, 10)), layout="openpose")
    lower_lip = [55, 56, 57, 58, 59, 65, 66, 67]
    made.face[SHOWN, lower_lip, 1] += 20.0
    unsure = made.face_confidence.copy()
    unsure[SHOWN, lower_lip] = 0.1
    assert face_motion(made).jaw[MIDDLE, 0] > 0.2
    assert face_motion(replace(made, face_confidence=unsure)).jaw.max() < 0.03


@pytest.mark.parametrize("depth", [False, True])
def test_the_turn_of_the_head_is_found(depth):
    turns = np.radians([[0, 0, 0], [15, 0, 0], [-20, 5, 0], [0, 30, 0], [0, -30, 10], [10, 20, -15]])
    made = landmarks(np.zeros((len(turns), 10)), head=turns, depth=depth, noise=0.2)
    found = head_rotation(made)
    assert np.degrees(geodesic_angle(found, rotvec_to_matrix(turns))).max() < 6
    assert np.degrees(matrix_to_rotvec(found)[3]) == pytest.approx([0, 30, 0], abs=5)


def test_frames_without_a_face_take_the_nearest_turn():
    turns = np.radians([[0, 0, 0], [0, 0, 0], [0, 30, 0]])
    made = landmarks(np.zeros((3, 10)), head=turns)
    made.face[1:2] = np.nan
    rotation = head_rotation(with_face(made.face))
    assert rotation[1] == pytest.approx(rotation[0])


def test_a_given_turn_of_the_head_is_used():
    head = np.radians([0, 25.0, 0])
    made = landmarks(shown(brows_raise=0.8), head=head)
    given = face_motion(made, np.broadcast_to(rotvec_to_matrix(head), (FRAMES, 3, 3)))
    assert at(given)["brows_raise"] == pytest.approx(0.8, abs=0.15)


def test_tables_name_each_point_once_and_mirror():
    table = face_points()
    assert len(set(table.names)) == len(table.names) == 64
    for layout in ("mediapipe", "openpose"):
        used = [i for found in table.indices[layout] for i in found]
        assert len(set(used)) == len(used)
        assert max(used) < FACES[layout]
    assert sorted(i for found in table.indices["openpose"] for i in found) == list(range(17, 70))
    for name in table.names:
        if name.startswith("left_"):
            left, right = table.at(name, name.replace("left_", "right_"))
            assert table.canonical[left] == pytest.approx(table.canonical[right] * [-1, 1, 1])
    eyes = table.canonical[table.at("left_eye_outer", "left_eye_inner")].mean(axis=0)
    assert eyes == pytest.approx([EYE_DISTANCE / 2, 0, 0])


def test_points_lie_on_the_mannequin_where_its_pieces_are():
    skeleton, table = default_skeleton(), face_points()
    rest = dict(zip(CARRIERS, carrier_rest(skeleton), strict=True))
    middle = (rest["left_eye_smplhf"] + rest["right_eye_smplhf"]) / 2
    for part in ("left_brow", "left_upper_eyelid", "left_lower_eyelid", "left_upper_lip", "left_lower_lip"):
        mesh = next(p for p in parts(skeleton) if p.name == part).mesh.vertices + rest[part] - middle
        for name, carriers, point in zip(table.names, table.carriers, table.figure, strict=True):
            if part in carriers:
                assert np.linalg.norm(mesh[:, :2] * 1000 - point[:2], axis=1).min() < 6, name


def test_measures_read_a_raised_brow_in_millimetres():
    assert effects()[measure_names().index("brow_height"), 0] == pytest.approx(10, abs=0.5)
    assert measured(face_points().canonical[None, :, :2])[0, 0] == pytest.approx(usual()[0])


@pytest.mark.skipif(not SHARED.is_dir(), reason="no captured letters beside the repository (shared/data)")
def test_captured_faces_show_blinks_and_little_else():
    pose_format = pytest.importorskip("pose_format")
    found = {}
    for path in sorted((SHARED / "ase").glob("*.pose")):
        pose = pose_format.Pose.read(path.read_bytes())
        face = np.asarray(pose.body.data.filled(np.nan)[:, 0, 33:511], dtype=np.float64)
        made = with_face(np.where(pose.body.confidence[:, 0, 33:511, None] > 0, face, np.nan), fps=25.0)
        places, _ = seen_points(made)
        assert (places[:, face_points().at("left_pupil")[0], 0] > places[:, face_points().at("nose_tip")[0], 0]).all()
        found[path.name] = face_motion(made)
        assert np.degrees(geodesic_angle(head_rotation(made), np.eye(3))).max() < 15
    expression = np.concatenate([motion.expression for motion in found.values()])
    assert abs(expression[:, :8]).max() < 0.5
    assert sum((motion.expression[:, 8:].min(axis=1) > 0.9).any() for motion in found.values()) == 3
