#!/usr/bin/env python3
"""Make config/controllers anew: for each robot of config/robots, ros2_control's parameters for its controllers."""

from pathlib import Path

from nsa_ros.robots.description.places import shipped
from nsa_ros.robots.description.robot import robot_section

FOLDER = Path(__file__).resolve().parents[1] / "config" / "controllers"

TYPES = {
    "joint_trajectory": "joint_trajectory_controller/JointTrajectoryController",
    "position": "position_controllers/JointGroupPositionController",
}

HEAD = """# Recommended controllers of ros2_control for {title}. Made by tools/controller_yaml.py from
# config/robots/{name}.yaml; what each setting is for is said in docs/robots-ros.md.
controller_manager:
  ros__parameters:
    update_rate: 200 # [Hz]
    joint_state_broadcaster:
      type: joint_state_broadcaster/JointStateBroadcaster
"""

TRAJECTORY = """    command_interfaces: [position]
    state_interfaces: [position, velocity]
    interpolate_from_desired_state: true # each message replaces the one before
    allow_partial_joints_goal: false
    allow_nonzero_velocity_at_trajectory_end: false # every message ends at a standstill
    cmd_timeout: 1.0 # [s] after the end of the last message the measured position is held
"""


def controllers(name: str) -> str:
    """The parameters for a robot; "" when ros2_control has no controller of the type it names."""
    section = robot_section(name)
    title, listed = section.text("title", name), section.listed("controllers")
    text, parts = HEAD.format(title=title, name=name), []
    for controller in listed:
        kind = controller.text("type", "joint_trajectory")
        if kind not in TYPES:
            continue
        own, joints = controller.text("name"), controller.texts("joints")
        text += f"    {own}:\n      type: {TYPES[kind]}\n"
        rows = "".join(f"      - {quoted(joint)}\n" for joint in joints)
        further = TRAJECTORY if kind == "joint_trajectory" else ""
        parts.append(f"{own}:\n  ros__parameters:\n    joints:\n{rows}{further}")
    return "\n".join([text, *parts]) if parts else ""


def quoted(joint: str) -> str:
    """A name as YAML takes it for a text."""
    return f'"{joint}"' if not joint[0].isalpha() else joint


def main() -> None:
    """Write a file for each robot."""
    FOLDER.mkdir(exist_ok=True)
    for name in shipped():
        text = controllers(name)
        if text:
            (FOLDER / f"{name}.yaml").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
