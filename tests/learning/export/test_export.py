from dataclasses import replace

import onnx
import pytest
from onnx import numpy_helper
from tensorrt_operators import ALLOWED
from tiny import CONFIG, PAPER, make_bundle, make_graphs

from nsa_ros.errors import NsaError
from nsa_ros.learning.export import exporting
from nsa_ros.learning.export.description import word_choices
from nsa_ros.learning.export.exporting import write_checked
from nsa_ros.learning.export.graphs import bundle_graphs
from nsa_ros.learning.export.onnx_files import STREAMS
from nsa_ros.learning.export.trained import Trained
from nsa_ros.learning.export.variants import MICROSOFT, make_variants
from nsa_ros.signing.bundle import DESCRIPTION, load_bundle
from nsa_ros.signing.networks import PLANNER, TEXT_ENCODER, Networks, denoiser_file, precisions, sampler_file
from nsa_ros.signing.plan_rules import choice_width


@pytest.fixture(scope="module")
def made():
    """Corpus, networks and graphs, and their bundle."""
    folder = make_bundle()
    return make_graphs(), load_bundle(folder / "bundle")


@pytest.fixture
def export(made, tmp_path):
    """Write the bundle again, from these graphs or others; its folder and the report."""
    _, corpus, trained, graphs = made[0]

    def call(graphs=graphs):
        return tmp_path, write_checked(CONFIG, corpus, trained, graphs, tmp_path)

    return call


def test_the_bundle_says_what_each_word_was_signed_as(made):
    (_, corpus, _, _), bundle = made
    names = {word: {bundle.unit(unit).text for unit in units} for word, units in bundle.choices.items()}
    assert names
    assert all(found == {word.upper()} for word, found in names.items())
    signed = {corpus.vocabulary.tokens[s.tokens[u.token]] for p in corpus.train for s in p.sentences for u in s.plan}
    assert set(names) >= signed & set(corpus.vocabulary.words)


def test_the_bundle_holds_every_precision_and_says_how_near_each_is(made):
    bundle = made[1]
    assert precisions(bundle) == ("fp32", "fp16", "int8")
    parity = bundle.description["parity"]
    assert parity["same_plans"] == 1.0
    assert parity["measured_on"].keys() == {"cpu", "vnni", "onnxruntime", "torch"}
    for precision in precisions(bundle):
        assert parity[precision]["shipped"] is True
        assert 0.0 < parity[precision]["text"]["fingertips_mm"][0] <= parity[precision]["limits"]["fingertips_mm"][0]
    largest = [parity[precision]["text"]["degrees"][-1] for precision in precisions(bundle)]
    assert largest == sorted(largest), "int8 is coarser than fp16, which is coarser than fp32"


def test_graphs_hold_allowed_operators_and_nothing_of_this_machine(made):
    for file in sorted(made[1].path.glob("*.onnx")):
        model = onnx.load(file)
        opsets = {opset.domain: opset.version for opset in model.opset_import}
        if ".int8." in file.name:
            assert opsets == {"": 20, MICROSOFT: 1}
        else:
            assert {node.op_type for node in model.graph.node} <= ALLOWED
            assert not any(node.domain for node in model.graph.node)
            assert opsets == {"": 20}
        text = file.read_bytes()
        assert b".py" not in text
        assert b"/site-packages" not in text
        for value in (*model.graph.input, *model.graph.output):
            sizes = value.type.tensor_type.shape.dim
            assert all(size.dim_value > 0 or size.dim_param == STREAMS for size in sizes), "fixed but for the streams"


@pytest.mark.parametrize("provider", ["tensorrt", "cuda"])
def test_integers_are_never_given_to_a_gpu(made, provider):
    bundle = made[1]
    assert Networks(bundle, "auto", precision="int8").provider.name == "cpu"
    with pytest.raises(NsaError, match=f"{provider}.*does not work here.*8-bit"):
        Networks(bundle, provider, precision="int8")


def test_the_same_checkpoint_gives_the_same_graphs(made):
    folder, corpus, _, graphs = made[0]
    again = replace(CONFIG, export=replace(CONFIG.export, chunks=(4,)))
    fresh = bundle_graphs(again, Trained(again, corpus, folder / "run"), choice_width(word_choices(corpus)))
    assert set(fresh) == {TEXT_ENCODER, PLANNER, denoiser_file(4), sampler_file(4)}
    for name, graph in fresh.items():
        assert graph.SerializeToString(deterministic=True) == graphs[name].SerializeToString(deterministic=True), name


def test_the_same_graphs_give_the_same_bytes_of_every_file(made, export):
    folder, _ = export()
    files = load_bundle(folder).description["files"]
    assert files == made[1].description["files"]
    assert set(files) == {file.name for file in folder.iterdir()} - {DESCRIPTION}


def test_a_variant_that_is_too_far_off_is_not_shipped(made, export, monkeypatch):
    def damaged(graph):
        variants = make_variants(graph)
        for weight in variants["int8"].graph.initializer:
            if weight.name.endswith("frame.weight_scale"):
                weight.CopyFrom(numpy_helper.from_array(2.0 * numpy_helper.to_array(weight), weight.name))
        return variants

    monkeypatch.setattr(exporting, "make_variants", damaged)
    folder, report = export()
    bundle = load_bundle(folder)
    assert precisions(bundle) == ("fp32", "fp16")
    assert not list(folder.glob("*int8*"))
    whole = made[1].file("weights.bin").stat().st_size
    assert bundle.file("weights.bin").stat().st_size < whole, "its weights are gone, too"
    assert bundle.description["parity"] == report
    assert report["int8"]["shipped"] is False
    assert any(line.startswith("text: fingertips_mm mean") for line in report["int8"]["exceeded"])
    assert report["fp16"]["shipped"] is True


def test_graphs_that_are_not_the_network_are_no_bundle(made, export, tmp_path):
    graphs = dict(made[0].graphs)
    altered = graphs[sampler_file(4)] = onnx.ModelProto()
    altered.CopyFrom(made[0].graphs[sampler_file(4)])
    for weight in altered.graph.initializer:
        if weight.name.endswith("head.2.bias"):
            weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight) + 0.01, weight.name))
    with pytest.raises(NsaError, match="is not the network: text: degrees mean"):
        export(graphs)
    assert not (tmp_path / DESCRIPTION).exists()


def test_a_sentence_conditioned_model_is_not_exported(made):
    folder, corpus, _, _ = made[0]
    with pytest.raises(NsaError, match="only `aligned` is exported"):
        Trained(PAPER, corpus, folder / "run")
