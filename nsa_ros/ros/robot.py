"""A robot's node: what the signer shows becomes commands to the robot's controllers.

Node `robot`, or named as the robot, a lifecycle node; several may live in one process. It configures itself (reads the
robot's YAML and URDF) and stays inactive: nothing is commanded before it is activated. `activate` begins from the
measured joint state, at reduced speed; `deactivate` brakes where the robot is.

Subscribes
    signer/smplx (nsa_msgs/SmplxFrame): what is followed; the parameter `signer` names another signer
    signer/status (nsa_msgs/SignerStatus): its speed, which should not be above the robot's tempo
    joint_states (sensor_msgs/JointState): the measured joint state, of one publisher or of several
    ~/estop (std_msgs/Bool): true stops; false does nothing; reliable or best effort

Publishes, for each controller of the robot's YAML, by its type (the parameter `output` may set another)
    <controller>/joint_trajectory (trajectory_msgs/JointTrajectory): positions and velocities of the next moments, at
        `rate`; each replaces the one before and ends at a standstill
    <controller>/commands (std_msgs/Float64MultiArray): positions in the controller's order, at `rate`
    <controller> (sensor_msgs/JointState): positions and velocities; <controller>/joint_commands by `output`
    ~/status (nsa_msgs/RobotStatus): on every change and once a second, transient local
    /diagnostics (diagnostic_msgs/DiagnosticArray): once a second

Services
    ~/estop (std_srvs/Trigger): brake at once and hold, until it is reset
    ~/reset (std_srvs/Trigger): end an e-stop, or the hold after following errors; the robot is then inactive
    ~/activate (std_srvs/SetBool): the lifecycle transitions activate and deactivate, for where there is no ros2 command

Parameters: `nsa_ros.ros.parameters.RobotParameters`; `ros2 param describe /NODE NAME` explains each.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from nsa_msgs.msg import RobotStatus, SignerStatus, SmplxFrame
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool
from std_srvs.srv import SetBool, Trigger

from nsa_ros.errors import NsaError
from nsa_ros.robots.checking.check import errors
from nsa_ros.robots.description.robot import load_robot
from nsa_ros.robots.motion.command import Phase
from nsa_ros.ros import messages, qos, robot_report
from nsa_ros.ros.command_topics import MEASURED, CommandTopics, publishers
from nsa_ros.ros.controller_order import ControllerOrder
from nsa_ros.ros.loop import SWITCH_INTERVAL, Loops, Turn
from nsa_ros.ros.node_clock import SteadyTime, simulated
from nsa_ros.ros.parameters import ParameterSet, RobotParameters
from nsa_ros.ros.robot_messages import StreamClock
from nsa_ros.ros.robot_motion import RobotMotion

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE

BRAKING = 3.0
"""How long `deactivate` waits for the robot to stand [s]."""

TOPICS_CHECKED = 0.5
"""How often it is looked who publishes on the command topics [s]."""


class RobotNode(LifecycleNode):
    """See the module's text for its ROS interface.

    Args:
        name: of the node.
        namespace: of the node and its topics; that of the process when left out.
        defaults: of parameters, where they are not the usual ones.
        loops: the control threads; shared by the nodes of a process.

    Raises:
        NsaError: a parameter given at start is not allowed.
    """

    def __init__(
        self,
        name: str = "robot",
        namespace: str | None = None,
        defaults: Mapping[str, Any] | None = None,
        loops: Loops | None = None,
    ) -> None:
        super().__init__(name, namespace=namespace)
        self._loops = loops or Loops()
        self._motion: RobotMotion | None = None
        self._commands: CommandTopics | None = None
        self._order: ControllerOrder | None = None
        self._loop: Turn | None = None
        self._stream = StreamClock()
        self._stopped = self._activated = False
        self._ticks, self._counted = 0, time.monotonic()
        self._message, self._broken, self._noticed, self._speed = "", "", "", 0.0
        self._unusable = 0
        self._told: tuple[object, ...] = ()
        try:
            self._settings = ParameterSet(self, RobotParameters, lambda: self._motion is not None, _ignore, defaults)
        except NsaError:
            self.destroy_node()
            raise
        self._steady = SteadyTime(self)
        parameters: RobotParameters = self._settings.current
        streams, stops = MutuallyExclusiveCallbackGroup(), MutuallyExclusiveCallbackGroup()
        options = {"qos_overriding_options": qos.OVERRIDABLE}
        self._status = self.create_publisher(RobotStatus, "~/status", qos.LATCHED, **options)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", qos.DIAGNOSTICS)
        signer, listen = parameters.signer, self.create_subscription
        listen(SmplxFrame, f"{signer}/smplx", self._on_frame, qos.NEWEST, callback_group=streams, **options)
        listen(SignerStatus, f"{signer}/status", self._on_signer, qos.LATCHED, callback_group=streams)
        listen(JointState, MEASURED, self._on_joint_state, qos.MEASURED, callback_group=streams, **options)
        for profile in (qos.STREAM, qos.NEWEST):
            listen(Bool, "~/estop", self._on_stop_topic, profile, callback_group=stops)
        self.create_service(Trigger, "~/estop", self._on_stop, callback_group=stops)
        self.create_service(Trigger, "~/reset", self._on_reset)
        self.create_service(SetBool, "~/activate", self._on_activate_service)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(1.0, self._publish_diagnostics, clock=steady)
        self.create_timer(TOPICS_CHECKED, self._watch, clock=steady)
        self._publish_status()
        self._starting = self.create_timer(0.0, self._start, clock=steady)

    # Lifecycle

    def _start(self) -> None:
        self._starting.cancel()
        self.trigger_configure()

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Read the robot's files; on failure the cause is in the log and the status, and it can be tried again."""
        parameters: RobotParameters = self._settings.current
        try:
            if not parameters.robot:
                raise NsaError("no robot is named: set the parameter robot (-p robot:=NAME or the path of a YAML file)")
            robot = load_robot(parameters.robot, parameters.urdf or None)
            wrong = errors(robot)
            if wrong:
                raise NsaError(f"{'; '.join(wrong)}. nsa hand check {parameters.robot} says more")
            self._commands = CommandTopics(self, robot.controllers, robot.joints, parameters.output)
            nameless = [each for each in robot.controllers if self._commands.kind(each) == "position"]
            self._order = ControllerOrder(self, nameless, robot.file)
            self._motion = RobotMotion(robot, parameters, self._commands.kinds)
        except Exception as error:
            self._release()
            self._tell(str(error) if isinstance(error, NsaError) else f"{type(error).__name__}: {error}")
            self.get_logger().error(f"cannot configure: {self._message}")
            if not isinstance(error, NsaError):
                self.get_logger().debug(traceback.format_exc())
            return FAILURE
        if self._stopped:
            self._motion.stop()
        topics = ", ".join(topic.topic for topic in self._commands.topics)
        self.get_logger().info(f"{robot.title}: {len(robot.joints)} joints, to be commanded on {topics}; inactive")
        self._tell("")
        return SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Begin to command, from the measured joint state."""
        motion, commands, order, parameters = self._motion, self._commands, self._order, self._settings.current
        if motion is None or commands is None or order is None:
            return FAILURE
        others = commands.others()
        try:
            if others and not parameters.share_topic:
                raise NsaError(f"{others}; end that node, or start this one with share_topic:=true")
            if order.wrong:
                raise NsaError(order.wrong)
            if order.waiting:
                raise NsaError("controllers have been asked for the order of their joints; try again when they answer")
            motion.activate(self._time())
        except NsaError as error:
            self._tell(f"not activated: {error}")
            self.get_logger().error(self._message, throttle_duration_sec=10.0)
            return FAILURE
        self._activated = True
        if order.unknown:
            unknown = ", ".join(order.unknown)
            self.get_logger().warning(f"{unknown} did not tell the order of its joints: that of the YAML is used")
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._loop = self._loops.add(1.0 / parameters.rate, self._tick, self._on_tick_error, simulated(self))
        self._tell("")
        return SUCCESS

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Brake, then command nothing."""
        self._brake()
        self._publish_status()
        return SUCCESS

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Forget the robot."""
        self._release()
        self._tell("")
        return SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Brake, then end."""
        self._release()
        self._tell("")
        return SUCCESS

    def close(self) -> None:
        """Brake, before the node is destroyed."""
        self._release()

    def _brake(self) -> None:
        motion, loop = self._motion, self._loop
        if motion is None or loop is None:
            return
        motion.deactivate()
        end = time.monotonic() + BRAKING
        while motion.phase is not Phase.INACTIVE and time.monotonic() < end:
            time.sleep(0.005)
        self._loop = None
        loop.stop()
        motion.give_up(self._time())

    def _release(self) -> None:
        self._brake()
        self._motion = None
        commands, self._commands = self._commands, None
        if commands is not None:
            commands.close()
        order, self._order = self._order, None
        if order is not None:
            order.close()

    # What comes in

    def _time(self) -> float:
        return self._steady.now()

    def _on_frame(self, frame: SmplxFrame) -> None:
        motion, now = self._motion, self._time()
        if motion is not None:
            stamp = frame.header.stamp.sec + 1e-9 * frame.header.stamp.nanosec
            motion.follow(messages.poses_of(frame)[0], self._stream.time(stamp, now), now)

    def _on_joint_state(self, state: JointState) -> None:
        if self._motion is not None:
            self._motion.feedback.update(state, self._time())

    def _on_signer(self, status: SignerStatus) -> None:
        self._speed = status.speed

    def _on_stop_topic(self, message: Bool) -> None:
        if message.data:
            self._stop()

    def _on_stop(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._stop()
        response.success, response.message = True, "stopped until ~/reset"
        return response

    def _stop(self) -> None:
        if not self._stopped:
            self.get_logger().warning("emergency stop")
        self._stopped = self._activated = True
        if self._motion is not None:
            self._motion.stop()
        self._publish_status()

    def _on_reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        response.success, response.message = True, "inactive; activate it when it is safe"
        latched = self._motion is not None and self._motion.conduct.latched
        if not self._stopped and not latched:
            response.message = "there was nothing to reset"
            return response
        if self._loop is not None:
            self.trigger_deactivate()
        self._stopped = False
        if self._motion is not None:
            self._motion.reset()
        self._tell("")
        return response

    def _on_activate_service(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        if self._motion is None and request.data:
            self.trigger_configure()
        if request.data != (self._loop is not None) and self._motion is not None:
            (self.trigger_activate if request.data else self.trigger_deactivate)()
        response.success = request.data == (self._loop is not None)
        response.message = self._message if not response.success else ("active" if request.data else "inactive")
        return response

    # Control

    def _tick(self) -> None:
        motion, commands, now = self._motion, self._commands, self._time()
        if motion is None or commands is None:
            return
        made = motion.tick(now)
        self._ticks += made is not None
        if made is not None:
            commands.publish(*made, now + 1.0 / self._settings.current.rate, self._steady.ahead())
            self._broken = ""
            self._publish_status(changed=True)

    def _on_tick_error(self, error: Exception) -> None:
        self._broken = f"{type(error).__name__}: {error}: this is an error of nsa_ros, please report it"
        self.get_logger().error(self._broken, throttle_duration_sec=1.0)

    def _watch(self) -> None:
        """Who else commands, who listens, who shows, and whether to activate by itself."""
        motion, commands, order, parameters = self._motion, self._commands, self._order, self._settings.current
        if motion is None or commands is None or order is None:
            return
        order.ask()
        active = self._loop is not None
        self._noticed = "; ".join(filter(None, [self._unheard(commands), self._signers(), self._not_finite(motion)]))
        others = commands.others() if active and not parameters.share_topic else ""
        if others or (active and order.wrong):
            self.trigger_deactivate()
            self._tell(
                f"{others}: deactivated, so that two do not command one robot; end that node, then activate again"
                if others
                else f"deactivated: {order.wrong}"
            )
            self.get_logger().error(self._message)
        elif parameters.active and not self._activated and not self._fault() and order.settled:
            self.trigger_activate()

    # What is told

    def _unheard(self, commands: CommandTopics) -> str:
        unheard = commands.unheard()
        return f"nobody listens to {', '.join(unheard)}: is the controller there?" if unheard else ""

    def _signers(self) -> str:
        topic = self.resolve_topic_name(f"{self._settings.current.signer}/smplx")
        found = publishers(self, topic)
        return f"{' and '.join(found)} publish on {topic}: end all but one" if len(found) > 1 else ""

    def _not_finite(self, motion: RobotMotion) -> str:
        before, self._unusable = self._unusable, motion.unusable
        if motion.unusable <= before:
            return ""
        return "poses come with joints that are not finite, which stay where they were: look at the signer"

    def _fault(self) -> str:
        motion, parameters = self._motion, self._settings.current
        if motion is None or parameters.assume_rest:
            return ""
        return motion.feedback.fault(self._time(), parameters.state_timeout)

    def _haste(self) -> str:
        parameters: RobotParameters = self._settings.current
        tempo = self._motion.robot.tempo if self._motion is not None else float("inf")
        return robot_report.haste(self._speed, tempo, parameters.speed, self.resolve_topic_name(parameters.signer))

    def _tell(self, message: str) -> None:
        self._message = message
        self._publish_status()

    def _said(self) -> str:
        motion = self._motion
        own = motion.conduct.message if motion is not None and motion.conduct.active else ""
        if self._stopped and not own:
            own = "emergency stop; make sure that it is safe, then call ~/reset"
        failure = motion.failure if motion is not None else ""
        said = [own, self._message, self._broken, failure, self._fault(), self._noticed, self._haste()]
        return "; ".join(filter(None, said))

    def _publish_status(self, changed: bool = False) -> None:
        """Publish the status; with `changed`, only when what the robot does has."""
        motion, commands = self._motion, self._commands
        told = robot_report.state(motion, self._stopped), motion.conduct.message if motion is not None else ""
        if changed and told == self._told:
            return
        self._told = told
        topics = [topic.topic for topic in commands.topics] if commands is not None else []
        stamp = self.get_clock().now().to_msg()
        self._status.publish(robot_report.status(motion, self._stopped, topics, self._said(), self._time(), stamp))

    def _publish_diagnostics(self) -> None:
        self._publish_status()
        ticks, self._ticks = self._ticks, 0
        now = time.monotonic()
        rate, self._counted = ticks / (now - self._counted), now
        if self._motion is not None:
            name, stamp = self.get_fully_qualified_name(), self.get_clock().now().to_msg()
            self._diagnostics.publish(
                robot_report.diagnostics(name, self._motion, self._loop, rate, self._said(), stamp, self._time())
            )


def _ignore(parameters: RobotParameters) -> None:
    """Every parameter of a robot is read when it is configured."""
