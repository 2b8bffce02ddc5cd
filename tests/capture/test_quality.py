"""The report of a fit: figures that follow from known errors, and verdicts that a person would agree with."""

import json
from dataclasses import replace

import numpy as np
import pytest

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import Motion
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.capture.anchors import anchors
from nsa_ros.capture.camera import Camera
from nsa_ros.capture.fitted import Fitted
from nsa_ros.capture.landmarks import BODY, HAND, SIDES, Landmarks
from nsa_ros.capture.quality import palm_widths, quality

FRAMES, FPS = 24, 24.0
CAMERA = Camera(900.0, (640.0, 360.0), (0.0, 0.4, 1.6), (1280, 720))


def a_fit():
    """A signer whose right forearm goes up and down, both hands in the picture."""
    poses = np.repeat(named_pose("neutral")[None], FRAMES, axis=0)
    swing = np.sin(np.linspace(0.0, 2 * np.pi, FRAMES))
    poses[:, INDEX["right_elbow"], 1] += 0.3 * swing
    return Fitted(Motion(poses, np.zeros((FRAMES, 10)), np.zeros((FRAMES, 3)), FPS), CAMERA, {})


def seen_by(fitted, noise=0.0, seed=0):
    """The landmarks that a detector would give of it, with noise [pixels] in all three coordinates."""
    skeleton = fitted.skeleton
    posed = forward(skeleton, fitted.motion.poses, fitted.motion.transl)
    world = anchors(skeleton).positions(posed)
    depth = (fitted.camera.position[2] - world[..., 2:]) * fitted.camera.focal / 1.5
    points = np.concatenate([fitted.camera.project(world), depth], axis=-1)
    points = points + np.random.default_rng(seed).normal(0.0, noise, points.shape) if noise else points
    frames, body = len(points), len(BODY)
    hands = points[:, body:].reshape(frames, 2, len(HAND), 3)
    hands[..., 2] -= hands[:, :, :1, 2].copy()
    return Landmarks(
        points[:, :body],
        hands,
        np.zeros((frames, 0, 3)),
        np.ones((frames, body)),
        np.ones((frames, 2, len(HAND))),
        np.zeros((frames, 0)),
        FPS,
        fitted.camera.size,
        "clip",
    )


def without_hand(landmarks, side, frames=slice(None)):
    hands, sure = landmarks.hands.copy(), landmarks.hands_confidence.copy()
    hands[frames, SIDES.index(side)], sure[frames, SIDES.index(side)] = np.nan, 0.0
    return replace(landmarks, hands=hands, hands_confidence=sure)


def test_a_fit_that_lies_on_its_landmarks_is_good():
    fitted = a_fit()
    report = quality(seen_by(fitted, noise=1.0), fitted)
    assert report["verdict"] == "good", report["reasons"]
    assert report["reasons"] == []
    assert json.loads(json.dumps(report)) == report


def test_reprojection_is_what_the_noise_makes_it():
    fitted = a_fit()
    report = quality(seen_by(fitted, noise=3.0), fitted)["reprojection"]
    rayleigh = 3.0 * np.sqrt(2 * np.log(2))
    for part in ("hands", "body"):
        assert report[part]["median_px"] == pytest.approx(rayleigh, rel=0.15)
        assert report[part]["p95_px"] == pytest.approx(3.0 * np.sqrt(2 * np.log(20)), rel=0.15)
    palm = np.nanmedian(palm_widths(seen_by(fitted)), axis=0).max()
    assert report["hands"]["median_palm"] == pytest.approx(rayleigh / palm, rel=0.2)
    assert report["hands"]["points"] == FRAMES * 42


def test_a_point_that_was_not_seen_does_not_count():
    fitted = a_fit()
    landmarks = seen_by(fitted)
    body, sure = landmarks.body.copy(), landmarks.body_confidence.copy()
    body[:, BODY.index("left_hip")], sure[:, BODY.index("left_hip")] = 5000.0, 0.1
    report = quality(replace(landmarks, body=body, body_confidence=sure), fitted)["reprojection"]
    assert report["body"]["p95_px"] == pytest.approx(0.0, abs=1e-6)
    assert report["body"]["points"] == FRAMES * (len(BODY) - 1)


