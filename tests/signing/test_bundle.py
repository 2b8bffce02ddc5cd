import shutil
from dataclasses import replace

import pytest
import yaml
from trained_bundle import tiny_bundle

from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import END
from nsa_ros.signing.bundle import load_bundle

pytest.importorskip("torch", reason="bundles for tests are exported with torch")


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(tiny_bundle(), tmp_path / "bundle")


def edit(folder, change):
    file = folder / "model.yaml"
    description = yaml.safe_load(file.read_text())
    change(description)
    file.write_text(yaml.safe_dump(description))


def test_a_whole_bundle_says_what_it_is(folder):
    bundle = load_bundle(folder)
    assert bundle.name == "tiny"
    assert bundle.license == "Apache-2.0"
    assert "not reviewed by Deaf signers" in bundle.status
    assert bundle.chunks == (4, 16)
    assert bundle.unit(END + 1).text == "COFFEE"
    assert bundle.unit(END + 6) == ("A", "letter")
    assert bundle.vocabulary.words == ("coffee", "drink", "home", "the", "want", "you")
    assert bundle.description["provenance"]["texts_with_motion"] == 100


def test_an_altered_file_is_named_with_both_hashes(folder):
    file = folder / "weights.bin"
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(NsaError, match=r"weights\.bin is altered: its sha256 is [0-9a-f]{64}, expected [0-9a-f]{64}"):
        load_bundle(folder)


def test_a_truncated_file_is_named_with_both_sizes(folder):
    file = folder / "denoiser_4.onnx"
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(NsaError, match=r"denoiser_4\.onnx has \d+ bytes, expected \d+.*Restore"):
        load_bundle(folder)


def test_a_missing_file_is_named_with_the_remedy(folder):
    (folder / "planner.onnx").unlink()
    with pytest.raises(NsaError, match=r"planner\.onnx is missing.*Restore"):
        load_bundle(folder)


def test_another_format_is_refused(folder):
    edit(folder, lambda d: d.update(format=99))
    with pytest.raises(NsaError, match="has format 99, this release reads 3"):
        load_bundle(folder)


def test_another_skeleton_is_refused(folder):
    taller = replace(default_skeleton(), name="taller")
    with pytest.raises(NsaError, match="made for the skeleton 'nsa-open-1', the figure is 'taller'"):
        load_bundle(folder, taller)


@pytest.mark.parametrize("key", ["representation", "vocabulary", "files", "diffusion", "skeleton"])
def test_an_incomplete_description_names_the_key(folder, key):
    edit(folder, lambda d: d.pop(key))
    with pytest.raises(NsaError, match=f"incomplete .*{key}"):
        load_bundle(folder)


@pytest.mark.parametrize("text", ["a: [", "just words", ""])
def test_a_description_that_is_no_mapping_is_refused(folder, text):
    (folder / "model.yaml").write_text(text)
    with pytest.raises(NsaError, match="Restore"):
        load_bundle(folder)


def test_no_bundle_is_said(tmp_path):
    with pytest.raises(NsaError, match="does not exist"):
        load_bundle(tmp_path)
