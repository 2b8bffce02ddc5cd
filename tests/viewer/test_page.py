"""The page in a real browser, and its parts without one."""

import json
import logging
import socket
import struct
import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest
from browser import NAMES, Browser, chromium

from nsa_ros.body.motion import Motion
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX
from nsa_ros.errors import NsaError
from nsa_ros.viewer.gltf import glb
from nsa_ros.viewer.page import Page, caption_html, free_port
from nsa_ros.viewer.replay import Replay
from nsa_ros.viewer.scene import default_scene

SCENE = default_scene()
needs_browser = pytest.mark.skipif(
    chromium() is None, reason=f"no Chromium on the path ({', '.join(NAMES)}); on Debian: apt-get install chromium"
)


@dataclass(frozen=True)
class Unit:
    text: str
    kind: str
    span: tuple[int, int]


LABELS = (Unit("HELLO", "sign", (0, 5)), *(Unit(letter, "letter", (7, 10)) for letter in "ADA"))


@pytest.fixture
def page():
    texts, speeds = [], []
    page = Page(texts.append, speeds.append, port=0, scene=SCENE)
    page.texts, page.speeds = texts, speeds
    yield page
    page.close()


def button(label):
    return f"[...document.querySelectorAll('button')].find(e => e.innerText.trim() == {json.dumps(label)})"


def stage(picture):
    """The part of a screenshot that shows the figure: without the panel and the software notice."""
    return picture[150:, : int(picture.shape[1] * 0.6)].astype(int)


def dark(picture):
    return (picture.sum(axis=-1) < 240).mean()


@needs_browser
def test_in_a_browser(page):
    page.show("Hello, Ada.", LABELS, 2)
    page.status("signing <1>")
    with Browser(page.url) as browser:
        browser.wait_for("document.body.innerText.includes('signing <1>')")
        browser.wait_for("document.querySelector('#unit')?.innerText == 'D'")
        assert "synthetic, not reviewed by Deaf signers" in browser.evaluate("document.body.innerText")

        def figure(previous=None):
            end = time.monotonic() + 20
            while True:
                seen = stage(browser.screenshot())
                new = previous is None or (np.abs(seen - previous).sum(axis=-1) > 60).mean() > 0.01
                if new and 0.05 < dark(seen) < 0.7:
                    return seen
                assert time.monotonic() < end, f"no figure: {dark(seen):.3f} of the stage is dark"
                time.sleep(0.2)

        neutral = figure()
        pose = named_pose("rest").copy()
        pose[INDEX["left_shoulder"]] = [0, 0, 0]
        page.update(pose, np.zeros(10), np.zeros(3))
        moved = figure(neutral)
        browser.click(button("hands"))
        figure(moved)

        browser.click("[...document.querySelectorAll('.mantine-TextInput-input')].at(-1)")
        browser.type("thank you")
        browser.wait_for("[...document.querySelectorAll('.mantine-TextInput-input')].at(-1).value == 'thank you'")
        time.sleep(0.3)
        browser.click(button("Sign it"))
        end = time.monotonic() + 10
        while not page.texts and time.monotonic() < end:
            time.sleep(0.05)
        assert page.texts == ["thank you"]

        page.show("Hello, Ada.", LABELS, 0)
        browser.wait_for("document.querySelector('#unit').innerText == 'HELLO'")
        home = page.url.removeprefix("http://")
        outside = [url for url in browser.requests if url.split(":")[0] not in ("data", "blob") and home not in url]
        assert outside == []


def test_frames_from_many_threads_are_taken(page):
    def feed():
        for i in range(50):
            page.update(named_pose("rest"), np.full(10, i / 50), np.zeros(3))
            page.show("x", LABELS, i % 4)

    threads = [threading.Thread(target=feed) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert not any(thread.is_alive() for thread in threads)
    assert page.server.get_port() > 0


def test_the_newest_frame_reaches_the_scene(page):
    pose = named_pose("rest").copy()
    pose[INDEX["head"]] = [0, 0.3, 0]
    page.update(pose, np.zeros(10), np.zeros(3))
    node, end = page._nodes[INDEX["head"]], time.monotonic() + 5
    while abs(node.wxyz[2] - np.sin(0.15)) > 1e-3 and time.monotonic() < end:
        time.sleep(0.02)
    assert np.allclose(node.wxyz, [np.cos(0.15), 0, np.sin(0.15), 0], atol=1e-3)


def test_replay_plays_pauses_seeks_and_starts_again(page):
    frames = 10
    poses = np.repeat(named_pose("neutral")[None], frames, axis=0)
    motion = Motion(poses, np.zeros((frames, 10)), np.zeros((frames, 3)), 10.0, np.repeat([0, -1], 5))
    replay = Replay(page, motion, "hello", LABELS)
    replay.step(0.35)
    assert replay.frame == 3
    replay.pause()
    replay.step(0.35)
    assert (replay.frame, replay.playing) == (3, False)
    replay.seek(99)
    assert replay.frame == frames - 1
    replay.pause(False)
    replay.step(0.15)
    assert replay.frame == 0
    stop = threading.Event()
    stop.set()
    replay.run(stop)
    with pytest.raises(NsaError, match="no frames"):
        Replay(page, motion[:0])


def test_a_port_in_use_gives_the_next_one_or_a_clear_error(caplog):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(NsaError, match=f"port {port}.*choose another port"):
            free_port("127.0.0.1", port, tries=1)
        with caplog.at_level(logging.WARNING):
            assert port < free_port("127.0.0.1", port, tries=10) < port + 10
        assert f"port {port} is in use" in caplog.text


def test_an_address_that_is_not_ours_is_refused():
    with pytest.raises(NsaError, match=r"192\.0\.2\.1"):
        free_port("192.0.2.1", 8080, tries=2)


def test_caption_is_escaped():
    shown = caption_html("<script>alert(1)</script>", (Unit("<B>", "sign", (0, 3)),), 0)
    assert "<script>" not in shown
    assert "<B>" not in shown


def test_unknown_view_is_refused(page):
    with pytest.raises(NsaError, match="front, hands, side"):
        page.look("moon")


def test_glb_is_well_formed_and_keeps_the_vertices():
    parts = SCENE.parts[:3]
    data = glb(parts)
    magic, version, length = struct.unpack("<4sII", data[:12])
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size = struct.unpack("<I", data[12:16])[0]
    document, body = json.loads(data[20 : 20 + size]), data[28 + size :]
    assert len(document["meshes"][0]["primitives"]) == 3
    for part, primitive in zip(parts, document["meshes"][0]["primitives"], strict=True):
        accessor = document["accessors"][primitive["attributes"]["POSITION"]]
        start = document["bufferViews"][accessor["bufferView"]]["byteOffset"]
        vertices = np.frombuffer(body, "<f4", 3 * accessor["count"], start).reshape(-1, 3)
        assert np.allclose(vertices, part.mesh.vertices, atol=1e-6)
