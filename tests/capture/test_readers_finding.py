import numpy as np
import pytest
from footage import a_signer, rows_258

from nsa_ros.capture.readers import clips_in, read_clip
from nsa_ros.errors import NsaError

CLIP = rows_258(*a_signer()[:2])


def names(path):
    return [reference.name for reference in clips_in(path)]


def test_clips_are_named_by_where_they_lie(tmp_path):
    (tmp_path / "words").mkdir()
    np.savez(tmp_path / "words" / "hello.npz", s2=CLIP, s10=CLIP, s1=CLIP)
    np.save(tmp_path / "words" / "two words.npy", CLIP)
    np.savez(tmp_path / "one.npz", landmarks=CLIP, fps=25.0)
    assert names(tmp_path) == ["one", "words/hello/s1", "words/hello/s2", "words/hello/s10", "words/two_words"]
    assert names(tmp_path / "words" / "hello.npz") == ["hello/s1", "hello/s2", "hello/s10"]
    assert [len(read_clip(reference)) for reference in clips_in(tmp_path)] == [12] * 5


def test_names_are_unique_and_stay_in_the_folder(tmp_path):
    np.save(tmp_path / "a.npy", CLIP)
    np.savez(tmp_path / "a.npz", **{"landmarks": CLIP})
    np.savez(tmp_path / "b.npz", **{"../up": CLIP, "/root": CLIP, "..": CLIP, "x y": CLIP, "x_y": CLIP})
    found = names(tmp_path)
    assert found == sorted(set(found), key=found.index)
    assert len(found) == 7
    assert all(".." not in name and not name.startswith("/") and "//" not in name for name in found)
    assert {"a.npy", "a.npz", "b/up", "b/root"} <= set(found)


def test_motions_and_hidden_files_are_passed_over(tmp_path):
    np.savez(tmp_path / "fit.npz", global_orient=np.zeros((5, 3)), body_pose=np.zeros((5, 63)))
    np.savez(tmp_path / "numbers.npz", mean=np.zeros(5))
    np.save(tmp_path / ".half-written.npy", CLIP)
    (tmp_path / ".cache").mkdir()
    np.save(tmp_path / ".cache" / "x.npy", CLIP)
    (tmp_path / "notes.txt").write_text("no clip")
    np.save(tmp_path / "clip.npy", CLIP)
    assert names(tmp_path) == ["clip"]
    with pytest.raises(NsaError, match="is a motion, not landmarks"):
        clips_in(tmp_path / "fit.npz")
    with pytest.raises(NsaError, match="holds mean \\(5,\\)"):
        clips_in(tmp_path / "numbers.npz")


def test_a_damaged_file_does_not_hide_the_others(tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 and no more")
    np.save(tmp_path / "good.npy", CLIP)
    bad, good = clips_in(tmp_path)
    assert len(read_clip(good)) == 12
    with pytest.raises(NsaError, match=r"bad\.npz is not readable as \.npz: it is empty, cut off"):
        read_clip(bad)


def test_what_was_detected_in_a_video_is_no_clip_of_its_own(tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"film")
    np.savez(tmp_path / "film.mp4.landmarks.npz", landmarks=CLIP)
    assert [reference.kind for reference in clips_in(tmp_path)] == ["video"]
    (tmp_path / "film.mp4").unlink()
    assert [reference.kind for reference in clips_in(tmp_path)] == ["array"]


@pytest.mark.parametrize("name", ["missing.pose", "folder", "text.txt", "x_000000000001_keypoints.json"])
def test_what_is_not_there_or_not_read_is_told_with_what_is(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.txt").write_text("text")
    (tmp_path / "x_000000000001_keypoints.json").write_text("{}")
    with pytest.raises(NsaError, match=r"Accepted are \.pose|give its folder"):
        clips_in(tmp_path / name)


def test_a_known_collection_says_what_its_files_do_not(tmp_path):
    folder = tmp_path / "captures_traduttore"
    for part in ("words", "letters", "more"):
        (folder / part).mkdir(parents=True)
    np.savez(folder / "words" / "a.npz", s1=CLIP)
    np.savez(folder / "letters" / "a.npz", s1=CLIP[:, 132:])
    np.savez(folder / "more" / "other.npz", s1=CLIP)
    letter, word = (read_clip(reference) for reference in clips_in(tmp_path))
    assert (letter.name, word.name) == ("captures_traduttore/letters/a", "captures_traduttore/words/a")
    assert (dict(letter.labels)["text"], dict(word.labels)["text"]) == ("A", "fs-A")
    assert (dict(word.labels)["source"], dict(word.labels)["license"]) == ("traduttore", "MIT")
    assert word.size == (1280, 720)
    assert len(word) == 11  # the first frame shows the end of the recording before
    np.testing.assert_allclose(word.hands[0], CLIP[1, 132:].reshape(2, 21, 3) * [1280, 720, 1280])
