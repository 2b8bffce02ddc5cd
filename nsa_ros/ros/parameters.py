"""Parameters of a node as one frozen snapshot: declared, validated and changed in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, TypeVar

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor, SetParametersResult
from rclpy.node import Node

from nsa_ros.errors import NsaError

Snapshot = TypeVar("Snapshot")


def parameter(
    default: Any,
    description: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    fixed: bool = False,
) -> Any:
    """A field of a snapshot: its default, what it means, what it may be; `fixed` ones are read by `configure`."""
    return field(
        default=default,
        metadata={"description": description, "low": low, "high": high, "choices": choices, "fixed": fixed},
    )


@dataclass(frozen=True)
class SignerParameters:
    """What can be set of the signer node. Units are in the descriptions."""

    signer: str = parameter(
        "model",
        "who turns text into motion: the neural model, or the reference signer (phonology and inverse kinematics)",
        choices=("model", "reference"),
        fixed=True,
    )
    bundle: str = parameter("default", "model bundle: a name under models/, or the path of a bundle folder", fixed=True)
    provider: str = parameter(
        "auto",
        "ONNX Runtime execution provider; auto takes the fastest that works",
        choices=("auto", "cpu", "cuda", "tensorrt"),
        fixed=True,
    )
    precision: str = parameter(
        "fp32",
        "arithmetic of the model; int8 is faster on a CPU and fp16 on a GPU, where the bundle has them",
        choices=("fp32", "int8", "fp16"),
        fixed=True,
    )
    steps: int = parameter(0, "DDIM steps per frame; 0 takes the bundle's", low=0, high=1000, fixed=True)
    rate: float = parameter(100.0, "joint states published per second [Hz]", low=10.0, high=1000.0, fixed=True)
    queue_length: int = parameter(
        16, "texts that may wait behind the one being signed; more are refused", low=0, high=10000, fixed=True
    )
    seed: int = parameter(0, "seed of the generation: same text and seed, same frames", low=0, high=2**31 - 1)
    speed: float = parameter(1.0, "speed of the signing [-]; 1 is the signer's own tempo", low=0.02, high=3.0)
    max_text_length: int = parameter(2000, "longest text accepted [characters]", low=1, high=100000, fixed=True)
    rest_after: float = parameter(
        0.6, "how long the queue must be empty before the hands go down [s]", low=0.0, high=3600.0, fixed=True
    )
    autostart: bool = parameter(True, "configure and activate when the process starts", fixed=True)


@dataclass(frozen=True)
class ViewerParameters:
    """What can be set of the viewer node."""

    host: str = parameter("127.0.0.1", "address that the page is served on", fixed=True)
    port: int = parameter(
        8080, "first port tried for the page; the next free one is taken", low=1024, high=65535, fixed=True
    )
    signer: str = parameter("signer", "name of the signer node that is shown and steered", fixed=True)


@dataclass(frozen=True)
class RobotParameters:
    """What can be set of a robot's node."""

    robot: str = parameter("", "the robot: a name under config/robots, or the path of a YAML file", fixed=True)
    urdf: str = parameter(
        "",
        "its URDF file, or a folder that holds it; empty looks beside the YAML and where nsa hand get puts it",
        fixed=True,
    )
    signer: str = parameter("signer", "name of the signer node that is followed", fixed=True)
    dominant: str = parameter(
        "robot",
        "the hand that spells, as of a right-handed or left-handed signer; robot takes the right one if there is one",
        choices=("robot", "right", "left"),
        fixed=True,
    )
    rate: float = parameter(100.0, "commands per second [Hz]", low=10.0, high=500.0, fixed=True)
    output: str = parameter(
        "robot",
        "type of the commands, of every controller: robot takes what the YAML says",
        choices=("robot", "joint_trajectory", "position", "joint_state"),
        fixed=True,
    )
    speed: float = parameter(
        1.0, "factor of the velocity limits; below 1 for first trials of a robot [-]", low=0.05, high=1.0, fixed=True
    )
    active: bool = parameter(
        False, "activate by itself, once, as soon as the whole joint state is measured", fixed=True
    )
    share_topic: bool = parameter(False, "command a topic although another node publishes on it", fixed=True)
    stream_timeout: float = parameter(
        0.25, "without a pose of the signer for this long the robot holds [s]", low=0.05, high=10.0, fixed=True
    )
    rest_after: float = parameter(
        2.0,
        "after holding for this long without a signer it returns to its rest pose [s]",
        low=0.1,
        high=3600.0,
        fixed=True,
    )
    lead: float = parameter(
        0.04,
        "a trajectory is sent this long before it is due, so it may be as long on its way; adds to the latency [s]",
        low=0.01,
        high=0.5,
        fixed=True,
    )
    state_timeout: float = parameter(
        0.5,
        "a measured joint position older than this is not relied on: the robot holds [s]",
        low=0.05,
        high=10.0,
        fixed=True,
    )
    max_error: float = parameter(
        0.5,
        "a joint measured this far from its command for half a second is blocked: the robot holds; 0 for never [rad]",
        low=0.0,
        high=10.0,
        fixed=True,
    )
    assume_rest: bool = parameter(
        False,
        "the robot tells no joint states: it is taken to stand in its rest pose when activated, so put it there",
        fixed=True,
    )


