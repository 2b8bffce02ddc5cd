"""Fits of captures are judged by figures that follow from known errors."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_up import DATA_MISSING
from scipy.spatial.transform import Rotation
from sklearn.neighbors import KNeighborsClassifier

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import Motion
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX, RIGHT_HAND, default_skeleton
from nsa_ros.capture.anchors import anchors
from nsa_ros.capture.camera import Camera
from nsa_ros.capture.fitted import Fitted, load_fitted
from nsa_ros.capture.landmarks import BODY
from nsa_ros.cli import main
from nsa_ros.errors import NsaError
from nsa_ros.reality.captures import read_letters
from nsa_ros.reality.fits.agreement import agreement
from nsa_ros.reality.fits.distance import distances, hand_distances, medoid
from nsa_ros.reality.fits.naming import FEATURES, chosen, naming, palm_frame
from nsa_ros.reality.fits.reading import RIGHT, read_fits
from nsa_ros.reality.fits.sheets import crop_around, typical

DATA = Path(__file__).parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=DATA_MISSING)

CAMERA = Camera(1400.0, (640.0, 360.0), (0.0, 0.4, 1.5), (1280, 720))
FRAMES = 6


def a_pose(letter, rng):
    """A hand up before the shoulder; each letter bends other fingers."""
    pose = named_pose("neutral").copy()
    pose[INDEX["right_shoulder"]] = named_pose("rest")[INDEX["right_shoulder"]]
    pose[INDEX["right_elbow"]] = [0.0, 2.2, 0.0]
    bends = np.random.default_rng(ord(letter[0])).uniform(0.0, 1.4, 15)
    pose[RIGHT_HAND] = 0.0
    pose[RIGHT_HAND, 2] = np.where(np.arange(15) < 12, bends, 0.2)
    pose[RIGHT_HAND] += rng.normal(0.0, 0.02, (15, 3))
    return pose


def a_fit(letter, seed, frames=FRAMES):
    rng = np.random.default_rng(seed)
    poses = np.stack([a_pose(letter, rng) for _ in range(frames)])
    return Fitted(Motion(poses, np.zeros((frames, 10)), np.zeros((frames, 3)), 15.0), CAMERA, {})


def in_picture(fitted):
    """Its 58 points as parts of the picture, depth relative to the wrist on the scale of x. Shape (F, 58, 3)."""
    skeleton = default_skeleton()
    world = anchors(skeleton).positions(forward(skeleton, fitted.motion.poses, fitted.motion.transl))
    flat = CAMERA.project(world) / CAMERA.size
    wrist = np.repeat(world[:, [0, len(BODY), len(BODY) + 21], 2], [16, 21, 21], axis=1)
    depth = (wrist - world[..., 2]) * CAMERA.focal / 1.4 / CAMERA.size[0]
    return np.concatenate([flat, depth[..., None]], axis=-1)


def stale(rows):
    return np.concatenate([np.zeros_like(rows[:1]), rows])


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Captures made of fits, and these fits: two letters of two sources, a word, and a letter without a fit."""
    data, fits = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("fits")
    letters, words, stills = (
        data / p for p in ("captures_traduttore/letters", "captures_traduttore/words", "letters_borisgraudt")
    )
    for folder in (letters, words, stills):
        folder.mkdir(parents=True)
    pictures = {}
    for i, letter in enumerate("AB"):
        clips = {}
        for key in ("s0", "s1", "s2"):
            fitted = a_fit(letter, [i, int(key[1])])
            right = in_picture(fitted)[:, RIGHT]
            clips[key] = stale(np.concatenate([np.zeros((FRAMES, 63)), right.reshape(FRAMES, -1)], axis=1))
            if (letter, key) != ("B", "s2"):
                fitted.save(fits / f"captures_traduttore/letters/{letter.lower()}/{key}.npz")
        np.savez(letters / f"{letter.lower()}.npz", **clips)
        fitted = a_fit(letter, [i, 9], 12)
        pictures[letter] = in_picture(fitted)[:, RIGHT] * [-1.0, 1.0, 1.0] + [1.0, 0.0, 0.0]
        fitted.save(fits / f"letters_borisgraudt/asl_alphabet_landmarks/{letter}.npz")
    np.savez(stills / "asl_alphabet_landmarks.npz", **pictures)
    fitted = a_fit("word", 5)
    points = in_picture(fitted)
    pose = np.zeros((FRAMES, 33, 4))
    for i, name in (
        (0, "nose"),
        (11, "left_shoulder"),
        (12, "right_shoulder"),
        (14, "right_elbow"),
        (16, "right_wrist"),
    ):
        pose[:, i, :3], pose[:, i, 3] = points[:, BODY.index(name)], 1.0
    row = [pose.reshape(FRAMES, -1), np.zeros((FRAMES, 63)), points[:, RIGHT].reshape(FRAMES, -1)]
    np.savez(words / "no.npz", **dict.fromkeys(("s0", "s1"), stale(np.concatenate(row, axis=1))))
    fitted.save(fits / "captures_traduttore/words/no/s0.npz")
    return data, fits


