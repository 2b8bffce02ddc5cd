import numpy as np
import pytest
from footage import SIZE, a_signer, rows_258

from nsa_ros.capture.readers import ReadOptions, clips_in, read_clip


def read(path, pose, hands, **options):
    np.save(path / "clip.npy", hands.reshape(len(hands), -1) if pose is None else rows_258(pose, hands))
    return read_clip(clips_in(path / "clip.npy")[0], ReadOptions(25, SIZE, **options))


def about(landmarks, word):
    return [note for note in landmarks.notes if word in note]


@pytest.mark.parametrize("exchanged", [slice(5, 9), slice(0, 4), slice(11, 12), slice(0, 12)], ids=str)
def test_exchanged_hands_are_told_by_the_wrists_of_the_body(tmp_path, exchanged):
    pose, hands, _ = a_signer()
    seen = hands.copy()
    seen[exchanged] = hands[exchanged][:, ::-1]
    landmarks = read(tmp_path, pose, seen)
    np.testing.assert_allclose(landmarks.hands, hands * [1280, 720, 1280])
    count, first = len(range(12)[exchanged]), exchanged.start
    assert about(landmarks, "exchanged") == [
        f"hands were exchanged and put right in {count} of 12 frames (the first is {first})"
    ]
    assert not read(tmp_path, pose, hands).notes
    untouched = read(tmp_path, pose, seen, unswap=False)
    np.testing.assert_allclose(untouched.hands, seen * [1280, 720, 1280])


def test_a_single_hand_under_the_wrong_name_goes_to_its_wrist(tmp_path):
    pose, hands, _ = a_signer()
    hands[:, 0] = 0.0
    seen = hands.copy()
    seen[4:7] = hands[4:7][:, ::-1]
    landmarks = read(tmp_path, pose, seen)
    np.testing.assert_array_equal(landmarks.seen, [[False, True]] * 12)


def test_a_wrist_that_is_not_seen_does_not_draw_a_hand_to_it(tmp_path):
    pose, hands, _ = a_signer()
    hands[:, 0] = 0.0
    pose[:, 15, 3] = 0.0
    pose[:, 16, :2] += 0.02  # not quite where the hand has its wrist
    assert read(tmp_path, pose, hands).notes == ("the left hand is never seen",)


def test_without_a_body_a_single_hand_stays_the_one_it_was(tmp_path):
    _, hands, _ = a_signer()
    hands[:, 0] = 0.0
    seen = hands.copy()
    seen[4:7] = hands[4:7][:, ::-1]
    np.testing.assert_array_equal(read(tmp_path, None, seen).seen, [[False, True]] * 12)


def test_without_a_body_hands_are_told_by_their_ways(tmp_path):
    _, hands, _ = a_signer()
    seen = hands.copy()
    seen[5:7] = hands[5:7][:, ::-1]
    landmarks = read(tmp_path, None, seen)
    np.testing.assert_allclose(landmarks.hands, hands * [1280, 720, 1280])


def test_crossed_arms_are_not_exchanged_hands(tmp_path):
    pose, hands, _ = a_signer()
    way = np.linspace(0, 1, 12)[:, None, None]
    middle = hands[:, :, :1, 0]
    hands[..., 0] += way * (middle[:, ::-1] - middle)
    pose[:, [15, 16], 0] = hands[:, :, 0, 0]
    assert not read(tmp_path, pose, hands).notes


@pytest.mark.parametrize("side", [0, 1])
def test_a_hand_found_twice_stays_where_its_wrist_is(tmp_path, side):
    pose, hands, _ = a_signer()
    seen = hands.copy()
    seen[6:8, 1 - side] = hands[6:8, side] + 0.002
    landmarks = read(tmp_path, pose, seen)
    expected = np.ones((12, 2), dtype=bool)
    expected[6:8, 1 - side] = False
    np.testing.assert_array_equal(landmarks.seen, expected)
    np.testing.assert_allclose(landmarks.hands[:, side], hands[:, side] * [1280, 720, 1280])
    assert about(landmarks, "found twice") == [
        "one hand was found twice and one of them dropped in 2 of 12 frames (the first is 6)"
    ]


def test_clasped_hands_are_two(tmp_path):
    pose, hands, _ = a_signer()
    hands[:, 0] = (hands[:, 1] - hands[:, 1, :1]) * [-1, 1, 1] + hands[:, 1, :1]
    hands[:, 0, 1:, 0] += 0.02
    pose[:, 15] = pose[:, 16]
    assert read(tmp_path, pose, hands).seen.all()


@pytest.mark.parametrize("side", [0, 1])
def test_a_hand_that_is_never_seen_is_noted(tmp_path, side):
    pose, hands, _ = a_signer()
    hands[:, side] = 0.0
    assert read(tmp_path, pose, hands).notes == (f"the {('left', 'right')[side]} hand is never seen",)


def test_frames_without_anybody_are_noted(tmp_path):
    pose, hands, _ = a_signer()
    pose[8:], hands[8:] = 0.0, 0.0
    assert read(tmp_path, pose, hands).notes == ("nobody is in view in 4 of 12 frames (the first is 8)",)
