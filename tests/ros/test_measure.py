"""The measurements of `nsa bench --ros` in their smallest form, with the reference signer."""

import os

import numpy as np
import pytest

from nsa_ros.errors import NsaError
from nsa_ros.ros.measure import SITUATIONS, measure
from nsa_ros.ros.measure_many import measure_nodes
from nsa_ros.ros.processes import one_core_busy, processor_time, resident

REFERENCE = {"signer": "reference"}


@pytest.fixture(autouse=True)
def own_domain(monkeypatch):
    """What the measurement sets in the environment ends with the test."""
    for name in ("ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE"):
        monkeypatch.setenv(name, os.environ.get(name, ""))


def test_a_node_is_measured_from_another_process(monkeypatch):
    said = []
    monkeypatch.delitem(SITUATIONS, "signing")
    found = measure(["hello", "you like coffee"], REFERENCE, listen=0.4, say=said.append)
    assert 0 < found.active < 60
    assert len(found.latencies) == len(found.repeated) == 2
    assert min(found.latencies) > 0
    assert list(found.heard) == list(SITUATIONS)
    assert found.heard["at rest"].signed == 0
    assert found.heard["signing, one core busy"].signed > 0
    for heard in found.heard.values():
        assert len(heard.stamps) == len(heard.arrivals) > 10
        assert np.all(np.diff(heard.stamps) > 0)
        assert heard.underruns >= 0
        assert heard.skipped >= 0
    assert found.memory > 10
    assert said[-1] == "listening signing, one core busy"


def test_many_nodes_are_measured_from_another_process():
    found = measure_nodes(2, ["hello", "you"], REFERENCE, 1.0)
    assert found.ticks == pytest.approx(200, rel=0.2)
    assert found.skipped >= 0
    assert found.underruns >= 0
    assert len(found.arrivals) > 20
    assert found.processor_time > 0
    assert found.memory > 10


def test_a_node_that_cannot_start_is_named():
    with pytest.raises(NsaError, match="status 1"):
        measure_nodes(1, ["hello"], {"signer": "nobody"}, 1.0)


def test_a_busy_core_is_one_and_ends_with_the_block():
    with one_core_busy():
        assert resident(os.getpid()) > 1
    assert processor_time(os.getpid()) > 0
    assert np.isnan(resident(2**30))
    assert np.isnan(processor_time(2**30))
