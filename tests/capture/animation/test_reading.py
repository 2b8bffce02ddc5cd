"""Files that are something else."""

import pickle

import pytest

from nsa_ros.capture.animation.reading import read_animation
from nsa_ros.errors import NsaError


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"Kaydara FBX Binary  \x00", "is FBX, whose format is not public. Convert it with Blender"),
        (b"; FBX 7.3.0 project file", "is FBX"),
        (pickle.dumps({"poses": 1}), "is a Python pickle, which can run code: it is never opened"),
        (b"PK\x03\x04", "zip archive"),
        (b'<?xml version="1.0"?><COLLADA>', "COLLADA"),
        (b"hello", "is neither BVH"),
        (b'{"motion": 1}', "is JSON but no glTF"),
        (b'{"asset": ', "its JSON cannot be read"),
        (b"[" * 100_000, "is neither BVH"),
        (b'{"a":' * 100_000, "its JSON cannot be read"),
    ],
)
def test_a_file_that_is_not_read_says_what_to_do(tmp_path, data, message):
    file = tmp_path / "take.fbx"
    file.write_bytes(data)
    with pytest.raises(NsaError) as error:
        read_animation(file)
    assert message in str(error.value)
    assert str(file) in str(error.value)


def test_a_missing_file_and_a_folder(tmp_path):
    for path in (tmp_path / "none.bvh", tmp_path):
        with pytest.raises(NsaError, match="cannot be read"):
            read_animation(path)
