"""Names of the signers of one process."""

import pytest
from rclpy.validate_namespace import validate_namespace

from nsa_ros.errors import NsaError
from nsa_ros.ros.names import signer_names


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
