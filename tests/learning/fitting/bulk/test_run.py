"""Runs of many clips: what fails, what goes on, what is done again and what not."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_fitting
import numpy as np
import pytest
from fake_fitting import WORK, tasks

from nsa_ros.capture import files
from nsa_ros.capture.fitted import load_fitted
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.bulk.fits import Fits
from nsa_ros.learning.fitting.bulk.lot import fit_lot
from nsa_ros.learning.fitting.bulk.processes import Processes
from nsa_ros.learning.fitting.bulk.run import fit_many


class Here:
    """One worker in this process, which remembers what it was given."""

    slots = 1

    def __init__(self, lose=()):
        self.lots, self.closed, self._lose = [], False, set(lose)

    def submit(self, lot):
        self.lots.append([task.name for task in lot])
        self._lot = lot

    def next(self):
        if self._lose & set(self.lots[-1]):
            return self._lot, "its worker was killed"
        return self._lot, fit_lot(self._lot, WORK)

    def close(self):
        self.closed = True


def run(folder, todo, workers=None, key="key", again=False):
    workers = workers or Here()
    return fit_many(todo, lambda: workers, Fits(folder, key), WORK.group, again)


def statuses(summary):
    return {name: row.status for name, row in summary.rows.items()}


def test_what_is_read_and_fitted_is_kept_with_its_labels(tmp_path):
    summary = run(tmp_path, tasks("a:20", "deep/b:30", text="Hello."))
    assert statuses(summary) == {"a": "fitted", "deep/b": "fitted"}
    fit = load_fitted(tmp_path / "deep" / "b.npz")
    assert len(fit.motion) == 30
    assert fit.labels["text"] == "Hello."
    assert fit.quality["verdict"] == "good"


def test_a_failed_clip_is_told_with_its_cause_and_the_rest_goes_on(tmp_path, capsys):
    summary = run(tmp_path, tasks("a", "bad", "lost", "odd", "z"))
    assert statuses(summary) == {"a": "fitted", "bad": "failed", "lost": "failed", "odd": "failed", "z": "fitted"}
    assert summary.rows["lost"].cause == "lost.json, frame 3: it ends early"
    assert "ValueError: not foreseen" in summary.rows["odd"].cause
    told = capsys.readouterr().err
    assert "failed: bad: bad: it cannot be fitted" in told
    assert sorted(file.name for file in tmp_path.rglob("*.*")) == ["a.npz", "summary.json", "z.npz"]
    written = json.loads((tmp_path / "summary.json").read_text())
    assert (written["fitted"], written["failed"], written["verdicts"]) == (2, 3, {"good": 2})
    assert written["each"]["bad"] == {"status": "failed", "cause": "bad: it cannot be fitted"}
    assert written["each"]["a"]["verdict"] == "good"


def test_short_clips_are_fitted_together_and_a_bad_one_spoils_none(tmp_path):
    lot = tasks("a:200", "b:200", "bad:200", "c:200", "d:500")
    outcomes = {outcome.name: outcome for outcome in fit_lot(lot, WORK)}
    together = {name: outcome.fitted.labels["together"] for name, outcome in outcomes.items() if outcome.fitted}
    assert together == {"a": "a", "b": "b", "c": "c", "d": "d"}
    outcomes = {outcome.name: outcome.fitted for outcome in fit_lot([lot[0], lot[1], *lot[3:]], WORK)}
    assert outcomes["a"].labels["together"] == "a,b,c"
    assert outcomes["d"].labels["together"] == "d"


def test_a_clip_that_comes_to_nan_fails_alone():
    outcomes = {outcome.name: outcome for outcome in fit_lot(tasks("a", "nan", "b"), WORK)}
    assert outcomes["nan"].cause == "nan: the fit came to values that are not finite in frame 3"
    assert outcomes["a"].fitted
    assert outcomes["b"].fitted


@pytest.mark.parametrize(("clips", "frames", "largest"), [(60, 100, 6), (80, 20, 20), (9, 600, 1)])
def test_lots_become_what_fits_together_and_end_small(tmp_path, clips, frames, largest):
    workers = Here()
    run(tmp_path, tasks(*(f"c{i}:{frames}" for i in range(clips))), workers)
    sizes = [len(lot) for lot in workers.lots]
    assert abs(max(sizes[1:]) - largest) <= 2
    assert sizes[-1] == 1


def test_what_is_whole_is_skipped_and_what_is_not_is_made_again(tmp_path):
    todo = tasks("a", "b", "c")
    run(tmp_path, todo)
    (tmp_path / "b.npz").write_bytes((tmp_path / "b.npz").read_bytes()[:-20])
    (tmp_path / ".c.npz.x7d").write_bytes(b"half")
    workers = Here()
    summary = run(tmp_path, todo, workers)
    assert statuses(summary) == {"a": "skipped", "b": "fitted", "c": "skipped"}
    assert workers.lots == [["b"]]
    assert workers.closed
    assert summary.verdicts == {"good": 3}
    assert not (tmp_path / ".c.npz.x7d").exists()


def test_nothing_left_to_do_starts_no_worker(tmp_path):
    run(tmp_path, tasks("a"))
    summary = fit_many(tasks("a"), lambda: pytest.fail("a worker was started"), Fits(tmp_path, "key"), 600)
    assert statuses(summary) == {"a": "skipped"}


@pytest.mark.parametrize(("key", "again"), [("other", False), ("key", True)])
def test_other_settings_and_again_fit_anew(tmp_path, key, again):
    run(tmp_path, tasks("a"))
    assert statuses(run(tmp_path, tasks("a"), key=key, again=again)) == {"a": "fitted"}


def test_clips_of_a_lost_worker_are_tried_once_more_alone(tmp_path):
    workers = Here(lose={"c3"})
    summary = run(tmp_path, tasks(*(f"c{i}:100" for i in range(12))), workers)
    assert {name for name, status in statuses(summary).items() if status == "failed"} == {"c3"}
    assert summary.rows["c3"].cause == "its worker was killed"
    assert sum("c3" in lot for lot in workers.lots) == 2
    assert ["c3"] in workers.lots


def test_a_run_gives_up_when_every_worker_is_lost(tmp_path):
    names = [f"c{i}" for i in range(50)]
    workers = Here(lose=names)
    with pytest.raises(NsaError, match="21 workers were lost one after the other; the last: its worker was killed"):
        run(tmp_path, tasks(*names), workers)
    assert workers.closed


def test_a_full_disk_stops_the_run_at_once_and_leaves_nothing_half_written(tmp_path, monkeypatch):
    workers, kept = Here(), files.os.fsync

    def full(descriptor):
        if len(list(tmp_path.glob("c*.npz"))) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        kept(descriptor)

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(NsaError, match=r"c.*npz cannot be written: No space left on device"):
        run(tmp_path, tasks(*(f"c{i}:300" for i in range(20))), workers)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".npz", ".npz"]
    assert len(workers.lots) < 5
    assert workers.closed


def test_clips_of_minutes_are_fitted_in_windows_and_joined(tmp_path):
    (outcome,) = fit_lot(tasks("long:3000"), WORK)
    assert len(outcome.fitted.motion) == 3000
    assert outcome.fitted.quality["frames"] == 3000


def test_processes_fit_and_one_that_is_killed_takes_no_other_along(tmp_path):
    todo = tasks("a", "kills", "bad", *(f"c{i}:100" for i in range(20)))
    workers = Processes(2, WORK)
    summary = run(tmp_path, todo, workers)
    assert {name for name, status in statuses(summary).items() if status != "fitted"} == {"kills", "bad"}
    assert "killed by SIGKILL, perhaps for want of memory" in summary.rows["kills"].cause
    assert str(os.getpid()) not in {load_fitted(tmp_path / f"c{i}.npz").labels["worker"] for i in range(20)}


def test_processes_use_one_core_each_and_end_with_the_run(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    workers = Processes(1, WORK)
    workers.submit(tasks("a"))
    lot, (outcome,) = workers.next()
    workers.close()
    assert [task.name for task in lot] == [outcome.name] == ["a"]
    assert outcome.fitted.labels["threads"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "7"
    with pytest.raises(ProcessLookupError):
        os.kill(int(outcome.fitted.labels["worker"]), 0)


def ends(group):
    """Whether the last process of a group ends; multiprocessing's resource tracker does a moment after the others."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


