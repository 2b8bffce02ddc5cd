"""The YAML file of a robot, over that of its `base`; a key that is there twice is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from nsa_ros.errors import NsaError
from nsa_ros.robots.description.places import robot_file

SIDES = ("left", "right")


def read_robot_yaml(file: Path) -> dict[str, Any]:
    """What the YAML file of a robot says, over what its base says.

    Raises:
        NsaError: a file is no YAML or has a key twice, or its base is missing or goes round in a circle.
    """
    return _merged(file, ())


def _merged(file: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    """What a file says, over what its `base` says; `side` gives the base's one hand to the other side."""
    if file.resolve() in above:
        circle = " → ".join(path.name for path in (*above[above.index(file.resolve()) :], file))
        raise NsaError(f"{above[0]}: base: goes round in a circle: {circle}")
    said = _read(file)
    if not isinstance(said, dict):
        raise NsaError(f"{file}: must be a mapping of keys to values, see docs/adding-a-hand.md")
    base, side = said.pop("base", None), said.pop("side", None)
    if base is None:
        return said
    near = file.parent / f"{base}.yaml"
    own = near.is_file() and near != file
    try:
        under = near if own else robot_file(str(base))
    except NsaError as error:
        raise NsaError(f"{file}: base: {'it names itself, and there is ' * (near == file)}{error}") from error
    below = _merged(under, (*above, file.resolve()))
    if side is not None:
        hands = below.get("hands")
        if side not in SIDES or not isinstance(hands, dict) or len(hands) != 1:
            raise NsaError(f"{file}: side is {side!r}; it must be left or right, and its base must have one hand")
        below["hands"] = {side: next(iter(hands.values()))}
    return _over(below, said)


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = dict(below)
    for key, value in above.items():
        under = both.get(key)
        both[key] = _over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return both


def _read(file: Path) -> Any:
    try:
        loader = yaml.SafeLoader(file.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            _refuse_twice(node, str(file), set())
            return loader.construct_document(node) if node else None
        finally:
            loader.dispose()
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise NsaError(f"{file}: cannot be read as YAML: {error}") from error


def _refuse_twice(node: yaml.Node | None, where: str, seen: set[int]) -> None:
    """No mapping at a node or below it has a key twice; `seen` are the nodes looked at (aliases may go in circles)."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            _refuse_twice(item, f"{where} {i + 1}", seen)
    elif isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in lines:
                raise NsaError(f"{where}: {name!r} is there twice, in lines {lines[name]} and {line}; leave one")
            lines[name] = line
            _refuse_twice(value, f"{where}: {name}", seen)
