"""`nsa bench`: every measurement in its smallest form, and the page of figures that were made up."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from nsa_ros.body.motion import Motion
from nsa_ros.body.poses import named_pose
from nsa_ros.cli import main
from nsa_ros.cli.benchmark import document, figures, generation, lexicon_ways, node, page, stages, start, streams
from nsa_ros.cli.benchmark.plots import draw_plots
from nsa_ros.cli.benchmark.targets import targets
from nsa_ros.cli.benchmark.texts import draw_texts, short_texts
from nsa_ros.errors import NsaError
from nsa_ros.resources import root
from nsa_ros.text.units import Unit

NOBODY = SimpleNamespace(signer="reference", bundle="default", provider="cpu", steps=0, precision="fp32")


class Still:
    """Signs every text with half a second of standing still, in two chunks."""

    name, fps, provider = "still", 24.0, "none"

    def sign(self, text: str, seed: int = 0):
        return Standing()


class Standing:
    def __init__(self):
        self.units = [Unit("STILL", "sign", (0, 1), 12)]

    def __iter__(self):
        for _ in range(2):
            poses = np.repeat(named_pose("neutral")[None], 6, axis=0)
            yield Motion(poses, np.zeros((6, 10)), np.zeros((6, 3)), 24.0, np.zeros(6, dtype=int))


def spread(p50: float) -> dict[str, float]:
    return {"p50": p50, "p99": 2 * p50, "max": 3 * p50}


def stream(p50: float, underruns: int = 0) -> dict:
    sides = ("publisher", "receiver")
    return {
        "rate [Hz]": 100.0,
        "underruns": underruns,
        "skipped ticks": 0,
        **{f"{side} |interval - period| [ms]": spread(p50) for side in sides},
        **{f"{side} interval - period [ms]": figures.histogram([0.0, 0.2, 99.0], 0.1, 1.0) for side in sides},
    }


def made_up() -> document.Document:
    """All stages, each figure a plausible one."""
    found = document.Document(
        format=document.FORMAT,
        machine={"processor": "Abacus", "cores": 2, "memory [GB]": 8, "gpu": "none", "python": "3.11"},
        signer={
            "name": "nsa",
            "steps": 2,
            "chunks": [4, 48],
            "fps": 24.0,
            "precision": "fp32",
            "provider": "cpu",
            "parity": {"fp32": parity(0.001)},
        },
        stages={},
    )
    row = {"streams": 4, "on time": 1.0, "underruns": 0, "texts": 3, "share of all cores": 0.1}
    row |= {"text to first frame [ms]": spread(5.0), "streams sustained": 90.0}
    slow = {**row, "streams": 64, "on time": 0.5, "underruns": 7, "text to first frame [ms]": figures.percentiles([])}
    call = {"way": "ONNX Runtime fp32", "on": "Abacus", "device": "cpu", "steps": 2, "frames": 48, "streams": 1}
    way = {"on": "Abacus", "text to first frame [ms]": spread(1500.0), "time per second of motion [ms]": 7.0}
    way |= {"real-time factor": 140.0, "first use [s]": 0.2}
    step = {"time per second of motion [ms]": 7.0, "real-time factor": 140.0, "first chunk, mean [ms]": 6.0}
    nodes = {"receiver |interval - period| [ms]": spread(0.1), "resident memory [MB]": 250.0}
    parts = {
        "start": {"process to first chunk [s]": spread(0.5)},
        "generation": {"texts": 9, "real-time factor": 99.0, "text encoder [ms]": spread(2.0)},
        "steps": {"texts": 8, "rows": [{"steps": count, **step} for count in (1, 2, 50)]},
        "streams": {"rows": [row, slow], "highest that holds": 40, "fewest that did not": 64},
        "settings": {
            "frames of a chunk": 48,
            "seconds each": 1.0,
            "rows": [
                {
                    "threads": threads,
                    "spinning": spinning,
                    "batch": 4,
                    "one core busy": busy,
                    "real-time factor": 100.0 * threads,
                    "tick late by [ms]": spread(0.5),
                }
                for threads in (1, 2)
                for spinning in (False, True)
                for busy in (False, True)
            ],
        },
        "compare": {
            "texts": 8,
            "motion [s]": 60.0,
            "torch weights": "random",
            "notes": ["torch is left out: it is not installed"],
            "rows": [{"way": "ONNX Runtime fp32, in chunks, 2 steps", **way}, {"way": "lexicon, joined", **way}],
            "calls": [{**call, "call [ms]": spread(6.0), "streams in real time": 300.0}],
        },
        "node": {
            "process start to active [s]": 0.9,
            "texts": 200,
            "text to first model sample [ms]": spread(20.0),
            "text signed before to first model sample [ms]": spread(15.0),
            "resident memory [MB]": 410.0,
            "real-time priority": False,
            "stream": {"at rest": stream(0.1), "signing": stream(0.2), "signing, one core busy": stream(0.3, 2)},
        },
        "robots": {
            "frames": 900,
            "robots": [
                {
                    "robot": name,
                    "joints": 16,
                    "hands": 1,
                    "arms": arms,
                    "retargeting [ms]": spread(slow),
                    "within limits [ms]": spread(0.2),
                    "both [ms]": spread(slow),
                }
                for name, arms, slow in (("claw", 0, 0.5), ("paw", 0, 0.7), ("man", 2, 6.0))
            ],
        },
        "ros_streams": {"rows": [{**row, **nodes}], "highest that holds": 4, "fewest that did not": None},
    }
    for name, part in parts.items():
        found["stages"][name] = {"taken": "2026-01-01 10:00 UTC", "load before": 0.1, **part}
    return found


def parity(largest: float) -> dict:
    return {"text": {name: [0.0, 0.0, largest] for name in ("joints_mm", "fingertips_mm")}}


QUALITY = [{"steps": float(n), "dtw": 10.0 + n, "unit_error": 0.04, "variation": 0.4 * n} for n in (1, 2, 50)]


# Figures


def test_figures_of_nothing_are_none_and_valid_json():
    assert figures.percentiles([]) == {"p50": None, "p99": None, "max": None}
    assert figures.percentiles([0.001, 0.003], 1e3) == {"p50": 2.0, "p99": 2.98, "max": 3.0}


def test_a_histogram_counts_what_is_beyond_its_range_at_its_ends():
    assert figures.histogram([-9.0, 0.05, 0.05, 0.15, 9.0], 0.1, 0.2)["counts"] == [1, 0, 2, 2]


def test_the_document_is_json_with_each_histogram_on_one_line():
    text = document.dumped(made_up())
    assert json.loads(text) == made_up()
    lines = [line for line in text.splitlines() if '"counts"' in line]
    assert len(lines) == 6
    assert all(line.endswith("]") for line in lines)


def test_stages_of_an_older_run_are_kept_only_if_machine_and_signer_are_the_same():
    old = made_up()
    new = document.Document(old, stages={"start": {"taken": "now"}})
    assert new.merged(old)["stages"]["start"] == {"taken": "now"}
    assert "node" in new.merged(old)["stages"]
    other = document.Document(new, machine={**old["machine"], "cores": 64})
    assert list(other.merged(old)["stages"]) == ["start"]
    assert list(new.merged(None)["stages"]) == ["start"]


# Options


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({}, ["start", "generation"]),
        ({"ros": True}, ["node"]),
        ({"streams": ""}, ["streams"]),
        ({"streams": "1,2", "ros": True}, ["ros_streams"]),
        ({"settings": True, "compare": True}, ["settings", "compare"]),
        ({"robots": True}, ["robots"]),
        ({"all": True}, list(stages.STAGES)),
    ],
)
def test_options_choose_stages(options, named):
    given = {"all": False, "ros": False, "streams": None, "settings": False, "compare": False, "robots": False}
    given |= options
    assert stages.chosen(SimpleNamespace(**given)) == named


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--streams", "1,two"], "whole numbers from 1 to 4096"),
        (["--streams", "0"], "whole numbers from 1 to 4096"),
        (["--texts", "0"], "1 text or more"),
        (["--seconds", "0"], "from 0.1 to 600 seconds"),
        (["--reference", "--settings"], "leave --reference out"),
        (["--bundle", "nowhere"], "nowhere"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_is_allowed(arguments, message, capsys):
    assert main(["bench", *arguments]) == 1
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert message in told


def test_a_stage_without_ros_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(stages, "find_spec", lambda name: None)
    assert "no ROS 2" in stages.missing("node")
    assert stages.missing("start") == ""


# Measurements in their smallest form


def test_a_start_is_measured_in_a_process_of_its_own():
    found = start.measure(NOBODY, repeats=1)
    assert found["process to first chunk [s]"]["p50"] > found["load and warm in a running process [s]"]["p50"] > 0


def test_generation_is_measured_part_by_part():
    found = generation.measure(Still(), ["one", "two", "three"])
    assert found["motion [s]"] == 1.5
    assert found["first chunk [ms]"]["max"] > 0
    assert found["timeline, a tick [ms]"]["p50"] > 0
    assert "text encoder [ms]" not in found


def test_streams_are_played_in_real_time_and_as_fast_as_possible(monkeypatch):
    monkeypatch.setattr(streams, "_WARM", 0.1)
    said = []
    monkeypatch.setattr(streams, "_LATENCIES", 1)
    found = streams.measure(Still(), [2], ["one", "two"], 0.8, said.append, most=3)
    (row,) = found["rows"]
    assert row["streams"] == 2
    assert 0.0 <= row["on time"] <= 1.0
    assert row["texts"] >= 2
    assert row["text to first frame [ms]"]["p50"] > 0
    assert row["streams sustained"] > 0
    assert found["highest that holds"] in (0, 1, 2, 3)
    assert said[0].startswith("2 streams: ")


def test_an_error_in_a_stream_is_not_swallowed(monkeypatch):
    monkeypatch.setattr(streams, "_WARM", 0.05)

    class Broken(Still):
        fps = 24.0

        def sign(self, text, seed=0):
            raise NsaError("nothing can be signed")

    found = streams.in_real_time(Broken(), 1, ["one"], 0.2)
    assert found["texts"] == 0


def test_the_highest_number_is_found_between_two():
    asked = []

    def row(count: int) -> dict:
        asked.append(count)
        return {"streams": count, "on time": 1.0 if count <= 23 else 0.5, "underruns": 0}

    found = streams.highest([row(16), row(64)], row, 100)
    assert found == {"highest that holds": 23, "fewest that did not": 24}
    assert asked == [16, 64, 40, 28, 22, 25, 23, 24]
    assert streams.highest([row(1)], row, most=8) == {"highest that holds": 8, "fewest that did not": None}
    assert streams.highest([row(64)], lambda count: {**row(count), "underruns": 1}, 100)["highest that holds"] == 0


def test_ready_made_clips_join_without_a_jump():
    ways = {name: sign for name, _, sign in lexicon_ways.lexicon_ways(["hello you", "hi al"])}
    lengths = [list(sign("hi al", 0)) for sign in ways.values()]
    assert all(length > 0 for way in lengths for length in way)
    before, clip = np.zeros((55, 3)), np.full((9, 55, 3), 0.3)
    joined = lexicon_ways.joined(before, clip)
    assert np.abs(np.diff(joined[:, 0, 0], prepend=0.0)).max() < 0.1
    assert np.allclose(joined[-1], clip[-1])


def test_a_node_is_summed_up():
    ticks = np.arange(50) / 100.0
    heard = SimpleNamespace(
        stamps=ticks, arrivals=ticks + 0.001 * (np.arange(50) % 2), signed=40, underruns=1, skipped=2
    )
    measured = SimpleNamespace(
        active=0.9, latencies=[0.02, 0.03], repeated=[0.01], heard={"signing": heard}, memory=200.0, priority=True
    )
    found = node.summary(measured, 100.0)
    assert found["text to first model sample [ms]"]["p50"] == 25.0
    signing = found["stream"]["signing"]
    assert signing["rate [Hz]"] == 100.0
    assert signing["publisher |interval - period| [ms]"]["max"] == pytest.approx(0.0, abs=1e-6)
    assert signing["receiver |interval - period| [ms]"]["p50"] == pytest.approx(1.0)
    assert sum(signing["receiver interval - period [ms]"]["counts"]) == 49


def test_texts_differ_and_short_ones_are_their_sentences():
    texts = draw_texts(4)
    assert len(set(texts)) == 4
    assert texts == draw_texts(4)
    assert short_texts(["Go. Where did all of the dogs go? Go.", "I sit"], words=3) == ["Go.", "I sit"]
    assert short_texts(["where did all of the dogs go"], words=3) == ["where did all of the dogs go"]


def test_robots_whose_description_is_not_here_are_left_out_and_told(tmp_path):
    pytest.importorskip("ruckig", reason="the extra robots is not installed")
    from nsa_ros.cli.benchmark import robots

    said = []
    found = robots.measure(said.append, ["allegro_right", "nsa_hand"], urdf=root() / "urdf")
    assert [row["robot"] for row in found["robots"]] == ["nsa_hand"]
    assert found["robots"][0]["retargeting [ms]"]["p50"] > 0
    assert said[0].startswith("allegro_right is left out: ")
    assert "allegro_hand_right.urdf" in said[0]


# The page


def test_wishes_are_met_missed_or_not_measured():
    by_title = {target.title: target for target in targets(made_up())}
    assert by_title["retargeting a pose, hands alone, p99"].measured == "1.4 ms"
    assert by_title["retargeting a pose, hands and arms, p99"].met is False
    assert by_title["text → first model sample in another process, p50 / p99"].met is True
    assert by_title["generation of one stream, against real time"].met is False
    assert by_title["underruns while signing with one core busy"].met is False
    assert by_title["resident memory of the signer node"].measured == "410 MB"
    assert by_title["fp32 against torch, largest distance of a joint or fingertip"].met is True
    assert by_title["on a GPU: streams generated in real time"].met is None
    nothing = document.Document(made_up(), stages={}, signer={"name": "nsa"})
    assert {target.met for target in targets(nothing)} == {None}


def test_the_page_marks_what_is_missed_and_names_what_was_not_measured():
    found = made_up()
    text = page.markdown(found, QUALITY, ["jitter", "streams", "steps", "comparison"])
    assert "$" not in text
    assert "| generation of one stream, against real time | ≥ 100× | 99× — **missed** |" in text
    assert "| **0.9 s** |" in text
    assert "\\|interval − 10 ms\\|" in text
    assert "on 2 cores of Abacus, 8 GB, GPU: none" in text
    assert "1500 / 3000 / 4500" in text
    assert "The highest that held: **40**; 64 did not." in text
    assert "The highest number that held (no underrun, at least 99 % of ticks): **4**." in text
    assert "2 threads, spinning: with all cores free 2.00 to 2.00 of its speed" in text
    assert "two seeds apart" in text
    assert "- torch is left out: it is not installed" in text
    assert "- A GPU" in text
    assert text.count("](images/benchmark_") == 4
    for line in text.splitlines():
        assert not line.startswith("|") or line.endswith("|")


def test_a_page_of_one_stage_has_that_section_and_lists_the_others():
    found = made_up()
    found["stages"] = {"streams": found["stages"]["streams"]}
    text = page.markdown(found, [], [])
    assert "## Many streams in one process" in text
    assert "## The stream of the node" not in text
    assert "- the stage `node`" in text
    assert "not measured" in text


def test_document_page_and_plots_are_written(tmp_path):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    document.write(made_up(), tmp_path)
    (tmp_path / "evaluation").mkdir()
    scores = {"bundle": {"name": "nsa"}, "steps": QUALITY}
    (tmp_path / "evaluation" / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
    files = page.write(tmp_path)
    assert {file.name for file in files} == {
        "benchmarks.md", "benchmark_jitter.png", "benchmark_streams.png", "benchmark_comparison.png",
        "benchmark_steps.png",
    }  # fmt: skip
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in files if file.suffix == ".png")
    assert "two seeds apart" in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")


def test_the_quality_of_another_model_is_not_shown(tmp_path):
    (tmp_path / "evaluation").mkdir()
    (tmp_path / "evaluation" / "scores.json").write_text(
        json.dumps({"bundle": {"name": "other"}, "steps": QUALITY}), encoding="utf-8"
    )
    assert page.read_quality(tmp_path, made_up()) == []


def test_steps_are_drawn_without_an_evaluation():
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    found = made_up()
    found["stages"] = {"steps": found["stages"]["steps"]}
    assert draw_plots(found, [])["steps"].startswith(b"\x89PNG")


def test_a_page_without_figures_is_refused(tmp_path):
    with pytest.raises(NsaError, match="no readable benchmarks"):
        page.write(tmp_path)


def test_the_command_writes_stage_by_stage(tmp_path, capsys):
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    assert main(["bench", "--reference", "--texts", "1", "--write", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["stages"]) == {"start", "generation"}
    assert json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8")) == told
    assert "lexicon" not in (tmp_path / "benchmarks.md").read_text(encoding="utf-8").split("## ")[0]


def test_a_stage_that_fails_does_not_keep_the_others_from_being_written(tmp_path, monkeypatch, capsys):
    def broken(plan):
        raise RuntimeError("no more threads")

    monkeypatch.setattr(stages, "STAGES", {"node": broken, "steps": lambda plan: made_up()["stages"]["steps"]})
    monkeypatch.setattr(stages, "missing", lambda name: "")
    monkeypatch.setattr(page, "draw_plots", lambda found, quality: {})
    assert main(["bench", "--reference", "--all", "--write", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "node failed, the others go on: RuntimeError: no more threads" in told
    assert "not measured: node" in told
    assert "## Steps" in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
