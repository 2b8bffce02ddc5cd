"""What a person sees of a training."""

import sys

from nsa_ros.learning.training.progress import Progress

OTHERS = {"learning rate": 0.1, "waiting for data": 0.02}


def test_figures_are_in_the_log_and_in_tensorboard(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for done in (0, 2):  # a resumed training goes on in the same folder
        with Progress(tmp_path, "planner", done, 4, lambda line: None) as progress:
            for update in (done + 1, done + 2):
                progress.report(update, {"unit": 1.0 / update}, OTHERS, 3.0)
    lines = (tmp_path / "planner.log").read_text().splitlines()
    assert len(lines) == 4
    assert "2: unit 0.5000  waiting for data 2.0%" in lines[1]
    events = EventAccumulator(str(tmp_path / "events" / "planner"))
    events.Reload()
    assert [(e.step, e.value) for e in events.Scalars("loss/unit")][:2] == [(1, 1.0), (2, 0.5)]
    assert len(events.Scalars("learning rate")) == 4


def test_without_tensorboard_one_line_says_so_and_training_goes_on(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    lines = []
    with Progress(tmp_path, "planner", 0, 4, lines.append) as progress:
        progress.report(1, {"unit": 1.0}, OTHERS, 3.0)
    assert len([line for line in lines if "pip install tensorboard" in line]) == 1
    assert "unit 1.0000" in lines[-1]


def test_a_silent_one_writes_nothing(tmp_path, capsys):
    with Progress(tmp_path, "planner", 0, 4, silent=True) as progress:
        progress.advance()
        progress.line("a line")
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr() == ("", "")
