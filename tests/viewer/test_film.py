"""Films, stills and sheets: real pictures, real files, and what happens without OpenGL."""

import logging
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from nsa_ros.body.motion import Motion, still
from nsa_ros.body.part import PALM, SHIRT, SKIN
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX
from nsa_ros.errors import NsaError
from nsa_ros.viewer import film, gl
from nsa_ros.viewer.caption import Caption, words
from nsa_ros.viewer.scene import CAMERAS, default_scene

SMALL = (320, 240)
SCENE = default_scene()


@dataclass(frozen=True)
class Unit:
    text: str
    kind: str
    span: tuple[int, int]


LABELS = (Unit("HELLO", "sign", (0, 5)), *(Unit(letter, "letter", (7, 10)) for letter in "ADA"))


@pytest.fixture
def motion():
    poses = np.repeat(named_pose("neutral")[None], 12, axis=0)
    poses[:, INDEX["right_elbow"], 1] = np.linspace(1.6, 2.2, 12)
    return Motion(poses, np.zeros((12, 10)), np.zeros((12, 3)), 24.0, np.repeat([0, 1, 2, 3], 3))


def has_gl():
    try:
        gl.GlRenderer(SCENE, (16, 16)).close()
    except NsaError:
        return False
    return True


needs_gl = pytest.mark.skipif(not has_gl(), reason=f"no OpenGL over EGL here; install {gl.PACKAGES}")


def share_near(picture, colour, tolerance=70):
    return (np.linalg.norm(picture.astype(float) - 255 * np.array(colour), axis=-1) < tolerance).mean()


@pytest.mark.parametrize("view", CAMERAS)
@pytest.mark.parametrize("drawing", [pytest.param("gl", marks=needs_gl), "paint"])
def test_the_figure_is_in_every_view(view, drawing):
    kind = gl.GlRenderer if drawing == "gl" else film.Painter
    renderer = kind(SCENE, SMALL)
    picture = renderer.render(SCENE.place(named_pose("neutral"), np.zeros(10)), CAMERAS[view])
    renderer.close()
    assert picture.shape == (240, 320, 3)
    assert picture.dtype == np.uint8
    assert share_near(picture, SHIRT) > 0.08
    assert share_near(picture, SKIN) + share_near(picture, PALM) > 0.02


@needs_gl
def test_the_figure_stands_upright_and_is_not_mirrored():
    pose = named_pose("rest").copy()
    pose[INDEX["right_shoulder"]] = [0, 0, -0.5]
    renderer = gl.GlRenderer(SCENE, SMALL)
    down, raised = (
        renderer.render(SCENE.place(p, np.zeros(10)), CAMERAS["front"]).astype(int) for p in (named_pose("rest"), pose)
    )
    renderer.close()
    changed = np.abs(down - raised).sum(axis=-1) > 60
    assert changed[:, :120].sum() > 10 * changed[:, 200:].sum()
    assert down[:60, 130:190].min(axis=(0, 1)).sum() < 200 < down[:20, :20].min(axis=(0, 1)).sum()


@needs_gl
def test_same_motion_same_pictures(motion):
    one, two = (list(film.pictures(motion[:2], size=SMALL, scene=SCENE)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0], next(iter(film.pictures(motion[11:], size=SMALL, scene=SCENE))))


def test_mp4_and_gif_hold_the_motion(motion, tmp_path):
    av = pytest.importorskip("av", reason="PyAV is not installed: pip install av")
    done = []
    paths = tmp_path / "f.mp4", tmp_path / "f.gif"
    film.render(
        motion,
        *paths,
        sentence="Hello, Ada.",
        labels=LABELS,
        size=SMALL,
        scene=SCENE,
        progress=lambda n, total: done.append((n, total)),
    )
    assert done[-1] == (12, 12)
    with av.open(str(paths[0])) as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert float(stream.average_rate) == 24
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) == 12
    assert frames[0].shape == (240, 320, 3)
    assert share_near(frames[6], SHIRT) > 0.05
    with Image.open(paths[1]) as gif:
        assert gif.n_frames == 6
        assert sum(gif.seek(i) or gif.info["duration"] for i in range(6)) == pytest.approx(500, abs=80)


