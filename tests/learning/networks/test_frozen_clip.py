"""CLIP from a saved random checkpoint; what is missing, damaged or out of reach is said at once."""

import socket
import time

import pytest
import torch

from nsa_ros.errors import NsaError
from nsa_ros.learning.networks import frozen_clip
from nsa_ros.learning.networks.frozen_clip import FrozenClip, reachable

import open_clip  # isort: skip
from open_clip.factory import _MODEL_CONFIGS  # isort: skip

NAME = "tiny-for-tests"
SIZES = {
    "embed_dim": 12,
    "vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "patch_size": 8, "head_width": 8},
    "text_cfg": {"context_length": 16, "vocab_size": 49408, "width": 8, "heads": 2, "layers": 2},
}


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    """The saved random weights of a small CLIP, and the model."""
    monkeypatch.setitem(_MODEL_CONFIGS, NAME, SIZES)
    torch.manual_seed(0)
    model = open_clip.create_model(NAME).eval()
    path = tmp_path / "clip.pt"
    torch.save(model.state_dict(), path)
    return path, model


def test_sentence_features_are_those_of_open_clip(checkpoint):
    path, model = checkpoint
    texts = ["hello there", "a much longer sentence about coffee"]
    clip = FrozenClip(NAME, str(path))
    assert (clip.width, clip.token_width) == (12, 8)
    with torch.no_grad():
        expected = model.encode_text(open_clip.get_tokenizer(NAME)(texts))
    torch.testing.assert_close(clip.sentences(texts), expected)


def test_tokens_end_with_the_end_token_and_are_padded_with_zeros(checkpoint):
    path, _ = checkpoint
    features = FrozenClip(NAME, str(path)).tokens(["one two", "one two three four"])
    assert features.shape == (2, 6, 8)
    assert (features != 0).any(-1).sum(1).tolist() == [4, 6]


def test_a_text_is_encoded_once(checkpoint, monkeypatch):
    path, _ = checkpoint
    clip = FrozenClip(NAME, str(path))
    asked = []
    honest = clip._encode
    monkeypatch.setattr(clip, "_encode", lambda texts: asked.extend(texts) or honest(texts))
    first = clip.sentences(["a", "b", "a"])
    again = clip.sentences(["b", "c"])
    assert asked == ["a", "b", "c"]
    assert torch.equal(first[1], again[0])


def test_features_are_kept_for_the_next_training_by_the_weights_that_made_them(checkpoint, tmp_path, monkeypatch):
    path, _ = checkpoint
    texts, folder = ["a", "b c"], tmp_path / "cache"
    first = FrozenClip(NAME, str(path), folder)
    made = first.sentences(texts), first.tokens(texts)
    again = FrozenClip(NAME, str(path), folder)
    monkeypatch.setattr(again, "_encode", lambda texts: pytest.fail("encoded again"))
    assert torch.equal(again.sentences(texts), made[0])
    assert torch.equal(again.tokens(texts), made[1])
    torch.save(open_clip.create_model(NAME).state_dict(), path)
    assert not torch.equal(FrozenClip(NAME, str(path), folder).sentences(texts), made[0])


def test_it_has_nothing_that_trains(checkpoint):
    path, _ = checkpoint
    assert not FrozenClip(NAME, str(path)).sentences(["a"]).requires_grad


@pytest.mark.parametrize("missing", ["nowhere.pt", "some/folder/weights", ""])
def test_a_missing_checkpoint_is_named(missing):
    with pytest.raises(NsaError, match=f"no CLIP checkpoint at '{missing}'"):
        FrozenClip("ViT-B-32", missing)


def test_a_damaged_checkpoint_is_named(checkpoint, tmp_path):
    path, _ = checkpoint
    cut = tmp_path / "cut.pt"
    cut.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(NsaError, match=r"cut\.pt is no checkpoint of CLIP 'tiny-for-tests', or is damaged"):
        FrozenClip(NAME, str(cut))


def test_a_checkpoint_of_another_model_is_refused(checkpoint, monkeypatch):
    path, _ = checkpoint
    monkeypatch.setitem(_MODEL_CONFIGS, "tiny-other", {**SIZES, "embed_dim": 10})
    with pytest.raises(NsaError, match="is no checkpoint of CLIP 'tiny-other'"):
        FrozenClip("tiny-other", str(path))


def test_an_unknown_tag_is_refused_with_the_known_ones():
    with pytest.raises(NsaError, match=r"no weights 'opanai' of CLIP 'ViT-L-14'. Tags: openai, "):
        FrozenClip("ViT-L-14", "opanai")


def test_an_unknown_model_is_refused_with_those_like_it():
    with pytest.raises(NsaError, match=r"no open_clip model 'ViT-L-15'. Like it: .*ViT-L-14"):
        FrozenClip("ViT-L-15", "openai")


@pytest.fixture
def silent_host():
    """A host that takes the connection and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def closed_host():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("host", ["silent_host", "closed_host"])
def test_weights_out_of_reach_are_said_at_once_with_what_to_do(host, request, tmp_path, monkeypatch):
    url = request.getfixturevalue(host)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(frozen_clip.constants, "ENDPOINT", url)
    monkeypatch.setattr(frozen_clip.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(frozen_clip.constants, "HF_HUB_CACHE", str(tmp_path))
    started = time.monotonic()
    with pytest.raises(NsaError, match=r"does not answer\. Fetch it .* path of the checkpoint in `text\.pretrained`"):
        FrozenClip("ViT-L-14", "openai")
    assert time.monotonic() - started < frozen_clip.PATIENCE + 1.5


def test_offline_is_respected_without_asking(tmp_path, monkeypatch):
    monkeypatch.setattr(frozen_clip.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(frozen_clip.constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(frozen_clip, "reachable", lambda url: pytest.fail("asked"))
    with pytest.raises(NsaError, match="HF_HUB_OFFLINE is set"):
        FrozenClip("ViT-L-14", "openai")


def test_weights_of_a_tag_that_are_on_this_machine_are_used_with_its_own_gelu(checkpoint, monkeypatch):
    path, _ = checkpoint
    asked = {}
    settings = {"hf_hub": "someone/something/", "quick_gelu": True}
    monkeypatch.setattr(frozen_clip, "get_pretrained_cfg", lambda name, tag: settings)
    monkeypatch.setattr(
        frozen_clip.huggingface_hub,
        "try_to_load_from_cache",
        lambda repository, file: asked.setdefault(file, repository) and (str(path) if file.endswith("bin") else None),
    )
    monkeypatch.setattr(frozen_clip, "reachable", lambda url: pytest.fail("asked"))
    clip = FrozenClip(NAME, "openai")
    assert asked == {
        "open_clip_model.safetensors": "someone/something",
        "open_clip_pytorch_model.bin": "someone/something",
    }
    kinds = {type(module).__name__ for module in clip._tower.modules()}
    assert "QuickGELU" in kinds


def test_a_host_that_refuses_has_answered():
    import http.server
    import threading

    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)  # knows no method: 501
    threading.Thread(target=server.handle_request, daemon=True).start()
    try:
        assert reachable(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.server_close()
