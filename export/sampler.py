#!/usr/bin/env python3
"""The whole sampler of a run to ONNX, all DDIM steps unrolled, for each chunk length."""

import _clone  # noqa: F401

from nsa_ros.learning.export.commands import Run, main
from nsa_ros.learning.export.graphs import exported_ddim, sampler_graph
from nsa_ros.signing.networks import sampler_file


def work(run: Run) -> None:
    ddim = exported_ddim(run.config)
    run.write({sampler_file(n): sampler_graph(run.trained.motion, ddim, n) for n in run.chunks})


if __name__ == "__main__":
    main(__doc__, work)
