"""What ./demo runs, as a user sees it: its output, its files, its exit status."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("viser")
av = pytest.importorskip("av")


def run_demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run(
        [sys.executable, "-m", "nsa_ros.ros.demo", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=150.0,
        check=False,
    )


@pytest.mark.timeout(180)
def test_a_text_becomes_a_film_of_what_was_received(tmp_path: Path) -> None:
    done = run_demo(tmp_path, "Ada", "--reference")
    assert done.returncode == 0, done.stdout + done.stderr
    latency = re.search(r"First joint state of the signing: (\d+) ms", done.stdout)
    assert latency is not None
    assert int(latency[1]) < 5000
    assert "Signing: A-D-A" in done.stdout
    assert re.search(r"Viewer: http://127\.0\.0\.1:\d+", done.stdout)
    with av.open(str(tmp_path / "out" / "demo.mp4")) as film:
        pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(pictures) > 50
    assert max(abs(p.astype(int) - pictures[0]).mean() for p in pictures) > 1.0
    assert (tmp_path / "out" / "demo.gif").stat().st_size > 10_000


@pytest.mark.timeout(120)
def test_a_text_with_nothing_to_sign_is_named_and_the_status_is_1(tmp_path: Path) -> None:
    done = run_demo(tmp_path, "!!! 🤖", "--reference")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "can be signed" in done.stderr or "nothing" in done.stderr
