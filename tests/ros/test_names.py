"""Names of the signers and robots of one process."""

import pytest
from rclpy.validate_namespace import validate_namespace

from nsa_ros.errors import NsaError
from nsa_ros.ros.names import RobotChoice, robot_choices, signer_names


@pytest.mark.parametrize(
    ("text", "names"), [("ada", ["ada"]), ("ada,bob", ["ada", "bob"]), (" Ada , robot_2 ,b", ["Ada", "robot_2", "b"])]
)
def test_names_are_taken_apart_and_are_good_for_ros(text: str, names: list[str]) -> None:
    assert signer_names(text) == names
    assert all(validate_namespace(f"/{name}") for name in names)


@pytest.mark.parametrize("text", ["ada bob", "2nd", "_ada", "a-b", "ada,,bob", "ada,", "a__b", "a/b", "é", "a\nb"])
def test_what_is_no_name_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(NsaError, match="is no name for a signer: a name has letters, digits and single underscores"):
        signer_names(text)


def test_none_and_twice_are_refused() -> None:
    with pytest.raises(NsaError, match="no signer is named"):
        signer_names(" ")
    with pytest.raises(NsaError, match="two signers are named 'ada'"):
        signer_names("ada,bob,ada")


def test_robots_are_named_by_name_namespace_or_file() -> None:
    assert robot_choices("leap_right") == [RobotChoice("leap_right", "leap_right")]
    assert robot_choices("r/leap_right, /l/leap_left,my/own_hand.yaml") == [
        RobotChoice("leap_right", "leap_right", "r"),
        RobotChoice("leap_left", "leap_left", "l"),
        RobotChoice("my/own_hand.yaml", "own_hand"),
    ]


@pytest.mark.parametrize("text", ["", "a,,b", "a-b", "2nd/hand", "my-hand.yaml", "a b"])
def test_what_names_no_robot_is_refused_with_what_does(text: str) -> None:
    with pytest.raises(NsaError, match="names no robot: give a name, NAMESPACE/NAME, or the path of a YAML file"):
        robot_choices(text)


def test_a_robot_twice_needs_namespaces() -> None:
    assert len(robot_choices("a/leap_right,b/leap_right")) == 2
    with pytest.raises(NsaError, match=r"two robots are named 'hands/leap_right\.yaml'"):
        robot_choices("leap_right,hands/leap_right.yaml")


def test_a_robot_in_a_namespace_of_its_own_still_finds_the_signer() -> None:
    assert RobotChoice("leap_right", "leap_right").defaults("/signer") == {"robot": "leap_right"}
    assert RobotChoice("x", "x", "left").defaults("/ada/signer") == {"robot": "x", "signer": "/ada/signer"}
