"""Where descriptions of robots are: the YAML files, and the URDF files that they name."""

from __future__ import annotations

import os
from pathlib import Path

from nsa_ros import resources
from nsa_ros.errors import NsaError


def shipped() -> dict[str, Path]:
    """The robots that come with the package: name and YAML file."""
    return {file.stem: file for file in sorted(resources.find("config", "robots").glob("*.yaml"))}


def robot_file(name_or_path: str | Path) -> Path:
    """The YAML file of a robot: the name of a shipped one, or the path of a file.

    Raises:
        NsaError: there is none; the message lists those shipped.
    """
    given = Path(name_or_path).expanduser()
    if given.is_file():
        return given
    known = shipped()
    if str(name_or_path) not in known:
        raise NsaError(f"no robot {str(name_or_path)!r}. Robots: {', '.join(known)}; or give the path of a YAML file")
    return known[str(name_or_path)]


def downloads() -> Path:
    """The user's folder of downloaded URDF files ($XDG_DATA_HOME/nsa_ros/urdf); it need not exist."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "nsa_ros" / "urdf"


def urdf_file(name: str, robot: Path, given: str | Path | None = None, url: str = "") -> Path:
    """The URDF file of a robot.

    Args:
        name: of the file, as its YAML gives it.
        robot: the YAML file; the URDF may lie beside it.
        given: the file, or a folder that holds it or a folder below does; nothing else is looked at then.
        url: where it can be had, "" where the YAML does not say.

    Raises:
        NsaError: there is none; the message says where it was looked for.
    """
    if given:
        place = Path(given).expanduser()
        if place.is_file():
            return place
        found = sorted(place.rglob(Path(name).name)) if place.is_dir() else []
        if not found:
            raise NsaError(f"{robot}: there is no {name} at {place}; give the URDF file, or a folder that holds it")
        return found[0]
    tried = [robot.parent / name, resources.root() / "urdf" / name, downloads() / name]
    for place in tried:
        if place.is_file():
            return place
    known = robot.stem if robot in shipped().values() else robot
    get = f"Get it: nsa hand get {known}" if url else "Put it beside the YAML, which names no url to get it from"
    raise NsaError(
        f"{robot}: its URDF {name} is not here. {get}; or name the file (--urdf FILE, urdf:=FILE in a launch). "
        f"Looked for: {', '.join(map(str, tried))}"
    )
