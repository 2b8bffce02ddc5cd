"""`nsa corpus`: what its options mean, and what is said of those that cannot work."""

import pytest

from nsa_ros.cli import main
from nsa_ros.cli.corpus import variation
from nsa_ros.phonology.variation import NATURAL, Variation


def test_sizes_that_are_not_named_stay_the_usual_ones():
    varied = variation("tempo=0.2,rest=1")
    assert (varied.tempo, varied.rest, varied.sway) == (0.2, 1.0, NATURAL.sway)
    assert variation("") == NATURAL
    assert variation("none") == Variation()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "--hours", "nan"], "hours is nan"),
        (["build", "--hours", "1", "--seed", "-1"], "seed is -1"),
        (["build", "--hours", "1", "--vary", "tempo"], "'tempo' is not KIND=SIZE"),
        (["build", "--hours", "1", "--vary", "speed=0.1"], "one of tempo, amplitude"),
        (["build", "--hours", "1", "--vary", "tempo=nan"], "tempo is nan"),
        (["texts", "--seed", "-1"], "neither can be below 0"),
    ],
)
def test_options_that_cannot_work_are_refused(arguments, message, tmp_path, capsys):
    out = ["--out", str(tmp_path / "corpus")] if arguments[0] == "build" else []
    assert main(["corpus", *arguments, *out]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "corpus").exists()


def test_sentences_are_printed_with_their_signs(capsys):
    assert main(["corpus", "texts", "--count", "2", "--seed", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("    ") for line in lines[1::2])
