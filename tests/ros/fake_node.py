"""The signer node with the fake signer: `python fake_node.py --ros-args …`."""

import sys

from nsa_ros.ros.run import run


def make() -> object:
    from fake_signer import load

    from nsa_ros.ros.signer import SignerNode

    return SignerNode(load)


if __name__ == "__main__":
    sys.exit(run(make))
