from pathlib import Path

import numpy as np
import pytest
from made_up import DATA_MISSING

from nsa_ros.errors import NsaError
from nsa_ros.reality.captures import BODY, MOVING_LETTERS, STATIC_LETTERS, read_letters, read_words

DATA = Path(__file__).parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=DATA_MISSING)


def word_frames(frames=4):
    """Rows of 258 with the right hand at (0.5, 0.25), its depth 0.1, and the left shoulder at (0.75, 0.5)."""
    rows = np.zeros((frames, 258))
    rows[:, 195:] = np.tile([0.5, 0.25, 0.1], 21)
    rows[:, 11 * 4 : 11 * 4 + 4] = [0.75, 0.5, 0.0, 0.9]
    rows[:, 12 * 4 : 12 * 4 + 4] = [0.25, 0.5, 0.0, 0.9]
    return rows


def folder_with(tmp_path, source, name, frames):
    place = tmp_path / f"captures_{source}" / "words"
    place.mkdir(parents=True)
    np.savez(place / f"{name}.npz", s0=frames)
    return tmp_path


def test_words_are_in_image_heights_with_y_up_and_z_towards_the_camera(tmp_path):
    (capture,) = read_words(folder_with(tmp_path, "akashcodes23", "iloveyou", word_frames()))
    assert (capture.name, capture.source, len(capture)) == ("I-LOVE-YOU", "akashcodes23", 4)
    np.testing.assert_allclose(capture.hands[0, 1, 0], [0.5 * 16 / 9, -0.25, -0.1 * 16 / 9])
    np.testing.assert_allclose(capture.body[0, BODY.index("left_shoulder")], [0.75 * 16 / 9, -0.5])


def test_a_hand_that_was_not_found_is_nan(tmp_path):
    (capture,) = read_words(folder_with(tmp_path, "akashcodes23", "help", word_frames()))
    assert np.isnan(capture.hands[:, 0]).all()
    assert np.isfinite(capture.hands[:, 1]).all()


def test_the_picture_of_one_source_is_less_wide(tmp_path):
    (capture,) = read_words(folder_with(tmp_path, "fowldeadpool", "yes", word_frames()))
    np.testing.assert_allclose(capture.hands[0, 1, 0, 0], 0.5 * 4 / 3)


def test_frames_left_over_from_the_recording_before_are_dropped(tmp_path):
    frames = word_frames()
    frames[0, 195:] = 0.9
    (capture,) = read_words(folder_with(tmp_path, "traduttore", "tea", frames))
    assert len(capture) == 3
    np.testing.assert_allclose(capture.hands[:, 1, 0, 1], -0.25)


def test_mirrored_letters_are_mirrored_back(tmp_path):
    place = tmp_path / "letters_borisgraudt"
    place.mkdir()
    np.savez(place / "asl_alphabet_landmarks.npz", a=np.full((2, 21, 3), [0.25, 0.5, 0.0]))
    (capture,) = read_letters(tmp_path)
    np.testing.assert_allclose(capture.hands[0, 1, 0, :2], [0.75 * 16 / 9, -0.5])


def test_a_wrong_shape_is_named_with_file_and_key(tmp_path):
    with pytest.raises(NsaError, match=r"tea\.npz: s0 has shape \(4, 100\)"):
        read_words(folder_with(tmp_path, "traduttore", "tea", np.zeros((4, 100))))


def test_an_unreadable_file_is_named(tmp_path):
    folder_with(tmp_path, "traduttore", "tea", word_frames())
    (tmp_path / "captures_traduttore" / "words" / "tea.npz").write_bytes(b"nothing of the kind")
    with pytest.raises(NsaError, match=r"tea\.npz is not readable"):
        read_words(tmp_path)


@pytest.mark.parametrize("read", [read_words, read_letters])
def test_a_folder_without_captures_is_an_error_that_says_what_is_expected(tmp_path, read):
    with pytest.raises(NsaError, match="captures_traduttore"):
        read(tmp_path)


@needs_data
def test_the_captured_letters_are_all_read():
    captures = read_letters(DATA)
    for source in ("borisgraudt", "traduttore", "spoken_to_signed"):
        assert {c.name for c in captures if c.source == source} == set(STATIC_LETTERS + MOVING_LETTERS)
    assert all(np.isfinite(c.hands[:, 1]).any() for c in captures)


@needs_data
def test_the_captured_words_show_right_handed_signers_unmirrored():
    captures = read_words(DATA)
    assert len(captures) == 1170
    for capture in captures[::40]:
        left, right = np.nanmedian(capture.body[:, 1], axis=0), np.nanmedian(capture.body[:, 2], axis=0)
        assert left[0] > right[0]
