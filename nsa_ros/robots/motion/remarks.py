"""What a conduct says: what is wrong, of which joint, by which values, and what to do."""

from __future__ import annotations

from nsa_ros.errors import NsaError


def apart(joint: str, measured: float, commanded: float) -> str:
    """Where a joint is and where it should be [rad]: the beginning of the next two."""
    return f"joint {joint} is measured at {measured:.2f} rad, commanded to {commanded:.2f}"


def blocked(apart: str, error_time: float, failures: int, latched: bool) -> str:
    """A joint does not follow.

    Args:
        apart: which, and where it is.
        error_time: for how long already [s].
        failures: following errors in a row.
        latched: whether only a reset ends this.
    """
    end = (
        f"after {failures} such errors in a row only a reset starts it again"
        if latched
        else "it starts again by itself"
    )
    return (
        f"{apart} for more than {error_time:.1f} s: giving way and holding. "
        f"Free the robot, or see whether its drives are on and its gains suffice; {end}."
    )


def moved(apart: str) -> str:
    """A joint is elsewhere when the measured state comes back."""
    return f"{apart}, now that there are joint states again: giving way slowly, then it starts again by itself."


def blind(age: float) -> str:
    """The measured state is stale: older than `age` [s]."""
    return (
        f"no good joint state for {age:.2f} s: holding; "
        "see whether the robot's joint states are being published. It starts again by itself."
    )


def astray(error: NsaError) -> str:
    """The steering failed."""
    return f"no way past obstacles was found ({error}): holding; it is tried again by itself."


def silent(timeout: float) -> str:
    """No target came for `timeout` [s]."""
    return f"no target for {timeout:.2f} s: holding; see whether the source runs."


def untold(joint: str) -> str:
    """The stream has no target of a joint."""
    return f"joint {joint} has no finite target and holds; see whether the retargeting knows it."


LOST = "the stream is lost: holding; see whether its source runs."
RESTING = "the stream is lost: at rest until it comes back; see whether its source runs."
