#!/usr/bin/env python3
"""Checkpoints to a bundle: `export/export_bundle.py CONFIG CORPUS RUN BUNDLE`. Parity with torch is measured, too."""

from __future__ import annotations

import argparse
from pathlib import Path

from nsa_ros.learning.config import load_config
from nsa_ros.learning.data.shards import read_corpus
from nsa_ros.learning.export.parity import export_with_parity

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", help="YAML file or name of a configuration")
    for name in ("corpus", "run", "bundle"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    corpus = read_corpus(options.corpus)
    measured = export_with_parity(load_config(options.config), corpus, options.run, options.bundle)
    size = sum(file.stat().st_size for file in options.bundle.iterdir())
    print(f"{options.bundle}: {size / 1e6:.1f} MB, parity {measured['largest_degrees']}°, {measured['largest_mm']} mm")
