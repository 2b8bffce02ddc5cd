"""The files beside the code are found wherever the package lies, and a missing one is named."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import nsa_ros
from nsa_ros import resources
from nsa_ros.errors import NsaError

SOURCE = Path(nsa_ros.__file__).resolve().parents[1]
FOUND = "from nsa_ros import resources; print(resources.find('package.xml'))"


def found_from(python_path: Path) -> Path:
    run = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(python_path)!r}); {FOUND}"]
    return Path(subprocess.run(run, capture_output=True, text=True, check=True, cwd="/").stdout.strip())


def minimal_package(folder: Path) -> None:
    target = folder / "nsa_ros"
    target.mkdir(parents=True)
    for name in ("__init__.py", "errors.py", "resources.py"):
        shutil.copy(SOURCE / "nsa_ros" / name, target / name)


def test_source_tree() -> None:
    assert found_from(SOURCE) == SOURCE / "package.xml"


@pytest.mark.parametrize("layout", ["lib/python3.11/site-packages", "local/lib/python3.12/dist-packages", "."])
def test_installed_below_a_prefix(tmp_path: Path, layout: str) -> None:
    minimal_package(tmp_path / layout)
    share = tmp_path / "share" / "nsa_ros"
    share.mkdir(parents=True)
    shutil.copy(SOURCE / "package.xml", share)
    assert found_from(tmp_path / layout) == share / "package.xml"


def test_a_foreign_package_beside_the_code_is_not_taken(tmp_path: Path) -> None:
    minimal_package(tmp_path)
    (tmp_path / "package.xml").write_text("<package><name>other</name></package>")
    run = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {FOUND}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "Install the package again" in run.stderr


def test_a_missing_file_is_named_with_its_neighbours() -> None:
    with pytest.raises(NsaError, match=r"no config/none\.yaml .*signer\.yaml"):
        resources.find("config", "none.yaml")


def test_an_unknown_bundle_is_named_with_the_known_ones() -> None:
    with pytest.raises(NsaError, match=r"no model bundle 'none'.*Bundles here"):
        resources.bundle("none")


def test_a_bundle_is_found_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text("name: mine\n")
    assert resources.bundle(str(tmp_path)) == tmp_path
