"""The viewer node: a browser page that shows the signer and sends it texts.

Node `viewer`.

Subscribes
    signer/smplx (nsa_msgs/SmplxFrame): the figure
    signer/status (nsa_msgs/SignerStatus): the sentence, its units, the state

Publishes
    sign_text (std_msgs/String): what is typed into the page
    ~/address (std_msgs/String): where the page is, transient local

Calls
    signer/set_parameters: the speed slider sets the signer's parameter `speed`

Parameters: `nsa_ros.ros.parameters.ViewerParameters`; `ros2 param describe /viewer NAME` explains each.
"""

from __future__ import annotations

from typing import Any

from nsa_msgs.msg import SignerStatus, SmplxFrame
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.parameter_client import AsyncParameterClient
from std_msgs.msg import String

from nsa_ros.ros import qos
from nsa_ros.ros.messages import poses_of, units_of
from nsa_ros.ros.parameters import ParameterSet, ViewerParameters
from nsa_ros.text.units import Unit
from nsa_ros.viewer.page import Page

STATES = {
    SignerStatus.UNCONFIGURED: "not configured",
    SignerStatus.INACTIVE: "not active",
    SignerStatus.RESTING: "resting",
    SignerStatus.SIGNING: "signing",
}


class ViewerNode(Node):
    """See the module's text for its ROS interface.

    Raises:
        NsaError: no port is free, or a parameter is not allowed.
    """

    def __init__(self) -> None:
        super().__init__("viewer")
        parameters: ViewerParameters = ParameterSet(self, ViewerParameters, lambda: True, lambda _: None).current
        self._sentence: tuple[str, list[Unit]] = "", []
        self._shown = (0, -1)
        self._text = self.create_publisher(String, "sign_text", qos.TEXT)
        self._address = self.create_publisher(String, "~/address", qos.LATCHED)
        self._signer = AsyncParameterClient(self, parameters.signer)
        self._page = Page(self._send, self._set_speed, host=parameters.host, port=parameters.port)
        self.create_subscription(SmplxFrame, f"{parameters.signer}/smplx", self._on_frame, qos.NEWEST)
        self.create_subscription(SignerStatus, f"{parameters.signer}/status", self._on_status, qos.LATCHED)
        self._address.publish(String(data=self._page.url))
        self.get_logger().info(f"page at {self._page.url}")

    def close(self) -> None:
        """Stop serving the page."""
        self._page.close()

    def _send(self, text: str) -> None:
        self._text.publish(String(data=text))

    def _set_speed(self, speed: float) -> None:
        if not self._signer.services_are_ready():
            self._page.status("the signer does not answer; the speed was not set")
            return
        self._signer.set_parameters([Parameter("speed", value=speed)], self._on_speed_set)

    def _on_speed_set(self, future: Any) -> None:
        for result in future.result().results:
            if not result.successful:
                self._page.status(result.reason)

    def _on_frame(self, frame: SmplxFrame) -> None:
        self._page.update(*poses_of(frame))
        now = (frame.utterance, frame.unit_index)
        if now != self._shown:
            self._shown = now
            self._page.show(*self._sentence, frame.unit_index)

    def _on_status(self, status: SignerStatus) -> None:
        self._sentence = status.text, units_of(status)
        self._page.show(*self._sentence, status.unit_index)
        waiting = f", {status.queued} waiting" if status.queued else ""
        message = f" — {status.message}" if status.message else ""
        self._page.status(f"{status.signer or 'signer'}: {STATES[status.state]}{waiting}{message}")
