"""The browser viewer: the figure, the sentence with the current word, a text box, speed and camera presets.

Built on viser: one Python package whose page is served whole from this machine, so it works without network. It knows
no ROS: who owns it feeds it frames and captions, and is called back with text and speed. All methods may be called from
any thread; frames are pushed to the browsers at 30 Hz, the newest only.
"""

from __future__ import annotations

import html
import io
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import Any

import numpy as np
import viser
from numpy.typing import NDArray

from nsa_ros.body.mannequin import CARRIERS
from nsa_ros.body.motion import NO_UNIT
from nsa_ros.body.poses import named_pose
from nsa_ros.body.rotations import rotvec_to_quat
from nsa_ros.errors import NsaError
from nsa_ros.viewer.caption import NOTE, words
from nsa_ros.viewer.gltf import glb
from nsa_ros.viewer.scene import CAMERAS, CARRIER_PARENTS, Camera, Label, Scene, camera, default_scene

Array = NDArray[np.float64]

RATE = 30.0
"""Pictures per second that browsers are sent."""

_ACCENT = "#c45428"
_log = logging.getLogger(__name__)


class Page:
    """The page, served until `close`.

    Args:
        on_text: called with what was typed; without it the page has no text box.
        on_speed: called with the new speed; without it the page has no slider.
        host: address to serve on; the default is seen from this machine only.
        port: first port to try; 0 lets the system choose.
        port_tries: how many ports to try, one after the other, when they are in use.
        speed: where the slider starts.
        scene: the mannequin; that of the shipped skeleton when left out.
        note: the small line at the bottom.

    Raises:
        NsaError: none of the ports is free.
    """

    def __init__(
        self,
        on_text: Callable[[str], None] | None = None,
        on_speed: Callable[[float], None] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 8080,
        port_tries: int = 10,
        speed: float = 1.0,
        scene: Scene | None = None,
        note: str = NOTE,
    ) -> None:
        self._scene = scene or default_scene()
        port = free_port(host, port, port_tries)
        with redirect_stdout(io.StringIO()):  # viser greets and takes leave on standard output
            self._server = viser.ViserServer(host, port, label="nsa_ros", verbose=False)
        self._lock = threading.Lock()
        self._newest: tuple[Array, Array, Array] | None = None
        self._shown: tuple[str, tuple[Label, ...], int] | None = None
        self._stopping = threading.Event()
        with self._server.atomic():
            self._light()
            self._nodes = self._build()
            self._panel(on_text, on_speed, speed, note)
        self.look("front")
        neutral = named_pose("neutral")
        self.update(neutral, np.zeros(10), np.zeros(3))
        self._thread = threading.Thread(target=self._run, name="nsa_ros viewer page", daemon=True)
        self._thread.start()

    @property
    def server(self) -> viser.ViserServer:
        """The viser server, to add controls to the page."""
        return self._server

    @property
    def url(self) -> str:
        """Address of the page."""
        host = self._server.get_host()
        return f"http://{'localhost' if host == '0.0.0.0' else host}:{self._server.get_port()}"

    def update(self, poses: Array, expression: Array, transl: Array) -> None:
        """The figure now: poses (55, 3) [rad], expression (10,), transl (3,) [m]. Cheap; the newest frame wins."""
        frame = (np.array(poses, float), np.array(expression, float), np.array(transl, float))
        with self._lock:
            self._newest = frame

    def show(self, sentence: str, labels: Sequence[Label] = (), unit: int = NO_UNIT) -> None:
        """What is signed: the sentence, its units and the index of the current one (`NO_UNIT` for none)."""
        wanted = (sentence, tuple(labels), unit)
        with self._lock:
            if wanted == self._shown:
                return
            self._shown = wanted
        self._caption.content = caption_html(sentence, labels, unit)

    def status(self, text: str) -> None:
        """The status line."""
        self._status.content = f'<div style="padding:0 1em;color:#667">{html.escape(text)}</div>'

    def look(self, name: str, client: viser.ClientHandle | None = None) -> None:
        """Look from a camera preset: one browser, or all of them and those to come.

        Raises:
            NsaError: unknown preset.
        """
        view = camera(name)
        if client is None:
            start = self._server.initial_camera
            start.position, start.look_at, start.up, start.fov = view.eye, view.target, (0.0, 1.0, 0.0), view.field
        for one in [client] if client is not None else self._server.get_clients().values():
            with one.atomic():
                _aim(one.camera, view)

    def close(self) -> None:
        """Stop serving; browsers are told."""
        self._stopping.set()
        self._thread.join(timeout=2.0)
        with redirect_stdout(io.StringIO()):
            self._server.stop()

    def _run(self) -> None:
        last = np.full((len(CARRIERS), 7), np.nan)
        while not self._stopping.wait(1 / RATE):
            with self._lock:
                frame, self._newest = self._newest, None
            if frame is not None:
                last = self._push(frame, last)

    def _push(self, frame: tuple[Array, Array, Array], last: Array) -> Array:
        positions, rotvecs = self._scene.local(*frame)
        state = np.hstack([positions, np.roll(rotvec_to_quat(rotvecs), 1, axis=-1)])
        moved = ~(np.abs(state - last) < 1e-4)
        with self._server.atomic():
            for i in np.flatnonzero(moved[:, :3].any(axis=1)):
                self._nodes[i].position = state[i, :3]
            for i in np.flatnonzero(moved[:, 3:].any(axis=1)):
                self._nodes[i].wxyz = state[i, 3:]
        return np.where(moved.any(axis=1, keepdims=True), state, last)

    def _build(self) -> list[Any]:
        scene, paths, nodes = self._server.scene, list[str](), []
        for i, carrier in enumerate(CARRIERS):
            parent = CARRIER_PARENTS[i]
            paths.append(f"{paths[parent] if parent >= 0 else '/figure'}/{carrier}")
            meshes = [part for part in self._scene.parts if part.carrier == carrier]
            if not meshes:
                nodes.append(scene.add_frame(paths[i], show_axes=False))
                continue
            nodes.append(scene.add_glb(paths[i], glb(meshes), cast_shadow=False, receive_shadow=False))
        return nodes

    def _light(self) -> None:
        scene = self._server.scene
        scene.set_up_direction("+y")
        scene.configure_environment_map(None)
        scene.configure_default_lights(enabled=False)
        lights = (
            ("key", (255, 246, 235), 2.6, (-0.84, 1.9, 1.9)),
            ("fill", (200, 220, 255), 0.8, (1.6, 0.4, 1.2)),
            ("rim", (255, 255, 255), 0.8, (0.5, 1.2, -2.0)),
        )
        scene.add_light_hemisphere("/light/sky", sky_color=(245, 248, 255), ground_color=(190, 165, 150), intensity=1.9)
        for name, colour, intensity, position in lights:
            scene.add_light_directional(f"/light/{name}", color=colour, intensity=intensity, position=position)
        shade = np.linspace(0, 1, 256)[:, None, None]
        backdrop = (1 - shade) * np.array([236, 239, 243]) + shade * np.array([196, 203, 212])
        scene.set_background_image(np.broadcast_to(backdrop, (256, 4, 3)).astype(np.uint8), format="png")

    def _panel(
        self,
        on_text: Callable[[str], None] | None,
        on_speed: Callable[[float], None] | None,
        speed: float,
        note: str,
    ) -> None:
        gui = self._server.gui
        gui.configure_theme(
            control_width="large",
            show_logo=False,
            show_share_button=False,
            brand_color=(196, 84, 40),
        )
        gui.main_panel.dock_right()
        gui.set_panel_label("nsa_ros")
        self._caption = gui.add_html(caption_html("", (), NO_UNIT))
        if on_text is not None:
            box = gui.add_text("English", "", hint="What is to be signed")
            send = gui.add_button("Sign it")

            @send.on_click
            def _(_: viser.GuiEvent[Any]) -> None:
                text = box.value.strip()
                if text:
                    on_text(text)
                    box.value = ""

        if on_speed is not None:
            slider = gui.add_slider("Speed", 0.25, 2.0, 0.05, speed, marks=((0.5, "½"), (1.0, "1"), (2.0, "2")))
            slider.on_update(lambda _: on_speed(float(slider.value)))
        views = gui.add_button_group("View", list(CAMERAS))
        views.on_click(lambda event: self.look(event.target.value, event.client))
        self._status = gui.add_html("")
        gui.add_html(f'<div style="padding:0 1em;color:#889;font-size:0.8em">{html.escape(note)}</div>')


