"""Names of the nodes of one process: signers by their namespaces, robots by their own names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from nsa_ros.errors import NsaError

ALLOWED = "letters, digits and single underscores, a letter first"
_NAME = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*_?")


def signer_names(text: str) -> list[str]:
    """Names separated by commas, spaces around them ignored.

    Raises:
        NsaError: there is none, one is not allowed in ROS 2, or one is there twice.
    """
    names = [name.strip() for name in text.split(",")]
    if names == [""]:
        raise NsaError("no signer is named; give names separated by commas, e.g. ada,bob")
    for place, name in enumerate(names):
        if not _NAME.fullmatch(name):
            raise NsaError(f"{name!r} is no name for a signer: a name has {ALLOWED}; separate names by commas: ada,bob")
        if name in names[:place]:
            raise NsaError(f"two signers are named {name!r}: every name may be there once")
    return names


@dataclass(frozen=True)
class RobotChoice:
    """A robot that is asked for.

    Attributes:
        robot: a shipped name, or the path of a YAML file.
        node: name of its node, that of the robot.
        namespace: of its node and topics, "" for that of the others.
    """

    robot: str
    node: str
    namespace: str = ""

    @property
    def path(self) -> str:
        """Its node with the namespace, relative."""
        return f"{self.namespace}/{self.node}".lstrip("/")

    @property
    def simulated(self) -> str:
        """Name of the node that stands in for its drivers."""
        return f"{self.node}_simulated"

    def defaults(self, signer: str) -> dict[str, str]:
        """Parameters of its node that are not the usual ones; `signer` is needed in a namespace of its own."""
        return {"robot": self.robot, **({"signer": signer} if self.namespace else {})}


def robot_choices(text: str) -> list[RobotChoice]:
    """Robots separated by commas: NAME, NAMESPACE/NAME or the path of a YAML file.

    Raises:
        NsaError: there is none, a name is not allowed in ROS 2, or two nodes would have the same name.
    """
    choices: list[RobotChoice] = []
    for word in (word.strip() for word in text.split(",")):
        if word.endswith((".yaml", ".yml")):
            choice = RobotChoice(word, PurePath(word).stem)
        else:
            namespace, _, name = word.rpartition("/")
            choice = RobotChoice(name, name, namespace.strip("/"))
        for part in (choice.node, *filter(None, choice.namespace.split("/"))):
            if not _NAME.fullmatch(part):
                raise NsaError(
                    f"{word!r} names no robot: give a name, NAMESPACE/NAME, or the path of a YAML file whose name has "
                    f"{ALLOWED}; separate robots by commas: right/allegro_right,left/allegro_left"
                )
        if (choice.namespace, choice.node) in [(other.namespace, other.node) for other in choices]:
            raise NsaError(f"two robots are named {word!r}: every one may be there once, or in namespaces of their own")
        choices.append(choice)
    return choices
