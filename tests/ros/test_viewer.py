"""The viewer node: serves the page, publishes what is typed, sets the speed, gives way when a port is in use."""

import socket
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import rclpy
from harness import Process, Signer, wait_for
from std_msgs.msg import String

from nsa_ros.ros import qos

pytest.importorskip("viser")


@pytest.fixture
def viewer(client: Any) -> Iterator[Callable[..., str]]:
    """Starts a viewer; gives the address it publishes."""
    processes: list[Process] = []

    def start(**parameters: object) -> str:
        addresses: list[String] = []
        client.node.create_subscription(String, "viewer/address", addresses.append, qos.LATCHED)
        processes.append(Process("-m", "nsa_ros.ros.run", "viewer", **parameters))
        wait_for(lambda: addresses or not processes[-1].running, 30.0, "no address")
        assert addresses, processes[-1].end() or processes[-1].output
        return addresses[-1].data

    yield start
    for process in processes:
        assert process.end() == 0, process.output
        assert "Traceback" not in process.output, process.output


def test_the_page_is_served_where_the_address_says(viewer: Callable[..., str]) -> None:
    with urllib.request.urlopen(viewer(port=18080), timeout=10.0) as page:
        assert page.status == 200


def test_a_port_in_use_makes_it_take_the_next(viewer: Callable[..., str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        address = viewer(port=port)
    assert int(address.rsplit(":", 1)[1]) > port


def test_the_node_joins_the_page_and_the_signer(start: Callable[..., Signer], monkeypatch: pytest.MonkeyPatch) -> None:
    """Drives the node in this process with a page that records, against a real signer process."""
    from rclpy.executors import SingleThreadedExecutor

    from nsa_ros.ros import viewer as module

    class Page:
        url = "http://127.0.0.1:1"

        def __init__(self, on_text: Any, on_speed: Any, **_: Any) -> None:
            self.on_text, self.on_speed = on_text, on_speed
            self.shown: list[tuple[str, tuple[str, ...], int]] = []
            self.lines: list[str] = []
            self.frames = 0

        def update(self, poses: Any, expression: Any, transl: Any) -> None:
            assert (poses.shape, expression.shape, transl.shape) == ((55, 3), (10,), (3,))
            self.frames += 1

        def show(self, sentence: str, labels: Any, unit: int) -> None:
            self.shown.append((sentence, tuple(label.text for label in labels), unit))

        def status(self, text: str) -> None:
            self.lines.append(text)

        def close(self) -> None:
            pass

    signer = start()
    monkeypatch.setattr(module, "Page", Page)
    rclpy.init(args=[])
    node = module.ViewerNode()
    page: Any = node._page
    executor = SingleThreadedExecutor()
    executor.add_node(node)

    def spin_until(condition: Callable[[], object], what: str) -> None:
        def done() -> object:
            executor.spin_once(timeout_sec=0.05)
            return condition()

        wait_for(done, 20.0, what)

    try:
        spin_until(lambda: page.frames > 10 and page.lines and page.lines[-1].startswith("fake: resting"), "no signer")
        page.on_text("good morning")
        spin_until(lambda: ("good morning", ("GOOD", "MORNING"), 1) in page.shown, "the second sign was not shown")
        assert any(unit == 0 for _, _, unit in page.shown)
        page.on_speed(2.0)
        spin_until(lambda: signer.client.status.speed == 2.0, "the speed was not set")
        page.on_speed(99.0)
        spin_until(lambda: any("range" in line for line in page.lines), "the refusal was not shown")
    finally:
        executor.shutdown()
        node.destroy_node()
        rclpy.shutdown()
