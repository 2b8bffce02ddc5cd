from dataclasses import replace

import numpy as np
import pytest
import torch
from known import scene

from nsa_ros.capture.landmarks import BODY
from nsa_ros.learning.fitting.evaluation.cases import seen
from nsa_ros.learning.fitting.evaluation.detector import DetectorNoise
from nsa_ros.learning.fitting.figure import MOVING, OpenFigure
from nsa_ros.learning.fitting.lifting.features import SIZE, features
from nsa_ros.learning.fitting.lifting.lift import lift, load_lifter, save_lifter, shipped_lifter
from nsa_ros.learning.fitting.lifting.network import Lifter
from nsa_ros.learning.fitting.lifting.train import loss, scale
from nsa_ros.learning.fitting.lifting.views import Library, Studio
from nsa_ros.learning.fitting.start import first_camera

FRAMES = slice(20, 44)


@pytest.fixture(scope="module")
def landmarks():
    return seen(scene(), DetectorNoise())[FRAMES]


@pytest.fixture
def studio():
    return Studio(Library([scene().motion]), seed=0)


def test_views_are_what_the_features_take(studio):
    clips, angles = studio.batch(4, 12)
    made = features(clips)
    assert made.shape == (4, 12, SIZE)
    assert torch.isfinite(made).all()
    assert angles.shape == (4, 12, len(MOVING), 3)
    assert 0.3 < float((clips.confidence > 0).float().mean()) < 1.0


def test_features_do_not_depend_on_the_size_of_the_picture(landmarks):
    network = shipped_lifter()
    half = replace(
        landmarks, body=landmarks.body / 2, hands=landmarks.hands / 2, size=tuple(n // 2 for n in landmarks.size)
    )
    lifted = [lift(network, clip, first_camera(clip)).angles for clip in (landmarks, half)]
    np.testing.assert_allclose(*lifted, atol=0.02)


def test_a_lost_point_leaves_no_trace(studio):
    clips, _ = studio.batch(2, 6)
    lost = clips.confidence.clone()
    lost[:, :, len(BODY) + 5] = 0.0
    moved = clips.points.clone()
    moved[:, :, len(BODY) + 5] += 0.3
    a, b = (features(clips._replace(points=points, confidence=lost)) for points in (clips.points, moved))
    assert torch.equal(a, b)


def test_single_pictures_do_not_see_each_other(landmarks):
    network = shipped_lifter()
    stills = replace(landmarks, ordered=False)
    whole = lift(network, stills, first_camera(stills)).angles
    alone = lift(network, stills[slice(3, 4)], first_camera(stills)).angles
    np.testing.assert_allclose(whole[3:4], alone, atol=1e-4)


def test_the_shipped_network_finds_the_pose_roughly(landmarks):
    lifted = lift(shipped_lifter(), landmarks, first_camera(landmarks))
    still = torch.zeros(len(landmarks), 3), torch.zeros(1, 7), torch.zeros(len(landmarks), dtype=torch.long)
    assert torch.isfinite(OpenFigure()(lifted.angles, *still).joints).all()
    assert 0.0 < float(lifted.spread.min()) < float(lifted.spread.max()) < 2.0


def test_training_learns(studio):
    torch.manual_seed(0)
    network, figure = Lifter(), OpenFigure()
    scale(network, Library([scene().motion]), studio)
    clips, wanted = studio.batch(4, 8)
    optimiser = torch.optim.AdamW(network.parameters(), 1e-3)
    values = []
    for _ in range(15):
        value = loss(figure, network(features(clips)), wanted, clips)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        values.append(value.item())
    assert values[-1] < 0.8 * values[0]


def test_weights_are_kept_with_what_they_were_trained_on(tmp_path):
    network, file = Lifter(), tmp_path / "lifter.npz"
    save_lifter(network, file, "signs of nobody")
    for key, value in load_lifter(file).state_dict().items():
        torch.testing.assert_close(value, network.state_dict()[key], rtol=1e-3, atol=1e-3)
    with np.load(file) as kept:
        assert str(kept["provenance"]) == "signs of nobody"
