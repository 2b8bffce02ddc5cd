"""Windows of long clips: they cover all frames, and joining them makes no seam."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from fake_fitting import fitted

from nsa_ros.body.kinematics import forward
from nsa_ros.capture.anchors import anchors
from nsa_ros.learning.fitting.bulk.windows import joined, windows


@pytest.mark.parametrize(("frames", "overlap"), [(1, 24), (1200, 24), (1201, 24), (1300, 24), (9000, 24), (5000, 0)])
def test_windows_cover_a_clip_and_overlap(frames, overlap):
    parts = windows(frames, 1200, overlap)
    assert parts[0].start == 0
    assert min(parts[-1].stop, frames) == frames
    assert all(a.stop - b.start == overlap for a, b in pairwise(parts))
    lengths = [len(range(frames)[part]) for part in parts]
    assert max(lengths) <= 1200
    assert max(lengths) - min(lengths) <= 2 or len(parts) == 1
    assert len(windows(1200, 1200, overlap)) == 1


def pieces(frames, overlap, longest):
    whole = fitted(frames, seed=1)
    return whole, [replace(whole, motion=whole.motion[part]) for part in windows(frames, longest, overlap)]


@pytest.mark.parametrize("overlap", [0, 24])
def test_pieces_of_one_fit_make_it_whole_again(overlap):
    whole, parts = pieces(400, overlap, 150)
    again = joined(parts, overlap)
    np.testing.assert_allclose(again.motion.poses, whole.motion.poses, atol=1e-9)
    np.testing.assert_allclose(again.reprojected(), whole.reprojected(), atol=1e-6)
    np.testing.assert_allclose(np.median(again.motion.transl, axis=0), 0, atol=1e-12)
    assert again.proportions["hands"] == pytest.approx(1.05)
    assert again.labels == whole.labels


def test_windows_that_disagree_on_size_focal_length_and_distance_stay_where_the_picture_shows_them():
    whole, parts = pieces(300, 24, 162)
    camera = parts[1].camera
    factors = dict.fromkeys(("trunk", "shoulders", "upper_arms", "forearms", "hands", "fingers", "head"), 1.1)
    further = replace(camera, focal=camera.focal * 1.2, position=(0.0, 0.3, 2.4 * 1.1))
    other = replace(parts[1], camera=further, proportions=factors)
    again = joined([replace(parts[0], proportions={}), other], 24)
    jump = np.linalg.norm(np.diff(again.reprojected()[:, :16], axis=0), axis=-1).max(axis=1)
    smooth = np.linalg.norm(np.diff(whole.reprojected()[:, :16], axis=0), axis=-1).max(axis=1)
    assert (jump < smooth.max() + 1.0).all()
    pelvis = again.camera.project(again.motion.transl)
    seen = [replace(parts[0].camera).project(parts[0].motion.transl)[0], further.project(other.motion.transl)[-1]]
    np.testing.assert_allclose(pelvis[[0, -1]], seen, atol=1e-6)
    for fit, frame, own in ((parts[0], 0, 0), (other, -1, -1)):
        spread = np.ptp(replace(fit, proportions={} if fit is parts[0] else factors).reprojected()[own, :16], axis=0)
        np.testing.assert_allclose(np.ptp(again.reprojected()[frame, :16], axis=0), spread, rtol=0.05)


def test_where_windows_disagree_the_first_passes_smoothly_into_the_second():
    whole, parts = pieces(300, 24, 162)
    turned = parts[1].motion.poses.copy()
    turned[:, 18, 0] += 0.3
    again = joined([parts[0], replace(parts[1], motion=replace(parts[1].motion, poses=turned))], 24)
    posed = forward(again.skeleton, again.motion.poses, again.motion.transl)
    points = anchors(again.skeleton).positions(posed)
    step = np.linalg.norm(np.diff(points, axis=0), axis=-1).max(axis=1)
    assert step.max() < 0.02
    np.testing.assert_allclose(again.motion.poses[:100], whole.motion.poses[:100], atol=1e-9)
    np.testing.assert_allclose(again.motion.poses[200:], turned[200 - 138 :], atol=1e-9)
