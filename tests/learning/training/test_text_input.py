"""What is read of a text, and a small CLIP from a saved checkpoint in a training."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny import CONFIG, fake_corpus

from nsa_ros.learning.networks import torchvision_shim  # noqa: F401  before open_clip
from nsa_ros.learning.training.performing import perform
from nsa_ros.learning.training.tasks import DenoiserTask
from nsa_ros.learning.training.text_input import TextInput
from nsa_ros.learning.training.trainer import train

import open_clip  # isort: skip
from open_clip.factory import _MODEL_CONFIGS  # isort: skip

CORPUS = fake_corpus()
SIZES = {
    "embed_dim": 12,
    "vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "patch_size": 8, "head_width": 8},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 8, "heads": 2, "layers": 1},
}


def test_tokens_of_all_sentences_with_the_end_and_padding():
    passage = CORPUS.train[0]
    twice = replace(passage, sentences=passage.sentences * 2)
    (row,) = TextInput(replace(CONFIG, conditioning="sentence"), 90).rows([twice])
    tokens = passage.sentences[0].tokens
    assert row.tolist() == [*tokens, *tokens, 90, *[0] * (31 - 2 * len(tokens))]


def test_a_text_that_is_too_long_is_cut_and_still_ends():
    passage = CORPUS.train[0]
    many = replace(passage, sentences=passage.sentences * 20)
    (row,) = TextInput(replace(CONFIG, conditioning="words"), 90).rows([many])
    assert len(row) == 32
    assert row[-1] == 90
    assert 90 not in row[:-1]


@pytest.mark.parametrize(("kind", "width"), [("sentence", 12), ("tokens", 8)])
def test_a_frozen_clip_conditions_a_training(kind, width, tmp_path, monkeypatch):
    monkeypatch.setitem(_MODEL_CONFIGS, "tiny-for-tests", SIZES)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    torch.save(open_clip.create_model("tiny-for-tests").state_dict(), tmp_path / "clip.pt")
    text = replace(CONFIG.text, clip="tiny-for-tests", pretrained=str(tmp_path / "clip.pt"))
    config = replace(CONFIG, conditioning=kind, text=text)
    task = DenoiserTask(config, CORPUS)
    assert task.motion.text.width == width
    average = train(task, config.train_denoiser, tmp_path / "run")
    assert not any("tower" in name for name in average)
    made = perform(config, tmp_path / "run", CORPUS, CORPUS.test, [0, 1])
    assert all(np.isfinite(poses).all() for poses, _ in made)
