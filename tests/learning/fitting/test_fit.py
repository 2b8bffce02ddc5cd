from dataclasses import replace

import numpy as np
import pytest
from known import scene

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import Motion
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.capture.landmarks import BODY
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.clip import estimated_start, fit_landmarks
from nsa_ros.learning.fitting.evaluation.cases import seen
from nsa_ros.learning.fitting.evaluation.detector import DetectorNoise, flat
from nsa_ros.learning.fitting.evaluation.errors import PARTS, errors
from nsa_ros.learning.fitting.fit import fit, lifted_start
from nsa_ros.learning.fitting.initial import initial
from nsa_ros.learning.fitting.settings import Settings

FRAMES = slice(20, 44)
QUICK = Settings(iterations=60)


@pytest.fixture(scope="module")
def landmarks():
    return seen(scene(), DetectorNoise())[FRAMES]


@pytest.fixture(scope="module")
def fitted(landmarks):
    return fit([landmarks], QUICK)[0]


def error(motion, skeleton, part):
    true = scene()
    return float(errors(motion, skeleton, true.motion[FRAMES], true.skeleton)[part].mean())


def of_start(start, fps=24.0):
    poses, transl = RevoluteModel(default_skeleton()).to_motion(start.q)
    return Motion(poses, np.zeros((len(poses), 10)), transl, fps)


@pytest.mark.parametrize("aligned", ["", "_procrustes"])
def test_a_fit_is_nearer_to_the_truth_than_inverse_kinematics(aligned, landmarks, fitted):
    geometric, found = (
        sum(error(motion, figure, part + aligned) for part in PARTS)
        for motion, figure in ((of_start(initial(landmarks)), default_skeleton()), (fitted.motion, fitted.skeleton))
    )
    assert found < 0.8 * geometric


def test_the_fit_lies_on_the_landmarks(landmarks, fitted):
    hands = fitted.reprojected()[:, 16:].reshape(-1, 2, 21, 2)
    off = np.linalg.norm(hands - landmarks.hands[..., :2], axis=-1)
    assert np.nanmedian(off) < 6.0


def test_it_shakes_less_than_without_the_temporal_term(landmarks, fitted):
    rough = fit([landmarks], replace(QUICK, smooth=0.0))[0]
    calm, shaken = (errors(f.motion, f.skeleton, f.motion, f.skeleton)["jitter"].mean() for f in (fitted, rough))
    assert calm < 0.6 * shaken


def test_clips_fitted_together_are_those_fitted_alone(landmarks, fitted):
    other = seen(scene(3), DetectorNoise())[FRAMES]
    together = fit([other, landmarks], QUICK)[1]
    np.testing.assert_allclose(together.motion.poses, fitted.motion.poses, atol=0.02)


def test_flat_landmarks_are_fitted(landmarks):
    found = fit([flat(landmarks)], QUICK)[0]
    assert error(found.motion, found.skeleton, "right_hand_procrustes") < 12.0


def test_a_hand_that_was_never_seen_stays_within_reason(landmarks):
    hands, sure = landmarks.hands.copy(), landmarks.hands_confidence.copy()
    hands[:, 0], sure[:, 0] = np.nan, 0.0
    found = fit([replace(landmarks, hands=hands, hands_confidence=sure)], QUICK)[0]
    assert np.isfinite(found.motion.poses).all()
    assert error(found.motion, found.skeleton, "right_hand_procrustes") < 12.0


def test_nothing_seen_at_all_gives_a_finite_figure(landmarks):
    nothing = replace(
        landmarks,
        body=np.full_like(landmarks.body, np.nan),
        hands=np.full_like(landmarks.hands, np.nan),
        body_confidence=np.zeros_like(landmarks.body_confidence),
        hands_confidence=np.zeros_like(landmarks.hands_confidence),
    )
    for start in (initial(nothing), lifted_start(nothing)):
        assert np.isfinite(start.q).all()
    assert np.isfinite(fit([nothing], Settings(iterations=3))[0].motion.poses).all()


def test_a_focal_length_that_is_given_is_kept(landmarks):
    assert fit([landmarks], Settings(iterations=5, focal=1500.0))[0].camera.focal == pytest.approx(1500.0)


def test_a_whole_fit_has_labels_and_a_report(landmarks):
    (found,) = fit_landmarks([landmarks], Settings(iterations=10))
    assert found.labels["made_by"] == "nsa fit"
    assert found.labels["expression_basis"] == "none"
    assert found.quality["verdict"] in ("good", "usable", "reject")


def test_an_estimate_to_start_from_is_used_and_must_be_as_long(landmarks):
    true = scene().motion[FRAMES]
    start = estimated_start(landmarks, true)
    poses, _ = RevoluteModel(default_skeleton()).to_motion(start.q)
    np.testing.assert_allclose(poses[:, 40:], true.poses[:, 40:], atol=0.02)
    with pytest.raises(NsaError, match=r"24 frames, the estimate to start from 23"):
        estimated_start(landmarks, true[slice(1, None)])


def test_a_clip_without_frames_is_named(landmarks):
    with pytest.raises(NsaError, match="has no frames"):
        fit_landmarks([landmarks[slice(0, 0)]])


@pytest.mark.parametrize("bad", [{"iterations": 0}, {"prior": -1.0}, {"focal": 0.0}, {"smooth": float("nan")}])
def test_settings_that_cannot_be(bad):
    with pytest.raises(NsaError):
        Settings(**bad)


def test_a_hand_that_is_never_seen_rests(landmarks):
    body, hands, sure = landmarks.body_confidence.copy(), landmarks.hands.copy(), landmarks.hands_confidence.copy()
    hands[:, 0], sure[:, 0], body[:, BODY.index("left_wrist")] = np.nan, 0.0, 0.0
    unseen = replace(landmarks, hands=hands, hands_confidence=sure, body_confidence=body)
    posed = forward(default_skeleton(), of_start(lifted_start(unseen)).poses)
    left, right = (posed.positions[:, INDEX[f"{side}_wrist"], 1] for side in ("left", "right"))
    assert (left < 0.1).all()
    assert right.max() > 0.15
