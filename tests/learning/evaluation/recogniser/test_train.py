import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import make_corpus

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import OptimizerConfig
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.evaluation.recogniser.embedding import EmbeddingConfig
from nsa_ros.learning.evaluation.recogniser.files import DESCRIPTION, WEIGHTS, Configs
from nsa_ros.learning.evaluation.recogniser.network import RecogniserConfig
from nsa_ros.learning.evaluation.recogniser.quality import named_units, names_of
from nsa_ros.learning.evaluation.recogniser.recogniser import Recogniser
from nsa_ros.learning.evaluation.recogniser.train import train_recogniser
from nsa_ros.learning.evaluation.recogniser.translator import TranslatorConfig

CONFIGS = Configs(
    RecogniserConfig(32, 48, (1, 2, 4), 32, 0.0, False),
    TranslatorConfig(32, 2, 32, 1, 96),
    EmbeddingConfig(16, 24),
)
TRAININGS = tuple(OptimizerConfig(steps, 8, rate=8e-3, average=0.9) for steps in (90, 40, 20))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    torch.set_num_threads(1)
    return make_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, corpus: Corpus) -> Path:
    made = tmp_path_factory.mktemp("trained")
    train_recogniser(corpus, made / "run", made / "recogniser", CONFIGS, TRAININGS)
    return made


def test_a_small_training_reads_more_units_than_chance(folder: Path, corpus: Corpus) -> None:
    recogniser = Recogniser.load(folder / "recogniser")
    assert recogniser.description["quality"]["unit_error_rate"] < 0.9  # 1.0 for one that reads nothing
    assert recogniser.description["license"] == "Apache-2.0"
    passage = corpus.train[0]
    read = recogniser.units(passage.poses, passage.expression)
    assert len(set(read) & set(named_units(passage, names_of(corpus)))) > 0


def test_what_is_written_is_read_alike(folder: Path, corpus: Corpus) -> None:
    first, second = (Recogniser.load(folder / "recogniser") for _ in range(2))
    poses = corpus.test[0].poses
    np.testing.assert_array_equal(first.motion_features([poses]), second.motion_features([poses]))
    assert first.units(poses) == second.units(poses)
    assert (folder / "recogniser" / WEIGHTS).stat().st_size < 500_000


def test_features_have_length_one_and_do_not_depend_on_their_company(folder: Path, corpus: Corpus) -> None:
    recogniser = Recogniser.load(folder / "recogniser")
    poses = [passage.poses for passage in corpus.test[:3]]
    motions = recogniser.motion_features(poses)
    texts = recogniser.text_features(["coffee", "you drink coffee home fs-abcdefgh.", "you"])
    assert motions.shape == (3, recogniser.dimensions) == texts.shape
    np.testing.assert_allclose(np.linalg.norm(np.concatenate([motions, texts]), axis=1), 1.0, rtol=1e-5)
    np.testing.assert_allclose(texts[0], recogniser.text_features(["coffee"])[0], atol=1e-5)
    np.testing.assert_allclose(motions[1], recogniser.motion_features(poses[1:2])[0], atol=1e-5)
    assert recogniser.fid_features(poses).shape == (3, CONFIGS.recogniser.width)


def test_a_training_that_is_done_is_not_done_again(folder: Path, corpus: Corpus) -> None:
    before = (folder / "recogniser" / WEIGHTS).read_bytes()
    trainings = tuple(dataclasses.replace(training) for training in TRAININGS)
    train_recogniser(corpus, folder / "run", folder / "again", CONFIGS, trainings)
    assert (folder / "again" / WEIGHTS).read_bytes() == before


def test_no_units_are_no_text_and_unknown_ones_are_left_out(folder: Path) -> None:
    recogniser = Recogniser.load(folder / "recogniser")
    assert recogniser.translate([]) == "" == recogniser.translate([("sign", "NEVER-HEARD-OF")])


def test_absent_and_damaged_recognisers_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NsaError, match=f"no recogniser in {tmp_path}"):
        Recogniser.load(tmp_path)
    for name in (DESCRIPTION, WEIGHTS):
        (tmp_path / name).write_bytes((folder / "recogniser" / name).read_bytes())
    (tmp_path / WEIGHTS).write_bytes(b"other")
    with pytest.raises(NsaError, match=r"is not the file that model.yaml describes.*Restore"):
        Recogniser.load(tmp_path)
    (tmp_path / WEIGHTS).unlink()
    with pytest.raises(NsaError, match="incomplete"):
        Recogniser.load(tmp_path)
    (tmp_path / DESCRIPTION).write_text("format: 7\n")
    with pytest.raises(NsaError, match="format 7"):
        Recogniser.load(tmp_path)
