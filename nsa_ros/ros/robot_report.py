"""What a robot's node tells of itself: its status and its diagnostics, from values."""

from __future__ import annotations

from collections.abc import Sequence

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from nsa_msgs.msg import RobotStatus
from std_msgs.msg import Header

from nsa_ros.robots.motion.command import Phase
from nsa_ros.ros import messages
from nsa_ros.ros.loop import Turn
from nsa_ros.ros.robot_motion import RobotMotion

STATES = {
    Phase.INACTIVE: RobotStatus.INACTIVE,
    Phase.STARTING: RobotStatus.STARTING,
    Phase.FOLLOWING: RobotStatus.FOLLOWING,
    Phase.HOLDING: RobotStatus.HOLDING,
    Phase.RESTING: RobotStatus.RESTING,
    Phase.STOPPED: RobotStatus.STOPPED,
    Phase.LEAVING: RobotStatus.LEAVING,
}
"""Phase of the conduct to the state in the status."""

TEMPO_MARGIN = 1.01
"""A signer faster than the robot's tempo by less than this factor is not warned of."""


def state(motion: RobotMotion | None, stopped: bool) -> int:
    """The state in the status.

    Args:
        motion: None before the node is configured.
        stopped: whether an emergency stop has not been reset.
    """
    if stopped and (motion is None or motion.phase is Phase.INACTIVE):
        return int(RobotStatus.STOPPED)
    return int(RobotStatus.UNCONFIGURED if motion is None else STATES[motion.phase])


def status(
    motion: RobotMotion | None, stopped: bool, topics: Sequence[str], message: str, now: float, stamp: Time
) -> RobotStatus:
    """The status.

    Args:
        motion: None before the node is configured.
        stopped: whether an emergency stop has not been reset.
        topics: that the robot is commanded on.
        message: what is wrong.
        now: time of the node [s].
        stamp: the same.
    """
    told = RobotStatus(
        header=Header(stamp=stamp),
        state=state(motion, stopped),
        command_topics=topics,
        stream_age=-1.0,
        joint_state_age=-1.0,
        tempo=1.0,
        message=message,
    )
    if motion is not None:
        robot, counts = motion.robot, motion.conduct.counts
        told.robot, told.tempo, told.joints = robot.title, robot.tempo, robot.joints
        told.clamped_position, told.clamped_rate = counts.position.tolist(), counts.rate.tolist()
        told.not_finite = counts.invalid.tolist()
        told.stream_age, told.joint_state_age = map(_age, (motion.stream_age(now), motion.feedback.age(now)))
    return told


def diagnostics(
    name: str, motion: RobotMotion, loop: Turn | None, rate: float, message: str, stamp: Time, now: float
) -> DiagnosticArray:
    """The diagnostics.

    Args:
        name: of the node, in full.
        motion: of the robot.
        loop: what ticks; None while the robot is inactive.
        rate: of the commands [Hz].
        message: what is wrong.
        stamp: time of the node.
        now: the same [s].
    """
    robot, counts = motion.robot, motion.conduct.counts
    median, most = motion.spans()
    values: dict[str, object] = {
        "robot": robot.title,
        "state": motion.phase.value,
        "commands [Hz]": f"{rate:.1f}",
        "skipped ticks": loop.skipped if loop is not None else 0,
        "real-time priority": loop is not None and loop.priority,
        "retargeting p50 [ms]": f"{1e3 * median:.2f}",
        "retargeting p99 [ms]": f"{1e3 * most:.2f}",
        "stream age [s]": f"{motion.stream_age(now):.3f}",
        "joint state age [s]": f"{motion.feedback.age(now):.3f}",
        "poses": motion.poses,
        "poses not finite": motion.unusable,
        "poses not retargeted": motion.failures,
    }
    values |= {f"event {event}": count for event, count in motion.conduct.events._asdict().items()}
    for row, joint in enumerate(robot.joints):
        clamped = {reason: int(count[row]) for reason, count in counts._asdict().items() if count[row]}
        if clamped:
            values[f"clamped {joint}"] = ", ".join(f"{reason} {count}" for reason, count in clamped.items())
    return messages.diagnostics(f"{name}: {robot.name}", robot.name, values, message, stamp)


def _age(seconds: float) -> float:
    return seconds if seconds < float("inf") else -1.0


def haste(speed: float, tempo: float, slowed: float, signer: str) -> str:
    """What is told of a signer that is too fast for a robot; nothing for one that is not.

    Args:
        speed: of the signer, 1 is its own [-].
        tempo: of the robot, at all of its speed [-].
        slowed: share of its speed that the robot may use [-].
        signer: name of the signer's node.
    """
    own = tempo * slowed
    if speed <= own * TEMPO_MARGIN:
        return ""
    why = f" at {slowed:.2g} of its speed" if slowed < 1.0 else ""
    return (
        f"the signer's speed {speed:.2g} is above this robot's tempo {own:.2g}{why}, so fast letters are not reached: "
        f"ros2 param set {signer} speed {own:.2g}"
    )