def test_jitter_of_the_landmarks_is_told_from_that_of_the_fit():
    fitted = a_fit()
    still = quality(seen_by(fitted), fitted)["jitter"]
    assert still["ratio"] == pytest.approx(1.0, abs=0.05)
    noisy = quality(seen_by(fitted, noise=2.0), fitted)["jitter"]
    # the second difference of white noise has 6 times its variance; in the picture two coordinates
    metres = 2.0 * np.sqrt(2 * 6) * FPS**2 * 1.3 / CAMERA.focal
    assert noisy["raw"] == pytest.approx(metres, rel=0.25)
    assert noisy["fit"] == pytest.approx(still["fit"])
    assert noisy["ratio"] < 0.5
    assert noisy["depth"]["ratio"] < 0.5


def test_a_fit_that_trembles_more_than_its_landmarks_is_told():
    fitted = a_fit()
    landmarks = seen_by(fitted)
    poses = fitted.motion.poses + np.random.default_rng(0).normal(0.0, 0.01, fitted.motion.poses.shape)
    report = quality(landmarks, replace(fitted, motion=replace(fitted.motion, poses=poses)))
    assert report["jitter"]["ratio"] > 1.0
    assert any("trembles" in reason for reason in report["reasons"])


def test_random_landmarks_are_rejected():
    fitted = a_fit()
    report = quality(seen_by(fitted, noise=120.0), fitted)
    assert report["verdict"] == "reject"
    assert "palm widths off" in report["reasons"][0]


@pytest.mark.parametrize("side", SIDES)
def test_a_hand_that_is_never_seen_is_usable_when_the_other_is_fine(side):
    fitted = a_fit()
    report = quality(without_hand(seen_by(fitted, noise=1.0), side), fitted)
    assert report["verdict"] == "usable"
    assert report["reasons"] == [
        f"the {side} hand is never seen: its pose is made up (as it should be for a one-handed sign)"
    ]
    assert report["seen"][f"{side}_hand"] == 0.0


def test_without_hands_there_is_nothing_to_learn():
    fitted = a_fit()
    report = quality(without_hand(without_hand(seen_by(fitted), "left"), "right"), fitted)
    assert report["verdict"] == "reject"
    assert report["reprojection"]["hands"] is None
    assert report["jitter"] is None


def test_a_hand_lost_on_the_way_is_a_gap_and_one_lost_at_the_end_is_not():
    fitted = a_fit()
    inside = quality(without_hand(seen_by(fitted), "right", slice(6, 15)), fitted)
    assert inside["gap_s"] == {"left_hand": 0.0, "right_hand": pytest.approx(9 / FPS)}
    assert any("lost for 0.38 s" in reason for reason in inside["reasons"])
    at_end = quality(without_hand(seen_by(fitted), "right", slice(15, None)), fitted)
    assert at_end["gap_s"]["right_hand"] == 0.0
    assert at_end["seen"]["right_hand"] == pytest.approx(15 / FRAMES)


def test_a_person_out_of_view_is_rejected():
    fitted = a_fit()
    landmarks = seen_by(fitted)
    body = landmarks.body.copy()
    body[..., 0] += 2000.0
    report = quality(replace(landmarks, body=body), fitted)
    assert report["seen"]["person"] == 0.0
    assert report["verdict"] == "reject"


def test_hands_alone_are_usable_at_best():
    fitted = a_fit()
    landmarks = seen_by(fitted)
    alone = replace(landmarks, body=np.full_like(landmarks.body, np.nan), body_confidence=np.zeros((FRAMES, len(BODY))))
    report = quality(alone, fitted)
    assert report["seen"]["person"] is None
    assert report["reprojection"]["body"] is None
    assert report["verdict"] == "usable"


def test_exchanged_hands_are_rejected_even_where_the_fit_follows_them():
    fitted = a_fit()
    landmarks = seen_by(fitted)
    report = quality(replace(landmarks, hands=landmarks.hands[:, ::-1]), fitted)
    assert report["seen"]["exchanged"] == 1.0
    assert report["verdict"] == "reject"
    assert any("left and right exchanged" in reason for reason in report["reasons"])


def test_mirrored_footage_is_rejected():
    fitted = a_fit()
    landmarks = seen_by(fitted)
    body = landmarks.body * [-1.0, 1.0, 1.0] + [1280.0, 0.0, 0.0]
    report = quality(replace(landmarks, body=body), fitted)
    assert report["seen"]["turned"] == 1.0
    assert report["verdict"] == "reject"


