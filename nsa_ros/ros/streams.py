"""What the signer publishes at every tick: joint states, SMPL-X frames, the word above the head."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from nsa_msgs.msg import SmplxFrame
from numpy.typing import NDArray
from rclpy.node import Node
from sensor_msgs.msg import JointState
from visualization_msgs.msg import Marker

from nsa_ros.ros import messages, qos
from nsa_ros.ros.coordinates import joint_names, joint_values, revolute_model
from nsa_ros.ros.wire import JointStateWire, SmplxFrameWire
from nsa_ros.signing.sample import Sample
from nsa_ros.text.units import Unit

Array = NDArray[np.float64]

WORD_HEIGHT = 0.85
"""Where the current word stands, above the pelvis [m]."""

SOURCES = {"rest": "rest", "holding": "hold", "returning": "transition"}
"""Phase of the timeline to the source of its sample; in the other phases it is the signer."""


class Streams:
    """The publishers of a signing figure.

    Args:
        node: owns the publishers.
        source: where the motion comes from, `model` or `reference`.
        rate: of the samples [Hz].
    """

    def __init__(self, node: Node, source: str, rate: float) -> None:
        self._node, self._source, self._rate = node, source, rate
        self._clock = node.get_clock()
        self._state = JointStateWire(list(joint_names()))
        self._frame = SmplxFrameWire(source, None, -1)
        self._label: tuple[str, Unit | None, int] = source, None, -1
        self._face: Array | None = None
        self._word = ""
        options = {"qos_overriding_options": qos.OVERRIDABLE}
        self._joints = node.create_publisher(JointState, "~/joint_states", qos.STREAM, **options)
        self._smplx = node.create_publisher(SmplxFrame, "~/smplx", qos.STREAM, **options)
        self._marker = node.create_publisher(Marker, "~/marker", qos.LATCHED, **options)

    def publish(self, sample: Sample, units: Sequence[Unit]) -> None:
        """Publish a sample now; `units` are those of its utterance."""
        now = self._clock.now().nanoseconds
        values = joint_values(sample.q, sample.expression)
        face = values[len(sample.q) :]
        before = face if self._face is None else self._face
        self._face = face
        velocity = np.concatenate([sample.velocity, (face - before) * self._rate])
        self._joints.publish(self._state.fill(values, velocity, now))

        unit = units[sample.unit] if 0 <= sample.unit < len(units) else None
        label = SOURCES.get(sample.phase, self._source), unit, sample.unit
        if label != self._label:
            self._label, self._frame = label, SmplxFrameWire(*label)
        poses, transl = revolute_model().to_motion(sample.q)
        self._smplx.publish(
            self._frame.fill(poses, sample.expression, transl, now, sample.utterance or 0, sample.frame)
        )
        word = unit.text if unit is not None else ""
        if word != self._word:
            self._word = word
            self._marker.publish(messages.word_marker(word, WORD_HEIGHT, messages.stamp(now)))

    def close(self) -> None:
        """Remove the publishers."""
        for publisher in (self._joints, self._smplx, self._marker):
            self._node.destroy_publisher(publisher)
