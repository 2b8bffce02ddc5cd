#!/usr/bin/env python3
"""One denoising step of a run to ONNX, for each chunk length: noisy frames and recurrent state in, both out."""

import _clone  # noqa: F401

from nsa_ros.learning.export.commands import Run, main
from nsa_ros.learning.export.graphs import denoiser_graph
from nsa_ros.signing.networks import denoiser_file


def work(run: Run) -> None:
    run.write({denoiser_file(n): denoiser_graph(run.trained.motion, n) for n in run.chunks})


if __name__ == "__main__":
    main(__doc__, work)
