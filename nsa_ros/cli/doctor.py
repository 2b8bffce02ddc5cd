"""`nsa doctor`: what is installed, which provider really works, is the bundle intact, what to do."""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from nsa_ros import __version__
from nsa_ros.errors import NsaError

Verdict = Literal["ok", "missing", "broken"]
MARKS: dict[Verdict, str] = {"ok": "ok     ", "missing": "–      ", "broken": "BROKEN "}


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, how it is, what was seen or what to do."""

    what: str
    verdict: Verdict
    detail: str


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bundle", default="default", help="name under models/ or path of a bundle folder")
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(arguments: argparse.Namespace) -> int:
    findings = examine(arguments.bundle)
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            print(f"{MARKS[finding.verdict]}{finding.what:<20}{finding.detail}")
    return 1 if any(finding.verdict == "broken" for finding in findings) else 0


def examine(bundle: str) -> list[Finding]:
    """All findings; `broken` ones keep signing from working, `missing` ones only what is named in them."""
    python = f"{platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return [
        Finding("nsa_ros", "ok", f"{__version__}, Python {python}"),
        _checked("files", _files),
        _checked("model bundle", lambda: _bundle(bundle)),
        _checked("sign", lambda: _sign(bundle)),
        _optional("GPU", _gpu),
        _optional("TensorRT", lambda: _tensorrt(bundle)),
        _distribution("ROS 2", "rclpy", _ros(), "source /opt/ros/<distro>/setup.bash, or use ./demo, which brings it"),
        _distribution("nsa_msgs", "nsa_msgs", "", "colcon build in ros2_ws, then source install/setup.bash"),
        _distribution("browser viewer", "viser", "", "pip install '.[viewer]' in the source folder"),
        _distribution("film", "moderngl", "", "pip install '.[film]' in the source folder"),
        _distribution("bags", "mcap_ros2", "", "pip install '.[mcap]' in the source folder"),
        _distribution(
            "learning", "torch", "", "pip install '.[learning]' in the source folder (only to train, export and fit)"
        ),
        _distribution(
            "reality", "sklearn", "", "pip install '.[reality]' in the source folder (only for `nsa reality`)"
        ),
        _distribution("cluster", "ray", "", "pip install '.[ray]' in the source folder (only for `nsa fit --ray`)"),
        _distribution(
            "SMPL-X",
            "smplx",
            "",
            "optional, licensed for non-commercial research: pip install '.[smplx]' in the source folder",
        ),
    ]


def _checked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, "ok", look())
    except NsaError as error:
        return Finding(what, "broken", str(error))
    except Exception as error:  # a doctor reports whatever is wrong
        return Finding(what, "broken", f"{type(error).__name__}: {error}")


def _optional(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, "ok", look())
    except NsaError as error:
        return Finding(what, "missing", str(error))


def _distribution(what: str, module: str, note: str, remedy: str) -> Finding:
    if importlib.util.find_spec(module) is None:
        return Finding(what, "missing", remedy)
    names = importlib.metadata.packages_distributions().get(module, [module])
    try:
        version = importlib.metadata.version(names[0])
    except importlib.metadata.PackageNotFoundError:
        version = "found"
    return Finding(what, "ok", f"{module} {version}{note}")


def _ros() -> str:
    distro = os.environ.get("ROS_DISTRO")
    command = shutil.which("ros2")
    return (f", ROS_DISTRO {distro}" if distro else "") + (", ros2 command found" if command else ", no ros2 command")


def _files() -> str:
    from nsa_ros import resources

    return str(resources.root())


def _bundle(name: str) -> str:
    from nsa_ros import resources
    from nsa_ros.signing.bundle import load_bundle

    bundle = load_bundle(resources.bundle(name))
    return f"{bundle.name}: hashes right, {bundle.license}; {bundle.status}"


def _sign(name: str) -> str:
    from nsa_ros import resources
    from nsa_ros.signing.signer import ModelSigner

    signer = ModelSigner(resources.bundle(name))
    frames = sum(len(chunk) for chunk in signer.sign("hello", 0))
    return f"“hello” gives {frames} frames; {signer.provider}"


def _gpu() -> str:
    from nsa_ros.signing.runtime import gpu, providers

    name, capability = gpu.first_gpu()
    compiled = providers.runtime().get_available_providers()
    known = [short for short, long in providers.PROVIDERS.items() if long in compiled]
    return f"{name}, compute capability {capability}; onnxruntime was built for {', '.join(known)}"


def _tensorrt(name: str) -> str:
    from nsa_ros import resources
    from nsa_ros.signing import engine_building
    from nsa_ros.signing.bundle import load_bundle
    from nsa_ros.signing.runtime import engine_cache, providers

    engine_building.require_tensorrt()
    ort = providers.runtime()
    graphs = engine_building.graphs_to_build(load_bundle(resources.bundle(name)))
    versions = {str(engine_cache.find_engine(graph, ort).manifest["conditions"]["tensorrt"]) for graph in graphs}
    return f"{', '.join(versions)}; the {len(graphs)} engines of the bundle are built"