@dataclass(frozen=True)
class SimulatedRobotParameters:
    """What can be set of a simulated robot's node."""

    robot: str = parameter("", "the robot: a name under config/robots, or the path of a YAML file", fixed=True)
    urdf: str = parameter(
        "",
        "its URDF file, or a folder that holds it; empty looks beside the YAML and where nsa hand get puts it",
        fixed=True,
    )
    output: str = parameter(
        "robot",
        "type of the commands that are taken, by every controller: robot takes what the YAML says",
        choices=("robot", "joint_trajectory", "position", "joint_state"),
        fixed=True,
    )


def check(spec: Field[Any], value: Any) -> None:
    """Raise NsaError when a value is outside what the field allows."""
    low, high, choices = (spec.metadata[key] for key in ("low", "high", "choices"))
    if choices and value not in choices:
        raise NsaError(f"parameter {spec.name} is {value!r}; choose one of {', '.join(choices)}")
    if low is not None and not low <= value <= high:
        raise NsaError(f"parameter {spec.name} is {value}; it must be between {low} and {high}")


def changed(snapshot: Snapshot, changes: Mapping[str, Any], configured: bool) -> Snapshot:
    """The snapshot with changes applied; names that are no fields are left alone (QoS overrides, use_sim_time).

    Raises:
        NsaError: a value that is not allowed, or a change that only `configure` would read.
    """
    specs = {spec.name: spec for spec in fields(snapshot)}  # type: ignore[arg-type]
    known = {name: value for name, value in changes.items() if name in specs}
    for name, value in known.items():
        check(specs[name], value)
        if configured and specs[name].metadata["fixed"] and value != getattr(snapshot, name):
            raise NsaError(
                f"parameter {name} is read when the node configures; deactivate and clean up first "
                "(a lifecycle node: ros2 lifecycle set NODE deactivate, then cleanup), set it, then configure and "
                "activate; else start the node again with -p"
            )
    return replace(snapshot, **known)  # type: ignore[type-var]


def _descriptor(spec: Field[Any]) -> ParameterDescriptor:
    meta = spec.metadata
    descriptor = ParameterDescriptor(description=meta["description"])
    if meta["choices"]:
        descriptor.additional_constraints = f"one of {', '.join(meta['choices'])}"
    if meta["low"] is not None and isinstance(spec.default, float):
        descriptor.floating_point_range = [FloatingPointRange(from_value=meta["low"], to_value=meta["high"])]
    elif meta["low"] is not None:
        descriptor.integer_range = [IntegerRange(from_value=meta["low"], to_value=meta["high"], step=1)]
    return descriptor


class ParameterSet:
    """Declares the fields of a snapshot class on a node and keeps the current snapshot.

    Args:
        node: where to declare.
        kind: the snapshot class.
        configured: tells whether fixed parameters are in use now.
        on_change: called with the new snapshot after an accepted change.
        defaults: of some fields, where they are not the class's.

    Raises:
        NsaError: a value given at start (launch file, command line) is not allowed.
    """

    def __init__(
        self,
        node: Node,
        kind: type[Snapshot],
        configured: Callable[[], bool],
        on_change: Callable[[Any], None],
        defaults: Mapping[str, Any] | None = None,
    ) -> None:
        self._configured, self._on_change = configured, on_change
        values, given = {}, defaults or {}
        for spec in fields(kind):  # type: ignore[arg-type]
            try:
                default = given.get(spec.name, spec.default)
                values[spec.name] = node.declare_parameter(spec.name, default, _descriptor(spec)).value
            except Exception as error:
                raise NsaError(f"parameter {spec.name}: {error}. It is: {spec.metadata['description']}") from error
        self.current: Any = changed(kind(), values, configured=False)
        node.add_on_set_parameters_callback(self._set)

    def _set(self, parameters: Iterable[Any]) -> SetParametersResult:
        try:
            self.current = changed(self.current, {p.name: p.value for p in parameters}, self._configured())
        except NsaError as error:
            return SetParametersResult(successful=False, reason=str(error))
        self._on_change(self.current)
        return SetParametersResult(successful=True)
