"""The stages of a benchmark: what each is called with, in which order they come, which the options choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nsa_ros.cli.benchmark.figures import Figures
from nsa_ros.cli.benchmark.texts import draw_texts, short_texts
from nsa_ros.errors import NsaError

COUNTS = (1, 4, 16, 64, 256)
"""Streams, where the command names none."""

ROS_COUNTS = (4, 16, 32)
"""Nodes, where the command names none."""

Say = Callable[[str], None]


@dataclass
class Plan:
    """What is to be measured and for how long.

    Attributes:
        choice: the command's options; has the attributes `start.CHOICE`.
        texts: how many different texts.
        seconds: that each number of streams is listened to; other times follow from it.
        counts: numbers of streams.
        ros_counts: numbers of nodes.
        run: folder of the bundle's training, for torch.
        urdf: folder of robots' URDF files; where they usually are when left out.
        say: told what is done.
    """

    choice: Any
    texts: int = 200
    seconds: float = 4.0
    counts: tuple[int, ...] = COUNTS
    ros_counts: tuple[int, ...] = ROS_COUNTS
    run: Path | None = None
    urdf: Path | None = None
    say: Say = lambda line: None

    @cached_property
    def signer(self) -> Any:
        """The signer, loaded and warm."""
        from nsa_ros.ros.signers import load_signer

        return load_signer(self.choice)

    @cached_property
    def bundle(self) -> Any:
        """Its bundle.

        Raises:
            NsaError: it has none.
        """
        if self.choice.signer == "reference":
            raise NsaError("settings, steps and comparison are measured with a bundle: leave --reference out")
        return self.signer.bundle

    def few(self, most: int) -> Sequence[str]:
        """At most so many texts."""
        return draw_texts(self.texts)[:most]


def start(plan: Plan) -> Figures:
    """Until the first chunk is there."""
    from nsa_ros.cli.benchmark import start as stage

    return stage.measure(plan.choice, repeats=min(5, plan.texts))


def generation(plan: Plan) -> Figures:
    """One text after the other, without ROS."""
    from nsa_ros.cli.benchmark import generation as stage

    return stage.measure(plan.signer, draw_texts(plan.texts))


def steps(plan: Plan) -> Figures:
    """What each number of DDIM steps costs."""
    from nsa_ros.cli.benchmark import steps as stage

    return stage.measure(plan.bundle, plan.few(6))


def streams(plan: Plan) -> Figures:
    """Many streams in this process."""
    from nsa_ros.cli.benchmark import streams as stage

    return stage.measure(plan.signer, plan.counts, short_texts(draw_texts(plan.texts)), plan.seconds, plan.say)


def settings(plan: Plan) -> Figures:
    """Options of ONNX Runtime."""
    from nsa_ros.cli.benchmark import settings as stage

    return stage.measure(plan.bundle, plan.seconds / 6, plan.say)


def compare(plan: Plan) -> Figures:
    """Beside what one would use instead."""
    from nsa_ros.cli.benchmark import comparison as stage

    return stage.measure(plan.bundle, plan.few(8), plan.run, plan.say)


def node(plan: Plan) -> Figures:
    """The signer node, from another process."""
    from nsa_ros.cli.benchmark import node as stage

    return stage.measure(draw_texts(plan.texts), plan.choice, 3 * plan.seconds, plan.say)


def ros_streams(plan: Plan) -> Figures:
    """Many nodes in one process, from another process."""
    from nsa_ros.cli.benchmark import node as stage

    return stage.measure_many(plan.ros_counts, short_texts(draw_texts(plan.texts)), plan.choice, plan.seconds, plan.say)


def robots(plan: Plan) -> Figures:
    """What following costs each robot whose URDF is here."""
    from nsa_ros.cli.benchmark import robots as stage

    return stage.measure(plan.say, urdf=plan.urdf)


STAGES: dict[str, Callable[[Plan], Figures]] = {
    "start": start,
    "node": node,
    "ros_streams": ros_streams,
    "generation": generation,
    "steps": steps,
    "streams": streams,
    "settings": settings,
    "robots": robots,
    "compare": compare,
}
"""In the order in which they are measured: what listens to a stream comes before torch is in the process."""

NEED_ROS = {"node", "ros_streams"}


def planned(options: Any, say: Say) -> Plan:
    """What the command's options ask for.

    Raises:
        NsaError: an option that is not possible.
    """
    if options.texts < 1 or not 0.1 <= options.seconds <= 600:
        raise NsaError(
            f"--texts {options.texts}, --seconds {options.seconds:g}: give 1 text or more, and from 0.1 to 600 seconds"
        )
    named = counts(options.streams) if options.streams else None
    plan = Plan(options, options.texts, options.seconds, run=options.run, urdf=options.urdf, say=say)
    plan.counts, plan.ros_counts = named or plan.counts, named or plan.ros_counts
    return plan


def chosen(options: Any) -> list[str]:
    """Names of the stages that the command's options ask for."""
    if options.all:
        return list(STAGES)
    many = options.streams is not None
    asked = {
        "streams": many and not options.ros,
        "settings": options.settings,
        "robots": options.robots,
        "compare": options.compare,
        "node": options.ros and not many,
        "ros_streams": options.ros and many,
    }
    return [name for name, wanted in asked.items() if wanted] or ["start", "generation"]


def missing(stage: str) -> str:
    """Why a stage cannot be measured here; empty if it can."""
    if stage == "robots" and not find_spec("ruckig"):
        return "no ruckig here (the extra robots)"
    if stage in NEED_ROS and not (find_spec("rclpy") and find_spec("nsa_msgs")):
        return "no ROS 2 for Python here (rclpy, nsa_msgs)"
    return ""


def counts(text: str) -> tuple[int, ...]:
    """Numbers of streams separated by commas.

    Raises:
        NsaError: it is something else.
    """
    try:
        found = tuple(int(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or min(found) < 1 or max(found) > 4096:
        raise NsaError(f"--streams {text!r}: give whole numbers from 1 to 4096 with commas between, such as 1,4,16,64")
    return found
