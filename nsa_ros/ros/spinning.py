"""A thread in which the callbacks of nodes are found, and which nothing in them ends."""

from __future__ import annotations

import threading

from rclpy.exceptions import InvalidHandle
from rclpy.executors import Executor
from rclpy.node import Node


class Spinning:
    """Spins an executor from now until `close`.

    An error in a callback is logged by the first node. A handle that another thread destroys while the executor
    looks at it (`InvalidHandle`, which rclpy lets through) is none: what was ready is found again by the next turn.

    Args:
        executor: that spins.
        nodes: added to it.
        name: of the thread.
    """

    def __init__(self, executor: Executor, *nodes: Node, name: str = "executor") -> None:
        self._executor, self._logger = executor, nodes[0].get_logger()
        for node in nodes:
            executor.add_node(node)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._spin, name=name, daemon=True)
        self._thread.start()

    def expect_end(self) -> None:
        """From now on errors are not told: nodes that are closed leave some behind."""
        self._ending.set()

    def close(self) -> None:
        """End the thread; the nodes are left to be destroyed."""
        self._ending.set()
        self._executor.shutdown(timeout_sec=1.0)
        self._thread.join(timeout=2.0)

    def _spin(self) -> None:
        while not self._ending.is_set():
            try:
                self._executor.spin_once(timeout_sec=1.0)
            except InvalidHandle:
                continue
            except Exception as error:
                if not self._ending.is_set():
                    self._logger.error(f"{type(error).__name__}: {error}")
