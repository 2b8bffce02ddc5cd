"""The How2Sign reader on a small tree written in exactly the format of the release."""

import os
import pickle

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from nsa_ros.body.skeleton import INDEX, LEFT_HAND, RIGHT_HAND
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.how2sign import How2SignOptions, frame_files
from nsa_ros.learning.data.reading import read_data
from nsa_ros.text.tokenizer import Vocabulary

COLUMNS = ("VIDEO_ID", "VIDEO_NAME", "SENTENCE_ID", "SENTENCE_NAME", "START_REALIGNED", "END_REALIGNED", "SENTENCE")
SIZES = {
    "smplx_root_pose": 3, "smplx_body_pose": 63, "smplx_lhand_pose": 45, "smplx_rhand_pose": 45, "smplx_jaw_pose": 3,
    "smplx_shape": 10, "smplx_expr": 10, "cam_trans": 3,
}  # fmt: skip


def frames(count, seed=0):
    """Fields of each frame; the first body value tells the number of the frame."""
    rng = np.random.default_rng(seed)
    made = [{key: rng.normal(0, 0.1, size).astype(np.float32) for key, size in SIZES.items()} for _ in range(count)]
    for number, frame in enumerate(made):
        frame["smplx_body_pose"][0] = number / 100
    return made


class Release:
    def __init__(self, root):
        self.root = root
        self.rows = {}

    def clip(self, name, text, made, split="train", numbers=None, fps=24.0):
        folder = self.root / split / "poses" / name
        folder.mkdir(parents=True)
        for number, frame in zip(numbers or range(len(made)), made, strict=True):
            (folder / f"{name}_{number}_3D.pkl").write_bytes(pickle.dumps(frame))
        self.row(name, text, split, (max(numbers or [len(made) - 1]) + 1) / fps)

    def row(self, name, text, split="train", seconds=1.0):
        row = [name[:11], name, "0", name, "2.5", str(2.5 + seconds), text]
        self.rows.setdefault(split, []).append("\t".join(row))
        table = self.root / split / f"how2sign_realigned_{split}.csv"
        table.parent.mkdir(parents=True, exist_ok=True)
        table.write_text("\n".join(["\t".join(COLUMNS), *self.rows[split]]), encoding="utf-8")


@pytest.fixture
def release(tmp_path):
    return Release(tmp_path)


def read(release, **options):
    return read_data(release.root, **{"upright": False, "hands": "flat", **options})


NAME = "-abc_DEF123_0-8-rgb_front"


def test_a_clip_comes_back_with_each_field_at_its_joints(release):
    made = frames(30)
    release.clip(NAME, 'She said "hello" to Zorblax.', made)
    release.clip("val_clip", "Drink coffee.", frames(30), "val")
    corpus = read(release)
    (passage,), (other,) = corpus.train, corpus.val
    assert passage.text == 'She said "hello" to Zorblax.'
    assert other.text == "Drink coffee."
    for key, joints in {
        "smplx_root_pose": slice(0, 1),
        "smplx_body_pose": slice(1, 22),
        "smplx_jaw_pose": slice(INDEX["jaw"], INDEX["jaw"] + 1),
        "smplx_lhand_pose": slice(INDEX["left_index1"], INDEX["left_thumb3"] + 1),
        "smplx_rhand_pose": slice(INDEX["right_index1"], INDEX["right_thumb3"] + 1),
    }.items():
        stacked = np.stack([frame[key] for frame in made]).reshape(30, -1, 3)
        np.testing.assert_array_equal(passage.poses[:, joints], stacked)
    assert not passage.poses[:, 23:25].any()
    np.testing.assert_array_equal(passage.expression, [frame["smplx_expr"] for frame in made])
    assert passage.poses.dtype == passage.expression.dtype == np.float32


