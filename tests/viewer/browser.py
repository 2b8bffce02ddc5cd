"""A real headless Chromium, driven over its DevTools protocol with the websockets package that viser brings."""

from __future__ import annotations

import base64
import io
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from PIL import Image
from websockets.sync.client import connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The browser's executable, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One page in a headless Chromium that can reach this machine only."""

    def __init__(self, url: str, size: tuple[int, int] = (1100, 720)) -> None:
        self._profile = tempfile.TemporaryDirectory(prefix="nsa_ros_chromium", ignore_cleanup_errors=True)
        flags = (
            "--headless=new",
            "--no-sandbox",
            "--no-first-run",
            "--hide-scrollbars",
            "--disable-extensions",
            "--disable-background-networking",
            "--disable-component-update",
            "--remote-debugging-port=0",
            "--proxy-server=127.0.0.1:9",
            "--proxy-bypass-list=127.0.0.1",
        )
        executable = chromium()
        assert executable is not None
        self._process = subprocess.Popen(
            [
                executable,
                *flags,
                f"--user-data-dir={self._profile.name}",
                f"--window-size={size[0]},{size[1]}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = self._wait(lambda: Path(self._profile.name, "DevToolsActivePort").read_text().split()[0])
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self.console: list[str] = []
        target = self._wait(lambda: self._target(int(port)))
        self._socket = connect(target, max_size=None, proxy=None)
        for domain in ("Network", "Page", "Runtime"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=url)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One DevTools command; events that arrive meanwhile are noted."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=30))
            if message.get("method") == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])
            elif message.get("method") == "Network.webSocketCreated":
                self.requests.append(message["params"]["url"])
            elif message.get("id") == number:
                assert "error" not in message, message["error"]
                return dict(message["result"])

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression in the page."""
        return self.call("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def wait_for(self, script: str, seconds: float = 25.0) -> Any:
        """The value of the expression once it is truthy."""
        return self._wait(lambda: self.evaluate(script), seconds)

    def click(self, script: str) -> None:
        """A mouse click in the middle of the element that the expression gives."""
        x, y = self.wait_for(
            f"(e => e && (r => [r.x + r.width / 2, r.y + r.height / 2])(e.getBoundingClientRect()))({script})"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Text into the element that has the focus."""
        self.call("Input.insertText", text=text)

    def screenshot(self) -> np.ndarray:
        """What is seen. Shape (height, width, 3)."""
        data = base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))

    def __enter__(self) -> Browser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._profile.cleanup()

    def _target(self, port: int) -> str | None:
        from urllib.request import ProxyHandler, build_opener

        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/json/list", timeout=5) as answer:
            pages = [entry for entry in json.load(answer) if entry["type"] == "page"]
        return str(pages[0]["webSocketDebuggerUrl"]) if pages else None

    def _wait(self, look: Any, seconds: float = 25.0) -> Any:
        end = time.monotonic() + seconds
        while True:
            try:
                found = look()
            except (OSError, IndexError):
                found = None
            if found:
                return found
            assert time.monotonic() < end, f"nothing after {seconds} s"
            time.sleep(0.1)
