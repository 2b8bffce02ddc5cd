"""Clips that are words, and a fit that does what they say; importable in worker processes."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from nsa_ros.body.motion import Motion
from nsa_ros.capture.camera import Camera
from nsa_ros.capture.fitted import Fitted
from nsa_ros.capture.landmarks import Landmarks
from nsa_ros.errors import NsaError
from nsa_ros.learning.fitting.bulk.task import Task, Work


def landmarks(name, frames, fps=25.0):
    return Landmarks(
        body=np.ones((frames, 16, 3)),
        hands=np.ones((frames, 2, 21, 3)),
        face=np.empty((frames, 0, 3)),
        body_confidence=np.ones((frames, 16)),
        hands_confidence=np.ones((frames, 2, 21)),
        face_confidence=np.empty((frames, 0)),
        fps=fps,
        size=(1280, 720),
        name=name,
    )


def fitted(frames, fps=25.0, seed=0, verdict="good", start=0, **labels):
    """Each joint turns evenly, so that a piece of it is known by its frames."""
    rng = np.random.default_rng(seed)
    times = np.arange(start, start + frames)[:, None, None] / fps
    poses = np.clip(rng.normal(0, 0.2, (1, 55, 3)), -0.5, 0.5) * np.cos(times)
    transl = np.column_stack([0.1 * np.sin(times[:, 0, 0]), np.zeros((frames, 2))])
    motion = Motion(poses, 0.1 * rng.normal(size=(frames, 10)), transl, fps)
    camera = Camera(1400.0, (640.0, 360.0), (0.0, 0.3, 2.0), (1280, 720))
    quality = {"verdict": verdict, "reasons": [] if verdict == "good" else ["made up"]}
    said = {"license": "CC0-1.0", "source": "made up", "status": "made up", "expression_basis": "nsa-open-1", **labels}
    return Fitted(motion, camera, {"hands": 1.05}, np.arange(10) / 10, quality, said)


def read(task):
    """`NAME:FRAMES`, or `lost` for a clip that cannot be read."""
    name, _, frames = task.reference.partition(":")
    if name == "lost":
        raise NsaError("lost.json, frame 3: it ends early")
    return landmarks(name, int(frames or 30)), None


def node():
    """Of Ray, if this is one of its workers."""
    ray = sys.modules.get("ray")
    return ray.get_runtime_context().get_node_id() if ray and ray.is_initialized() else ""


def meet():
    """Wait until a second node works too, if a folder to meet in is named: a fast first node would do it all alone."""
    folder = os.environ.get("FAKE_FITTING_MEETS_IN")
    if not folder:
        return
    Path(folder, node()).touch()
    patience = time.monotonic() + 60
    while len(list(Path(folder).iterdir())) < 2 and time.monotonic() < patience:
        time.sleep(0.02)


def fit(clips, starts):
    """As the name of a clip says: `bad`, `odd`, `kills`, `slow`, `nan`, `reject`; others go well."""
    names = [clip.name for clip in clips]
    if "bad" in names:
        raise NsaError("bad: it cannot be fitted")
    if "odd" in names:
        raise ValueError("not foreseen")
    if "kills" in names:
        os.kill(os.getpid(), signal.SIGKILL)
    if "slow" in names:
        time.sleep(30)
    meet()
    together = ",".join(names)
    made = [
        fitted(len(clip), clip.fps, verdict="reject" if clip.name == "reject" else "good", together=together,
               worker=str(os.getpid()), node=node(), threads=os.environ.get("OMP_NUM_THREADS", ""))
        for clip in clips
    ]  # fmt: skip
    if "nan" in names:  # as with an optimiser that sums over clips
        for one in made:
            one.motion.poses[3] = np.nan
    return made


WORK = Work(read, fit, "key")


def tasks(*references, **labels):
    return [Task(reference.partition(":")[0], reference, tuple(labels.items())) for reference in references]