STOPPED = """
import signal
import sys
from pathlib import Path
from fake_fitting import WORK, tasks
from nsa_ros.learning.fitting.bulk.fits import Fits
from nsa_ros.learning.fitting.bulk.processes import Processes
from nsa_ros.learning.fitting.bulk.run import fit_many
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # shells start jobs in the background without it
    try:
        fit_many(tasks("a", "b", "slow"), lambda: Processes(1, WORK), Fits(Path(sys.argv[1]), "key"), 600)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def test_ctrl_c_keeps_what_is_whole_and_leaves_no_process(tmp_path):
    script = tmp_path / "stopped.py"
    script.write_text(STOPPED)
    out = tmp_path / "out"
    path = os.pathsep.join([str(Path(fake_fitting.__file__).parent), str(Path(__file__).parents[4])])
    process = subprocess.Popen([sys.executable, script, out], env={**os.environ, "PYTHONPATH": path},
                               start_new_session=True, stderr=subprocess.PIPE, text=True)  # fmt: skip
    until = time.monotonic() + 60
    while not (out / "b.npz").exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130, told
    assert "Traceback" not in told
    written = json.loads((out / "summary.json").read_text())
    assert (written["fitted"], written["not_tried"]) == (2, 1)
    assert sorted(path.name for path in out.iterdir()) == ["a.npz", "b.npz", "summary.json"]
    assert ends(process.pid)


def test_figures_of_the_run_stand_in_the_summary(tmp_path):
    summary = run(tmp_path, tasks("a:50", "b:70", "bad"))
    assert summary.lines()[:2] == ["3 clips: 2 fitted, 0 skipped, 1 failed", "verdicts: 2 good"]
    said = json.loads((tmp_path / "summary.json").read_text())
    assert said["frames"] == 120
    assert said["frames_per_second"] == pytest.approx(120 / summary.seconds, rel=0.1)
    np.testing.assert_equal(summary.as_dict()["not_tried"], 0)
