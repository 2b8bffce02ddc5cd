import pytest

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import load_config


def test_the_shipped_configurations_load():
    ours, paper = load_config("nsa-aligned"), load_config("nsa")
    assert ours.conditioning == "aligned"
    assert paper.conditioning == "sentence"
    assert paper.diffusion.prediction == "epsilon"
    assert len(paper.denoiser.graph_widths) == len(paper.denoiser.expression_widths) == paper.denoiser.layers == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "expected a mapping"),
        ("name: x\nspeed: 3", "unknown speed. Known: .*denoiser"),
        ("name: x\nconditioning: aligned", "missing"),
        ("name: x\ntext: {depth: 3}", "text: unknown depth"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path, text, message):
    file = tmp_path / "wrong.yaml"
    file.write_text(text)
    with pytest.raises(NsaError, match=message):
        load_config(file)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(NsaError, match="nsa, nsa-aligned"):
        load_config("best")
