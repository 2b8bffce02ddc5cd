import dataclasses

import pytest
import yaml

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import CONFIGS, config_names, load_config

ABLATION = [name for name in config_names() if name.startswith("ablation/")]


def test_the_shipped_configurations_load():
    ours, paper = load_config("nsa-aligned"), load_config("nsa")
    assert ours.conditioning == "aligned"
    assert len(ABLATION) >= 14
    assert paper.text.clip == "ViT-L-14"


@pytest.mark.parametrize("name", ["nsa", "ablation/nsa-small"])
def test_the_papers_network_is_as_published(name):
    paper = load_config(name)
    assert paper.conditioning == "sentence"
    assert (paper.diffusion.rotation, paper.diffusion.all_coefficients) == ("rotvec", True)
    assert (paper.diffusion.prediction, paper.diffusion.schedule, paper.diffusion.noise_window) == (
        "epsilon",
        "linear",
        1,
    )
    assert dataclasses.astuple(paper.loss) == (2.0, 0.0, 0.0, 0.0)
    assert len(paper.denoiser.graph_widths) == len(paper.denoiser.expression_widths) == paper.denoiser.layers == 4
    assert (paper.denoiser.encoder, paper.denoiser.cell) == ("edge", "lstm")
    assert paper.denoiser.embeddings
    assert not paper.denoiser.gated_frame


def leaves(config, prefix=""):
    for key, value in config.items():
        yield from leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]


@pytest.mark.parametrize("name", ABLATION)
def test_an_ablation_says_what_it_changes_and_changes_just_that(name):
    changed = load_config(name)
    assert changed.name == name.removeprefix("ablation/")
    assert changed.change
    folder = "" if changed.base == "nsa" else "ablation/"
    before, after = (
        dict(leaves(dataclasses.asdict(config))) for config in (load_config(folder + changed.base), changed)
    )
    said = {key for key, _ in leaves(yaml.safe_load((CONFIGS / f"{name}.yaml").read_text()))}
    assert {key for key in after if after[key] != before[key]} == said


def test_ablations_are_trained_with_one_budget():
    small = load_config("ablation/nsa-small")
    assert {load_config(name).train_denoiser for name in ABLATION} == {small.train_denoiser}


def test_every_configuration_is_listed_after_its_base():
    listed = [name.removeprefix("ablation/") for name in config_names()]
    for name in ABLATION:
        config = load_config(name)
        assert listed.index(config.base) < listed.index(config.name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "expected a mapping"),
        ("name: [", "not readable YAML"),
        ("name: x\nspeed: 3", "unknown speed. Known: .*denoiser"),
        ("name: x\nconditioning: aligned", "missing"),
        ("name: x\ntext: {depth: 3}", "text: unknown depth"),
        ("name: x\nconditioning: telepathy", "conditioning is 'telepathy', choose one of aligned, sentence"),
        ("base: nsa\nname: x\ndenoiser: {cell: rnn}", "denoiser: cell is 'rnn', choose one of lstm, gru"),
        ("base: nsa\nname: x\ndenoiser: {layers: four}", "denoiser: layers is 'four', expected int"),
        ("base: nsa\nname: x\ndenoiser: {graph_widths: 3}", "graph_widths is 3, expected tuple"),
        ("base: nsa\nname: x\nloss: {hands: much}", "hands is 'much', expected float"),
        ("base: nsa", "missing .*'name'"),
        ("base: nowhere\nname: x", "no base 'nowhere'.*nsa-aligned"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, text, message):
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    with pytest.raises(NsaError, match=message):
        load_config(file)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(NsaError, match=r"nsa, ablation/nsa-small, .*nsa-aligned"):
        load_config("best")


def test_a_base_is_overridden_key_by_key(tmp_path):
    (tmp_path / "parent.yaml").write_text(
        "base: nsa\nname: parent\nchange: width\ndenoiser: {hidden: 8}\nexport: {chunks: [2]}\n"
    )
    (tmp_path / "child.yaml").write_text("base: parent\nname: child\ndenoiser: {layers: 1}\n")
    paper, child = load_config("nsa"), load_config(tmp_path / "child.yaml")
    assert child.denoiser == dataclasses.replace(paper.denoiser, hidden=8, layers=1)
    assert (child.name, child.base, child.change, child.export.chunks) == ("child", "parent", "", (2,))
    assert child.text == paper.text


def test_bases_in_a_circle_are_named(tmp_path):
    for name, base in (("a", "b"), ("b", "c"), ("c", "b")):
        (tmp_path / f"{name}.yaml").write_text(f"base: {base}\nname: {name}\n")
    with pytest.raises(NsaError, match="circle: a -> b -> c -> b"):
        load_config(tmp_path / "a.yaml")
