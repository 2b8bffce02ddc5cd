"""MediaPipe Holistic on a video, as a program of its own: `python detector.py VIDEO OUT.npz`.

MediaPipe needs an environment of its own (docs/fitting.md), so this file imports nothing of the package: only
MediaPipe, and NumPy and OpenCV, which come with it. The models are those in MediaPipe's wheel; nothing is downloaded.

On standard output it writes `<frame> <frames, or 0 if unknown>` as it goes. OUT.npz holds

- `landmarks` (F, 553, 4): body 33, face 478, left hand 21, right hand 21; x, y, z, visibility as parts of the picture,
  zeros where nothing was found,
- `times` (F,) of the frames [s], `size` (width, height) [pixels], `fps` and `frames` as the file says (0 if it does
  not), and `detector`.

It ends with status 1 and a line on standard error if the video cannot be read.
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.setdefault("GLOG_minloglevel", "2")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

PARTS = (
    ("pose_landmarks", 33),
    ("face_landmarks", 478),
    ("left_hand_landmarks", 21),
    ("right_hand_landmarks", 21),
)


def points(result: Any, name: str, count: int) -> list[list[float]]:
    """Rows of x, y, z, visibility; zeros if the part was not found."""
    found = getattr(result, name)
    if found is None:
        return [[0.0] * 4] * count
    return [[point.x, point.y, point.z, point.visibility] for point in found.landmark]


def detect(video: str, out: str) -> None:
    """Write what is seen in a video."""
    import cv2
    import mediapipe
    import numpy as np

    film = cv2.VideoCapture(video)
    if not film.isOpened():
        sys.exit("it cannot be opened as a video")
    film.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    count = max(int(film.get(cv2.CAP_PROP_FRAME_COUNT)), 0)
    rows, times, size = [], [], (0, 0)
    settings = {"model_complexity": 1, "smooth_landmarks": False, "refine_face_landmarks": True}
    with mediapipe.solutions.holistic.Holistic(**settings) as holistic:
        while True:
            there, picture = film.read()
            if not there:
                break
            size = (picture.shape[1], picture.shape[0])
            result = holistic.process(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
            rows.append([row for part, number in PARTS for row in points(result, part, number)])
            times.append(film.get(cv2.CAP_PROP_POS_MSEC) / 1000)
            print(len(rows), count, flush=True)
    if not rows:
        sys.exit("no frame of it can be decoded")
    np.savez(
        out,
        landmarks=np.array(rows, dtype=np.float32),
        times=np.array(times),
        size=np.array(size),
        fps=film.get(cv2.CAP_PROP_FPS),
        frames=count,
        detector=f"MediaPipe Holistic {mediapipe.__version__}",
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python detector.py VIDEO OUT.npz")
    detect(*sys.argv[1:])
