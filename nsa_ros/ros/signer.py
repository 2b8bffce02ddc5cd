"""The signer node: text on a topic becomes joint states of a signing figure.

Node `signer`, a lifecycle node. `configure` loads and warms the model, `activate` starts, `deactivate` takes the figure
to rest and stops. By the parameter `autostart` it does the first two by itself.

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
import threading
import traceback
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from nsa_msgs.msg import SignerStatus
from rclpy.action import ActionServer
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from std_msgs.msg import String
from std_srvs.srv import Trigger

from nsa_ros.errors import NsaError
from nsa_ros.ros import qos
from nsa_ros.ros.loop import RateLoop
from nsa_ros.ros.parameters import ParameterSet, SignerParameters
from nsa_ros.ros.signers import load_signer

STATES = {"unconfigured": SignerStatus.UNCONFIGURED, "inactive": SignerStatus.INACTIVE}
REST_TIMEOUT = 10.0
"""How long `deactivate` waits for the figure to come to rest [s]."""


class SignerNode(LifecycleNode):
    """See the module's text for its ROS interface.

    Args:
        load: makes the signer that the parameters ask for.
    """

    def __init__(self, load: Callable[[SignerParameters], Any] = load_signer) -> None:
        super().__init__("signer")
        self._load = load
        self._player: Player | None = None
        self._loop: RateLoop | None = None
        self._parameters = ParameterSet(self, SignerParameters, lambda: self._player is not None, self._on_parameters)
        self._streams = Streams(self)
        self._message = ""
        self._refused = 0
        commands = MutuallyExclusiveCallbackGroup()
        self.create_subscription(
            String, "sign_text", self._on_text, qos.TEXT, callback_group=commands, qos_overriding_options=qos.OVERRIDABLE
        )
        self.create_service(Trigger, "~/stop", self._on_stop, callback_group=commands)
        self.create_timer(1.0, self._publish_diagnostics)
        if self._parameters.current.autostart:
            self._autostart = self.create_timer(0.0, self._start)
