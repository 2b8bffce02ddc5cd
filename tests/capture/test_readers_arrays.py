import numpy as np
import pytest
from footage import SIZE, a_signer, rows_258

from nsa_ros.capture.landmarks import BODY
from nsa_ros.capture.readers import ReadOptions, clips_in, read_clip
from nsa_ros.errors import NsaError

PLAIN = ReadOptions(fps=25, size=SIZE)


def read(path, options=PLAIN):
    (reference,) = clips_in(path)
    return read_clip(reference, options)


def saved(path, values):
    np.save(path, values)
    return path


def layouts():
    pose, hands, face = a_signer(faces=468)
    left, right = hands[:, 0], hands[:, 1]
    body = pose[..., :3]
    yield "258", rows_258(pose, hands)
    yield "1662", np.concatenate([pose.reshape(12, -1), face.reshape(12, -1), hands.reshape(12, -1)], axis=1)
    yield "75", np.concatenate([body, left, right], axis=1)
    yield "225", np.concatenate([body, left, right], axis=1).reshape(12, -1)
    yield "543", np.concatenate([body, face, left, right], axis=1)
    yield "543 sorted by part", np.concatenate([face, left, body, right], axis=1)
    yield "1629", np.concatenate([body, face, left, right], axis=1).reshape(12, -1)
    yield "float32 pixels", (np.concatenate([body, left, right], axis=1) * [1280, 720, 1280]).astype(np.float32)


@pytest.mark.parametrize(("name", "values"), list(layouts()), ids=[name for name, _ in layouts()])
def test_every_layout_gives_the_same_landmarks_in_pixels(tmp_path, name, values):
    pose, hands, face = a_signer(faces=468)
    landmarks = read(saved(tmp_path / "clip.npy", values))
    np.testing.assert_allclose(landmarks.hands, hands * [1280, 720, 1280], rtol=1e-5)
    wrist = landmarks.body[:, BODY.index("left_wrist")]
    np.testing.assert_allclose(wrist, pose[:, 15, :3] * [1280, 720, 1280], rtol=1e-5)
    assert landmarks.body_confidence[0, BODY.index("nose")] == pytest.approx(0.9 if name in ("258", "1662") else 1.0)
    assert np.isnan(landmarks.body[:, BODY.index("neck")]).all()
    assert (landmarks.depth, landmarks.fps, landmarks.size, landmarks.notes) == (True, 25, SIZE, ())
    if name in ("1662", "543", "543 sorted by part", "1629"):
        assert landmarks.face_layout == "mediapipe"
        np.testing.assert_allclose(landmarks.face[:, :468], face * [1280, 720, 1280], rtol=1e-5)
        assert (landmarks.face_confidence[:, :468] == 1).all()
        assert (landmarks.face_confidence[:, 468:] == 0).all()
    else:
        assert landmarks.face_layout == ""


def test_hands_alone_have_no_body(tmp_path):
    _, hands, _ = a_signer()
    landmarks = read(saved(tmp_path / "clip.npy", hands.reshape(12, 126)))
    np.testing.assert_allclose(landmarks.hands, hands * [1280, 720, 1280])
    assert np.isnan(landmarks.body).all()
    assert (landmarks.body_confidence == 0).all()


def test_pictures_of_one_hand_are_a_right_hand_also_in_a_mirror(tmp_path):
    _, hands, _ = a_signer()
    path = saved(tmp_path / "letters.npy", hands[:, 1])
    landmarks = read(path)
    assert not landmarks.ordered
    np.testing.assert_array_equal(landmarks.seen, [[False, True]] * 12)
    turned = read(path, ReadOptions(fps=25, size=SIZE, mirrored=True))
    np.testing.assert_allclose(turned.hands[:, 1, :, 0], 1280 - landmarks.hands[:, 1, :, 0])
    assert not turned.seen[:, 0].any()


def test_mirrored_footage_is_turned_over(tmp_path):
    pose, hands, face = a_signer(faces=468)
    straight = np.concatenate([pose[..., :3], face, hands[:, 0], hands[:, 1]], axis=1)
    mirror = straight * [-1, 1, 1] + [1, 0, 0]
    path = saved(tmp_path / "clip.npy", mirror)
    landmarks = read(path, ReadOptions(fps=25, size=SIZE, mirrored=True))
    for side in (0, 1):
        np.testing.assert_allclose(landmarks.hands[:, 1 - side], hands[:, side] * [1280, 720, 1280])
    nose, left, right = (BODY.index(name) for name in ("nose", "left_elbow", "right_elbow"))
    np.testing.assert_allclose(landmarks.body[:, [nose, left, right]], pose[:, [0, 14, 13], :3] * [1280, 720, 1280])
    np.testing.assert_allclose(landmarks.face[:, 33], face[:, 263] * [1280, 720, 1280])  # outer corners of the eyes
    np.testing.assert_allclose(landmarks.face[:, 4], face[:, 4] * [1280, 720, 1280])  # tip of the nose


