"""Videos, through a detector that runs in an environment of its own (`capture/detector.py`)."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from nsa_ros.capture.files import whole
from nsa_ros.capture.readers.arrays import read_array
from nsa_ros.capture.readers.options import ReadOptions
from nsa_ros.capture.readers.seen import Seen
from nsa_ros.errors import NsaError

KEPT = ".landmarks.npz"
"""What is detected in `x.mp4` is kept in `x.mp4.landmarks.npz`."""

VARIABLE = "NSA_DETECTOR_PYTHON"

_PROGRAM = Path(__file__).parents[1] / "detector.py"

INSTALL = (
    "MediaPipe needs an environment of its own (Python 3.9 to 3.12):\n"
    "  python3 -m venv nsa-detector\n"
    "  nsa-detector/bin/pip install mediapipe==0.10.21\n"
    "and then --detector nsa-detector/bin/python, or the same path in the environment variable " + VARIABLE
)


def read_video(path: Path, options: ReadOptions) -> Seen:
    """Detect, or use what was kept of an earlier detection.

    Raises:
        NsaError: there is no detector, or the video cannot be read.
    """
    if not path.stat().st_size:
        raise NsaError(f"{path} is empty")
    kept = path.with_name(path.name + KEPT)
    if options.keep and kept.is_file() and kept.stat().st_mtime >= path.stat().st_mtime:
        seen = read_array(kept, "landmarks")
        seen.notes.append(f"landmarks kept in {kept.name} were used")
        return seen
    with tempfile.TemporaryDirectory(prefix="nsa-detector-") as folder:
        found = Path(folder) / "found.npz"
        _detect(path, found, detector_python(options.detector))
        if options.keep:
            with whole(kept) as file:
                file.write(found.read_bytes())
        return read_array(found, "landmarks")


def detector_python(told: str | None) -> str:
    """The Python that has MediaPipe: as told, or the environment variable's, or this one.

    Raises:
        NsaError: it is not there, or none is known.
    """
    python = told or os.environ.get(VARIABLE, "")
    if python:
        if not os.access(python, os.X_OK) or Path(python).is_dir():
            raise NsaError(f"{python} is no Python that can be run (--detector). {INSTALL}")
        return python
    if importlib.util.find_spec("mediapipe"):
        return sys.executable
    raise NsaError(f"a video needs a detector of landmarks. {INSTALL}")


def _detect(path: Path, found: Path, python: str) -> None:
    """Run the detector, with its progress on standard error."""
    foreign = {"PYTHONPATH", "PYTHONHOME", "_ROS_WHEELS_BOOTSTRAP_COMPLETE"}  # of this environment, not of the other
    environment = {key: value for key, value in os.environ.items() if key not in foreign}
    command = [python, str(_PROGRAM), str(path.absolute()), str(found)]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        try:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=said, stdin=subprocess.DEVNULL, env=environment, text=True
            )
        except OSError as error:
            raise NsaError(f"{python} cannot be run: {error.strerror or error} (--detector)") from error
        with process, tqdm(desc=f"landmarks of {path.name}", unit="frame", disable=None) as bar:
            assert process.stdout
            try:
                for line in process.stdout:
                    if re.fullmatch(r"\d+ \d+\n", line):
                        frame, count = map(int, line.split())
                        bar.total = count or None
                        bar.update(frame - bar.n)
            except BaseException:
                process.kill()
                raise
        said.seek(0)
        lines = [line.strip() for line in said if line.strip()]
    if process.returncode or not found.is_file():
        _explain(path, python, process.returncode, lines)


def _explain(path: Path, python: str, status: int, lines: list[str]) -> None:
    last = lines[-1] if lines else f"status {status}"
    if "No module named" in last or ("mediapipe" in last and "Error" in last):
        raise NsaError(f"{python} has no usable MediaPipe ({last}). {INSTALL}")
    raise NsaError(f"{path}: the detector ended without a result: {last}")
