"""What ./demo says before it does anything: what is missing, which ROS is used, which is refused."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("bash", "cat", "cut", "dirname", "env", "sha256sum", "sed", "tail", "rm", "mkdir", "uname")


def shell(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script that has sourced tools/environment.sh."""
    clean = {key: value for key, value in os.environ.items() if key not in {"ROS_DISTRO", "NSA_ROS_DISTRO"}}
    return subprocess.run(
        ["bash", "-euc", f'ROOT="{ROOT}"; . "$ROOT/tools/environment.sh"; {script}'],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("distro", ["humble", "iron", "foxy", "noetic"])
def test_an_older_ros_is_refused_with_what_to_do(distro: str) -> None:
    done = shell("choose_ros; echo chosen", ROS_DISTRO=distro)
    assert done.returncode == 1
    assert "chosen" not in done.stdout
    assert f"ROS '{distro}' is sourced" in done.stderr
    assert "no ROS is sourced" in done.stderr


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "jazzy 0"),
        ({"ROS_DISTRO": "jazzy"}, "jazzy 1"),
        ({"ROS_DISTRO": "kilted"}, "kilted 1"),
        ({"ROS_DISTRO": "rolling"}, "rolling 1"),
        ({"NSA_ROS_DISTRO": "kilted"}, "kilted 0"),
        ({"NSA_ROS_DISTRO": "kilted", "ROS_DISTRO": "jazzy"}, "kilted 0"),
    ],
)
def test_which_ros_is_used(environment: dict[str, str], expected: str) -> None:
    assert shell('choose_ros; echo "$DISTRO $INSTALLED"', **environment).stdout.strip() == expected


def test_wheels_that_do_not_exist_are_refused() -> None:
    done = shell("choose_ros", NSA_ROS_DISTRO="humble")
    assert done.returncode == 1
    assert "jazzy and kilted" in done.stderr


def test_everything_that_is_missing_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    for tool in TOOLS:
        found = subprocess.run(["which", tool], capture_output=True, text=True, check=True).stdout.strip()
        (tmp_path / tool).symlink_to(found)
    done = shell("choose_ros; choose_python; check_machine", PATH=str(tmp_path), CXX="")
    assert done.returncode == 1
    for name in ("Python 3.10", "g++", "cmake", "make"):
        assert name in done.stderr
    assert "Install what is missing" in done.stderr


def test_a_python_that_is_too_old_is_not_taken(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = shell('choose_ros; choose_python; echo "python: $PYTHON"', NSA_PYTHON=str(old))
    assert done.stdout.strip() == "python:"


def test_the_demo_explains_itself_without_setting_anything_up() -> None:
    done = subprocess.run([ROOT / "demo", "--help"], capture_output=True, text=True, check=True)
    assert "--keep" in done.stdout
    wrong = subprocess.run([ROOT / "demo", "--kep"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "unknown option --kep" in wrong.stderr
