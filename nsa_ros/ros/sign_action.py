"""The action `~/sign`: a text with feedback, a result, cancel and preemption.

A goal is *accepted* while its text waits in the queue and *executing* while it is signed. So at most one goal at a time
holds a thread of the executor, however many are queued.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from nsa_msgs.action import Sign
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node

from nsa_ros.errors import NsaError
from nsa_ros.signing.sample import Ending, Sample
from nsa_ros.text.units import Unit

FEEDBACK_PERIOD = 0.1
"""Time between two feedback messages [s]."""


class Signing(Protocol):
    """What the action needs of the node."""

    def submit(self, text: str, seed: int | None, speed: float, preempt: bool) -> int:
        """Queue a text, or sign it at once; returns its utterance, raises NsaError when it is refused."""

    def cancel(self, utterance: int | None) -> None:
        """Drop an utterance, or all."""


@dataclass
class _Goal:
    """A goal and what has become of it."""

    handle: ServerGoalHandle
    accepted: float
    utterance: int = 0
    outcome: int = 0
    message: str = ""
    latency: float = -1.0
    frame: int = -1
    planned: int = 0
    unit: str = ""
    executing: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    def execute(self) -> None:
        if not self.executing:
            self.executing = True
            self.handle.execute()


class SignAction:
    """The action server of a signer node.

    Args:
        node: owns the server.
        signing: takes the texts.
    """

    def __init__(self, node: Node, signing: Signing) -> None:
        self._signing = signing
        self._lock = threading.Lock()
        self._goals: dict[int, _Goal] = {}
        self._by_id: dict[bytes, _Goal] = {}
        self._server = ActionServer(
            node,
            Sign,
            "~/sign",
            execute_callback=self._execute,
            goal_callback=lambda _: GoalResponse.ACCEPT,
            handle_accepted_callback=self._accept,
            cancel_callback=self._cancel,
            callback_group=ReentrantCallbackGroup(),
        )

    def close(self) -> None:
        """End every goal that is open."""
        with self._lock:
            goals, self._goals = list(self._goals.values()), {}
        for goal in goals:
            goal.outcome, goal.message = Sign.Result.CANCELLED, "the signer stopped"
            goal.ended.set()

    def follow(self, sample: Sample, units: Sequence[Unit]) -> None:
        """Take note of a sample that has been published; cheap when there is no goal."""
        with self._lock:
            if not self._goals:
                return
            goal = self._goals.get(sample.utterance or 0)
            if goal is not None:
                if goal.latency < 0:
                    goal.latency = time.perf_counter() - goal.accepted
                goal.frame, goal.planned = sample.frame, sum(unit.frames for unit in units)
                goal.unit = units[sample.unit].text if 0 <= sample.unit < len(units) else ""
                goal.execute()
            for ending in sample.ended:
                self._end(ending)

    def _end(self, ending: Ending) -> None:
        goal = self._goals.pop(ending.utterance, None)
        if goal is not None:
            outcomes = {"finished": Sign.Result.SIGNED, "cancelled": Sign.Result.CANCELLED}
            goal.outcome, goal.message = outcomes.get(ending.outcome, Sign.Result.FAILED), ending.reason
            goal.ended.set()
            goal.execute()

    def _accept(self, handle: ServerGoalHandle) -> None:
        request = handle.request
        goal = _Goal(handle, time.perf_counter())
        with self._lock:
            self._by_id[bytes(handle.goal_id.uuid)] = goal
            try:
                if request.language and request.language.split("-")[0].lower() != "en":
                    raise NsaError(f"language {request.language!r} is not signed; give English text (en)")
                seed = request.seed if request.seed >= 0 else None
                goal.utterance = self._signing.submit(request.text, seed, request.speed or 1.0, request.preempt)
                self._goals[goal.utterance] = goal
            except NsaError as error:
                goal.outcome, goal.message = Sign.Result.REFUSED, str(error)
                goal.ended.set()
                goal.execute()

    def _cancel(self, handle: ServerGoalHandle) -> CancelResponse:
        goal = self._by_id.get(bytes(handle.goal_id.uuid))
        if goal is not None and goal.utterance:
            self._signing.cancel(goal.utterance)
        return CancelResponse.ACCEPT

    def _execute(self, handle: ServerGoalHandle) -> Any:
        goal = self._by_id[bytes(handle.goal_id.uuid)]
        while not goal.ended.wait(FEEDBACK_PERIOD):
            frame = max(goal.frame, 0)
            handle.publish_feedback(
                Sign.Feedback(
                    utterance=goal.utterance, unit=goal.unit, frame=frame, frames=max(goal.planned, frame + 1)
                )
            )
        del self._by_id[bytes(handle.goal_id.uuid)]
        if goal.outcome == Sign.Result.SIGNED:
            handle.succeed()
        elif handle.is_cancel_requested:
            handle.canceled()
        else:
            handle.abort()
        return Sign.Result(
            outcome=goal.outcome,
            utterance=goal.utterance,
            frames=goal.frame + 1,
            latency=goal.latency,
            message=goal.message,
        )
