"""The recommended controllers are those that the robots' nodes command, joint for joint."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml

from nsa_ros import resources
from nsa_ros.robots.description.places import shipped
from nsa_ros.robots.description.robot import robot_section

FOLDER = resources.find("config", "controllers")
NAMES = sorted(shipped())


@pytest.mark.parametrize("name", NAMES)
def test_every_controller_of_a_robot_is_configured_with_its_joints(name: str) -> None:
    said: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    loaded = said["controller_manager"]["ros__parameters"]
    controllers = robot_section(name).listed("controllers")
    assert controllers
    for controller in controllers:
        own, kind = controller.text("name"), controller.text("type", "joint_trajectory")
        assert kind.split("_")[0] in loaded[own]["type"]
        assert tuple(said[own]["ros__parameters"]["joints"]) == controller.texts("joints")
        if kind == "joint_trajectory":
            settings = said[own]["ros__parameters"]
            assert settings["interpolate_from_desired_state"] is True
            assert settings["allow_nonzero_velocity_at_trajectory_end"] is False


def test_the_files_are_as_the_tool_makes_them() -> None:
    tool = Path(__file__).parents[2] / "tools" / "controller_yaml.py"
    spec = importlib.util.spec_from_file_location("controller_yaml", tool)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in NAMES:
        assert (FOLDER / f"{name}.yaml").read_text("utf-8") == module.controllers(name), (
            f"config/controllers/{name}.yaml is out of date: python tools/controller_yaml.py"
        )
