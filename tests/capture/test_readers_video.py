import os
import sys

import numpy as np
import pytest
from footage import SIZE, a_signer, rows_258

from nsa_ros.capture.readers import ReadOptions, clips_in, read_clip
from nsa_ros.errors import NsaError

WRITES = "import shutil; shutil.copy({source!r}, sys.argv[3]); print('1 12'); print('INFO: noise'); print('12 12')"


def python(path, program):
    """A stand-in for the detector's Python: it is called with the detector, the video and the file to write."""
    path.write_text(f"#!{sys.executable}\nimport sys, os\nassert sys.argv[1].endswith('detector.py')\n{program}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "my film.mp4"
    path.write_bytes(b"film")
    return path


@pytest.fixture
def found(tmp_path):
    path = tmp_path / "found"
    with path.open("wb") as file:
        np.savez(
            file,
            landmarks=rows_258(*a_signer()[:2]),
            times=np.arange(12) / 30,
            fps=30.0,
            size=SIZE,
            frames=12,
            detector="MediaPipe Holistic 0.10.21",
        )
    return str(path)


def read(film, **options):
    (reference,) = clips_in(film)
    return read_clip(reference, ReadOptions(**options))


def test_a_video_goes_through_the_detector(tmp_path, film, found):
    landmarks = read(film, detector=python(tmp_path / "python", WRITES.format(source=found)))
    assert (len(landmarks), landmarks.fps, landmarks.size, landmarks.notes) == (12, 30.0, SIZE, ())
    assert landmarks.name == "my_film"
    assert dict(landmarks.labels)["detector"] == "MediaPipe Holistic 0.10.21"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["found", "my film.mp4", "python"]


def test_what_was_detected_is_kept_until_the_video_changes(tmp_path, film, found):
    good = python(tmp_path / "python", WRITES.format(source=found))
    bad = python(tmp_path / "bad", "sys.exit('called again')")
    read(film, detector=good, keep=True)
    again = read(film, detector=bad, keep=True)
    assert again.notes == ("landmarks kept in my film.mp4.landmarks.npz were used",)
    kept = tmp_path / "my film.mp4.landmarks.npz"
    os.utime(film, (kept.stat().st_mtime + 10,) * 2)
    with pytest.raises(NsaError, match="called again"):
        read(film, detector=bad, keep=True)


def test_the_detector_does_not_get_this_environment(tmp_path, film, found, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("_ROS_WHEELS_BOOTSTRAP_COMPLETE", "1")
    program = tmp_path / "python"  # no Python: this one's environment would set the second anew
    program.write_text(f'#!/bin/sh\ntest -z "$PYTHONPATH$_ROS_WHEELS_BOOTSTRAP_COMPLETE" && cp "{found}" "$3"\n')
    program.chmod(0o755)
    monkeypatch.setenv("NSA_DETECTOR_PYTHON", str(program))
    assert len(read(film)) == 12


def test_a_video_that_ends_early_is_noted(tmp_path, film):
    with (tmp_path / "found").open("wb") as file:
        np.savez(file, landmarks=rows_258(*a_signer()[:2]), fps=30.0, size=SIZE, frames=97)
    landmarks = read(film, detector=python(tmp_path / "python", WRITES.format(source=str(tmp_path / "found"))))
    assert landmarks.notes == ("only 12 of 97 frames could be decoded; the video is cut off",)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (
            "sys.exit('no frame of it can be decoded')",
            "my film.mp4: the detector ended without a result: no frame of it",
        ),
        ("import no_such_module", "has no usable MediaPipe .*No module named 'no_such_module'"),
        ("pass", "my film.mp4: the detector ended without a result: status 0"),
        ("os.kill(os.getpid(), 9)", "my film.mp4: the detector ended without a result: status -9"),
    ],
)
def test_a_detector_that_fails_is_told_with_its_cause(tmp_path, film, program, said):
    with pytest.raises(NsaError, match=said):
        read(film, detector=python(tmp_path / "python", program))


def test_without_a_detector_it_is_said_how_to_install_one(tmp_path, film, monkeypatch):
    monkeypatch.delenv("NSA_DETECTOR_PYTHON", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for told in (None, str(tmp_path / "missing"), str(tmp_path)):
        with pytest.raises(NsaError, match="pip install mediapipe==0"):
            read(film, detector=told)


def test_an_empty_video_is_named(film):
    film.write_bytes(b"")
    with pytest.raises(NsaError, match=r"my film\.mp4 is empty"):
        read(film)