def test_text_is_tokenised_and_says_that_it_has_no_alignment(release):
    release.clip(NAME, "I drink coffee. Zorb wants it.", frames(10))
    corpus = read(release)
    first, second = corpus.train[0].sentences
    tokens = corpus.vocabulary.tokens
    assert "coffee" in [tokens[token] for token in first.tokens]
    assert [tokens[token] for token in second.tokens][:4] == ["#z", "-o", "-r", "-b"]
    assert not corpus.train[0].aligned
    assert first.plan == second.plan == []


def test_frames_are_in_the_order_of_their_numbers(release):
    release.clip(NAME, "Hello.", frames(12))
    place = release.root / "train" / "poses" / NAME
    assert list(frame_files(place)) == list(range(12))
    assert sorted(path.name for path in place.iterdir())[1].endswith("_10_3D.pkl"), "what sorting names would give"
    np.testing.assert_allclose(read(release).train[0].poses[:, 1, 0], np.arange(12) / 100, atol=1e-6)


def test_a_clip_is_resampled_from_the_rate_that_its_duration_tells(release):
    release.clip(NAME, "Hello.", frames(61), fps=60.0)
    poses = read(release).train[0].poses
    assert len(poses) == 25
    np.testing.assert_allclose(poses[::2, 1, 0], np.arange(0, 61, 5) / 100, atol=1e-6)
    assert len(read(release, fps=30.0).train[0].poses) == 49


def test_the_column_fps_is_believed_before_the_duration(release):
    release.clip(NAME, "Hello, Ann.", frames(61))
    table = release.root / "train" / "re_aligned" / "how2sign_realigned_train_preprocessed_fps.csv"
    table.parent.mkdir()
    table.write_text(f'SENTENCE_NAME,SENTENCE,fps\n{NAME},"Hello, Ann.",60.0\n')
    (passage,) = read(release).train
    assert (passage.text, len(passage.poses)) == ("Hello, Ann.", 25)


def test_short_gaps_and_frames_that_are_not_finite_are_filled(release):
    made = frames(12)
    made[5]["smplx_rhand_pose"][7] = np.nan
    release.clip(NAME, "Hello.", made[:8] + made[10:], numbers=[*range(8), 10, 11])
    poses = read(release).train[0].poses
    np.testing.assert_allclose(poses[[5, 8, 9], 1, 0], [0.05, 0.08, 0.09], atol=2e-3)
    assert len(poses) == 12
    with pytest.raises(NsaError, match="2 frames in a row are missing; at most 1"):
        read(release, gap=1)


def test_faulty_clips_are_reported_and_the_rest_goes_on(release, tmp_path):
    proof = tmp_path / "ran"

    class RunsCode:
        def __reduce__(self):
            return os.system, (f"touch {proof}",)

    release.clip("sound", "Hello.", frames(30))
    release.clip("code", "Hello.", [*frames(9), {"smplx_expr": RunsCode()}])
    release.clip("sizes", "Hello.", [*frames(9), frames(1)[0] | {"smplx_body_pose": np.zeros(60)}])
    release.clip("key", "Hello.", [{k: v for k, v in f.items() if k != "smplx_jaw_pose"} for f in frames(9)])
    release.clip("short", "Hello.", frames(3))
    release.clip("long", "Hello.", frames(155), fps=5.0)
    release.clip("rate", "Hello.", frames(12), fps=0.5)
    release.clip("nan", "Hello.", [f | {"smplx_root_pose": np.full(3, np.nan)} for f in frames(9)])
    release.clip("hand", "Hello.", [f | {"smplx_lhand_pose": np.zeros(45)} for f in frames(9)])
    release.clip("silence", "...", frames(9))
    release.clip("listed", "Hello.", frames(9))
    release.row("absent", "Hello.")
    (release.root / "train" / "poses" / "textless").mkdir()
    broken = tmp_path / "broken.txt"
    broken.write_text("# what failed in fitting\nlisted\n")
    corpus = read(release, broken=broken)
    assert [passage.text for passage in corpus.train] == ["Hello."]
    causes = {name: cause for part, name, cause in corpus.meta["dropped"] if part == "train"}
    for name, cause in {
        "code": "posix.system", "sizes": "smplx_body_pose has shape (60,)", "key": "smplx_jaw_pose is missing",
        "short": "3 frames", "rate": "frame rate of 0.5", "long": "longer than 30 s", "silence": "English",
        "nan": "none of its 9 frames is finite", "hand": "left hand is missing in 100%", "listed": "broken.txt",
        "absent": "no folder of poses", "textless": "no text",
    }.items():  # fmt: skip
        assert cause in causes.pop(name), name
    assert not causes
    assert not proof.exists()


