from dataclasses import replace

import numpy as np
import pytest
from known import scene

from nsa_ros.body.kinematics import forward
from nsa_ros.capture.anchors import anchors
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.evaluation.detector import DetectorNoise, flat, see

PERFECT = DetectorNoise(pixels=0, offset=0, hand_offset=0, depth=0, hand_depth=1, body_depth=1, dropouts=0)
SEEN_WHOLE = replace(PERFECT, pixels=2.0)


def look(noise, seed=3, **kinds):
    one = scene(**kinds)
    return see(one.motion, one.skeleton, one.shot.camera, noise, seed)


def every(clip):
    return np.concatenate([clip.body, clip.hands.reshape(len(clip), -1, 3)], axis=1)


def true_pixels():
    one = scene()
    posed = forward(one.skeleton, one.motion.poses, one.motion.transl)
    return one.shot.camera.project(anchors(one.skeleton).positions(posed))


def test_a_perfect_detector_marks_the_anchors():
    clip = look(PERFECT)
    np.testing.assert_allclose(every(clip)[..., :2], true_pixels(), atol=1e-9)
    assert clip.face.shape[1] == 0


def test_depth_of_a_perfect_detector_is_on_the_scale_of_x_and_away_from_the_camera():
    one = scene()
    posed = forward(one.skeleton, one.motion.poses, one.motion.transl)
    points = anchors(one.skeleton).positions(posed)[:, 16:37]
    camera = one.shot.camera
    away = camera.position[2] - points[..., 2]
    expected = (away - away[:, :1]) * camera.focal / away[:, :1]
    np.testing.assert_allclose(look(PERFECT).hands[:, 0, :, 2], expected, atol=1e-6)


def test_noise_has_the_size_that_was_asked_for():
    off = every(look(replace(SEEN_WHOLE, correlated=0.0)))[..., :2] - true_pixels()
    assert np.median(np.abs(off)) == pytest.approx(2.0 * 0.6745, rel=0.12)


def test_noise_grows_with_its_size_and_keeps_its_draws():
    small, large = (every(look(replace(SEEN_WHOLE, pixels=size)))[..., :2] - true_pixels() for size in (1.0, 3.0))
    np.testing.assert_allclose(large, 3.0 * small, atol=1e-9)


def test_lasting_noise_is_correlated_in_time_and_white_noise_is_not():
    def alike(noise):
        off = (every(look(noise))[..., :2] - true_pixels())[:, 16:]
        return (off[1:] * off[:-1]).mean() / (off**2).mean()

    assert alike(replace(SEEN_WHOLE, correlated=5.0)) > 0.6
    assert abs(alike(replace(SEEN_WHOLE, correlated=0.0))) < 0.1


def test_confidence_falls_with_the_error():
    clip = look(SEEN_WHOLE)
    off = np.linalg.norm(every(clip)[..., :2] - true_pixels(), axis=-1)[:, 16:].ravel()
    sure = clip.hands_confidence.reshape(len(clip), -1).ravel()
    assert np.corrcoef(sure, off)[0, 1] < -0.15


def test_the_share_that_is_lost_is_as_asked_and_hands_go_whole_and_in_runs():
    clip = look(DetectorNoise(dropouts=0.2))
    lost = np.isnan(clip.hands[..., 0])
    assert lost.mean() == pytest.approx(0.2, abs=0.05)
    assert np.isnan(clip.body[..., 0]).mean() == pytest.approx(0.2, abs=0.05)
    whole = lost.all(axis=2)
    assert whole.mean() == pytest.approx(0.15, abs=0.04)
    begins = (np.diff(whole.astype(int), axis=0) == 1).sum() + whole[0].sum()
    assert whole.sum() / begins > 1.3
    assert (clip.hands_confidence[lost] == 0).all()


def test_nothing_is_lost_in_the_picture_without_dropouts():
    assert not np.isnan(every(look(SEEN_WHOLE))).any()


def test_hands_are_exchanged_for_the_share_asked_and_nothing_else_changes():
    straight, mixed = look(PERFECT), look(replace(PERFECT, swaps=0.25))
    exchanged = (straight.hands != mixed.hands).any(axis=(1, 2, 3))
    assert exchanged.mean() == pytest.approx(0.25, abs=0.03)
    np.testing.assert_array_equal(mixed.hands[exchanged], straight.hands[exchanged][:, ::-1])
    np.testing.assert_array_equal(mixed.body, straight.body)


def test_hips_out_of_the_picture_are_guessed_with_little_confidence():
    clip = look(replace(DetectorNoise(), dropouts=0.0), number=0, kind="webcam")
    hips = clip.body[:, 13:15]
    assert np.isfinite(hips).all()
    below = hips[..., 1] > clip.size[1] + 20
    assert below.any()
    assert clip.body_confidence[:, 13:15][below].max() <= 0.2


def test_hands_out_of_the_picture_are_not_seen():
    one = scene()
    camera = replace(one.shot.camera, centre=(one.shot.camera.centre[0], 3000.0))
    assert not see(one.motion, one.skeleton, camera, PERFECT).seen.any()


def test_offsets_stay_on_their_bones():
    clip = look(replace(PERFECT, hand_offset=0.01))
    off = np.linalg.norm(every(clip)[..., :2] - true_pixels(), axis=-1)[:, 16:]
    assert off.mean() > 2.0
    still = scene().motion.unit == -1
    assert off[still][:2].std(axis=0).max() < 0.2


def test_depth_errors_last_and_are_as_large_as_asked():
    wrong = [look(replace(PERFECT, depth=size)).hands[..., 2] - look(PERFECT).hands[..., 2] for size in (0.5, 1.0)]
    assert 1.4 < np.sqrt((wrong[1] ** 2).mean() / (wrong[0] ** 2).mean()) < 3.0
    assert np.corrcoef(wrong[1][1:].ravel(), wrong[1][:-1].ravel())[0, 1] > 0.85


def test_flat_landmarks_keep_everything_but_depth():
    clip = look(DetectorNoise())
    without = flat(clip)
    assert not without.depth
    np.testing.assert_array_equal(without.hands[..., :2], clip.hands[..., :2])
    assert np.nanmax(np.abs(without.hands[..., 2])) == 0.0
    assert (np.isnan(without.hands) == np.isnan(clip.hands)).all()


def test_the_same_seed_gives_the_same_landmarks():
    first, again, other = look(DetectorNoise()), look(DetectorNoise()), look(DetectorNoise(), seed=4)
    np.testing.assert_array_equal(first.hands, again.hands)
    assert (first.body != other.body).any()


@pytest.mark.parametrize("wrong", [{"pixels": -1.0}, {"dropouts": 1.0}, {"swaps": 0.9}])
def test_sizes_that_cannot_be_are_named(wrong):
    with pytest.raises(NsaError, match=next(iter(wrong))):
        DetectorNoise(**wrong)
