"""The overlay shows the fit where the camera would have seen it, and the detector's points where they are."""

import numpy as np
import pytest
from PIL import Image

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import Motion
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX, default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.viewer.overlay import LINE, POINT, Lens, View, overlay_film, overlay_pictures, video_pictures
from nsa_ros.viewer.scene import default_scene

SCENE = default_scene()
LENSES = {
    "in the middle": Lens(300.0, (160.0, 120.0), (0.0, 0.35, 1.4), (320, 240)),
    "off the middle": Lens(300.0, (190.0, 90.0), (0.05, 0.35, 1.5), (320, 240)),
}


def a_motion(frames=3):
    poses = np.repeat(named_pose("rest")[None], frames, axis=0)
    poses[1:, INDEX["right_shoulder"]] = [0.0, 0.0, 0.9]
    return Motion(poses, np.zeros((frames, 10)), np.zeros((frames, 3)), 24.0)


def projected(lens, points):
    relative = points - np.array(lens.position)
    return lens.focal * relative[..., :2] * [1, -1] / -relative[..., 2:] + np.array(lens.centre)


def points_of(motion, frames):
    """58 points that are all somewhere on the right hand."""
    posed = forward(default_skeleton(), motion.poses, motion.transl)
    return np.repeat(posed.positions[:frames, INDEX["right_middle1"], None], 58, axis=1)


def near(picture, colour, tolerance=60):
    return np.argwhere(np.linalg.norm(picture.astype(float) - colour, axis=-1) < tolerance)[:, ::-1]


@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
def test_the_figure_is_drawn_where_the_camera_sees_it(lens):
    motion = a_motion()
    with View(SCENE, lens) as view:
        hanging, raised = (view.picture(motion, frame).astype(int) for frame in (0, 1))
    assert hanging.shape == (240, 320, 3)
    changed = np.argwhere(np.abs(hanging - raised).sum(axis=-1) > 60)[:, ::-1]
    arm = forward(default_skeleton(), motion.poses[1], motion.transl[1]).positions
    tip = projected(lens, arm[INDEX["right_middle3"]])
    assert np.linalg.norm(changed - tip, axis=-1).min() < 6
    assert changed[:, 0].min() == pytest.approx(tip[0], abs=12)


def test_a_hand_held_up_to_a_webcam_is_drawn():
    motion = a_motion(1)
    x, y, z = forward(default_skeleton(), motion.poses[0], motion.transl[0]).positions[INDEX["right_middle1"]]
    with View(SCENE, Lens(200.0, (80.0, 60.0), (float(x), float(y), float(z) + 0.2), (160, 120))) as view:
        picture = view.picture(motion, 0)
    warm = picture[..., 0].astype(int) - picture[..., 2] > 30
    assert warm[50:70, 70:90].mean() > 0.8


def test_points_and_fit_are_drawn_in_the_picture_and_points_again_over_the_figure():
    motion, lens = a_motion(1), LENSES["in the middle"]
    seen = np.full((1, 58, 2), np.nan)
    confidence = np.zeros((1, 58))
    seen[0, 0], confidence[0, 0] = (40.0, 60.0), 1.0
    fit = np.full((1, 58, 2), np.nan)
    fit[0, :2] = (200.0, 200.0), (280.0, 200.0)
    (picture,) = overlay_pictures(motion, lens, seen, confidence, fit, scene=SCENE)
    factor = picture.shape[1] / 2 / 320
    panel = picture[: round(240 * factor)]
    left, right = np.split(panel, 2, axis=1)
    assert near(left, POINT).mean(axis=0) == pytest.approx(factor * np.array([40, 60]), abs=2)
    assert near(left, LINE).mean(axis=0) == pytest.approx(factor * np.array([240, 200]), abs=3)
    assert len(near(right, POINT)) > 0
    assert len(near(right, LINE, 25)) == 0


def test_a_point_that_was_not_seen_is_not_drawn():
    motion, lens = a_motion(1), LENSES["in the middle"]
    seen = np.full((1, 58, 2), 50.0)
    nothing = np.full((1, 58, 2), np.nan)
    (picture,) = overlay_pictures(motion, lens, seen, np.zeros((1, 58)), nothing, scene=SCENE)
    assert len(near(picture[:300], POINT)) == 0


def a_video(path, greys, rate=24, times=None):
    """Frames of one colour with a dark square at the upper left."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for i, grey in enumerate(greys):
            picture = np.full((240, 320, 3), grey, np.uint8)
            picture[:80, :80] = 0
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = i if times is None else times[i]
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def test_the_video_lies_under_the_points_as_long_as_it_lasts(tmp_path):
    motion, lens = a_motion(3), LENSES["in the middle"]
    path = tmp_path / "phone.mp4"
    a_video(path, [200, 200])
    nothing = np.full((3, 58, 2), np.nan)
    film = overlay_pictures(
        motion, lens, nothing, np.zeros((3, 58)), nothing, background=video_pictures(path), scene=SCENE
    )
    bright = [len(near(picture[:480, :640], (200, 200, 200))) for picture in film]
    assert min(bright[:2]) > 100_000
    assert bright[2] == 0


def test_pictures_come_at_an_even_rate_from_a_video_that_has_none(tmp_path):
    a_video(tmp_path / "phone.mp4", [40, 90, 140, 190], times=[0, 1, 4, 5])
    told = [int(picture[200, 200, 0]) for picture in video_pictures(tmp_path / "phone.mp4", 24.0)]
    assert told == pytest.approx([40, 90, 90, 140, 140, 190], abs=4)
    once = [int(picture[200, 200, 0]) for picture in video_pictures(tmp_path / "phone.mp4")]
    assert once == pytest.approx([40, 90, 140, 190], abs=4)


def test_a_video_filmed_upright_is_shown_upright(tmp_path):
    path = tmp_path / "phone.mp4"
    a_video(path, [200, 200])
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 44  # of the track header, ISO 14496-12: a quarter turn clockwise
    data[matrix : matrix + 36] = np.array(
        [0, 0x10000, 0, -0x10000, 0, 0, 240 << 16, 0, 0x40000000], dtype=">i4"
    ).tobytes()
    path.write_bytes(data)
    picture = next(video_pictures(path))
    assert picture.shape == (320, 240, 3)
    assert picture[:70, 170:].max() < 30
    assert picture[100:, :].min() > 170


def test_a_film_is_written(tmp_path):
    motion, lens = a_motion(), LENSES["in the middle"]
    seen = projected(lens, points_of(motion, 3))
    told = []
    overlay_film(
        tmp_path / "o.gif",
        motion,
        lens,
        seen,
        np.ones((3, 58)),
        seen,
        scene=SCENE,
        title="clip",
        progress=lambda *n: told.append(n),
    )
    with Image.open(tmp_path / "o.gif") as film:
        assert film.width > film.height
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_wrong_input_is_named(tmp_path):
    motion, lens = a_motion(), LENSES["in the middle"]
    points = np.zeros((3, 58, 2))
    with pytest.raises(NsaError, match="3 frames needs as many frames of confidence, not 2"):
        next(overlay_pictures(motion, lens, points, np.ones((2, 58)), points, scene=SCENE))
    with pytest.raises(NsaError, match="no frames to film"):
        next(overlay_pictures(motion[slice(0)], lens, points[:0], np.ones((0, 58)), points[:0], scene=SCENE))
    broken = tmp_path / "no.mp4"
    broken.write_bytes(b"no video at all")
    with pytest.raises(NsaError, match=r"no\.mp4 cannot be read as a video"):
        next(video_pictures(broken))