def test_another_rate_keeps_the_duration(motion):
    assert len(list(film.pictures(motion, fps=12, size=SMALL, scene=SCENE))) == 6
    assert len(list(film.pictures(motion, fps=48, size=SMALL, scene=SCENE))) == 24


def test_without_opengl_it_paints_and_says_once_what_is_missing(motion, monkeypatch, caplog):
    def missing(*_):
        raise NsaError(f"no OpenGL: install {gl.PACKAGES}.")

    monkeypatch.setattr(film, "GlRenderer", missing)
    monkeypatch.setattr(film, "_told", set())
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            picture = film.still(motion, 0, size=SMALL, scene=SCENE)
    assert share_near(picture, SHIRT) > 0.05
    assert sum(gl.PACKAGES in record.message for record in caplog.records) == 1


def test_still_and_sheet_are_png(motion, tmp_path):
    film.still(motion, 3, tmp_path / "still.png", labels=LABELS, size=SMALL, scene=SCENE)
    film.sheet(motion, tmp_path / "sheet.png", frames=[0, 5, 11], names="ADA", columns=2, cell=(100, 90), scene=SCENE)
    assert Image.open(tmp_path / "still.png").size == SMALL
    assert Image.open(tmp_path / "sheet.png").size == (200, 2 * (90 + 18))


def test_bad_requests_name_the_remedy(motion, tmp_path):
    with pytest.raises(NsaError, match=r"\.mp4, \.gif"):
        film.render(motion, tmp_path / "f.avi", size=SMALL, scene=SCENE)
    with pytest.raises(NsaError, match="no folder"):
        film.render(motion, tmp_path / "missing" / "f.gif", size=SMALL, scene=SCENE)
    with pytest.raises(NsaError, match="no frames"):
        film.render(motion[:0], tmp_path / "f.gif", size=SMALL, scene=SCENE)
    with pytest.raises(NsaError, match="Cameras: front"):
        film.still(motion, 0, view="moon", scene=SCENE)
    with pytest.raises(NsaError, match="above 0"):
        film.render(motion, tmp_path / "f.gif", fps=0, size=SMALL, scene=SCENE)
    with pytest.raises(NsaError, match="as many names"):
        film.sheet(motion, tmp_path / "s.png", frames=[0, 1], names=["one"], scene=SCENE)


def test_letters_of_one_word_stand_together():
    two = (*LABELS, Unit("B", "letter", (12, 13)), Unit("7", "number", (14, 15)))
    assert words(two) == [[0], [1, 2, 3], [4], [5]]


def test_caption_highlights_the_current_unit_only():
    caption = Caption("Hello, Ada.", LABELS, (640, 96))
    none, first, last = (caption.strip(unit).astype(int) for unit in (-1, 0, 3))
    accent = [(np.abs(strip - [196, 84, 40]).sum(axis=-1) < 12).nonzero()[1] for strip in (none, first, last)]
    assert accent[0].size == 0
    assert accent[1].size > 300 < accent[2].size
    assert accent[1].mean() < accent[2].mean()
    assert caption.strip(99) is not None


def test_caption_follows_long_texts():
    many = tuple(Unit(letter, "letter", (i, i + 1)) for i, letter in enumerate("ABCDEFGHIJ" * 8))
    caption = Caption("abcdefghij" * 8, many, (320, 48))
    strip = caption.strip(79).astype(int)
    assert (np.abs(strip - [196, 84, 40]).sum(axis=-1) < 12).any()


def test_still_motion_makes_a_film_of_its_length():
    assert len(list(film.pictures(still(named_pose("rest"), 5, 24.0), size=SMALL, scene=SCENE))) == 5