def test_zeros_and_nan_are_unseen(tmp_path):
    pose, hands, _ = a_signer()
    hands[3:5, 0] = 0.0
    hands[7, 1] = np.nan
    landmarks = read(saved(tmp_path / "clip.npy", rows_258(pose, hands)))
    expected = np.ones((12, 2), dtype=bool)
    expected[3:5, 0] = expected[7, 1] = False
    np.testing.assert_array_equal(landmarks.seen, expected)
    assert np.isnan(landmarks.hands[~expected]).all()


def test_infinite_and_half_given_points_are_counted(tmp_path):
    pose, hands, _ = a_signer()
    hands[4, 0, 5, 0] = np.inf
    hands[6, 0, 5, 1] = np.nan
    landmarks = read(saved(tmp_path / "clip.npy", rows_258(pose, hands)))
    assert landmarks.hands_confidence[4, 0, 5] == landmarks.hands_confidence[6, 0, 5] == 0
    assert landmarks.hands_confidence[4, 0].sum() == 20
    assert "2 points in 2 frames (the first is 4) are not finite and count as not seen" in landmarks.notes


def test_confidence_fades_outside_the_picture(tmp_path):
    pose, hands, _ = a_signer()
    pose[:, 15, 1], pose[:, 16, 1] = 1.05, 0.99
    landmarks = read(saved(tmp_path / "clip.npy", rows_258(pose, hands)), ReadOptions(25, SIZE, unswap=False))
    names = ("left_hip", "left_wrist", "right_wrist")
    hip, left, right = (landmarks.body_confidence[0, BODY.index(name)] for name in names)
    assert (hip, left, right) == pytest.approx((0.0, 0.45, 0.9))
    assert np.isfinite(landmarks.body[:, BODY.index("left_hip")]).all()


def test_a_visibility_that_is_zero_throughout_is_none(tmp_path):
    pose, hands, _ = a_signer()
    pose[..., 3] = 0.0
    landmarks = read(saved(tmp_path / "clip.npy", rows_258(pose, hands)))
    assert landmarks.body_confidence[0, BODY.index("nose")] == 1


@pytest.mark.parametrize("wanted", [None, False])
def test_flat_depth_is_told(tmp_path, wanted):
    pose, hands, _ = a_signer()
    pose[..., 2] *= 1e-3 if wanted is None else 1
    hands[..., 2] *= 1e-3 if wanted is None else 1
    landmarks = read(saved(tmp_path / "clip.npy", rows_258(pose, hands)), ReadOptions(25, SIZE, depth=wanted))
    assert not landmarks.depth
    assert (landmarks.hands[..., 2] == 0).all()
    assert any("flat" in note for note in landmarks.notes) == (wanted is None)


def test_two_coordinates_are_flat(tmp_path):
    pose, hands, _ = a_signer()
    values = np.concatenate([pose[..., :2], hands[:, 0, :, :2], hands[:, 1, :, :2]], axis=1)
    landmarks = read(saved(tmp_path / "clip.npy", values))
    assert not landmarks.depth
    np.testing.assert_allclose(landmarks.hands[..., :2], hands[..., :2] * SIZE)


def test_what_the_file_says_is_used_and_options_come_first(tmp_path):
    pose, hands, _ = a_signer()
    path = tmp_path / "clip.npz"
    np.savez(path, landmarks=rows_258(pose, hands), fps=30.0, size=[640, 480], detector="MediaPipe Holistic 0.10.21")
    landmarks = read(path, ReadOptions())
    assert (landmarks.fps, landmarks.size, landmarks.notes) == (30.0, (640, 480), ())
    assert dict(landmarks.labels)["detector"] == "MediaPipe Holistic 0.10.21"
    assert (read(path).fps, read(path).size) == (25, SIZE)


def test_what_nobody_says_is_assumed_and_noted(tmp_path):
    landmarks = read(saved(tmp_path / "clip.npy", rows_258(*a_signer()[:2])), ReadOptions())
    assert (landmarks.fps, landmarks.size) == (24.0, (1280, 720))
    assert [note for note in landmarks.notes if "24 frames/s assumed" in note]
    assert [note for note in landmarks.notes if "1280 x 720 assumed" in note]


@pytest.mark.parametrize(
    ("size", "assumed"), [((1280, 720), (1280, 720)), ((1920, 1080), (1920, 1080)), ((1080, 1920), (1080, 1920))]
)
def test_pixels_of_an_unknown_picture_take_a_common_size_that_holds_them(tmp_path, size, assumed):
    pose, hands, _ = a_signer()
    pose, hands = pose * [*size, size[0], 1], (hands + np.array([0.3, 0.3, 0])) * [*size, size[0]]
    pose[:, [15, 16], :2] = hands[:, :, 0, :2]
    landmarks = read(saved(tmp_path / "clip.npy", rows_258(pose, hands)), ReadOptions())
    assert landmarks.size == assumed
    np.testing.assert_allclose(landmarks.hands, hands)


