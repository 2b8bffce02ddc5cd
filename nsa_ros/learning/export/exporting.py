"""A trained run to a bundle that is checked: single precision, and the variants that are near enough to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import ModelConfig
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.export.description import add_to_description, describe, word_choices, write_description
from nsa_ros.learning.export.graphs import bundle_graphs
from nsa_ros.learning.export.onnx_files import write_sharing_weights
from nsa_ros.learning.export.parity import TEXTS, parity
from nsa_ros.learning.export.trained import Trained
from nsa_ros.learning.export.variants import make_variants
from nsa_ros.signing.bundle import DESCRIPTION, load_bundle, sha256
from nsa_ros.signing.networks import FP32, denoiser_file, sampler_file
from nsa_ros.signing.plan_rules import choice_width


def export_with_parity(config: ModelConfig, corpus: Corpus, run: Path, folder: Path) -> dict[str, Any]:
    """Export a run with all variants that are near enough; returns and raises as `write_checked`, and also:

    Raises:
        NsaError: no checkpoints, or a configuration that is not exported.
    """
    trained = Trained(config, corpus, run)
    graphs = bundle_graphs(config, trained, choice_width(word_choices(corpus)))
    return write_checked(config, corpus, trained, graphs, folder)


def write_checked(
    config: ModelConfig, corpus: Corpus, trained: Trained, graphs: Mapping[str, onnx.ModelProto], folder: Path
) -> dict[str, Any]:
    """Write a bundle with all variants and compare every one on test texts; those beyond their limits are taken out.

    Args:
        config, corpus: of the run.
        trained: its networks.
        graphs: of `bundle_graphs`.
        folder: of the bundle.

    Returns:
        The comparison (`parity.parity`), which is also in the bundle's `model.yaml`.

    Raises:
        NsaError: graphs in single precision that are not the network.
    """
    description = describe(config, corpus, trained, word_choices(corpus))
    chunks = config.export.chunks
    variants = {
        (precision, sampler_file(n, precision)): graph
        for n in chunks
        for precision, graph in make_variants(graphs[sampler_file(n)]).items()
    }
    write_bundle(folder, {**graphs, **{name: graph for (_, name), graph in variants.items()}}, description)
    step = graphs[denoiser_file(chunks[len(chunks) // 2])]
    report = parity(trained, load_bundle(folder), corpus.test[:TEXTS], {FP32: step, **make_variants(step)})
    if not report[FP32]["shipped"]:
        (folder / DESCRIPTION).unlink()
        raise NsaError(
            f"what was exported to {folder} is not the network: {'; '.join(report[FP32]['exceeded'])}. No bundle was "
            "written. Export with the versions of torch and onnx in requirements/test.txt"
        )
    shipped = {name: graph for (precision, name), graph in variants.items() if report[precision]["shipped"]}
    if len(shipped) < len(variants):
        for _, name in variants:
            (folder / name).unlink()
        write_bundle(folder, {**graphs, **shipped}, description)
    add_to_description(folder, parity=report)
    return report


def write_bundle(folder: Path, graphs: Mapping[str, onnx.ModelProto], description: Mapping[str, Any]) -> None:
    """Write graphs, weights and `model.yaml`, which is `description` and the files' sizes and hashes."""
    names = write_sharing_weights(graphs, folder)
    files = {name: {"bytes": (folder / name).stat().st_size, "sha256": sha256(folder / name)} for name in names}
    write_description(folder, {**description, "files": files})
