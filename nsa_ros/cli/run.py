"""`nsa run`: a ROS 2 node, or several signers or robots, in this process, where there is no `ros2 launch`."""

from __future__ import annotations

import argparse

NODES = ("signer", "signers", "robot", "simulated_robot", "viewer")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("node", choices=NODES)
    parser.add_argument(
        "ros_args",
        nargs=argparse.REMAINDER,
        help="signers: --names ada,bob; robot, simulated_robot: --robots allegro_right; then ROS arguments, "
        "e.g. --ros-args -p speed:=0.8 -r sign_text:=/text",
    )


def run(arguments: argparse.Namespace) -> int:
    from nsa_ros.ros import run as nodes

    return getattr(nodes, arguments.node)(arguments.ros_args)
