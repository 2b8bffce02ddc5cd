"""For all tests: laws are searched for counterexamples without a deadline, so that a busy machine fails nothing."""

from importlib.util import find_spec

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_report_header() -> str:
    """Says when the tests of tests/ros are left out; ./test stops before, so that none is missed there."""
    found = find_spec("rclpy") and find_spec("nsa_msgs")
    return "" if found else "tests/ros is left out: no rclpy or nsa_msgs here; ./test brings both"
