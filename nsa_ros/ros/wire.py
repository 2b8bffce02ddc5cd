"""Messages that are published again and again, as the bytes that go out, with their numbers changed in place.

Given a message, rclpy converts and serialises all of it each time, and of a JointState that is mostly the 181 names,
which never change. What goes out here is what `nsa_ros.ros.messages` and rclpy would make of the same values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rclpy.serialization import serialize_message

from nsa_ros.body.face import EXPRESSION
from nsa_ros.body.skeleton import JOINTS
from nsa_ros.ros import messages
from nsa_ros.text.units import Unit

Array = NDArray[np.float64]

_TIME = np.array([0x51A9F00D, 0x2BADCAFE], np.int32)
_PLACE = np.array([0x1EAFBEEF, 0x7A57E123], np.int32)
"""Stand for a time, and for utterance and frame, until their places are found."""


_NUMBERS = 3 * len(JOINTS) + len(EXPRESSION) + 3
"""Of an SmplxFrame: pose, expression, position."""


class Wire:
    """A serialised message.

    Args:
        message: whose numbers that will change are unlike anything else in it.
    """

    def __init__(self, message: Any) -> None:
        self._bytes = bytearray(serialize_message(message))

    def find(self, values: NDArray[Any]) -> NDArray[Any]:
        """The place of an array in the message; what is written there is sent.

        Raises:
            ValueError: it is not there, or not alone.
        """
        content = values.tobytes()
        if self._bytes.count(content) != 1:
            raise ValueError(
                f"{values.dtype} array of {values.size} is {self._bytes.count(content)} times in the message"
            )
        return np.frombuffer(self._bytes, values.dtype, values.size, self._bytes.index(content))

    def __bytes__(self) -> bytes:
        return bytes(self._bytes)


class JointStateWire:
    """A JointState as `messages.joint_state` makes it.

    Args:
        names: of the joints. Length N.
    """

    def __init__(self, names: Sequence[str]) -> None:
        position, velocity = np.arange(2.0 * len(names)).reshape(2, -1) + 0.5
        self._wire = Wire(messages.joint_state(names, position, velocity, _some_time()))
        self._position, self._velocity = self._wire.find(position), self._wire.find(velocity)
        self._time = self._wire.find(_TIME)

    def fill(self, position: Array, velocity: Array, nanoseconds: int) -> bytes:
        """The message with these positions and velocities, (N,), played out at this time since the clock's epoch."""
        self._position[:], self._velocity[:] = position, velocity
        self._time[:] = divmod(nanoseconds, 1_000_000_000)
        return bytes(self._wire)


class SmplxFrameWire:
    """An SmplxFrame as `messages.smplx_frame` makes it.

    Args:
        source: as `messages.label` takes it.
        unit: as well.
        index: as well.
    """

    def __init__(self, source: str, unit: Unit | None, index: int) -> None:
        numbers = np.arange(_NUMBERS, dtype=np.float32) + np.float32(0.5)
        poses, expression, transl = np.split(numbers, [3 * len(JOINTS), _NUMBERS - 3])
        message = messages.smplx_frame(poses.reshape(-1, 3), expression, transl, _some_time())
        utterance, frame = _PLACE.tolist()
        self._wire = Wire(messages.label(message, source, utterance, frame, unit, index))
        self._numbers, self._time, self._place = map(self._wire.find, (numbers, _TIME, _PLACE))

    def fill(
        self, poses: Array, expression: Array, transl: Array, nanoseconds: int, utterance: int, frame: int
    ) -> bytes:
        """The message with this pose.

        Args:
            poses: axis-angle [rad]. Shape (55, 3).
            expression: coefficients [-]. Shape (10,).
            transl: position of the pelvis [m]. Shape (3,).
            nanoseconds: when it is played out, since the clock's epoch.
            utterance: being signed, 0 for none.
            frame: of the utterance, -1 for none.
        """
        self._numbers[: 3 * len(JOINTS)], self._numbers[3 * len(JOINTS) : -3] = poses.ravel(), expression
        self._numbers[-3:] = transl
        self._time[:] = divmod(nanoseconds, 1_000_000_000)
        self._place[:] = utterance, frame
        return bytes(self._wire)


def _some_time() -> Time:
    sec, nanosec = _TIME.tolist()
    return Time(sec=sec, nanosec=nanosec)