def test_nothing_left_is_an_error_that_says_why(release):
    release.clip(NAME, "Hello.", frames(3))
    with pytest.raises(NsaError, match="no clip at all: 3 frames"):
        read(release)


def test_a_missing_table_is_named(release):
    release.clip(NAME, "Hello.", frames(9))
    (release.root / "train" / "how2sign_realigned_train.csv").unlink()
    with pytest.raises(NsaError, match=r"no how2sign_realigned_train\.csv"):
        read(release)


def test_the_root_is_turned_from_the_cameras_axes(release):
    """A person upright before a camera whose y points down has a root turned by half a turn about x."""
    made = [frame | {"smplx_root_pose": np.array([np.pi - 0.1, 0, 0], np.float32)} for frame in frames(9)]
    release.clip(NAME, "Hello.", made)
    kept, turned = (read(release, upright=upright).train[0].poses[:, 0] for upright in (False, True))
    assert (Rotation.from_rotvec(kept).apply([0, 1, 0])[:, 1] < -0.99).all()
    np.testing.assert_allclose(turned, np.tile([-0.1, 0, 0], (9, 1)), atol=1e-5)


def test_the_mean_hand_is_added_when_the_model_is_there(release, tmp_path):
    release.clip(NAME, "Hello.", frames(9))
    model = tmp_path / "SMPLX_NEUTRAL.npz"
    np.savez(model, hands_meanl=np.full(45, 0.5), hands_meanr=np.full(45, -0.25))
    flat = read(release).train[0].poses
    as_released = read(release, hands="mean")
    converted = read(release, hands="mean", smplx=model)
    np.testing.assert_array_equal(as_released.train[0].poses, flat)
    np.testing.assert_allclose(converted.train[0].poses[:, LEFT_HAND], flat[:, LEFT_HAND] + 0.5, atol=1e-6)
    np.testing.assert_allclose(converted.train[0].poses[:, RIGHT_HAND], flat[:, RIGHT_HAND] - 0.25, atol=1e-6)
    assert (as_released.meta["hands"], converted.meta["hands"]) == ("mean", "flat")
    assert any("relative to the mean hand" in note for note in as_released.meta["notes"])
    assert not any("relative to the mean hand" in note for note in converted.meta["notes"])


def test_the_lower_body_can_be_left_out(release):
    release.clip(NAME, "Hello.", frames(9))
    poses = read(release, upper_body=True).train[0].poses
    assert not poses[:, : INDEX["neck"]].any()
    assert poses[:, INDEX["neck"] : INDEX["right_wrist"] + 1].all()


def test_it_says_where_it_comes_from(release):
    release.clip(NAME, "Hello.", frames(9))
    meta = read(release).meta
    assert meta["license"] == "CC BY-NC 4.0"
    assert meta["expression_basis"] == "SMPL-X"
    assert "How2Sign" in meta["source"]
    assert Vocabulary.from_dict(meta["vocabulary"])


@pytest.mark.parametrize(
    ("option", "said"), [({"fps": -1}, "fps"), ({"hands": "left"}, "mean or flat"), ({"missing_hands": 2}, "between")]
)
def test_options_out_of_range_are_refused(option, said):
    with pytest.raises(NsaError, match=said):
        How2SignOptions(**option)
