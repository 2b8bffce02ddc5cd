"""A pretrained CLIP's text tower, frozen: found on this machine, or fetched, or refused at once with what to do."""

from __future__ import annotations

import hashlib
import os
import threading
import urllib.error
import urllib.request
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from nsa_ros.errors import NsaError
from nsa_ros.learning.networks import torchvision_shim  # noqa: F401  before open_clip

import huggingface_hub  # isort: skip
import open_clip  # isort: skip
from huggingface_hub import constants  # isort: skip
from open_clip.pretrained import get_pretrained_cfg, list_pretrained_tags_by_model  # isort: skip

PATIENCE = 2.0
"""Longest wait for the host of the weights [s]."""

_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
_SUFFIXES = (".pt", ".pth", ".bin", ".safetensors")
_BATCH = 64


class FrozenClip:
    """Text features of a pretrained CLIP, as in the paper (ViT-L/14, `openai`); its weights do not train.

    Attributes:
        width: of the sentence feature.
        token_width: of a token's feature.
    """

    def __init__(self, name: str, pretrained: str, cache: Path | None = None) -> None:
        """
        Args:
            name: of an open_clip model.
            pretrained: tag of its weights, or the path of a local checkpoint. OpenAI's weights were trained with
                another GELU: a local file of them goes with the name `ViT-L-14-quickgelu`; the tag knows.
            cache: folder in which features are kept from one training to the next.

        Raises:
            NsaError: an unknown model or tag, a file that is missing or no checkpoint of this model, or weights that
                are not on this machine while their host does not answer within `PATIENCE`.
        """
        if name not in open_clip.list_models():
            close = [model for model in open_clip.list_models() if model.lower().startswith(name.lower()[:5])]
            raise NsaError(f"text.clip: no open_clip model {name!r}. Like it: {', '.join(close) or 'none'}")
        path, quick = _weights(name, pretrained)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = open_clip.create_model(
                    name, pretrained=str(path), force_quick_gelu=quick, force_custom_text=True
                )
        except Exception as error:
            raise NsaError(
                f"text.pretrained: {path} is no checkpoint of CLIP {name!r}, or is damaged: {_first_line(error)}. "
                "Fetch or copy it again, or name the model that it belongs to in `text.clip`."
            ) from error
        self._tower: nn.Module = model.text.eval().requires_grad_(False)
        self._tower.output_tokens = True
        self._tokenize = open_clip.get_tokenizer(name)
        self.width, self.token_width = (int(feature.shape[-1]) for feature in self._encode(["a"]))
        self._cache, self._known = cache, {}
        stat = path.stat()
        made_by = (name, str(path.resolve()), stat.st_size, stat.st_mtime_ns)
        self._made_by = hashlib.sha256(repr(made_by).encode()).hexdigest()[:16]

    def sentences(self, texts: list[str]) -> Tensor:
        """Sentence features; a text is encoded once. (B, width)."""
        known = self._features("sentences", texts)
        return torch.stack([known[text] for text in texts])

    def tokens(self, texts: list[str]) -> Tensor:
        """Token features in half precision, zeros after the end; a text is encoded once. (B, T, token_width)."""
        known = self._features("tokens", texts)
        return nn.utils.rnn.pad_sequence([known[text] for text in texts], batch_first=True)

    def _features(self, kind: str, texts: list[str]) -> dict[str, Tensor]:
        """Feature of each text: from memory, from the cache on disk, or encoded now and kept in both."""
        file = None if self._cache is None else self._cache / f"{self._made_by}-{kind}.pt"
        if kind not in self._known:
            self._known[kind] = {} if file is None or not file.is_file() else torch.load(file, weights_only=True)
        known = self._known[kind]
        new = [text for text in dict.fromkeys(texts) if text not in known]
        for start in tqdm(range(0, len(new), _BATCH), desc="text features", unit="batch", disable=len(new) <= _BATCH):
            part = new[start : start + _BATCH]
            sentences, tokens = self._encode(part)
            ends = self._tokenize(part).argmax(-1)  # the end token has the largest id
            for text, sentence, each, end in zip(part, sentences, tokens, ends, strict=True):
                known[text] = sentence.clone() if kind == "sentences" else each[: end + 1].half()
        if new and file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(f".{os.getpid()}")
            torch.save(known, partial)
            partial.rename(file)
        return known

    @torch.no_grad()
    def _encode(self, texts: list[str]) -> tuple[Tensor, Tensor]:
        sentences, tokens = self._tower(self._tokenize(texts))
        return sentences.float(), tokens.float()


def _weights(name: str, pretrained: str) -> tuple[Path, bool]:
    """Where the weights are, and whether they need the quick GELU; fetches those of a tag if need be."""
    local = Path(pretrained).expanduser()
    if local.is_file():
        return local, False
    if local.suffix in _SUFFIXES or len(local.parts) > 1 or not pretrained:
        raise NsaError(f"text.pretrained: no CLIP checkpoint at {pretrained!r}. Give the path of a file or a tag")
    settings = get_pretrained_cfg(name, pretrained)
    if not settings:
        tags = ", ".join(list_pretrained_tags_by_model(name)) or "none"
        raise NsaError(f"text.pretrained: no file and no weights {pretrained!r} of CLIP {name!r}. Tags: {tags}")
    quick = bool(settings.get("quick_gelu", False))
    repository, _, file = settings.get("hf_hub", "").rpartition("/")
    for candidate in (file,) if file else _FILES:
        kept = huggingface_hub.try_to_load_from_cache(repository, candidate)
        if isinstance(kept, str):
            return Path(kept), quick
    if constants.HF_HUB_OFFLINE or not reachable(constants.ENDPOINT):
        why = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else f"{constants.ENDPOINT} does not answer"
        raise _unavailable(name, pretrained, why)
    try:
        return Path(open_clip.download_pretrained(settings)), quick
    except Exception as error:
        raise _unavailable(name, pretrained, _first_line(error)) from error


def _unavailable(name: str, pretrained: str, why: str) -> NsaError:
    plain = name.removesuffix("-quickgelu")
    return NsaError(
        f"CLIP {name!r} with weights {pretrained!r} is not on this machine and cannot be fetched: {why}. Fetch it "
        "where there is a network and give the path of the checkpoint in `text.pretrained` (OpenAI's weights then go "
        f"with `text.clip: {plain}-quickgelu`), or leave `text.clip` empty: a text tower is trained here."
    )


def reachable(url: str, patience: float = PATIENCE) -> bool:
    """Does a host answer at all, whatever it says, within `patience` seconds (name look-up included)?"""
    answered = threading.Event()

    def ask() -> None:
        try:
            urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=patience).close()
        except urllib.error.HTTPError:
            pass  # an answer
        except (OSError, ValueError):
            return
        answered.set()

    thread = threading.Thread(target=ask, daemon=True)  # name look-up has no time limit of its own
    thread.start()
    thread.join(patience)
    return answered.is_set()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
