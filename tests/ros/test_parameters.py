"""Parameters: one snapshot, legal values only, and a reason for every refusal."""

from dataclasses import fields

import pytest

from nsa_ros.errors import NsaError
from nsa_ros.ros.parameters import RobotParameters, SignerParameters, ViewerParameters, changed, check

ALL = [SignerParameters, ViewerParameters, RobotParameters]


@pytest.mark.parametrize("kind", ALL)
def test_every_parameter_is_described_and_its_default_is_legal(kind: type) -> None:
    for spec in fields(kind):
        assert len(spec.metadata["description"]) > 10, spec.name
        check(spec, spec.default)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("signer", "robot", "model, reference"),
        ("provider", "npu", "auto, cpu, cuda, tensorrt"),
        ("speed", 0.0, "between 0.02 and 3"),
        ("speed", float("nan"), "between 0.02 and 3"),
        ("rate", 5000.0, "between 10"),
        ("queue_length", -1, "between 0 and"),
    ],
)
def test_a_value_out_of_range_is_refused_with_what_is_allowed(name: str, value: object, reason: str) -> None:
    with pytest.raises(NsaError, match=reason) as error:
        changed(SignerParameters(), {name: value}, configured=False)
    assert name in str(error.value)


def test_what_configure_reads_changes_only_before_it() -> None:
    assert changed(SignerParameters(), {"signer": "reference"}, configured=False).signer == "reference"
    with pytest.raises(NsaError, match="clean up"):
        changed(SignerParameters(), {"signer": "reference"}, configured=True)


def test_speed_changes_at_any_time_and_nothing_else_does() -> None:
    before = SignerParameters()
    after = changed(before, {"speed": 2.0}, configured=True)
    assert after.speed == 2.0
    assert changed(after, {"speed": 1.0}, configured=True) == before


def test_parameters_of_others_are_left_alone() -> None:
    assert changed(SignerParameters(), {"use_sim_time": True}, configured=True) == SignerParameters()
