import numpy as np
import pytest
from footage import SIZE, a_signer

from nsa_ros.capture.landmarks import BODY
from nsa_ros.capture.readers import ReadOptions, clips_in, read_clip
from nsa_ros.errors import NsaError

pytest.importorskip("pose_format", reason="needs the package pose-format")

FACES = {"none": [], "468": range(468), "128": sorted(range(0, 468, 4))}


def write(path, people, fps=25.0, faces=(), flat=True, names=("LEFT_HAND_LANDMARKS", "RIGHT_HAND_LANDMARKS")):
    """A `.pose` file of people given as body, hands and face in parts of the picture."""
    from pose_format import Pose
    from pose_format.numpy import NumPyPoseBody
    from pose_format.pose_header import PoseHeader, PoseHeaderComponent, PoseHeaderDimensions

    parts = {"POSE_LANDMARKS": range(33), "FACE_LANDMARKS": faces, names[0]: range(21), names[1]: range(21)}
    components = [
        PoseHeaderComponent(name, [str(point) for point in points], [], [], "XYZC")
        for name, points in parts.items()
        if len(points)
    ]
    rows = [np.concatenate([pose[..., :3], face[:, list(faces)], left, right], axis=1) for pose, (left, right), face in
            ((pose, (hands[:, 0], hands[:, 1]), face) for pose, hands, face in people)]  # fmt: skip
    data = np.stack(rows, axis=1) * [*SIZE, 1.0 if flat else SIZE[0]]
    sure = (data != 0).any(axis=-1).astype(np.float32)
    header = PoseHeader(0.1, PoseHeaderDimensions(*SIZE, 0), components)
    with path.open("wb") as file:
        Pose(header, NumPyPoseBody(fps, data.astype(np.float32), sure)).write(file)
    return path


def read(path, **options):
    return read_clip(clips_in(path)[0], ReadOptions(**options))


@pytest.mark.parametrize("faces", FACES.values(), ids=FACES)
def test_a_pose_file_says_everything_itself(tmp_path, faces):
    pose, hands, face = a_signer(faces=468)
    landmarks = read(write(tmp_path / "a.pose", [(pose, hands, face)], faces=faces, flat=False))
    assert (landmarks.fps, landmarks.size, landmarks.depth) == (25.0, SIZE, True)
    np.testing.assert_allclose(landmarks.hands, hands * [1280, 720, 1280], atol=1e-3)
    left = landmarks.body[:, BODY.index("left_elbow")]
    np.testing.assert_allclose(left, pose[:, 13, :3] * [1280, 720, 1280], atol=1e-3)
    seen = landmarks.face_confidence[0] > 0 if len(faces) else np.zeros(0)
    assert np.nonzero(seen)[0].tolist() == list(faces)
    if len(faces):
        np.testing.assert_allclose(landmarks.face[:, faces], face[:, faces] * [1280, 720, 1280], atol=1e-3)
    assert landmarks.notes == ()


def test_depth_in_widths_is_flat_unless_asked_for(tmp_path):
    pose, hands, face = a_signer()
    path = write(tmp_path / "a.pose", [(pose, hands, face)])
    flat, deep = read(path), read(path, depth=True)
    assert (flat.depth, deep.depth) == (False, True)
    assert (flat.hands[..., 2] == 0).all()
    np.testing.assert_allclose(deep.hands[..., 2], 1280 * (hands[..., 2] - hands[..., :1, 2]), atol=1e-3)


def test_of_two_people_the_larger_is_taken_and_the_other_can_be(tmp_path):
    pose, hands, face = a_signer()
    small = (pose * [0.3, 0.3, 1, 1], hands * [0.3, 0.3, 1], face)
    path = write(tmp_path / "a.pose", [small, (pose, hands, face)])
    landmarks = read(path)
    np.testing.assert_allclose(landmarks.hands[..., :2], hands[..., :2] * SIZE, atol=1e-3)
    assert any(note.startswith("2 people are in view") for note in landmarks.notes)
    np.testing.assert_allclose(read(path, person=1).hands[..., :2], 0.3 * hands[..., :2] * SIZE, atol=1e-3)
    with pytest.raises(NsaError, match=r"a\.pose: 2 people are in view; --person 5"):
        read(path, person=5)


def test_a_rate_of_zero_must_be_said(tmp_path):
    path = write(tmp_path / "a.pose", [a_signer()], fps=0.0)
    with pytest.raises(NsaError, match=r"a\.pose says 0 frames/s; say the right rate, 1 to 1000, with --fps"):
        read(path)
    assert read(path, fps=30).fps == 30


def test_other_points_are_refused(tmp_path):
    path = write(tmp_path / "a.pose", [a_signer()], names=("hand_left", "hand_right"))
    with pytest.raises(NsaError, match=r"a\.pose has no LEFT_HAND_LANDMARKS but POSE_LANDMARKS, hand_left, hand_right"):
        read(path)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.6])
def test_a_truncated_file_is_named(tmp_path, share):
    path = write(tmp_path / "a.pose", [a_signer()])
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(NsaError, match="a"):
        read(path)


def test_nobody_in_view_is_an_error(tmp_path):
    pose, hands, face = a_signer()
    path = write(tmp_path / "a.pose", [(0 * pose, 0 * hands, face)])
    with pytest.raises(NsaError, match=r"a\.pose: nobody is in view"):
        read(path)
