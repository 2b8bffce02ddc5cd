import json

import pytest

from nsa_ros.errors import NsaError
from nsa_ros.study.manifest import read_manifest, write_manifest


def test_a_manifest_is_read_as_written(study, tmp_path):
    write_manifest(tmp_path, study)
    again = read_manifest(tmp_path)
    assert again.id == study.id
    assert list(again.films) == list(study.films)
    assert list(again.texts) == list(study.texts)


def test_what_is_no_manifest_is_named(study, tmp_path):
    with pytest.raises(NsaError, match="nsa study make"):
        read_manifest(tmp_path)
    write_manifest(tmp_path, study)
    path = tmp_path / "manifest.json"
    data = json.loads(path.read_text())
    data["films"][0]["condition"] = "model"
    path.write_text(json.dumps(data))
    with pytest.raises(NsaError, match="changed"):
        read_manifest(tmp_path)
    path.write_text(json.dumps({"format": "other"}))
    with pytest.raises(NsaError, match="reads 'nsa-study 1'"):
        read_manifest(tmp_path)
    path.write_text("[")
    with pytest.raises(NsaError, match="no manifest"):
        read_manifest(tmp_path)
