"""The detector is a program of another environment: here with stand-ins for what it finds there, and with the real
MediaPipe where NSA_DETECTOR_PYTHON names it."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from nsa_ros.capture.readers import ReadOptions, clips_in, read_clip

PROGRAM = Path(__file__).parents[2] / "nsa_ros" / "capture" / "detector.py"
SIZE = (64, 48)


class Film:
    """Four frames, of which the last comes late."""

    TIMES = (0.0, 40.0, 80.0, 160.0)

    def __init__(self, name):
        self.name, self.frame = name, 0

    def isOpened(self):
        return self.name != "no film"

    def set(self, key, value):
        assert (key, value) == ("ORIENTATION_AUTO", 1)

    def get(self, key):
        return self.TIMES[self.frame - 1] if key == "POS_MSEC" else {"FRAME_COUNT": 4, "FPS": 25.0}[key]

    def read(self):
        self.frame += 1
        there = self.frame <= len(self.TIMES) and self.name != "no frames"
        return there, np.zeros((SIZE[1], SIZE[0], 3), dtype=np.uint8) if there else None


class Holistic:
    def __init__(self, **settings):
        assert settings["model_complexity"] == 1  # the one model in the wheel
        self.frame = 0

    def __enter__(self):
        return self

    def __exit__(self, *cause):
        pass

    def process(self, picture):
        self.frame += 1

        def part(count, there=True):
            points = [SimpleNamespace(x=0.1 * self.frame, y=0.2, z=0.3, visibility=0.9) for _ in range(count)]
            return SimpleNamespace(landmark=points) if there else None

        return SimpleNamespace(
            pose_landmarks=part(33),
            face_landmarks=part(478),
            left_hand_landmarks=part(21, self.frame == 2),
            right_hand_landmarks=part(21),
        )


@pytest.fixture
def detect(monkeypatch):
    cv2, mediapipe = ModuleType("cv2"), ModuleType("mediapipe")
    cv2.VideoCapture, cv2.cvtColor, cv2.COLOR_BGR2RGB = Film, lambda picture, code: picture, 4
    for name in ("ORIENTATION_AUTO", "FRAME_COUNT", "FPS", "POS_MSEC"):
        setattr(cv2, f"CAP_PROP_{name}", name)
    mediapipe.__version__ = "0.10.21"
    mediapipe.solutions = SimpleNamespace(holistic=SimpleNamespace(Holistic=Holistic))
    monkeypatch.setitem(sys.modules, "cv2", cv2)
    monkeypatch.setitem(sys.modules, "mediapipe", mediapipe)
    spec = importlib.util.spec_from_file_location("detector", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.detect


def test_what_it_writes_is_what_the_reader_reads(tmp_path, detect, capsys):
    path = tmp_path / "found.npz"
    detect("film", str(path))
    with np.load(path) as data:
        assert data["landmarks"].shape == (4, 553, 4)
        np.testing.assert_array_equal(data["landmarks"][:, 511:532].any(axis=(1, 2)), [False, True, False, False])
        np.testing.assert_allclose(data["times"], [0.0, 0.04, 0.08, 0.16])
    assert capsys.readouterr().out.split("\n")[:2] == ["1 4", "2 4"]
    landmarks = read_clip(clips_in(path)[0], ReadOptions(unswap=False))
    assert (landmarks.fps, landmarks.size, len(landmarks)) == (25.0, SIZE, 5)  # one more where a frame was late
    np.testing.assert_allclose(landmarks.body[:, 0, 0], np.array([0.1, 0.2, 0.3, 0.35, 0.4]) * SIZE[0], rtol=1e-5)
    np.testing.assert_array_equal(landmarks.seen[:, 0], [False, True, False, False, False])
    assert landmarks.face_layout == "mediapipe"


@pytest.mark.parametrize(("name", "said"), [("no film", "cannot be opened"), ("no frames", "no frame of it")])
def test_what_cannot_be_read_ends_it_with_a_line(tmp_path, detect, name, said):
    with pytest.raises(SystemExit, match=said):
        detect(name, str(tmp_path / "found.npz"))
    assert not (tmp_path / "found.npz").exists()


def test_it_needs_nothing_of_this_package():
    run = [sys.executable, "-I", "-S", str(PROGRAM)]
    result = subprocess.run(run, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
    assert (result.returncode, result.stderr) == (1, "usage: python detector.py VIDEO OUT.npz\n")


@pytest.mark.skipif(
    "NSA_DETECTOR_PYTHON" not in os.environ, reason="needs a Python with MediaPipe, NSA_DETECTOR_PYTHON"
)
def test_the_real_one_sees_the_rendered_signer(tmp_path):
    pytest.importorskip("moderngl", reason="needs a renderer: moderngl")
    from nsa_ros.cli import main

    film = tmp_path / "hello.mp4"
    assert not main(["sign", "hello", "--reference", "--fps", "15", "--out", str(film)])
    landmarks = read_clip(clips_in(film)[0], ReadOptions())
    assert landmarks.fps == 15
    assert (landmarks.body_confidence[:, :11] > 0.5).mean() > 0.95
    assert landmarks.seen.mean(axis=0).min() > 0.5