def test_captures_are_paired_with_their_fits(folders):
    found = read_fits(*folders)
    assert sorted((clip.source, clip.kind, clip.text) for clip in found.clips) == [
        ("borisgraudt", "letters", "A"),
        ("borisgraudt", "letters", "B"),
        *[("traduttore", "letters", "A")] * 3,
        *[("traduttore", "letters", "B")] * 2,
        ("traduttore", "words", "NO"),
    ]
    assert found.missing == ["captures_traduttore/letters/b/s2", "captures_traduttore/words/no/s1"]
    assert found.refused == {}


def test_a_fit_lies_on_its_landmarks_and_one_that_is_shifted_does_not(folders):
    clips = read_fits(*folders).clips
    figures = agreement(clips)
    for name in ("traduttore, letters", "borisgraudt, letters", "traduttore, words"):
        assert figures[name]["hands"]["median_px"] == pytest.approx(0.0, abs=0.01)
    assert figures["traduttore, letters"]["clips"] == 5
    assert figures["borisgraudt, letters"]["jitter"] is None
    moved = [replace(c, fitted=replace(c.fitted, camera=replace(CAMERA, centre=(650.0, 360.0)))) for c in clips]
    hands = agreement(moved)["traduttore, letters"]["hands"]
    palm = np.median(
        [
            np.nanmedian(np.linalg.norm(c.points[:, RIGHT][:, 5] - c.points[:, RIGHT][:, 17], axis=-1))
            for c in clips[-6:-1]
        ]
    )
    assert hands["median_px"] == pytest.approx(10.0, abs=0.01)
    assert hands["median_palm"] == pytest.approx(10.0 / palm, rel=0.2)
    facing = (
        1400
        / 1.5
        * np.linalg.norm(
            default_skeleton().rest[INDEX["right_index1"]] - default_skeleton().rest[INDEX["right_pinky1"]]
        )
    )
    assert hands["median_facing"] == pytest.approx(10.0 / facing, rel=0.2)


def test_letters_whose_depth_is_wrong_are_named_by_the_fit_and_not_by_the_landmarks(folders):
    clips = [clip for clip in read_fits(*folders).clips if clip.kind == "letters"]
    right = naming(clips)["borisgraudt → traduttore"]
    assert right["frames"] == 5 * FRAMES
    assert right["share"] == dict.fromkeys(FEATURES, 1.0)
    wrong = []
    for clip in clips:
        hands = clip.landmarks.hands.copy()
        if clip.source == "traduttore":  # each letter gets the depth of the other
            other = next(c for c in clips if c.source == "traduttore" and c.text != clip.text)
            hands[:, 1] = other.landmarks.hands[:, 1]
        wrong.append(replace(clip, landmarks=replace(clip.landmarks, hands=hands)))
    figures = naming(wrong)["borisgraudt → traduttore"]
    assert figures["share"]["raw 3D"] == 0.0
    assert {name: share == 1.0 for name, share in figures["share"].items()} == {
        name: name.startswith("fit") for name in FEATURES
    }
    assert figures["letters"]["A"] == {name: float(name.startswith("fit")) for name in FEATURES}
    assert set(naming(clips)) == {"borisgraudt → traduttore", "traduttore → borisgraudt"}


def test_features_of_the_fit_are_chosen_where_they_are_not_tested():
    shares = {"raw 2D": 0.9, "fit, points": 0.5, "fit, distances": 0.6, "fit, angles": 0.4}
    other = {"share": {"fit, points": 1.0}}
    assert (
        chosen({"borisgraudt → traduttore": other, "traduttore → borisgraudt": {"share": shares}}) == "fit, distances"
    )


def test_the_frame_of_the_palm_takes_place_direction_and_size_out_and_nothing_else():
    rng = np.random.default_rng(0)
    hand = rng.normal(0.0, 0.05, (4, 21, 3))
    turned = Rotation.random(random_state=0).apply(hand.reshape(-1, 3)).reshape(hand.shape) * 7.0 + [1.0, 2.0, 3.0]
    assert palm_frame(turned) == pytest.approx(palm_frame(hand))
    assert np.abs(palm_frame(hand * [1.0, 1.0, -1.0]) - palm_frame(hand)).max() > 0.1


