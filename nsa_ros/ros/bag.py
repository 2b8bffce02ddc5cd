"""A motion as a ROS 2 bag (MCAP), without ROS: `ros2 bag play FILE.mcap` publishes it as the signer would."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nsa_ros import resources
from nsa_ros.body.motion import Motion
from nsa_ros.errors import NsaError
from nsa_ros.ros.coordinates import joint_names, joint_values, revolute_model
from nsa_ros.ros.layout import FIGURE_FRAME, SOURCES, UNIT_KINDS, split
from nsa_ros.text.units import Unit

_HEADER = """\
std_msgs/Header header
{fields}
================================================================================
MSG: std_msgs/Header
builtin_interfaces/Time stamp
string frame_id
================================================================================
MSG: builtin_interfaces/Time
int32 sec
uint32 nanosec
"""
_JOINT_STATE = "string[] name\nfloat64[] position\nfloat64[] velocity\nfloat64[] effort"


def _definition(fields: str) -> str:
    """A message definition with those it refers to, as MCAP wants it (`ros2msg`)."""
    return _HEADER.format(fields=fields.replace("std_msgs/Header header\n", ""))


def _stamp(nanoseconds: int) -> dict[str, int]:
    return {"sec": nanoseconds // 1_000_000_000, "nanosec": nanoseconds % 1_000_000_000}


def write_bag(
    path: str | Path,
    motion: Motion,
    *,
    text: str = "",
    units: Sequence[Unit] = (),
    source: str = "model",
    start: int = 0,
) -> None:
    """Write a motion as /signer/joint_states and /signer/smplx, after its text on /sign_text.

    Args:
        path: of the file, `.mcap`.
        motion: what is signed; each frame becomes a message, at the motion's rate.
        text: that it signs; nothing is written on /sign_text when it is empty.
        units: that `motion.unit` indexes.
        source: where it comes from, one of `layout.SOURCES`.
        start: stamp of the first frame [ns].

    Raises:
        NsaError: the packages that write MCAP are not installed, the motion is empty, or the folder does not exist.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise NsaError(f"no folder {path.parent} to write {path.name} into; make it first")
    if not len(motion):
        raise NsaError("the motion has no frames to write")
    try:
        from mcap_ros2.writer import Writer
    except ImportError as error:
        raise NsaError(f"writing a bag needs the MCAP packages ({error}): pip install mcap-ros2-support") from error
    frame_definition = resources.find("ros2_ws", "src", "nsa_msgs", "msg", "SmplxFrame.msg").read_text(encoding="utf-8")
    stamps = start + np.round(np.arange(len(motion)) * 1e9 / motion.fps).astype(np.int64)
    states, frames = _joint_states(motion), _smplx_frames(motion, units, source)
    with path.open("wb") as file, Writer(file) as writer:
        if text:
            string = writer.register_msgdef("std_msgs/msg/String", "string data")
            writer.write_message("/sign_text", string, {"data": text}, start, start)
        joint_state = writer.register_msgdef("sensor_msgs/msg/JointState", _definition(_JOINT_STATE))
        smplx_frame = writer.register_msgdef("nsa_msgs/msg/SmplxFrame", _definition(frame_definition))
        for i, (stamp, state, frame) in enumerate(zip(stamps.tolist(), states, frames, strict=True)):
            header = {"stamp": _stamp(stamp), "frame_id": ""}
            writer.write_message("/signer/joint_states", joint_state, {"header": header, **state}, stamp, stamp, i)
            header = {"stamp": _stamp(stamp), "frame_id": FIGURE_FRAME}
            writer.write_message("/signer/smplx", smplx_frame, {"header": header, **frame}, stamp, stamp, i)


def _joint_states(motion: Motion) -> list[dict[str, Any]]:
    values = joint_values(revolute_model().from_motion(motion.poses, motion.transl), motion.expression)
    rates = np.gradient(values, 1 / motion.fps, axis=0) if len(motion) > 1 else np.zeros_like(values)
    names = list(joint_names())
    return [
        {"name": names, "position": position, "velocity": velocity, "effort": []}
        for position, velocity in zip(values.tolist(), rates.tolist(), strict=True)
    ]


def _smplx_frames(motion: Motion, units: Sequence[Unit], source: str) -> list[dict[str, Any]]:
    frames = []
    for i in range(len(motion)):
        index = int(motion.unit[i])
        unit = units[index] if 0 <= index < len(units) else None
        frames.append(
            {
                "source": SOURCES[source],
                "utterance": 1,
                "frame": i,
                "unit_kind": UNIT_KINDS[unit.kind] if unit else 0,
                "unit": unit.text if unit else "",
                "unit_index": index if unit else -1,
                **{field: values.tolist() for field, values in split(motion.poses[i]).items()},
                "expression": motion.expression[i].tolist(),
                "transl": motion.transl[i].tolist(),
            }
        )
    return frames