def test_a_picture_that_is_too_small_is_doubted(tmp_path):
    pose, hands, _ = a_signer()
    pose, hands = pose * [1920, 1080, 1920, 1], hands * [1920, 1080, 1920]
    landmarks = read(saved(tmp_path / "clip.npy", rows_258(pose, hands)), ReadOptions(25, (1000, 600)))
    assert any("outside the picture of 1000 x 600; is that right (--size)?" in note for note in landmarks.notes)


def test_uneven_times_are_resampled(tmp_path):
    pose, hands, _ = a_signer(30)
    place = np.linspace(0.3, 0.6, 30)
    hands[..., 0] = place[:, None, None] + hands[0, :, :, 0] - hands[0, :, :1, 0]
    pose[:, [15, 16], 0] = hands[:, :, 0, 0]
    kept = [i for i in range(30) if i not in (5, 11, 12, 20)]
    path = tmp_path / "clip.npz"
    np.savez(path, landmarks=rows_258(pose, hands)[kept], times=np.array(kept) / 30, fps=30.0, size=SIZE)
    landmarks = read(path, ReadOptions(unswap=False))
    assert (len(landmarks), landmarks.fps) == (30, 30.0)
    np.testing.assert_allclose(landmarks.hands[:, 0, 0, 0], 1280 * hands[:, 0, 0, 0])
    assert "frames come at uneven times; resampled to 30 frames/s" in landmarks.notes


def test_a_long_hole_in_time_is_not_bridged(tmp_path):
    pose, hands, _ = a_signer(30)
    kept = [*range(10), *range(20, 30)]
    path = tmp_path / "clip.npz"
    np.savez(path, landmarks=rows_258(pose, hands)[kept], times=np.array(kept) / 30, fps=30.0, size=SIZE)
    seen = read(path, ReadOptions()).seen
    np.testing.assert_array_equal(seen[:, 0], [i in kept for i in range(30)])


BAD = {
    "nothing": (np.zeros((5, 258)), "nobody is in view in any of the 5 frames"),
    "all nan": (np.full((5, 258), np.nan), "nobody is in view"),
    "width": (np.ones((5, 257)), "has shape \\(5, 257\\). Accepted are"),
    "points": (np.ones((5, 100, 3)), "has shape \\(5, 100, 3\\)"),
    "no frames": (np.ones((0, 258)), "no frames of landmarks"),
    "words": (np.array([["a", "b"]]), "holds <U1; numbers are needed"),
    "objects": (np.array([{}], dtype=object), "may run code"),
    "world": (np.random.default_rng(0).normal(0, 0.2, (5, 75, 3)) - 0.6, "no point is within the picture"),
}


@pytest.mark.parametrize(("values", "said"), BAD.values(), ids=BAD)
def test_bad_arrays_are_refused_by_name(tmp_path, values, said):
    with pytest.raises(NsaError, match=said) as caught:
        read(saved(tmp_path / "clip.npy", values))
    assert "clip.npy" in str(caught.value)


@pytest.mark.parametrize("name", ["clip.npy", "clip.npz"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_empty_and_truncated_files_are_refused_by_name(tmp_path, name, share):
    whole = tmp_path / f"whole-{name}"
    values = rows_258(*a_signer()[:2])
    np.savez(whole, clip=values) if name.endswith("z") else np.save(whole, values)
    content = whole.read_bytes()
    whole.unlink()
    (tmp_path / name).write_bytes(content[: int(share * len(content))])
    with pytest.raises(NsaError, match=name):
        read(tmp_path / name)
    (reference,) = clips_in(tmp_path)
    with pytest.raises(NsaError, match=name):
        read_clip(reference, PLAIN)


def test_an_npz_of_objects_is_refused(tmp_path):
    np.savez(tmp_path / "clip.npz", landmarks=np.array({"a": 1}, dtype=object))
    with pytest.raises(NsaError, match="may run code"):
        clips_in(tmp_path / "clip.npz")


def test_one_person_is_all_there_is(tmp_path):
    path = saved(tmp_path / "clip.npy", rows_258(*a_signer()[:2]))
    assert len(read(path, ReadOptions(person=0))) == 12
    with pytest.raises(NsaError, match="no --person 1"):
        read(path, ReadOptions(person=1))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fps": 0.5}, "1 and 1000"),
        ({"fps": float("nan")}, "1 and 1000"),
        ({"size": (0, 5)}, "above 0"),
        ({"person": -1}, "0"),
    ],
)
def test_options_have_limits(options, said):
    with pytest.raises(NsaError, match=said):
        ReadOptions(**options)
