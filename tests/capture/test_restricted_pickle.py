import os
import pickle
import pickletools

import numpy as np
import pytest

from nsa_ros.capture.restricted_pickle import load_arrays
from nsa_ros.errors import NsaError


class RunsCode:
    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def written(path, content, protocol=pickle.DEFAULT_PROTOCOL):
    path.write_bytes(pickle.dumps(content, protocol))
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "values",
    [
        np.arange(6, dtype=np.float32),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(4, dtype=">f8"),
        np.float32(2.5),
        np.array(True),
    ],
    ids=["float32", "fortran", "big-endian", "scalar", "bool"],
)
def test_arrays_come_back_as_they_were(tmp_path, values, protocol):
    back = load_arrays(written(tmp_path / "a.pkl", {"x": values}, protocol))["x"]
    np.testing.assert_array_equal(back, values)
    assert back.dtype == np.asarray(values).dtype.newbyteorder("=")


@pytest.mark.parametrize("core", ["numpy.core", "numpy._core"])
def test_both_names_of_numpy_are_read(tmp_path, core):
    data = pickle.dumps({"x": np.arange(3, dtype=np.float32)}, 2)
    other = {"numpy.core": "numpy._core", "numpy._core": "numpy.core"}[core]
    file = tmp_path / "a.pkl"
    file.write_bytes(data.replace(f"c{other}.".encode(), f"c{core}.".encode()))
    assert any(arg and str(arg).startswith(core) for _, arg, _ in pickletools.genops(file.read_bytes()))
    np.testing.assert_array_equal(load_arrays(file)["x"], [0, 1, 2])


def test_code_in_a_pickle_is_named_and_not_run(tmp_path):
    proof = tmp_path / "ran"
    content = {"smplx_expr": np.zeros(10), "more": RunsCode(f"touch {proof}")}
    file = written(tmp_path / "clip_0_3D.pkl", content)
    with pytest.raises(NsaError, match=r"clip_0_3D\.pkl names (posix|nt)\.system, .*not run"):
        load_arrays(file)
    assert not proof.exists()
    pickle.loads(file.read_bytes())
    assert proof.exists(), "the same file does run code when it is loaded as usual"


@pytest.mark.parametrize(
    "content",
    [eval, np.load, np.dtype, np.array([{}], dtype=object), np.zeros(2, dtype="V8"), np.zeros(1, dtype="i4,O")],
    ids=["builtin", "numpy function", "dtype", "objects", "void", "structured"],
)
def test_all_else_is_refused(tmp_path, content):
    file = written(tmp_path / "a.pkl", {"x": content})
    if content is np.dtype:
        assert load_arrays(file) == {}
    else:
        with pytest.raises(NsaError, match=r"a\.pkl"):
            load_arrays(file)


def test_an_array_shorter_than_its_shape_is_refused(tmp_path):
    data = pickle.dumps({"x": np.arange(3, dtype=np.float32)}, 2)
    file = tmp_path / "a.pkl"
    file.write_bytes(data.replace(b"K\x03\x85", b"K\x09\x85"))
    assert file.read_bytes() != data
    with pytest.raises(NsaError, match="shape"):
        load_arrays(file)


@pytest.mark.parametrize("data", [b"", b"no pickle", pickle.dumps({"x": np.arange(9)})[:-20], pickle.dumps([1, 2])])
def test_damaged_files_are_named(tmp_path, data):
    file = tmp_path / "a.pkl"
    file.write_bytes(data)
    with pytest.raises(NsaError, match=r"a\.pkl"):
        load_arrays(file)
