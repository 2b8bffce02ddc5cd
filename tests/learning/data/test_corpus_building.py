"""Corpora: what is made, the same bytes again, going on, and what goes wrong."""

import errno
import json
from dataclasses import replace

import numpy as np
import pytest
from fake_source import WORDS, FakeSource
from tiny import CORPUS, make_corpus

from nsa_ros.errors import NsaError
from nsa_ros.learning.data import corpus_building, shards
from nsa_ros.learning.data.corpus import unit_ids
from nsa_ros.learning.data.corpus_building import CorpusSettings, build_corpus
from nsa_ros.learning.data.shards import MANIFEST, read_corpus
from nsa_ros.phonology.variation import Variation
from nsa_ros.signing.alignment import END


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.glob("*.npz")}


def test_what_is_written_is_read(tmp_path):
    corpus = make_corpus(tmp_path)
    frames = sum(len(p.poses) for p in corpus.train)
    assert frames >= CORPUS.hours * 3600 * FakeSource.fps
    assert len(corpus.plans) >= CORPUS.plans
    assert corpus.val
    assert corpus.test
    passage = corpus.train[0]
    again = FakeSource().passage(passage.text, passage.seed, motion=True)
    np.testing.assert_array_equal(passage.poses, again.poses)
    assert passage.plan == again.plan
    assert passage.plan[-1].unit == END
    assert sum(unit.frames for unit in passage.plan) == len(passage.poses)
    assert corpus.plans[0].poses.shape == (0, 55, 3)
    assert corpus.unit_count == 2 + len(unit_ids(FakeSource.units))


def test_same_seed_same_bytes_whoever_makes_them(tmp_path):
    folders = [tmp_path / name for name in "abc"]
    for folder, workers, seed in zip(folders, (1, 2, 1), (3, 3, 4), strict=True):
        build_corpus(FakeSource(), replace(CORPUS, hours=0.15, seed=seed), folder, workers)
    assert contents(folders[0]) == contents(folders[1])
    assert len(contents(folders[0])) > 4
    first, other = contents(folders[0]), contents(folders[2])
    assert all(first[name] != other[name] for name in first.keys() & other.keys())


def test_a_stopped_run_goes_on(tmp_path):
    whole = make_corpus(tmp_path)
    before = contents(tmp_path)
    lost = tmp_path / "train-00000.npz"
    lost.unlink()
    (tmp_path / "val-00000.npz").write_bytes(before["val-00000.npz"][:1000])
    (tmp_path / "test-00000.partial").write_bytes(b"half")
    with pytest.raises(NsaError, match="missing or altered"):
        read_corpus(tmp_path)
    mended = build_corpus(FakeSource(), CORPUS, tmp_path, workers=1)
    assert contents(tmp_path) == before
    again = build_corpus(FakeSource(), CORPUS, tmp_path, workers=1)
    assert mended["real_time_factor"] > again["real_time_factor"] == 0
    assert again["texts"] == mended["texts"]
    assert not list(tmp_path.glob("*.partial"))
    assert len(read_corpus(tmp_path).train) == len(whole.train)


def test_a_corpus_can_be_made_longer_but_not_another(tmp_path):
    make_corpus(tmp_path)
    before = contents(tmp_path)
    build_corpus(FakeSource(), replace(CORPUS, hours=0.15), tmp_path, workers=1)
    after = contents(tmp_path)
    assert len(after) > len(before)
    assert all(after[name] == before[name] for name in before)
    with pytest.raises(NsaError, match="other settings"):
        build_corpus(FakeSource(), replace(CORPUS, seed=9), tmp_path, workers=1)


def test_drills_come_by_rounds_and_can_be_added(tmp_path):
    make_corpus(tmp_path)
    before = contents(tmp_path)
    made = build_corpus(FakeSource(), replace(CORPUS, drills=2), tmp_path, workers=1)
    assert set(contents(tmp_path)) == {*before, "drills-00000.npz", "drills-00001.npz"}
    drills = read_corpus(tmp_path).drills
    assert made["texts"]["drills"] == len(drills) == 2 * len(WORDS)
    assert {p.text for p in drills} == {""}
    units = [p.plan[0].unit for p in drills]
    assert sorted(units[: len(WORDS)]) == sorted(units[len(WORDS) :]) == sorted(set(units))
    assert all(len(p.poses) == sum(unit.frames for unit in p.plan) for p in drills)


def test_an_unfinished_corpus_is_not_read(tmp_path):
    make_corpus(tmp_path)
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    del manifest["shards"]
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(NsaError, match="not finished"):
        read_corpus(tmp_path)


def test_no_corpus_is_said_with_the_command_that_makes_one(tmp_path):
    with pytest.raises(NsaError, match="nsa corpus build"):
        read_corpus(tmp_path)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shards.np, "savez", full)
    with pytest.raises(NsaError, match=r"No space left.*Make room"):
        build_corpus(FakeSource(), CORPUS, tmp_path, workers=1)
    assert not [file for file in tmp_path.iterdir() if file.name != MANIFEST]


def test_a_full_disk_is_said_of_the_manifest_too(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shards.Path, "write_text", full)
    with pytest.raises(NsaError, match=r"corpus.json cannot be written: No space left.*Make room"):
        build_corpus(FakeSource(), CORPUS, tmp_path, workers=1)


def test_a_file_in_place_of_the_folder_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NsaError, match="Give another folder"):
        build_corpus(FakeSource(), CORPUS, tmp_path / "file", workers=1)


def test_an_interrupted_run_stops_and_keeps_what_is_whole(tmp_path, monkeypatch):
    made = corpus_building._part

    def interrupted(pool, workers, folder, part, goal, fps):
        if part == "plans":
            raise KeyboardInterrupt
        return made(pool, workers, folder, part, goal, fps)

    monkeypatch.setattr(corpus_building, "_part", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_corpus(FakeSource(), CORPUS, tmp_path, workers=1)
    assert (tmp_path / "train-00000.npz").is_file()
    with pytest.raises(NsaError, match="not finished"):
        read_corpus(tmp_path)


@pytest.mark.parametrize("change", [{"hours": 0}, {"hours": float("nan")}, {"held_out": 2}, {"figures": -1}])
def test_impossible_settings_are_named(change):
    name = next(iter(change))
    with pytest.raises(NsaError, match=name):
        CorpusSettings(**{"hours": 1.0, "variation": Variation(), **change})
