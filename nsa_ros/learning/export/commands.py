"""What the scripts in `export/` share: a run as they are given it, and files as they write them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nsa_ros.errors import NsaError
from nsa_ros.learning.config import ModelConfig, load_config
from nsa_ros.learning.data.shards import read_corpus
from nsa_ros.learning.export.onnx_files import write_sharing_weights
from nsa_ros.learning.export.trained import Trained


@dataclass(frozen=True)
class Run:
    """What a script works on.

    Attributes:
        config: of the run.
        trained: its networks.
        chunks: frame counts to export.
        out: folder to write to.
    """

    config: ModelConfig
    trained: Trained
    chunks: tuple[int, ...]
    out: Path

    def write(self, graphs: Mapping[str, Any]) -> None:
        """Write ONNX graphs with their weights, and say what was written."""
        for name in write_sharing_weights(graphs, self.out):
            print(f"{self.out / name}: {(self.out / name).stat().st_size / 1e6:.2f} MB")


def main(description: str | None, work: Callable[[Run], None]) -> None:
    """Run a script: read its options, load the run, do the work; status 1 on an error that a user can mend."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("run", type=Path, help="folder of the checkpoints")
    parser.add_argument("--config", required=True, help="the run's configuration: a name or a YAML file")
    parser.add_argument("--data", type=Path, required=True, help="the corpus it was trained on")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--chunks", type=int, nargs="+", help="frames in one call (default: the configuration's)")
    given = parser.parse_args()
    try:
        config = load_config(given.config)
        trained = Trained(config, read_corpus(given.data), given.run)
        work(Run(config, trained, tuple(given.chunks or config.export.chunks), given.out))
    except NsaError as error:
        sys.exit(f"{parser.prog}: {error}")
