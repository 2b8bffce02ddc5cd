#!/usr/bin/env python3
"""A run to a bundle, with its parity: `nsa export RUN --config … --data … --out …`, from a clone."""

import sys

import _clone  # noqa: F401

from nsa_ros.cli import main

if __name__ == "__main__":
    sys.exit(main(["export", *sys.argv[1:]]))
