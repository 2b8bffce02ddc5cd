#!/usr/bin/env python3
"""The text encoder of a run to ONNX: tokens (1, T) -> values and keys (1, T, H)."""

import _clone  # noqa: F401

from nsa_ros.learning.export.commands import Run, main
from nsa_ros.learning.export.graphs import text_encoder_graph
from nsa_ros.signing.networks import TEXT_ENCODER


def work(run: Run) -> None:
    run.write({TEXT_ENCODER: text_encoder_graph(run.trained.planner, run.config)})


if __name__ == "__main__":
    main(__doc__, work)
