#!/usr/bin/env python3
"""The TensorRT engines of a bundle, ahead of use: `nsa export --tensorrt [BUNDLE]`, from a clone."""

import sys

import _clone  # noqa: F401

from nsa_ros.cli import main

if __name__ == "__main__":
    sys.exit(main(["export", "--tensorrt", *sys.argv[1:]]))
