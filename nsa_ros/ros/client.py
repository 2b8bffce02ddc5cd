"""The other side of the signer: sends texts, receives what is signed, measures how long it took."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import rclpy
from nsa_msgs.msg import SignerStatus, SmplxFrame
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from std_msgs.msg import String
from std_srvs.srv import Trigger

from nsa_ros.body.motion import Motion
from nsa_ros.errors import NsaError
from nsa_ros.ros import qos
from nsa_ros.ros.messages import poses_of, units_of
from nsa_ros.ros.spinning import Spinning
from nsa_ros.text.units import Unit

GENERATED = (SmplxFrame.SOURCE_MODEL, SmplxFrame.SOURCE_REFERENCE)
"""Sources of frames that a signer made, unlike rest, holds and transitions."""

ACTIVE = (SignerStatus.RESTING, SignerStatus.SIGNING)


class SignerClient:
    """A node `listener` in a thread of its own, with everything it has received from a signer.

    Attributes:
        frames: every SmplxFrame since the start or the last `clear`, in order.
        arrivals: when each arrived [s], `time.perf_counter`.
        status: the last SignerStatus; None before the first.
        units: of each utterance, as far as they were planned when it was last heard of.
        outcomes: how each utterance ended, one of SignerStatus.OUTCOME_*.

    Use as a context manager. It has an rclpy context of its own, so that there may be several in a process.

    Args:
        name: of the listening node.
        signer: name of the signer node.
        namespace: of both.
    """

    def __init__(self, name: str = "listener", signer: str = "signer", namespace: str = "") -> None:
        self._context = Context()
        rclpy.init(args=[], context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self.node = Node(name, namespace=namespace, context=self._context)
        self.frames: list[SmplxFrame] = []
        self.arrivals: list[float] = []
        self.status: SignerStatus | None = None
        self.units: dict[int, list[Unit]] = {}
        self.outcomes: dict[int, int] = {}
        self._changed = threading.Condition()
        self._text = self.node.create_publisher(String, "sign_text", qos.TEXT)
        self.node.create_subscription(SmplxFrame, f"{signer}/smplx", self._on_frame, qos.STREAM)
        self.node.create_subscription(SignerStatus, f"{signer}/status", self._on_status, qos.STATUS_IN)
        self._stop = self.node.create_client(Trigger, f"{signer}/stop")
        self._spinning = Spinning(SingleThreadedExecutor(context=self._context), self.node, name="listener")

    def __enter__(self) -> SignerClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._spinning.close()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _on_frame(self, frame: SmplxFrame) -> None:
        with self._changed:
            self.arrivals.append(time.perf_counter())
            self.frames.append(frame)
            self._changed.notify_all()

    def _on_status(self, status: SignerStatus) -> None:
        with self._changed:
            self.status = status
            if status.utterance:
                self.units[status.utterance] = units_of(status)
            if status.last_utterance:
                self.outcomes[status.last_utterance] = status.last_outcome
            self._changed.notify_all()

    def clear(self) -> None:
        """Forget the frames received so far."""
        with self._changed:
            self.frames.clear()
            self.arrivals.clear()

    def wait(self, condition: Callable[[], Any], timeout: float) -> bool:
        """Wait until a condition on what was received holds; False when it does not within `timeout` seconds."""
        with self._changed:
            return bool(self._changed.wait_for(condition, timeout))

    def wait_until_active(self, timeout: float, check: Callable[[], None] = lambda: None) -> None:
        """Wait until the signer is active, at rest and listens to this node.

        Args:
            timeout: how long [s].
            check: called now and then; may raise.

        Raises:
            NsaError: it cannot configure (in its own words), or it is not active in time.
        """
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            check()
            status = self.status
            if status is not None and status.state == SignerStatus.UNCONFIGURED and status.message:
                raise NsaError(f"the signer cannot start: {status.message}")
            active = status is not None and status.state in ACTIVE
            if active and self.frames and self._text.get_subscription_count() > 0:
                return
            time.sleep(0.01)
        raise NsaError(f"no signer was active and listening within {timeout:.0f} s")

    def stop(self) -> None:
        """Have everything that is signed or queued dropped; does not wait for it."""
        self._stop.call_async(Trigger.Request())

    def received(self) -> tuple[list[SmplxFrame], list[float]]:
        """Frames and their arrivals so far."""
        with self._changed:
            return list(self.frames), list(self.arrivals)

    def publish(self, text: str) -> float:
        """Publish a text on the text topic; returns when [s], `time.perf_counter`."""
        sent = time.perf_counter()
        self._text.publish(String(data=text))
        return sent

    def time_to_first_frame(self, text: str, timeout: float) -> tuple[int, float]:
        """Publish a text and wait for the first frame that the signer made for it (design/streaming.md, Latency).

        The signer must be resting, so that the next utterance is this text.

        Returns:
            Id of the utterance, and the time from publishing to receiving that frame [s].

        Raises:
            NsaError: the text was refused, or no frame came in time.
        """
        self.clear()
        refused, last = (self.status.refused, self.status.last_utterance) if self.status is not None else (0, 0)
        sent = self.publish(text)
        found: tuple[int, float] | None = None
        seen = 0

        def arrived() -> bool:
            nonlocal found, seen
            while found is None and seen < len(self.frames):
                frame = self.frames[seen]
                if frame.source in GENERATED:
                    found = frame.utterance, self.arrivals[seen] - sent
                seen += 1
            status = self.status
            return found or (status is not None and (status.refused > refused or status.last_utterance > last))

        self.wait(arrived, timeout)
        if found is not None:
            return found
        reason = (
            self.status.message
            if self.status is not None and self.status.message
            else f"no frame came within {timeout:.0f} s"
        )
        raise NsaError(f"{text!r} is not signed: {reason}")

    def wait_until_rest(self, timeout: float) -> bool:
        """Wait until nothing is signed or queued and the figure is at rest."""
        return self.wait(
            lambda: (
                self.status is not None
                and self.status.state == SignerStatus.RESTING
                and self.status.queued == 0
                and bool(self.frames)
                and self.frames[-1].source == SmplxFrame.SOURCE_REST
            ),
            timeout,
        )

    def frames_of(self, utterance: int) -> list[SmplxFrame]:
        """The frames received so far that belong to an utterance."""
        with self._changed:
            return [frame for frame in self.frames if frame.utterance == utterance]

    def motion(self, fps: float) -> Motion:
        """What was received as one motion, at the rate it was published with."""
        with self._changed:
            frames = list(self.frames)
        rows = [poses_of(frame) for frame in frames]
        poses, expression, transl = (np.stack(column) for column in zip(*rows, strict=True))
        return Motion(poses, expression, transl, fps, np.array([frame.unit_index for frame in frames], dtype=np.int64))
