import json

import numpy as np
import pytest
import yaml
from fake_source import FakeSource

from nsa_ros.cli import main
from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.data.mixture import read_mixture_file
from nsa_ros.learning.data.reading import read_data, read_mixture
from nsa_ros.learning.data.shards import MANIFEST, read_corpus, write_corpus


@pytest.fixture
def folder(tmp_path):
    """A corpus with what the manifest of `nsa corpus build` says, and no more."""
    source = FakeSource()
    meta = {
        "status": "synthetic", "license": "Apache-2.0", "settings": {"hours": 1.0}, "seed": 3, "fps": source.fps,
        "skeleton": source.figures[0], "vocabulary": source.vocabulary.as_dict(), "units": source.units,
    }  # fmt: skip
    train = [source.passage(f"{word} fs-ada.", 1, True) for word in ("home", "coffee")]
    write_corpus(tmp_path / "corpus", Corpus(meta, train, [source.passage("You.", 1, False)], train[:1], []))
    return tmp_path / "corpus"


@pytest.fixture
def others(tmp_path):
    poses = np.random.default_rng(0).normal(0, 0.2, (20, 165))
    made = tmp_path / "others"
    made.mkdir()
    for name in ("a", "b", "c"):
        np.savez(made / f"{name}.npz", poses=poses, mocap_framerate=24.0, text=f"Coffee {name}.", license="CC0-1.0")
    (made / "bad.npz").write_bytes(b"")
    return made


def test_our_corpus_is_told_by_its_manifest(folder):
    corpus = read_data(folder)
    plain = read_corpus(folder)
    assert (corpus.meta["kind"], corpus.meta["expression_basis"], corpus.meta["hands"]) == (
        "corpus",
        "nsa-open-1",
        "flat",
    )
    assert {**corpus.meta, **plain.meta} == corpus.meta
    assert [p.text for p in corpus.train] == [p.text for p in plain.train]
    assert all(passage.aligned for passage in (*corpus.train, *corpus.plans))


def test_a_mixture_cuts_all_texts_with_the_corpus_vocabulary(folder, others):
    mixed = read_mixture([(others, 1), (folder, 2)])
    assert len(mixed.vocabulary) == len(read_corpus(folder).vocabulary)
    assert not mixed.train[0].aligned
    assert mixed.train[-1].aligned
    assert mixed.shares[0].weight == 1
    assert mixed.meta["license"] == "CC0-1.0 + Apache-2.0"


def test_a_data_set_that_was_kept_takes_the_corpus_vocabulary_too(folder, others, tmp_path):
    write_corpus(tmp_path / "kept", read_data(others, held_out=0))
    mixed = read_mixture([(tmp_path / "kept", 1), (folder, 1)])
    tokens = mixed.vocabulary.tokens
    assert [tokens[token] for token in mixed.train[0].sentences[0].tokens] == ["coffee", "#a", "."]
    assert mixed.train[0].poses.any()


def test_a_mixture_can_be_a_file(folder, others, tmp_path):
    file = tmp_path / "mixture.yaml"
    sets = [{"path": str(folder), "weight": 3}, {"path": "others", "options": {"license": "mine", "held_out": 0}}]
    file.write_text(yaml.safe_dump({"sets": sets, "expression": "zero"}))
    mixed = read_data(file)
    assert [share.weight for share in mixed.shares] == [3, 1]
    assert mixed.shares[1].clips == 3
    assert mixed.meta["sets"][1]["license"] == "mine"


@pytest.mark.parametrize(
    "content", ["", "sets: 3", "sets: [{weight: 1}]", "sets: [{path: a, weight: much}]", "[", "- a"]
)
def test_a_file_that_is_no_mixture_is_named(tmp_path, content):
    (tmp_path / "m.yaml").write_text(content)
    with pytest.raises(NsaError, match=r"m\.yaml is no mixture"):
        read_data(tmp_path / "m.yaml")


def test_a_data_set_that_is_kept_comes_back_the_same(others, tmp_path):
    corpus = read_data(others)
    write_corpus(tmp_path / "kept", corpus)
    back = read_data(tmp_path / "kept")
    assert {key: back.meta[key] for key in corpus.meta} == json.loads(json.dumps(corpus.meta))
    for one, other in zip(corpus.train, back.train, strict=True):
        assert (one.text, one.sentences) == (other.text, other.sentences)
        np.testing.assert_array_equal(one.poses, other.poses)
        np.testing.assert_array_equal(one.expression, other.expression)
    with pytest.raises(NsaError, match="not empty"):
        write_corpus(tmp_path / "kept", corpus)


def test_files_named_in_a_mixture_are_relative_to_it(tmp_path):
    (tmp_path / "m.yaml").write_text("sets: [{path: a, options: {smplx: models/S.npz, longest: 3}}]")
    ((path, weight, options),) = read_mixture_file(tmp_path / "m.yaml").parts
    assert (path, weight) == (tmp_path / "a", 1.0)
    assert options == {"smplx": tmp_path / "models" / "S.npz", "longest": 3}


def test_what_is_no_data_set_is_said(folder, others, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NsaError, match="is no data set"):
        read_data(tmp_path / "empty")
    with pytest.raises(NsaError, match="no data at"):
        read_data(tmp_path / "nowhere")
    with pytest.raises(NsaError, match="no option 'rate'; known are fps"):
        read_data(others, rate=3)
    with pytest.raises(NsaError, match="wrong kind"):
        read_data(others, fps="fast")
    with pytest.raises(NsaError, match="which has no options"):
        read_data(folder, fps=30)


def test_show_says_what_is_there_and_what_is_not(others, capsys):
    assert (
        main(["corpus", "show", str(others), "--option", "held_out=0", "--option", "source=my desk", "--dropped"]) == 0
    )
    said = capsys.readouterr().out
    for words in ("AMASS-style", "my desk", "CC0-1.0", "3 clips, 3 texts", "0 with alignment", "train/bad.npz: not a"):
        assert words in said


def test_show_names_an_option_without_a_value(others, capsys):
    assert main(["corpus", "show", str(others), "--option", "fps"]) == 1
    assert "NAME=VALUE" in capsys.readouterr().err


def test_keep_writes_a_corpus(others, tmp_path, capsys):
    assert main(["corpus", "keep", str(others), "--out", str(tmp_path / "kept")]) == 0
    assert (tmp_path / "kept" / MANIFEST).is_file()
    assert "wrote" in capsys.readouterr().out
