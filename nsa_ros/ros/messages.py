"""Messages from values: arrays and a stamp in, a message out. Nothing here needs a node."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from nsa_msgs.msg import SignerStatus, SmplxFrame
from numpy.typing import NDArray
from sensor_msgs.msg import JointState
from std_msgs.msg import Header
from visualization_msgs.msg import Marker

from nsa_ros.ros.layout import BASE_FRAME, FIGURE_FRAME, SOURCES, UNIT_KINDS, joined, split
from nsa_ros.text.units import Unit

Array = NDArray[np.float64]


def stamp(nanoseconds: int) -> Time:
    """Nanoseconds since the clock's epoch as a Time."""
    return Time(sec=nanoseconds // 1_000_000_000, nanosec=nanoseconds % 1_000_000_000)


def joint_state(names: Sequence[str], position: Array, velocity: Array, time: Time) -> JointState:
    """A JointState of the figure's revolute coordinates.

    Args:
        names: joint names, in the order of the arrays. Length N.
        position: [rad], the root's three prismatic joints [m]. Shape (N,).
        velocity: [rad/s], [m/s]. Shape (N,).
        time: when the sample is played out.
    """
    return JointState(
        header=Header(stamp=time),
        name=names,
        position=array("d", np.ascontiguousarray(position, np.float64).tobytes()),
        velocity=array("d", np.ascontiguousarray(velocity, np.float64).tobytes()),
    )


def smplx_frame(poses: Array, expression: Array, transl: Array, time: Time) -> SmplxFrame:
    """An SmplxFrame of one pose, belonging to no utterance yet (see `label`).

    Args:
        poses: axis-angle [rad], SMPL-X axes. Shape (55, 3).
        expression: coefficients of the open expression basis [-]. Shape (10,).
        transl: position of the pelvis [m]. Shape (3,).
        time: when the pose is played out.
    """
    return SmplxFrame(
        header=Header(stamp=time, frame_id=FIGURE_FRAME),
        expression=np.asarray(expression, np.float32),
        transl=np.asarray(transl, np.float32),
        frame=-1,
        unit_index=-1,
        **split(poses),
    )


def label(
    message: SmplxFrame, source: str, utterance: int = 0, frame: int = -1, unit: Unit | None = None, index: int = -1
) -> SmplxFrame:
    """Write into an SmplxFrame where it comes from and what is being signed; returns it."""
    message.source = SOURCES[source]
    message.utterance, message.frame = utterance, frame
    if unit is not None:
        message.unit, message.unit_kind, message.unit_index = unit.text, UNIT_KINDS[unit.kind], index
    return message


def poses_of(message: SmplxFrame) -> tuple[Array, Array, Array]:
    """Inverse of `smplx_frame`: poses (55, 3) [rad], expression (10,), transl (3,) [m]."""
    return joined(message), np.asarray(message.expression, np.float64), np.asarray(message.transl, np.float64)


def word_marker(word: str, height: float, time: Time) -> Marker:
    """The word being signed, as text that faces the viewer above the head; none removes it.

    Args:
        word: what to show; "" for nothing.
        height: where, above the pelvis at rest [m].
        time: since when.
    """
    marker = Marker(header=Header(stamp=time, frame_id=BASE_FRAME), ns="word", id=0, type=Marker.TEXT_VIEW_FACING)
    marker.action = Marker.ADD if word else Marker.DELETE
    marker.text = word
    marker.pose.position.z = height
    marker.pose.orientation.w = 1.0
    marker.scale.z = 0.12
    marker.color.r, marker.color.g, marker.color.b, marker.color.a = 0.05, 0.05, 0.05, 1.0
    return marker


def set_units(message: SignerStatus, units: Sequence[Unit], index: int) -> SignerStatus:
    """Write the units planned so far and the index of the current one into a status; returns it."""
    message.units = [unit.text for unit in units]
    message.unit_kinds = [UNIT_KINDS[unit.kind] for unit in units]
    message.unit_starts = [unit.span[0] for unit in units]
    message.unit_ends = [unit.span[1] for unit in units]
    message.unit_index = index
    return message


def units_of(message: SignerStatus) -> list[Unit]:
    """Inverse of `set_units`, as far as a status says it (not the frames and the face of a unit)."""
    kinds = {number: kind for kind, number in UNIT_KINDS.items()}
    rows = zip(message.units, message.unit_kinds, message.unit_starts, message.unit_ends, strict=True)
    return [Unit(text, kinds[kind], (first, last), 0) for text, kind, first, last in rows]


def diagnostics(name: str, hardware: str, values: dict[str, object], warning: str, time: Time) -> DiagnosticArray:
    """One DiagnosticStatus (REP-107) with the values as text; level WARN when there is a warning."""
    status = DiagnosticStatus(
        level=DiagnosticStatus.WARN if warning else DiagnosticStatus.OK,
        name=name,
        message=warning or "ok",
        hardware_id=hardware,
        values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
    )
    return DiagnosticArray(header=Header(stamp=time), status=[status])
