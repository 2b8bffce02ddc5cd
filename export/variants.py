#!/usr/bin/env python3
"""The sampler of a run in half precision (for GPUs) and 8-bit integers (for CPUs). What ships is for parity to say."""

import _clone  # noqa: F401

from nsa_ros.learning.export.commands import Run, main
from nsa_ros.learning.export.graphs import exported_ddim, sampler_graph
from nsa_ros.learning.export.variants import make_variants
from nsa_ros.signing.networks import sampler_file


def work(run: Run) -> None:
    ddim, graphs = exported_ddim(run.config), {}
    for n in run.chunks:
        made = make_variants(sampler_graph(run.trained.motion, ddim, n))
        graphs |= {sampler_file(n, precision): graph for precision, graph in made.items()}
    run.write(graphs)


if __name__ == "__main__":
    main(__doc__, work)