def test_joints_beyond_their_limits_are_counted_and_the_deepest_named():
    fitted = a_fit()
    poses = fitted.motion.poses.copy()
    poses[:6, INDEX["left_index2"], 2] += np.radians(80.0)
    bent = replace(fitted, motion=replace(fitted.motion, poses=poses))
    report = quality(seen_by(bent), bent)["limits"]
    assert report["joint"] == "left_index2_flexion"
    assert report["deepest"] > 20.0
    assert report["share"] == pytest.approx(0.25 / 44, abs=1e-4)
    assert quality(seen_by(fitted), fitted)["limits"] == {"share": 0.0, "deepest": 0.0, "joint": None}


def test_a_full_turn_does_not_break_a_limit():
    fitted = a_fit()
    poses = fitted.motion.poses.copy()
    wrist = poses[:, INDEX["right_wrist"]]
    angle = np.linalg.norm(wrist, axis=-1, keepdims=True)
    poses[:, INDEX["right_wrist"]] = wrist / angle * (angle - 2 * np.pi)
    turned = replace(fitted, motion=replace(fitted.motion, poses=poses))
    assert quality(seen_by(fitted), turned)["limits"]["share"] == 0.0


def test_spread_of_raw_bone_lengths_grows_with_noise_of_depth():
    fitted = a_fit()
    landmarks = seen_by(fitted)
    assert quality(landmarks, fitted)["bones"] < 0.03
    hands = landmarks.hands.copy()
    hands[..., 2] += np.random.default_rng(0).normal(0.0, 15.0, hands.shape[:-1])
    assert quality(replace(landmarks, hands=hands), fitted)["bones"] > 0.1
    assert quality(replace(landmarks, depth=False), fitted)["bones"] is None


def test_hands_in_the_trunk_are_measured():
    fitted = a_fit()
    poses = fitted.motion.poses.copy()
    poses[:, INDEX["right_shoulder"], 0] += 0.5
    deep = replace(fitted, motion=replace(fitted.motion, poses=poses))
    assert quality(seen_by(fitted), fitted)["penetration"]["skin"]["deepest"] < 1.0
    found = quality(seen_by(deep), deep)
    assert found["penetration"]["skin"]["p95"] > 30.0
    assert any("in head or trunk" in reason for reason in found["reasons"])


def test_repeated_frames_and_a_wrong_rate_are_told():
    fitted = a_fit()
    motion = fitted.motion
    twice = replace(fitted, motion=motion[slice(0, FRAMES, 2)])
    doubled = Motion(
        *(np.repeat(v, 2, axis=0) for v in (twice.motion.poses, twice.motion.expression, twice.motion.transl)), FPS
    )
    landmarks = seen_by(replace(fitted, motion=doubled))
    report = quality(landmarks, replace(fitted, motion=doubled))
    assert report["repeated"] == pytest.approx(12 / 23, abs=1e-4)
    assert report["verdict"] == "usable"
    fast = quality(replace(seen_by(fitted), fps=1000.0), replace(fitted, motion=replace(motion, fps=1000.0)))
    assert any("is 1000 frames/s its rate" in reason for reason in fast["reasons"])


def test_single_pictures_have_no_course():
    fitted = a_fit()
    report = quality(replace(seen_by(fitted), ordered=False), fitted)
    assert report["jitter"] is report["gap_s"] is report["repeated"] is report["speed"] is None
    assert report["verdict"] == "good"


def test_one_frame_is_enough_for_a_report():
    fitted = replace(a_fit(), motion=a_fit().motion[slice(0, 1)])
    report = quality(seen_by(fitted), fitted)
    assert report["verdict"] == "good"
    assert json.dumps(report)


def test_unusual_proportions_are_told():
    fitted = replace(a_fit(), proportions={"forearms": 1.38})
    report = quality(seen_by(fitted), fitted)
    assert report["reasons"] == ["unusual proportions: forearms 1.38 times the shipped figure's"]


def test_landmarks_behind_the_camera_are_rejected():
    fitted = a_fit()
    report = quality(seen_by(fitted), replace(fitted, camera=replace(CAMERA, position=(0.0, 0.4, -2.0))))
    assert report["verdict"] == "reject"
    assert report["reprojection"]["hands"]["median_px"] is None
    assert json.dumps(report, allow_nan=False)


def test_default_figure_is_left_as_it_is():
    assert a_fit().skeleton.rest == pytest.approx(default_skeleton().rest)
