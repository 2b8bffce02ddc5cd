"""Ray: a real cluster of two nodes on the loopback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import fake_fitting
import pytest
from fake_fitting import WORK

from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.bulk.cluster import RayCluster

ROOT = Path(__file__).parents[4]


@pytest.mark.timeout(180)
def test_a_cluster_of_two_nodes_fits_and_loses_only_what_fails(tmp_path):
    pytest.importorskip("ray", reason="the extra ray is not installed")
    script = Path(__file__).with_name("ray_run.py")
    home = tmp_path / "home"  # Ray keeps a token there
    home.mkdir()
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    path = os.pathsep.join([str(Path(fake_fitting.__file__).parent), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "HOME": str(home), "FAKE_FITTING_MEETS_IN": str(meeting)}
    environment.pop("OMP_NUM_THREADS", None)  # Ray keeps a user's own setting
    process = subprocess.run(
        [sys.executable, script, tmp_path / "fits"], env=environment, capture_output=True, text=True, timeout=150
    )
    assert process.returncode == 0, process.stderr
    done = json.loads(process.stdout.splitlines()[-1])
    rows = done["rows"]
    assert {name for name, (status, _) in rows.items() if status == "failed"} == {"bad", "kills"}
    assert rows["bad"][1] == "bad: it cannot be fitted"
    assert "its worker was lost (WorkerCrashedError" in rows["kills"][1]
    assert done["skipped"] == 24
    assert done["nodes"] == 2
    assert done["workers"] > 1
    assert not done["here"]
    assert done["threads"] == ["1"]
    assert "no Ray cluster at 127.0.0.1:1" in done["nowhere"]
    assert done["local"] == "fitted"
    assert not done["connected"]
    written = json.loads((tmp_path / "fits" / "summary.json").read_text())
    assert written["clips"] == 1


def test_without_ray_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(NsaError, match=r"pip install '\.\[ray\]'"):
        RayCluster("auto", WORK)
