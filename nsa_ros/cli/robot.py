"""`nsa robot`: talk to a robot's node, where there is no `ros2` command."""

from __future__ import annotations

import argparse

ACTIONS = ("status", "activate", "deactivate", "estop", "reset")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("node", metavar="NODE", help="name of the robot's node, e.g. nsa_hand or right/allegro_right")
    parser.add_argument(
        "action", choices=ACTIONS, help="activate: it moves from then on; estop: brake and hold until reset"
    )


def run(arguments: argparse.Namespace) -> int:
    from nsa_ros.ros.robot_client import ask

    print(ask(arguments.node, arguments.action))
    return 0
