"""docs/robots.md and the page of a robot, from figures."""

import json

import pytest

from nsa_ros.errors import NsaError
from nsa_ros.rehearsal.page import write_pages

MEASURES = {
    "seconds": 12.0, "error_rms": 0.031, "error_p95": 0.061, "error_rms_late": 0.012, "servo_lag": 30.0, "lag": 70.0,
    "violations": 0, "beyond": 0, "peak_velocity": 1.0, "peak_acceleration": 0.9, "peak_jerk": 0.8, "peak_speed": 1.1,
    "clamped": 0.02, "fingertip": 4.0, "fingertip_p95": 9.0, "thumb": 6.0, "colliding": 0.013, "depth": 1.5,
    "meant": 0.2, "depth_meant": 1.0,
    "contacts": [{"first": "a1", "second": "b2", "frames": 16, "meant": 3, "depth": 0.0015, "depth_meant": 0.001}],
}  # fmt: skip
FIGURES = {
    "robot": "claw", "title": "A claw", "side": "right", "joints": 3, "tempo": 0.4, "letters_per_second": 0.9,
    "spelling": MEASURES, "signing": {**MEASURES, "violations": 2}, "shown": ["A", "B"],
    "letters": [{"name": "A", "read": "A", "right": True}, {"name": "B", "read": "S", "right": False}],
    "free": [{"name": "A", "read": "A", "right": True}, {"name": "B", "read": "B", "right": True}],
    "digits": [{"name": "1", "read": "1", "right": True}], "names": [{"name": "A", "read": "A", "right": True}],
    "sentences": 50, "signer": "reference", "seed": 7,
}  # fmt: skip


def test_pages_say_what_was_measured(tmp_path):
    folder = tmp_path / "robots"
    folder.mkdir()
    (folder / "claw.json").write_text(json.dumps(FIGURES))
    (folder / "other.json").write_text('{"something": "else"}')
    assert write_pages(folder) == [folder / "claw.md", tmp_path / "robots.md"]
    page, overview = (folder / "claw.md").read_text(), (tmp_path / "robots.md").read_text()
    assert "B is read as S" in page
    assert "| commands beyond a limit | 0 | 2 |" in page
    assert "| a1 | b2 | 0.2 | 1.5 |" in page
    assert "block each other: 2 of 26" in page
    assert "not C, D" in " ".join(page.split())
    assert "[A claw](robots/claw.md) | `claw` | 3 | 0.4 | 0.90 | 2 | 1 | 50% | 2 | 1 | 100% | 2 |" in overview
    assert "sentence.mp4" not in page
    (folder / "claw_sentence.mp4").write_bytes(b"")
    write_pages(folder)
    assert "[claw_sentence.mp4](claw_sentence.mp4)" in (folder / "claw.md").read_text()


def test_a_robot_without_sentences_has_a_page(tmp_path):
    folder = tmp_path / "robots"
    folder.mkdir()
    (folder / "claw.json").write_text(json.dumps({**FIGURES, "signing": None, "sentences": 0}))
    write_pages(folder)
    assert "–" in (tmp_path / "robots.md").read_text()


def test_what_are_no_figures_is_told(tmp_path):
    with pytest.raises(NsaError, match="no figures"):
        write_pages(tmp_path)
    (tmp_path / "claw.json").write_text('{"spelling": {}}')
    with pytest.raises(NsaError, match=r"claw\.json"):
        write_pages(tmp_path)
