import numpy as np
import pytest
from known import scene

from nsa_ros.learning.fitting.evaluation import measuring
from nsa_ros.learning.fitting.evaluation.detector import DetectorNoise, see
from nsa_ros.learning.fitting.evaluation.errors import errors
from nsa_ros.learning.fitting.evaluation.methods import (
    CONDITIONS,
    FLAT,
    INITIAL,
    METHODS,
    NETWORK,
    OURS,
    UNLIFTED,
    estimates,
    mended,
)
from nsa_ros.learning.fitting.settings import Settings


def look(noise):
    one = scene()
    return see(one.motion, one.skeleton, one.shot.camera, noise, 3)


def test_a_record_has_means_and_groups_that_add_up():
    one = scene()
    clip = look(DetectorNoise())
    found = errors(one.motion[:], one.skeleton, one.motion, one.skeleton, one.shot.camera)
    found["left_hand"] = np.full(len(one.motion), 2.0)
    found["right_hand"] = np.full(len(one.motion), 4.0)
    record = measuring.record(one, clip, found)
    assert record["left_hand"] == 2.0
    groups = record["groups"]
    for names in (("seen", "lost"), measuring.POINTING, measuring.FLEXION):
        assert sum(groups[name][1] for name in names) == 2 * len(one.motion)
        assert sum(groups[name][0] for name in names) == 6.0 * len(one.motion)


def test_fingers_at_rest_are_more_bent_than_stretched_ones():
    one = scene()
    stretched = one.motion.poses.copy()
    stretched[:, 25:] = 0.0
    flat = one._replace(motion=type(one.motion)(stretched, one.motion.expression, one.motion.transl, one.motion.fps))
    assert measuring.flexion(flat, "left").max() == 0.0
    assert measuring.flexion(one, "left").min() > 5.0
    assert ((measuring.pointing(one, "left") >= 0) & (measuring.pointing(one, "left") <= 1)).all()


def test_exchanged_hands_are_put_right_as_the_readers_do():
    straight, mixed = look(DetectorNoise()), look(DetectorNoise(swaps=0.15))

    def wrong(clip):
        return (np.nan_to_num(clip.hands) != np.nan_to_num(straight.hands)).any(axis=(1, 2, 3)).mean()

    assert wrong(mixed) > 0.1
    assert wrong(mended(mixed)) < 0.04


def test_every_ablation_is_a_weight_of_the_settings():
    weights = vars(Settings())
    assert {name for name in METHODS if name not in (INITIAL, NETWORK, OURS, UNLIFTED, FLAT)} <= set(weights)
    assert all(set(condition.methods) <= set(METHODS) for condition in CONDITIONS.values())


@pytest.mark.parametrize("method", [INITIAL, NETWORK, OURS, UNLIFTED, FLAT, "smooth"])
def test_methods_estimate_the_motion_of_each_clip(method, monkeypatch):
    monkeypatch.setattr("nsa_ros.learning.fitting.evaluation.methods.Settings", lambda: Settings(iterations=2))
    clip = look(DetectorNoise())
    ((motion, skeleton),) = estimates(method, [clip])
    assert len(motion) == len(clip)
    assert skeleton.rest.shape == (55, 3)
    assert np.isfinite(motion.poses).all()
