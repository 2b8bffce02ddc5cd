"""What `nsa train` does, as a module that `torchrun` starts, one process for each GPU or part of the CPU.

    torchrun --nproc_per_node 2 -m nsa_ros.learning.training.train CONFIG --run DIR --data DIR

Options as of `nsa train`.
"""

from __future__ import annotations

import argparse
import sys

from nsa_ros.errors import NsaError
from nsa_ros.learning.retraining import retrain
from nsa_ros.learning.training import options


def main(arguments: list[str] | None = None) -> int:
    """Exit status: 0 done, 1 an error that the user can mend, named on stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m nsa_ros.learning.training.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.configure(parser)
    try:
        retrain(parser.parse_args(arguments))
    except NsaError as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
