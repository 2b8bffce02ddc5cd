"""What is said on the way."""

import re

from nsa_ros.learning.fitting.bulk import progress
from nsa_ros.learning.fitting.bulk.progress import Progress


def test_outside_of_a_terminal_there_are_lines_with_the_time_left(monkeypatch, capsys):
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    bar = Progress(1200, 200)
    bar.fitted(100)
    bar.failed("b", "it is empty")
    bar.close()
    first, second, failure, third = capsys.readouterr().err.splitlines()
    assert first == "200 of 1,200 clips are there already"
    assert re.fullmatch(r"201 of 1,200 clips, 0 failed, [\d.]+ frames/s, [\d:]+ left", second)
    assert failure == "failed: b: it is empty"
    assert third.startswith("202 of 1,200 clips, 1 failed")


def test_in_a_terminal_there_is_a_bar(monkeypatch, capsys):
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True, raising=False)
    bar = Progress(3, 1)
    bar.failed("b", "it is empty")
    bar.close()
    told = capsys.readouterr().err
    assert "failed: b: it is empty" in told
    assert "2/3" in told
    assert "1 failed" in told


def test_thousands_of_failures_are_not_all_told(capsys):
    bar = Progress(5000, 0)
    for number in range(3000):
        bar.failed(f"clip{number}", "it is empty")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "further failures are only told in the summary"