def caption_html(sentence: str, labels: Sequence[Label], unit: int) -> str:
    """The current unit large, the units in a row and the sentence, with the current ones highlighted."""
    current = labels[unit] if 0 <= unit < len(labels) else None
    big = html.escape(current.text) if current else "&nbsp;"
    first, last = current.span if current else (0, 0)
    escaped = [html.escape(text) for text in (sentence[:first], sentence[first:last], sentence[last:])]
    row = []
    for group in words(labels):
        cells = [
            f'<b style="color:{_ACCENT}">{html.escape(labels[i].text)}</b>'
            if i == unit
            else html.escape(labels[i].text)
            for i in group
        ]
        row.append(("fs-" if labels[group[0]].kind == "letter" else "") + "-".join(cells))
    size = 3.4 if current is None or len(current.text) <= 6 else 2.0
    return (
        f'<div style="padding:0 1em"><div id="unit" style="font-size:{size}em;line-height:3.6rem;height:3.6rem;'
        f'overflow:hidden;font-weight:700;color:{_ACCENT}">{big}</div>'
        f'<div style="line-height:1.5">{" &ensp; ".join(row) or "&nbsp;"}</div>'
        f'<div id="sentence" style="color:#667;line-height:1.5;overflow-wrap:anywhere">{escaped[0]}'
        f'<span style="color:{_ACCENT}">{escaped[1]}</span>{escaped[2] or "&nbsp;"}</div></div>'
    )


def free_port(host: str, port: int, tries: int = 10) -> int:
    """The first of `tries` ports from `port` on that can be served on; says so when it is not the first.

    Raises:
        NsaError: all are in use, or the host cannot be bound.
    """
    if not 0 <= port <= 65535:
        raise NsaError(f"port is {port}; it must be between 0 and 65535, 0 lets the system choose")
    last = min(port + max(tries, 1) - 1, 65535)
    for candidate in range(port, last + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError as error:
                reason = error
                continue
            found = int(probe.getsockname()[1])
        if candidate != port:
            _log.warning("port %d is in use; the viewer is at http://%s:%d instead", port, host, found)
        return found
    raise NsaError(
        f"the viewer cannot serve on {host}, port {port}{f' to {last}' if last > port else ''} ({reason}). "
        "Close what uses it, or choose another port."
    )


def _aim(handle: viser.CameraHandle, view: Camera) -> None:
    handle.up_direction = (0.0, 1.0, 0.0)
    handle.position, handle.look_at, handle.fov = view.eye, view.target, view.field
