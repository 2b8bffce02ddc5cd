import numpy as np
import onnx
import pytest
import yaml
from tensorrt_operators import ALLOWED
from tiny import CONFIG, PAPER, make_bundle

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.shards import read_corpus
from nsa_ros.learning.export.bundle_writing import Trained, export_bundle
from nsa_ros.learning.export.parity import parity, plan_torch, sample_onnx, sample_torch
from nsa_ros.signing.bundle import load_bundle
from nsa_ros.signing.networks import Networks


@pytest.fixture(scope="module")
def made():
    folder = make_bundle()
    corpus = read_corpus(folder / "corpus")
    return folder, load_bundle(folder / "bundle"), corpus, Trained(CONFIG, corpus, folder / "run")


def test_the_bundle_is_the_network(made):
    _, bundle, corpus, trained = made
    measured = parity(trained, bundle, corpus.test[:3])
    assert measured["same_plans"] == 1.0
    assert measured["largest_mm"] < 0.01
    assert measured["largest_degrees"] < 0.01


@pytest.mark.parametrize("cut", [[4], [16], [4, 16, 16], [4, 4, 16]])
def test_every_partition_in_onnx_equals_the_whole_in_torch(made, cut):
    _, bundle, corpus, trained = made
    passage = max(corpus.test, key=lambda p: len(p.poses))
    whole = sample_torch(trained.motion, bundle, passage, seed=3)
    parts = sample_onnx(Networks(bundle, "cpu"), bundle, passage, 3, cut)
    decoded = [bundle.representation.decode(channels)[0] for channels in (whole, parts)]
    np.testing.assert_allclose(decoded[0], decoded[1], atol=1e-4)


def test_the_planner_in_onnx_is_the_planner_in_torch(made):
    _, bundle, corpus, trained = made
    tokens = corpus.test[0].sentences[0].tokens
    planned = list(Networks(bundle, "cpu").planner(tokens).plan(seed=0))
    assert planned == plan_torch(trained.planner, bundle, tokens, seed=0)


def test_the_bundle_says_what_each_word_was_signed_as(made):
    _, bundle, corpus, _ = made
    names = {word: {bundle.unit(unit).text for unit in units} for word, units in bundle.choices.items()}
    assert names
    assert all(found == {word.upper()} for word, found in names.items())
    signed = {corpus.vocabulary.tokens[s.tokens[u.token]] for p in corpus.train for s in p.sentences for u in s.plan}
    assert set(names) >= signed & set(corpus.vocabulary.words)


def test_graphs_hold_allowed_operators_and_nothing_of_this_machine(made):
    folder, _, _, _ = made
    for file in sorted((folder / "bundle").glob("*.onnx")):
        model = onnx.load(file)
        assert {node.op_type for node in model.graph.node} <= ALLOWED
        assert {opset.version for opset in model.opset_import if not opset.domain} == {20}
        text = file.read_bytes()
        assert b".py" not in text
        assert b"/site-packages" not in text
        for value in (*model.graph.input, *model.graph.output):
            assert all(size.dim_value > 0 for size in value.type.tensor_type.shape.dim), "fixed shapes only"


def test_denoisers_of_all_lengths_share_their_weights(made):
    folder, bundle, _, trained = made
    stored = (folder / "bundle" / "weights.bin").stat().st_size
    weights = sum(p.numel() for net in (trained.motion, trained.planner) for p in net.parameters())
    assert len(bundle.chunks) == 2
    assert stored < 1.3 * 2 * weights


def test_the_same_checkpoint_gives_the_same_bytes(made, tmp_path):
    folder, _, corpus, _ = made
    export_bundle(CONFIG, corpus, folder / "run", tmp_path)
    hashes = [yaml.safe_load((f / "model.yaml").read_text())["files"] for f in (folder / "bundle", tmp_path)]
    assert hashes[0] == hashes[1]


def test_a_sentence_conditioned_model_is_not_exported(made):
    folder, _, corpus, _ = made
    with pytest.raises(NsaError, match="only `aligned` is exported"):
        Trained(PAPER, corpus, folder / "run")
