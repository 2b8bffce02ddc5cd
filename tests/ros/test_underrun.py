"""A model that is too slow: the stream flows on, holds and resumes smoothly, and the status says so."""

from itertools import pairwise

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from harness import Signer, wait_for
from nsa_msgs.msg import SignerStatus
from sensor_msgs.msg import JointState

from nsa_ros.body.limits import limits
from nsa_ros.ros import qos
from nsa_ros.ros.coordinates import joint_names, revolute_model

RATE = 100.0
SIZE = len(revolute_model())


def test_a_slow_model_is_told_and_the_stream_holds_and_resumes_within_the_limits(signer: Signer) -> None:
    client = signer.client
    states = signer.hear(JointState, "signer/joint_states", qos.STREAM)
    told = signer.hear(SignerStatus, "signer/status", qos.STATUS_IN)
    diagnosed = signer.hear(DiagnosticArray, "/diagnostics", qos.DIAGNOSTICS)
    wait_for(lambda: len(states) > 20 and told and diagnosed, 10.0, "nothing is heard")
    before = client.status.underruns
    utterance = signer.sign("slow slow slow")
    assert client.wait_until_rest(10.0)
    wait_for(lambda: diagnosed[-1].status[0].level == DiagnosticStatus.OK, 5.0, "the warning stays")

    assert client.outcomes[utterance] == SignerStatus.OUTCOME_SIGNED
    assert client.status.underruns == before + 3
    assert not client.status.waiting_for_frames
    waiting = [status.waiting_for_frames for status in told]
    assert sum(after and not before for before, after in pairwise(waiting)) == 3
    assert all(status.state == SignerStatus.SIGNING for status in told if status.waiting_for_frames)
    levels = [array.status[0].level for array in diagnosed]
    assert DiagnosticStatus.WARN in levels
    assert all("underrun" in a.status[0].message for a in diagnosed if a.status[0].level == DiagnosticStatus.WARN)

    stamps = np.array([state.header.stamp.sec + 1e-9 * state.header.stamp.nanosec for state in states])
    assert abs(np.median(np.diff(stamps)) - 1.0 / RATE) < 1e-3
    positions = np.array([state.position for state in states])
    velocity = np.diff(positions, axis=0) * RATE
    acceleration = np.diff(velocity, axis=0) * RATE
    bounds = limits(revolute_model())
    assert (np.abs(velocity[:, :SIZE]) <= bounds.velocity * 1.001).all()
    assert (np.abs(acceleration[:, :SIZE]) <= bounds.acceleration * 1.001).all()

    elbow = velocity[:, joint_names().index("right_elbow_flexion")]
    moving = np.abs(elbow) > 1.0
    still = [run for run in _runs(np.abs(elbow) < 1e-3) if moving[: run.start].any() and moving[run.stop :].any()]
    held = [run for run in still if run.stop - run.start > 0.3 * RATE]
    assert len(held) == 4, "once in each sign, and in the neutral pose at the end"
    moved = np.ptp(positions[:, joint_names().index("right_elbow_flexion")][held[0]])
    assert moved < 1e-4


def _runs(flags: np.ndarray) -> list[slice]:
    """Where flags are set, stretch by stretch."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [slice(first, last) for first, last in edges.reshape(-1, 2)]
