"""The signer node with the fake signer: `python fake_node.py --ros-args …`; several with `--names ada,bob` first."""

import sys
from typing import Any

from nsa_ros.ros.run import run, signers


def load(parameters: Any) -> Any:
    from fake_signer import load

    return load(parameters)


def make() -> Any:
    from nsa_ros.ros.signer import SignerNode
    from nsa_ros.ros.signers import SharedSigners

    return SignerNode(SharedSigners(load))


if __name__ == "__main__":
    sys.exit(signers(load=load) if "--names" in sys.argv else run([make]))