def test_distances_are_millimetres_after_size_turn_and_place():
    rng = np.random.default_rng(0)
    hand = rng.normal(0.0, 0.05, (1, 21, 3))
    seen = Rotation.from_euler("xyz", [0.3, 0.5, -1.0]).apply(hand[0])[None] * 900.0 + 4.0
    assert hand_distances(seen, hand) == pytest.approx([0.0], abs=1e-6)
    away = hand + rng.normal(0.0, 0.01 / np.sqrt(3), hand.shape) * (np.arange(21) % 4 > 1)[:, None]
    assert 2.0 < hand_distances(seen, away)[0] < 8.0


def test_the_medoid_is_the_most_typical():
    rng = np.random.default_rng(0)
    hand = rng.normal(0.0, 0.05, (21, 3))
    spread = np.array([0.02, 0.03, 0.0, 0.025, 0.02])
    assert medoid(hand + spread[:, None, None] * rng.normal(size=(5, 21, 3))) == 2


def test_distances_of_stills_are_reported_by_letter(folders):
    figures = distances(read_fits(*folders).clips)
    assert set(figures["medoids"]) == {"A", "B"}
    assert figures["mean"] < 3.0  # perspective alone
    assert distances([c for c in read_fits(*folders).clips if c.source == "traduttore"]) is None


def test_the_typical_clip_is_neither_the_best_nor_the_worst(folders):
    clips = [c for c in read_fits(*folders).clips if c.source == "traduttore" and c.text == "A"]
    moved = [
        replace(c, fitted=replace(c.fitted, camera=replace(CAMERA, centre=(640.0 + shift, 360.0))))
        for c, shift in zip(clips, (0.0, 30.0, 10.0), strict=True)
    ]
    assert typical(moved) is moved[2]


def test_a_crop_holds_its_points_with_a_margin():
    points = np.array([[100.0, 50.0], [300.0, 90.0], [np.nan, np.nan]])
    crop = crop_around(points, (120, 60), room=0.1)
    assert crop.at(points[:2]) == pytest.approx(np.array([[10.0, 20.0], [110.0, 40.0]]))


def test_the_command_writes_figures_sheets_and_page(folders, tmp_path, capsys):
    data, fits = folders
    written = ("--json", str(tmp_path / "f.json"), "--pictures", str(tmp_path), "--page", str(tmp_path / "page.md"))
    assert main(["reality", str(data), "--fits", str(fits), *written]) == 0
    figures = json.loads((tmp_path / "f.json").read_text())
    assert figures["clips"] == 8
    assert figures["missing"] == 2
    told = capsys.readouterr().out
    assert "8 captures with a fit, 2 without, 0 refused" in told
    assert "traduttore → borisgraudt, 24 frames: raw 3D 100.0%" in told
    page = (tmp_path / "page.md").read_text()
    assert "![Fitted letters](fits_letters_1.png)" in page
    assert "![Fitted words](fits_words_1.png)" in page
    assert "| traduttore, words | 1 | 6 |" in page
    assert "$" not in page
    assert (tmp_path / "fits_letters_1.png").stat().st_size > 10_000


def test_what_is_missing_or_does_not_belong_together_is_named(folders, tmp_path, capsys):
    data, fits = folders
    assert main(["reality", str(data), "--fits", str(tmp_path)]) == 1
    assert "no fits of" in capsys.readouterr().err
    assert main(["reality", str(data), "--page", "p.md"]) == 1
    assert "--fits FOLDER" in capsys.readouterr().err
    assert main(["reality", str(data), "--fits", str(fits), "--page", str(tmp_path / "p.md")]) == 1
    assert "--pictures" in capsys.readouterr().err
    name = "captures_traduttore/letters/a/s0.npz"
    load_fitted(fits / name)
    shorter = a_fit("A", 0, FRAMES - 1)
    shorter.save(tmp_path / name)
    with pytest.raises(NsaError, match=r"s0\.npz has 5 frames and .* 6"):
        read_fits(data, tmp_path)


@needs_data
def test_raw_landmarks_of_the_letters_give_the_known_63_percent():
    rows = {}
    for source, step in (("borisgraudt", 1), ("traduttore", 5)):
        own = [(c.hands[::step, 1], c.name) for c in read_letters(DATA) if c.source == source]
        hands = np.concatenate([hand for hand, _ in own])
        names = np.repeat([name for _, name in own], [len(hand) for hand, _ in own])
        seen = np.isfinite(hands).all(axis=(1, 2))
        rows[source] = palm_frame(hands[seen]), names[seen]
    judge = KNeighborsClassifier(1).fit(*rows["borisgraudt"])
    assert judge.score(*rows["traduttore"]) == pytest.approx(0.63, abs=0.01)
