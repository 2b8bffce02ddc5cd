from pathlib import Path

import numpy as np
import pytest

from nsa_ros.capture.readers import ReadOptions, clips_in, read_clip

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="needs the captures of ../shared/data (docs/reality.md)")

pytest.importorskip("pose_format", reason="needs the package pose-format")

SOURCES = {
    "captures_traduttore/words": 15 * 60,
    "captures_traduttore/letters": 27 * 40,
    "captures_akashcodes23": 180,
    "captures_fowldeadpool": 90,
    "letters_borisgraudt": 26,
    "letters_spoken_to_signed": 26,
}


def test_every_capture_is_found_under_a_name_of_its_own():
    names = [reference.name for reference in clips_in(DATA)]
    assert len(set(names)) == len(names) == sum(SOURCES.values())
    for folder, count in SOURCES.items():
        assert sum(name.startswith(f"{folder}/") for name in names) == count
        assert len(clips_in(DATA / folder)) == count


@pytest.mark.parametrize("folder", SOURCES)
def test_captures_are_read_as_their_collection_was_made(folder):
    references = clips_in(DATA / folder)
    for landmarks in map(read_clip, references[:: max(len(references) // 5, 1)]):
        labels = dict(landmarks.labels)
        assert {"source", "license", "status", "text"} <= labels.keys()
        assert landmarks.ordered == (folder != "letters_borisgraudt")
        assert landmarks.depth == (folder != "letters_spoken_to_signed")
        inside = landmarks.hands[landmarks.hands_confidence > 0.5][:, :2]
        assert ((inside > -80) & (inside < np.array(landmarks.size) + 80)).all()


def test_depth_in_picture_widths_keeps_the_lengths_of_bones_better():
    bones = [(0, 5), (5, 6), (6, 7), (9, 10), (10, 11), (13, 14), (17, 18), (0, 17), (5, 17)]

    def variation(depth):
        hands = []
        for reference in clips_in(DATA / "letters_spoken_to_signed")[:8]:
            landmarks = read_clip(reference, ReadOptions(depth=depth))
            hands.append(landmarks.hands[landmarks.seen[:, 1], 1])
        every = np.concatenate(hands)
        lengths = np.stack([np.linalg.norm(every[:, a] - every[:, b], axis=1) for a, b in bones])
        lengths /= lengths.mean(axis=0)
        return float((lengths.std(axis=1) / lengths.mean(axis=1)).mean())

    assert variation(True) < 0.8 * variation(False)
