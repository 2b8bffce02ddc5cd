"""What must not end the thread in which callbacks are found."""

import sys
import threading
from collections.abc import Iterator

import pytest
import rclpy
from harness import wait_for
from rclpy.context import Context
from rclpy.exceptions import InvalidHandle
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import String

from nsa_ros.ros.spinning import Spinning


@pytest.fixture
def context() -> Iterator[Context]:
    made = Context()
    rclpy.init(args=[], context=made)
    yield made
    rclpy.shutdown(context=made)


@pytest.mark.parametrize("error", [ValueError, InvalidHandle])
def test_an_error_in_a_callback_is_told_and_the_next_message_is_heard(
    context: Context, error: type[Exception], capfd: pytest.CaptureFixture[str]
) -> None:
    node = Node("spun", context=context)
    heard: list[str] = []

    def hear(message: String) -> None:
        heard.append(message.data)
        if message.data == "bad":
            raise error("no such word")

    node.create_subscription(String, "words", hear, 10)
    words = node.create_publisher(String, "words", 10)
    spinning = Spinning(SingleThreadedExecutor(context=context), node)
    wait_for(words.get_subscription_count, 5.0, "not discovered")
    for word in ("bad", "good"):
        words.publish(String(data=word))
    wait_for(lambda: heard == ["bad", "good"], 5.0, f"heard {heard}")
    spinning.close()
    node.destroy_node()
    assert ("ValueError: no such word" in capfd.readouterr().err) is (error is ValueError)


@pytest.fixture
def threads_that_change_often() -> Iterator[None]:
    """Python's threads take turns so often that whatever can come between does."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("threads_that_change_often")
def test_entities_come_and_go_in_another_thread(context: Context) -> None:
    node = Node("spun", context=context)
    heard: list[str] = []
    kept = node.create_subscription(String, "words", lambda message: heard.append(message.data), 10)
    words = node.create_publisher(String, "words", 10)
    spinning = Spinning(SingleThreadedExecutor(context=context), node)
    wait_for(words.get_subscription_count, 5.0, "not discovered")

    def come_and_go() -> None:
        for _ in range(500):
            passing = node.create_subscription(String, "words", lambda message: None, 10)
            words.publish(String(data="now"))
            node.destroy_subscription(passing)

    other = threading.Thread(target=come_and_go)
    other.start()
    other.join(30.0)
    words.publish(String(data="after"))
    wait_for(lambda: "after" in heard, 5.0, "nothing is heard any more")
    spinning.close()
    node.destroy_subscription(kept)
    node.destroy_node()
