from pathlib import Path

import numpy as np
import pytest

from nsa_ros.body.motion import Motion, mirror_motion
from nsa_ros.body.poses import named_pose
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.prior import learn_prior, load_prior, shipped_prior


def made(frames=600, seed=0):
    """Motion in which all of a hand follows one number."""
    rng = np.random.default_rng(seed)
    poses = np.repeat(named_pose("neutral")[None], frames, axis=0)
    poses[:, 25:55, 2] += np.where(np.arange(30) < 15, -1, 1) * np.abs(rng.normal(0, 0.4, (frames, 1)))
    return Motion(poses, np.zeros((frames, 10)), np.zeros((frames, 3)), 24.0)


@pytest.fixture(scope="module")
def prior():
    return learn_prior([made(), made(seed=1)], {"source": "made up"})


def test_what_moves_together_is_one_direction(prior):
    assert len(prior.hand.variances) == 1
    assert prior.hand.variances[0] > 50 * prior.hand.residual


def test_a_pose_of_another_kind_is_less_likely(prior):
    whitening = prior.hand.whitening()
    along = prior.hand.directions[0] * np.sqrt(prior.hand.variances[0])
    across = np.roll(along, 1)
    across -= (across @ prior.hand.directions[0]) * prior.hand.directions[0]
    across *= np.linalg.norm(along) / np.linalg.norm(across)
    assert np.linalg.norm(whitening @ along) == pytest.approx(1.0)
    assert np.linalg.norm(whitening @ across) > 5.0


def test_both_hands_count_the_same():
    mirrored = learn_prior([mirror_motion(made()), mirror_motion(made(seed=1))], {})
    np.testing.assert_allclose(mirrored.hand.mean, learn_prior([made(), made(seed=1)], {}).hand.mean, atol=1e-9)


def test_a_prior_comes_back_from_its_file(prior, tmp_path):
    prior.save(tmp_path / "prior.npz")
    again = load_prior(tmp_path / "prior.npz")
    np.testing.assert_allclose(again.body.whitening(), prior.body.whitening(), rtol=1e-3, atol=1e-3)
    assert again.labels == {"source": "made up", "frames": "1200"}


def test_the_shipped_prior_says_where_it_is_from():
    prior = shipped_prior()
    assert "lexicon" in prior.labels["source"]
    assert "not reviewed by Deaf signers" in prior.labels["status"]


def test_too_little_motion():
    with pytest.raises(NsaError, match="at least 1000 frames"):
        learn_prior([made(200)], {})


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_a_file_that_is_no_prior(content, tmp_path):
    path: Path = tmp_path / "prior.npz"
    if content is not None:
        path.write_bytes(content)
    else:
        np.savez(path, hand_mean=np.zeros(3))
    with pytest.raises(NsaError, match="is not a prior"):
        load_prior(path)


def test_no_file():
    with pytest.raises(NsaError, match="nsa fit prior"):
        load_prior(Path("nowhere.npz"))
