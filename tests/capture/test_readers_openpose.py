import json

import numpy as np
import pytest
from footage import SIZE, a_signer

from nsa_ros.capture.landmarks import BODY
from nsa_ros.capture.readers import ReadOptions, clips_in, read_clip
from nsa_ros.errors import NsaError

PLAIN = ReadOptions(fps=24, size=SIZE)
BODY_25 = {
    0: "nose",
    2: "right_shoulder",
    4: "right_wrist",
    5: "left_shoulder",
    7: "left_wrist",
    9: "right_hip",
    16: "left_eye",
}
COCO = {
    0: "nose",
    2: "right_shoulder",
    4: "right_wrist",
    5: "left_shoulder",
    7: "left_wrist",
    8: "right_hip",
    15: "left_eye",
}
MEDIAPIPE = {
    "nose": 0,
    "left_eye": 2,
    "left_shoulder": 11,
    "right_shoulder": 12,
    "left_wrist": 15,
    "right_wrist": 16,
    "right_hip": 24,
}


def person(pose, hands, frame, model=BODY_25, shift=0.0, scale=1.0):
    def row(points):
        flat = (points * scale + [shift, 0]) * SIZE
        return np.concatenate([flat, np.full((len(flat), 1), 0.8)], axis=1).ravel().tolist()

    body = np.zeros((25 if model is BODY_25 else 18, 3))
    for index, name in model.items():
        body[index] = np.array(row(pose[frame, [MEDIAPIPE[name]], :2]))
    face = np.zeros((70, 3))
    face[54], face[48] = row(pose[frame, [9], :2]), row(pose[frame, [10], :2])
    return {
        "pose_keypoints_2d": body.ravel().tolist(),
        "face_keypoints_2d": face.ravel().tolist(),
        "hand_left_keypoints_2d": row(hands[frame, 0, :, :2]),
        "hand_right_keypoints_2d": row(hands[frame, 1, :, :2]),
    }


def write(folder, people, number, name="clip"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}_{number}_keypoints.json"
    path.write_text(json.dumps({"version": 1.3, "people": people}))
    return path


@pytest.mark.parametrize("model", [BODY_25, COCO], ids=["BODY_25", "COCO"])
def test_frames_come_in_the_order_of_their_numbers(tmp_path, model):
    pose, hands, _ = a_signer()
    for frame in range(12):
        write(tmp_path / "say", [person(pose, hands, frame, model)], frame)
    (reference,) = clips_in(tmp_path / "say")
    landmarks = read_clip(reference, PLAIN)
    assert (reference.name, len(landmarks), landmarks.depth, landmarks.face_layout) == ("say", 12, False, "openpose")
    np.testing.assert_allclose(landmarks.hands[..., :2], hands[..., :2] * SIZE, atol=1e-6)
    np.testing.assert_allclose(landmarks.hands_confidence, 0.8)
    for name, index in MEDIAPIPE.items():
        np.testing.assert_allclose(landmarks.body[:, BODY.index(name), :2], pose[:, index, :2] * SIZE, atol=1e-6)
    np.testing.assert_allclose(landmarks.body[:, BODY.index("left_mouth"), :2], pose[:, 9, :2] * SIZE, atol=1e-6)
    assert dict(landmarks.labels)["detector"] == "OpenPose"


def test_missing_frames_are_gaps_and_the_rate_is_assumed(tmp_path):
    pose, hands, _ = a_signer()
    for frame in (0, 1, 2, 5, 6, 11):
        write(tmp_path / "say", [person(pose, hands, frame)], f"{frame:012d}")
    landmarks = read_clip(clips_in(tmp_path / "say")[0])
    np.testing.assert_array_equal(landmarks.seen[:, 0], [i in (0, 1, 2, 5, 6, 11) for i in range(12)])
    assert "6 of 12 frames have no file (the first is 3)" in landmarks.notes
    assert any("24 frames/s assumed" in note for note in landmarks.notes)


def test_each_folder_is_a_clip_and_so_is_each_beginning_of_names(tmp_path):
    pose, hands, _ = a_signer()
    for name in ("abc-1-rgb_front", "x_7"):
        for frame in range(3):
            write(tmp_path / "json" / name, [person(pose, hands, frame)], f"{frame:012d}", name)
    for frame in range(3):
        write(tmp_path / "both", [person(pose, hands, frame)], frame, "one")
        write(tmp_path / "both", [person(pose, hands, frame)], frame, "two")
    references = clips_in(tmp_path)
    assert [one.name for one in references] == ["both/one", "both/two", "json/abc-1-rgb_front", "json/x_7"]
    assert [len(read_clip(one, PLAIN)) for one in references] == [3] * 4


def test_of_two_people_the_prominent_one_is_followed_whatever_their_order(tmp_path):
    pose, hands, _ = a_signer()
    for frame in range(12):
        both = [person(pose, hands, frame), person(pose, hands, frame, shift=0.7, scale=0.3)]
        write(tmp_path / "say", both[:: -1 if frame % 2 else 1], frame)
    (reference,) = clips_in(tmp_path / "say")
    first = read_clip(reference, PLAIN)
    np.testing.assert_allclose(first.hands[..., :2], hands[..., :2] * SIZE, atol=1e-6)
    assert [note for note in first.notes if note.startswith("2 people are in view") and "--person 1" in note]
    second = read_clip(reference, ReadOptions(24, SIZE, person=1))
    np.testing.assert_allclose(second.hands[..., :2], (hands[..., :2] * 0.3 + [0.7, 0]) * SIZE, atol=1e-6)
    with pytest.raises(NsaError, match="2 people are in view; --person 2 is not there, choose 0 to 1"):
        read_clip(reference, ReadOptions(24, SIZE, person=2))


def test_a_find_of_one_frame_is_no_second_person(tmp_path):
    pose, hands, _ = a_signer()
    for frame in range(12):
        ghost = [person(pose, hands, frame, shift=0.8, scale=0.1)] if frame == 4 else []
        write(tmp_path / "say", [*ghost, person(pose, hands, frame)], frame)
    landmarks = read_clip(clips_in(tmp_path / "say")[0], PLAIN)
    assert landmarks.notes == ()
    np.testing.assert_allclose(landmarks.hands[..., :2], hands[..., :2] * SIZE, atol=1e-6)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not a frame of OpenPose"),
        ('{"people": [{"pose_key', "is not a frame of OpenPose"),
        ("[1, 2]", "is not a frame of OpenPose"),
        ('{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}', "pose_keypoints_2d has 3 values; 54 or 75 are needed"),
        ('{"people": [{"hand_left_keypoints_2d": "abc"}]}', "is not a frame of OpenPose"),
    ],
)
def test_a_damaged_frame_is_named(tmp_path, content, said):
    pose, hands, _ = a_signer()
    for frame in range(3):
        write(tmp_path / "say", [person(pose, hands, frame)], frame)
    (tmp_path / "say" / "clip_1_keypoints.json").write_text(content)
    with pytest.raises(NsaError, match=said) as caught:
        read_clip(clips_in(tmp_path / "say")[0], PLAIN)
    assert "clip_1_keypoints.json" in str(caught.value)


def test_nobody_in_view_is_an_error(tmp_path):
    for frame in range(3):
        write(tmp_path / "say", [], frame)
    with pytest.raises(NsaError, match="nobody is in view"):
        read_clip(clips_in(tmp_path / "say")[0], PLAIN)
