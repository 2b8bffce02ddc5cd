"""Robots' hands in pictures and films."""

from dataclasses import replace

import numpy as np
import pytest

from nsa_ros.body.skeleton import RIGHT_HAND
from nsa_ros.errors import NsaError
from nsa_ros.phonology.handshapes import handshape
from nsa_ros.robots.description.robot import load_robot

pytest.importorskip("moderngl")

from nsa_ros.rehearsal.figure import TIPS, HumanHand, RobotStage
from nsa_ros.rehearsal.pictures import BACKDROP, HandView, draw, main_side, sheet
from nsa_ros.viewer import gl
from nsa_ros.viewer.paint import Painter


@pytest.fixture(scope="module")
def hand():
    return load_robot("nsa_hand")


def posed(*names):
    poses = np.zeros((len(names), 55, 3))
    for row, name in enumerate(names):
        poses[row, RIGHT_HAND] = handshape(name)
    return poses


def gl_or_skip():
    try:
        gl.GlRenderer(HumanHand(), (16, 16)).close()
    except NsaError as error:
        pytest.skip(str(error))


def test_a_hand_has_its_fingers_up_its_palm_to_the_viewer_and_its_thumb_beside(hand):
    for robot, side, thumb_side in ((hand, "right", 1), (load_robot("nsa_hand_left"), "left", -1)):
        stage, flat = RobotStage(robot, side), np.zeros(len(robot.joints))
        bent = flat.copy()
        bent[robot.joints.index(f"{side}_middle_mcp")] = 1.0
        still, moved = stage.place(flat).positions, stage.place(bent).positions
        index = stage.carriers.index
        tip, knuckle = index(f"{side}_middle_tip"), index(f"{side}_middle_proximal")
        assert still[tip, 1] > still[knuckle, 1] + 0.06
        assert moved[tip, 2] > still[tip, 2] + 0.03
        assert thumb_side * still[index(f"{side}_thumb_tip"), 0] > 0.02
        human = HumanHand(side)
        seen = human.place(np.zeros((55, 3))).positions
        assert seen[human.carriers.index(f"{side}_middle3"), 1] > 0.1
        assert thumb_side * seen[human.carriers.index(f"{side}_thumb3"), 0] > 0.02


def test_every_finger_ends_in_its_colour(hand):
    colours = {part.colour for part in RobotStage(hand, "right").parts}
    assert set(TIPS.values()) <= colours


def test_pieces_are_closed_and_of_a_hands_size(hand):
    for part in RobotStage(hand, "right").parts:
        assert np.isfinite(part.mesh.vertices).all(), part.name
        assert np.ptp(part.mesh.vertices, axis=0).max() < 0.15, part.name
        edges = np.sort(part.mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all(), part.name


def test_pictures_show_the_hand_as_it_is_posed(hand):
    bent = np.clip(hand.rest + 0.8, hand.limits.lower, hand.limits.upper)
    seen = draw(hand, np.stack([hand.rest, bent, hand.rest]), size=(96, 96)).astype(int)
    assert seen.shape == (3, 96, 96, 3)
    assert np.abs(seen[0] - seen[1]).mean() > 4
    assert np.array_equal(seen[0], seen[2])
    background = np.abs(seen[0] - 255 * np.array(BACKDROP)).max(axis=-1) < 3
    assert 0.3 < background.mean() < 0.9
    assert background[[0, -1]].all()
    assert background[:, [0, -1]].all()  # all of the hand is in the picture


def test_renderers_may_take_turns(hand):
    gl_or_skip()
    views = [
        HandView(HumanHand(), posed("B"), (64, 64)),
        HandView(RobotStage(hand, "right"), hand.rest[None], (64, 64)),
    ]
    values = [posed("B")[0], hand.rest]
    together = [view.draw(value) for _ in range(2) for view, value in zip(views, values, strict=True)]
    assert np.array_equal(together[0], together[2])
    assert np.array_equal(together[1], together[3])
    alone = HandView(RobotStage(hand, "right"), hand.rest[None], (64, 64)).draw(hand.rest)
    assert np.array_equal(together[1], alone)


def test_without_gl_robots_are_painted(hand):
    stage, picture = RobotStage(hand, "right"), None
    view = HandView(stage, hand.rest[None], (48, 48))
    painter = Painter(stage, (48, 48), BACKDROP)
    picture = painter.render(stage.place(hand.rest), view._camera)
    assert picture.shape == (48, 48, 3)
    assert 0.3 < (np.abs(picture - 255 * np.array(BACKDROP)).max(axis=-1) < 3).mean() < 0.9


def test_a_sheet_is_small_and_complete(hand, tmp_path):
    from PIL import Image

    names, path = "ABCDEFG", tmp_path / "sheet.png"
    sheet(path, hand, names, posed(*names), np.repeat(hand.rest[None], 7, axis=0), columns=3, cell=60, notes=["x"] * 7)
    image = Image.open(path)
    assert image.size == (3 * 126 - 6, 3 * 82)
    assert path.stat().st_size < 100_000
    with pytest.raises(NsaError, match="7 names"):
        sheet(path, hand, names, posed("A"), hand.rest[None])


def test_a_hand_that_is_not_there_is_told(hand):
    assert main_side(hand) == "right"
    with pytest.raises(NsaError, match="no left hand"):
        draw(hand, hand.rest, side="left")
    with pytest.raises(NsaError, match="has no hands"):
        main_side(replace(hand, hands={}))


def test_a_film_shows_signer_and_robot_and_says_how_fast_it_is(hand, tmp_path):
    av = pytest.importorskip("av")
    pytest.importorskip("mujoco")
    from nsa_ros.rehearsal.film import FPS, alphabet_film
    from nsa_ros.rehearsal.physics import Simulation
    from nsa_ros.rehearsal.play import play
    from nsa_ros.rehearsal.texts import spelled

    played = spelled("L")
    run = play(Simulation(hand), played)
    path = tmp_path / "film.mp4"
    factor = alphabet_film(path, hand, run, played, seconds=played.motion.duration / 2)
    assert factor == pytest.approx(2.0, abs=0.11)
    with av.open(str(path)) as file:
        pictures = [frame.to_ndarray(format="rgb24").astype(int) for frame in file.decode(video=0)]
    assert len(pictures) == pytest.approx(played.motion.duration / factor * FPS, abs=2)
    left, right = pictures[0][:, :240], pictures[0][:, 240:]
    assert np.abs(pictures[len(pictures) // 2] - pictures[0])[:280, 240:].mean() > 1
    assert np.abs(left - right).mean() > 3
