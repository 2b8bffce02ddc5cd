"""The tests of this folder need ROS 2 and the built nsa_msgs, as ./test and ./demo make them."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import pytest
from harness import Signer

collect_ignore_glob = [] if find_spec("rclpy") and find_spec("nsa_msgs") else ["test_*.py"]


@pytest.fixture
def client() -> Iterator[Any]:
    from nsa_ros.ros.client import SignerClient

    with SignerClient() as made:
        yield made


@pytest.fixture
def start(client: Any) -> Iterator[Callable[..., Signer]]:
    """Starts a signer node with parameters; it must end cleanly after the test."""
    started: list[Signer] = []

    def make(active: bool = True, **parameters: object) -> Signer:
        started.append(Signer(client, **parameters))
        if active:
            client.wait_until_active(20.0)
        return started[-1]

    yield make
    for signer in started:
        status = signer.process.end()
        assert status == 0, signer.process.output
        assert "Traceback" not in signer.process.output, signer.process.output


@pytest.fixture(scope="module")
def shared_signer() -> Iterator[Signer]:
    """A signer node for all tests of a module; ask for `signer`, which hands it over as new."""
    from nsa_ros.ros.client import SignerClient

    with SignerClient() as client:
        signer = Signer(client)
        client.wait_until_active(20.0)
        yield signer
        status = signer.process.end()
        assert status == 0, signer.process.output
        assert "Traceback" not in signer.process.output, signer.process.output


@pytest.fixture
def signer(shared_signer: Signer) -> Iterator[Signer]:
    """The module's signer: active, at rest, at its own tempo, with nothing received yet."""
    client = shared_signer.client
    client.wait_until_active(20.0)
    assert client.wait_until_rest(20.0)
    if client.status.speed != 1.0:
        assert shared_signer.set(speed=1.0).successful
    client.clear()
    shared_signer.before = client.status.last_utterance
    yield shared_signer
    while shared_signer.subscriptions:
        client.node.destroy_subscription(shared_signer.subscriptions.pop())
