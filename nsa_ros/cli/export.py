"""`nsa export`: a trained run to a bundle, and the TensorRT engines of a bundle, ahead of use."""

from __future__ import annotations

import argparse
from pathlib import Path

from nsa_ros.errors import NsaError

EPILOG = """\
examples:
  nsa export out/run --config nsa-aligned --data out/corpus --out out/bundle
  nsa export --tensorrt                     engines of the bundle "default" for the GPU of this machine
  nsa export --tensorrt out/bundle --precision fp16

docs/export.md says what is made, what is checked and what has been tried.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG
    parser.add_argument("run", nargs="?", type=Path, help="folder of the checkpoints, to make a bundle of")
    parser.add_argument("--config", help="the run's configuration: a name or a YAML file")
    parser.add_argument("--data", type=Path, help="the corpus it was trained on")
    parser.add_argument("--out", type=Path, help="folder of the new bundle")
    parser.add_argument(
        "--tensorrt", nargs="?", const="default", metavar="BUNDLE", help="build engines of a bundle (default: default)"
    )
    parser.add_argument("--precision", choices=("fp32", "fp16"), help="of the engines (default: fp32)")


def run(arguments: argparse.Namespace) -> int:
    if (arguments.run is None) == (arguments.tensorrt is None):
        raise NsaError("give a RUN to make a bundle of, or --tensorrt to build engines; see `nsa export --help`")
    if arguments.tensorrt is not None:
        return build_engines(arguments.tensorrt, arguments.precision or "fp32")
    missing = [f"--{name}" for name in ("config", "data", "out") if getattr(arguments, name) is None]
    if missing:
        raise NsaError(f"a bundle needs {', '.join(missing)}; see `nsa export --help`")
    if arguments.precision is not None:
        raise NsaError("--precision is of engines (--tensorrt); a bundle has every precision that passes its parity")
    return make_bundle(arguments.run, arguments.config, arguments.data, arguments.out)


def make_bundle(run: Path, config: str, data: Path, out: Path) -> int:
    """Export a run and measure its parity."""
    from nsa_ros.learning.config import load_config
    from nsa_ros.learning.data.shards import read_corpus
    from nsa_ros.learning.export.exporting import export_with_parity
    from nsa_ros.learning.export.parity import summary

    report = export_with_parity(load_config(config), read_corpus(data), run, out)
    size = sum(file.stat().st_size for file in out.iterdir())
    print(*summary(report), f"{out}: {size / 1e6:.1f} MB, the parity in {out / 'model.yaml'}", sep="\n")
    return 0


def build_engines(bundle: str, precision: str) -> int:
    """Build what is missing of a bundle's engines, with a bar that moves."""
    from tqdm import tqdm

    from nsa_ros import resources
    from nsa_ros.signing.bundle import load_bundle
    from nsa_ros.signing.engine_building import build_engine, graphs_to_build, require_tensorrt

    loaded = load_bundle(resources.bundle(bundle))
    graphs = graphs_to_build(loaded, precision)
    require_tensorrt()
    with tqdm(graphs, unit="engine", desc="TensorRT builds") as bar:
        for graph in bar:
            bar.set_postfix_str(f"{graph.name}, takes minutes")
            built = build_engine(graph, bar.refresh)
            took = f"built in {built.seconds:.0f} s" if built.seconds else "was there"
            bar.write(f"{graph.name}: {took}, at most {built.difference:.2g} from the CPU, {built.folder}")
    print(f"{loaded.name}: {len(graphs)} engines are ready; `--provider tensorrt` or `auto` takes them")
    return 0
