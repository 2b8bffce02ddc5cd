"""The package as ROS and pip see it: manifests, files that are installed, pinned requirements."""

import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

import nsa_ros

ROOT = Path(nsa_ros.__file__).resolve().parents[1]
MANIFESTS = [ROOT / "package.xml", ROOT / "ros2_ws" / "src" / "nsa_msgs" / "package.xml"]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=["nsa_ros", "nsa_msgs"])
def test_a_manifest_is_valid_for_catkin_and_says_the_version_of_the_code(manifest: Path) -> None:
    catkin = pytest.importorskip("catkin_pkg.package")
    package = catkin.parse_package(str(manifest))
    package.validate()
    assert package.package_format == 3
    assert package.version == nsa_ros.__version__
    assert package.licenses == ["Apache-2.0"]


def test_every_ros_package_that_is_imported_is_a_dependency() -> None:
    declared = {e.text for e in ElementTree.parse(MANIFESTS[0]).iter("exec_depend")}
    ros = {"builtin_interfaces", "diagnostic_msgs", "launch", "launch_ros", "nsa_msgs", "rcl_interfaces", "rclpy"}
    ros |= {"sensor_msgs", "std_msgs", "std_srvs", "visualization_msgs", "lifecycle_msgs", "action_msgs"}
    ros |= {"trajectory_msgs"}
    files = [*(ROOT / "nsa_ros").rglob("*.py"), *(ROOT / "launch").glob("*.py")]
    found = {name for f in files for name in re.findall(r"^(?:from|import) (\w+)", f.read_text("utf-8"), re.MULTILINE)}
    assert found & ros <= declared


def test_the_workspace_links_to_the_root() -> None:
    link = ROOT / "ros2_ws" / "src" / "nsa_ros"
    if not link.is_symlink():
        pytest.skip("links are not kept in this checkout")
    assert link.readlink() == Path("../..")
    assert (link / "package.xml").samefile(ROOT / "package.xml")


def test_every_folder_with_code_is_a_package() -> None:
    folders = {file.parent for file in (ROOT / "nsa_ros").rglob("*.py")}
    assert [f.name for f in folders if not (f / "__init__.py").is_file()] == []


@pytest.mark.parametrize("script", ["demo", "test", ".ci/run"])
def test_the_scripts_can_be_run(script: str) -> None:
    assert (ROOT / script).stat().st_mode & stat.S_IXUSR
    subprocess.run(["bash", "-n", str(ROOT / script)], check=True)


@pytest.mark.parametrize("file", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda f: f.stem)
def test_requirements_are_pinned(file: Path) -> None:
    if file.stem == "installed":
        pytest.skip("beside an installed ROS 2 its own versions stay")
    lines = [line.split("#")[0].strip() for line in file.read_text("utf-8").splitlines()]
    assert [line for line in lines if line and "==" not in line] == []


def test_a_wheel_holds_the_data_and_what_lies_beside_the_code(tmp_path: Path) -> None:
    kept = {"nsa_ros", "launch", "config", "rviz", "urdf", "models", "resource", "ros2_ws", "tests", "tools", "export"}
    source = tmp_path / "source"
    source.mkdir()
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, source)
        elif path.name in kept:
            skipped = shutil.ignore_patterns("__pycache__", "build", "install", "log")
            shutil.copytree(path, source / path.name, symlinks=True, ignore=skipped)
    build = [sys.executable, "-m", "pip", "wheel", str(source), "--wheel-dir", str(tmp_path)]
    subprocess.run([*build, "--no-deps", "--no-build-isolation"], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    installed = {name.split(".data/data/", 1)[1] for name in names if ".data/data/" in name}
    for name in ("nsa_ros/py.typed", "nsa_ros/body/data/skeleton.yaml", "nsa_ros/ros/signer.py"):
        assert name in names
    beside = ["package.xml", "launch/signer.launch.py", "config/signer.yaml", "rviz/signer.rviz", "urdf/signer.urdf"]
    assert {f"share/nsa_ros/{name}" for name in beside} <= installed
    assert not [name for name in names if name.startswith(("tests/", "tools/", "export/"))]
