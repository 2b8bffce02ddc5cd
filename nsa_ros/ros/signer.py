"""The signer node: text on a topic becomes joint states of a signing figure.

Node `signer`, a lifecycle node; several may live in one process, each in a namespace of its own. `configure` loads and
warms the model, `activate` starts, `deactivate` takes the figure to rest and stops. By the parameter `autostart` it
does the first two by itself.

Subscribes
    sign_text (std_msgs/String): English text, signed in the order of arrival

Publishes
    ~/joint_states (sensor_msgs/JointState): names, position, velocity of the figure's joints, at `rate`
    ~/smplx (nsa_msgs/SmplxFrame): the same pose as SMPL-X parameters, and what it belongs to
    ~/status (nsa_msgs/SignerStatus): on every change, transient local
    ~/marker (visualization_msgs/Marker): the word being signed, above the head, transient local
    /diagnostics (diagnostic_msgs/DiagnosticArray): once a second

Actions
    ~/sign (nsa_msgs/Sign): a text with feedback, result, cancel and preemption

Services
    ~/stop (std_srvs/Trigger): drop what is signed and queued, go to rest

Parameters: `nsa_ros.ros.parameters.SignerParameters`; `ros2 param describe /signer NAME` explains each.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections import deque
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from nsa_msgs.msg import SignerStatus
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from std_msgs.msg import String
from std_srvs.srv import Trigger

from nsa_ros.errors import NsaError
from nsa_ros.ros import messages, qos
from nsa_ros.ros.coordinates import revolute_model
from nsa_ros.ros.loop import SWITCH_INTERVAL, Loops, Turn
from nsa_ros.ros.node_clock import simulated
from nsa_ros.ros.parameters import ParameterSet, SignerParameters
from nsa_ros.ros.sign_action import SignAction
from nsa_ros.ros.signers import SharedSigner, SharedSigners
from nsa_ros.ros.streams import Streams
from nsa_ros.signing.player import Player
from nsa_ros.signing.request import Ended, Started, Status
from nsa_ros.signing.timeline import Timeline

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE

OUTCOMES = {
    "finished": SignerStatus.OUTCOME_SIGNED,
    "cancelled": SignerStatus.OUTCOME_CANCELLED,
    "failed": SignerStatus.OUTCOME_FAILED,
}
"""How an utterance ended to its number in the status."""

REST_TIMEOUT = 10.0
"""How long `deactivate` waits for the figure to come to rest [s]."""

UNDERRUN = "underrun: generation is behind, the figure holds until frames come"


class SignerNode(LifecycleNode):
    """See the module's text for its ROS interface.

    Args:
        signers: where the signer that the parameters ask for comes from; shared by the nodes of a process.
        loops: the play-out threads; shared by the nodes of a process.
        namespace: of the node and its topics; that of the process when left out.

    Raises:
        NsaError: a parameter given at start is not allowed.
    """

    def __init__(
        self, signers: SharedSigners | None = None, loops: Loops | None = None, namespace: str | None = None
    ) -> None:
        super().__init__("signer", namespace=namespace)
        self._signers, self._loops = signers or SharedSigners(), loops or Loops()
        self._shared: SharedSigner | None = None
        self._signer: Any = None
        self._player: Player | None = None
        self._streams: Streams | None = None
        self._loop: Turn | None = None
        self._told: tuple[Any, ...] = ()
        self._message = ""
        self._refused = self._newest = 0
        self._last = (0, SignerStatus.OUTCOME_NONE)
        self._latencies: deque[float] = deque(maxlen=200)
        try:
            self._settings = ParameterSet(self, SignerParameters, lambda: self._player is not None, self._on_parameters)
        except NsaError:
            self.destroy_node()
            raise
        commands = MutuallyExclusiveCallbackGroup()
        overridable = {"qos_overriding_options": qos.OVERRIDABLE}
        self._status = self.create_publisher(SignerStatus, "~/status", qos.LATCHED, **overridable)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", qos.DIAGNOSTICS)
        self.create_subscription(String, "sign_text", self._on_text, qos.TEXT, callback_group=commands, **overridable)
        self.create_service(Trigger, "~/stop", self._on_stop, callback_group=commands)
        self._action = SignAction(self, self)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(1.0, self._publish_diagnostics, clock=steady)
        self._publish_status()
        if self._settings.current.autostart:
            self._starting = self.create_timer(0.0, self._start, clock=steady)

    # Lifecycle

    def _start(self) -> None:
        self._starting.cancel()
        if self.trigger_configure() == SUCCESS:
            self.trigger_activate()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load and warm the model; on failure the cause is in the log and the status, and it can be tried again."""
        parameters: SignerParameters = self._settings.current
        begun = time.perf_counter()
        try:
            self._shared = self._signers.take(parameters)
            self._signer = self._shared.signer
            timeline = Timeline(
                revolute_model(), rate=parameters.rate, fps=self._signer.fps, linger=parameters.rest_after
            )
            self._player = Player(
                self._signer,
                timeline,
                parameters.queue_length,
                parameters.max_text_length,
                listener=self._on_event,
                first=self._newest + 1,
                scheduler=self._shared.scheduler,
            )
        except Exception as error:
            self._forget_signer()
            self._message = str(error) if isinstance(error, NsaError) else f"{type(error).__name__}: {error}"
            self.get_logger().error(f"cannot configure: {self._message}")
            if not isinstance(error, NsaError):
                self.get_logger().debug(traceback.format_exc())
            self._publish_status()
            return FAILURE
        self._message = ""
        timeline.speed = parameters.speed
        self._streams = Streams(self, parameters.signer, parameters.rate)
        self._publish_status()
        took = time.perf_counter() - begun
        self.get_logger().info(f"{self._signer.name} ready in {took:.1f} s ({self._provider() or 'no model'})")
        return SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start publishing; the figure is at rest."""
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._loop = self._loops.add(
            1.0 / self._settings.current.rate, self._tick, self._on_tick_error, simulated(self)
        )
        return SUCCESS

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Drop what is signed and queued, go to rest, stop publishing."""
        if self._player is not None and self._loop is not None:
            loop, self._loop = self._loop, None
            self._player.cancel()
            end = time.monotonic() + REST_TIMEOUT
            while not (self._player.idle and self._player.status().phase == "rest") and time.monotonic() < end:
                time.sleep(0.01)
            loop.stop()
        self._publish_status()
        return SUCCESS

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Forget the model."""
        self._release()
        self._publish_status()
        return SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop at once."""
        self._release()
        self._publish_status()
        return SUCCESS

    def close(self) -> None:
        """Stop at once, before the node is destroyed."""
        self._release()

    def _release(self) -> None:
        loop, self._loop = self._loop, None
        player, self._player = self._player, None
        streams, self._streams = self._streams, None
        if loop is not None:
            loop.stop()
        if player is not None:
            player.close(timeout=1.0)
        self._forget_signer()
        self._action.close()
        if streams is not None:
            streams.close()

    def _forget_signer(self) -> None:
        shared, self._shared, self._signer = self._shared, None, None
        if shared is not None:
            shared.give_back()

    # Texts

    def submit(self, text: str, seed: int | None = None, speed: float = 1.0, preempt: bool = False) -> int:
        """Queue a text. Returns its utterance.

        Args:
            text: what to sign.
            seed: of the generation; the parameter's when left out.
            speed: factor of its tempo, on top of the parameter's.
            preempt: drop what is signed and queued first.

        Raises:
            NsaError: it is refused; the status says so too.
        """
        player = self._player if self._loop is not None else None
        try:
            if player is None:
                name = self.get_fully_qualified_name()
                raise NsaError(f"the signer is not active: ros2 lifecycle set {name} configure, then activate")
            seed = self._settings.current.seed if seed is None else seed
            self._newest = player.submit(text, seed, speed, preempt)
            return self._newest
        except NsaError as error:
            self._refused += 1
            self._message = f"refused {_shortened(text)!r}: {error}"
            self.get_logger().warning(self._message, throttle_duration_sec=1.0)
            if player is None:
                self._publish_status()
            raise

    def cancel(self, utterance: int | None = None) -> None:
        """Drop an utterance, or everything that is signed or queued."""
        if self._player is not None:
            self._player.cancel(utterance)

    def _on_text(self, text: String) -> None:
        try:
            self.submit(text.data)
        except NsaError:
            return  # the log and the status say why

    def _on_stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self.cancel()
        response.success = self._loop is not None
        response.message = "going to rest" if response.success else "the signer is not active"
        return response

    def _on_parameters(self, parameters: SignerParameters) -> None:
        if self._player is not None:
            self._player.timeline.speed = parameters.speed

    # Play-out

    def _tick(self) -> None:
        player, streams = self._player, self._streams
        if player is None or streams is None:
            return
        sample, status = player.tick(), player.status()
        streams.publish(sample, status.units)
        self._action.follow(sample, status.units)
        self._tell(status)

    def _on_tick_error(self, error: Exception) -> None:
        self._message = f"{type(error).__name__}: {error}"
        self.get_logger().error(self._message, throttle_duration_sec=1.0)

    def _on_event(self, event: Started | Ended) -> None:
        if isinstance(event, Started):
            self._latencies.append(event.latency)
            self.get_logger().info(f"signing {event.utterance}: {_shortened(event.text)!r}")
            return
        ending = event.ending
        self._last = ending.utterance, OUTCOMES[ending.outcome]
        self._message = f"{_shortened(event.text)!r} was not signed: {ending.reason}" if ending.reason else ""
        if ending.reason:
            self.get_logger().warning(self._message)

    # What is told

    def _provider(self) -> str:
        return getattr(self._signer, "provider", "")

    def _publish_status(self) -> None:
        player = self._player
        self._tell(player.status() if player is not None else None)

    def _tell(self, status: Status | None) -> None:
        """Publish the status if it differs from the last one; None before the node is configured."""
        utterance = (status.utterance or 0) if status is not None else 0
        if status is None:
            state = SignerStatus.UNCONFIGURED
        elif self._loop is None:
            state = SignerStatus.INACTIVE
        else:
            state = SignerStatus.SIGNING if utterance or status.waiting else SignerStatus.RESTING
        units = status.units if status is not None else ()
        unit = status.unit if status is not None and status.unit is not None else -1
        told = (
            state, utterance, len(units), unit, status.waiting if status is not None else 0,
            status is not None and status.starving,
            self._refused, *self._last, self._message, self._settings.current.speed,
        )  # fmt: skip
        if told == self._told:
            return
        self._told = told
        message = SignerStatus(
            state=state,
            signer=getattr(self._signer, "name", ""),
            provider=self._provider(),
            utterance=utterance,
            text=status.text if status is not None else "",
            waiting_for_frames=status.starving if status is not None else False,
            underruns=status.underruns if status is not None else 0,
            queued=status.waiting if status is not None else 0,
            queue_length=self._settings.current.queue_length,
            refused=self._refused,
            last_utterance=self._last[0],
            last_outcome=self._last[1],
            speed=self._settings.current.speed,
            message=self._message,
        )
        message.header.stamp = self.get_clock().now().to_msg()
        self._status.publish(messages.set_units(message, units, unit))

    def _publish_diagnostics(self) -> None:
        player, loop, signer = self._player, self._loop, self._signer
        if player is None or signer is None:
            return
        status = player.status()
        latency = np.percentile(self._latencies, [50, 95]) * 1e3 if self._latencies else (float("nan"),) * 2
        values = {
            "signer": signer.name,
            "provider": self._provider() or "none",
            "latency p50 [ms]": f"{latency[0]:.0f}",
            "latency p95 [ms]": f"{latency[1]:.0f}",
            "real-time factor": f"{status.real_time_factor:.0f}",
            "waiting": status.waiting,
            "refused": self._refused,
            "failed": status.failed,
            "underruns": status.underruns,
            "waiting for frames": status.starving,
            "clamped": status.clamped,
            "not finite": status.invalid,
            "skipped ticks": loop.skipped if loop is not None else 0,
            "real-time priority": loop is not None and loop.priority,
        }
        warning = UNDERRUN if status.starving else self._message
        name = f"{self.get_fully_qualified_name()}: {signer.name}"
        stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(messages.diagnostics(name, signer.name, values, warning, stamp))


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
