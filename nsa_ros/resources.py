"""Where the files beside the code are: model bundles, URDF, launch, configuration, RViz views.

They lie at the root of the source tree, and in `share/nsa_ros` of a wheel or a colcon install; code asks here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from nsa_ros.errors import NsaError


def _is_ours(folder: Path) -> bool:
    manifest = folder / "package.xml"
    return manifest.is_file() and "<name>nsa_ros</name>" in manifest.read_text(encoding="utf-8")


@cache
def root() -> Path:
    """The folder that holds `package.xml`, `models`, `urdf`, `launch`, `config` and `rviz`.

    Raises:
        NsaError: the package was installed without them.
    """
    package = Path(__file__).resolve().parent
    if _is_ours(package.parent):
        return package.parent
    for prefix in package.parents:
        if _is_ours(prefix / "share" / "nsa_ros"):
            return prefix / "share" / "nsa_ros"
    raise NsaError(
        f"the files of nsa_ros (models, urdf, launch …) are neither beside {package} nor in a share/nsa_ros above it. "
        "Install the package again: pip install . or colcon build"
    )


def find(*parts: str) -> Path:
    """Path of a file or folder below `root()`, e.g. `find("urdf", "signer.urdf")`.

    Raises:
        NsaError: there is none; the message lists what lies beside it.
    """
    path = root().joinpath(*parts)
    if not path.exists():
        beside = sorted(p.name for p in path.parent.iterdir()) if path.parent.is_dir() else []
        raise NsaError(f"no {'/'.join(parts)} in {root()}; there is: {', '.join(beside) or 'nothing'}")
    return path


def bundle(name_or_path: str) -> Path:
    """Folder of a model bundle: an existing folder as given, else `models/<name>`.

    Raises:
        NsaError: neither exists, or it has no model.yaml; the message lists the bundles there are.
    """
    given = Path(name_or_path).expanduser()
    folder = given if given.is_dir() else root() / "models" / name_or_path
    if not (folder / "model.yaml").is_file():
        found = (p.parent for p in (root() / "models").glob("*/model.yaml"))
        known = sorted(p.name for p in found if any(p.glob("*.onnx")))
        raise NsaError(
            f"no model bundle {name_or_path!r} (looked for {folder / 'model.yaml'}). "
            f"Bundles here: {', '.join(known) or 'none'}; or give the path of a bundle folder"
        )
    return folder
