"""Whether controllers that take positions without names have their joints in the order of the robot's YAML.

Controllers of ros2_control are nodes, and their joints are their parameter `joints`; each is asked once it is there.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from rcl_interfaces.msg import ParameterType
from rcl_interfaces.srv import GetParameters
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node

from nsa_ros.robots.description.parts import Controller

PARAMETER = "joints"

ANSWER = 2.0
"""How long a controller may take to appear, and then to answer, before it counts as one that cannot be asked [s]."""


class ControllerOrder:
    """Asks the controllers of a robot for their joints.

    Attributes:
        wrong: what controllers have other joints or another order; empty while nothing is known to be wrong. An answer
            that comes late counts too.

    Args:
        node: that asks.
        controllers: those that take positions alone.
        file: of the robot, for what is told.
    """

    def __init__(self, node: Node, controllers: Sequence[Controller], file: object) -> None:
        self.wrong = ""
        self._node, self._file = node, file
        self._unanswered = [each.name for each in controllers]
        self._deadline = time.monotonic() + ANSWER
        group = MutuallyExclusiveCallbackGroup()
        self._unasked: list[tuple[Controller, Any]] = [
            (each, node.create_client(GetParameters, f"{each.name}/get_parameters", callback_group=group))
            for each in controllers
        ]
        self._clients = [client for _, client in self._unasked]

    @property
    def unknown(self) -> list[str]:
        """Controllers that have not answered: they are not there, busy, or no controllers of ros2_control."""
        return list(self._unanswered)

    @property
    def settled(self) -> bool:
        """Whether all have answered, or have had time to."""
        return not self._unanswered or time.monotonic() > self._deadline

    @property
    def waiting(self) -> bool:
        """Whether an answer may come any moment."""
        return len(self._unanswered) > len(self._unasked) and not self.settled

    def ask(self) -> None:
        """Ask those that have come."""
        for controller, client in [each for each in self._unasked if each[1].service_is_ready()]:
            self._unasked.remove((controller, client))
            self._deadline = time.monotonic() + ANSWER
            future = client.call_async(GetParameters.Request(names=[PARAMETER]))
            future.add_done_callback(lambda done, controller=controller: self._answered(controller, done))

    def close(self) -> None:
        """Remove the clients."""
        for client in self._clients:
            self._node.destroy_client(client)

    def _answered(self, controller: Controller, future: Any) -> None:
        values = getattr(future.result(), "values", None) if future.exception() is None else None
        if not values or values[0].type != ParameterType.PARAMETER_STRING_ARRAY:
            return
        self._unanswered.remove(controller.name)
        told = tuple(values[0].string_array_value)
        if told != controller.joints:
            self.wrong = (
                f"controller {controller.name} takes its joints in the order {', '.join(told)}; {self._file} has "
                f"{', '.join(controller.joints)}. Positions without names would go to the wrong joints: put `joints` "
                "of that controller in its own order, or command it by joint_trajectory"
            )
