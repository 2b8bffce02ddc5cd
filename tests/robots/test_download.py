"""URDF files from where a YAML pins them. No network: a server on the loopback, and file: addresses."""

import hashlib
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nsa_ros.errors import NsaError
from nsa_ros.robots.description import download as downloading
from nsa_ros.robots.description.download import download
from nsa_ros.robots.description.robot import Source

CONTENT = b'<robot name="r"><link name="l"/></robot>'
RIGHT = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server():
    """Serves CONTENT at /r.urdf and breaks off at /half.urdf; `asked` lists the paths that were asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            if self.path == "/gone.urdf":
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT) * (2 if self.path == "/half.urdf" else 1)))
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    server.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def source(url: str, sha256: str = RIGHT, file: str = "r.urdf") -> Source:
    return Source(file, url, sha256, "MIT")


def test_the_file_comes_whole_into_a_folder_that_is_made(server, tmp_path):
    got = download(source(f"{server.address}/r.urdf"), tmp_path / "new" / "urdf")
    assert got.fresh
    assert got.file == tmp_path / "new" / "urdf" / "r.urdf"
    assert got.file.read_bytes() == CONTENT
    assert got.sha256 == RIGHT
    assert list(got.file.parent.iterdir()) == [got.file]


def test_a_file_that_is_there_is_not_fetched_again_and_a_wrong_one_is(server, tmp_path):
    asked = source(f"{server.address}/r.urdf", RIGHT.upper())
    download(asked, tmp_path)
    assert not download(asked, tmp_path).fresh
    assert len(server.asked) == 1
    (tmp_path / "r.urdf").write_bytes(b"damaged")
    assert download(asked, tmp_path).fresh
    assert (tmp_path / "r.urdf").read_bytes() == CONTENT


def test_a_file_with_another_hash_is_not_kept(server, tmp_path):
    (tmp_path / "r.urdf").write_bytes(b"old")
    with pytest.raises(NsaError, match=f"not the file that was pinned.*{RIGHT}.*nothing was kept"):
        download(source(f"{server.address}/r.urdf", "0" * 64), tmp_path)
    assert (tmp_path / "r.urdf").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_without_a_hash_the_one_found_is_told(tmp_path):
    (tmp_path / "there.urdf").write_bytes(CONTENT)
    got = download(source((tmp_path / "there.urdf").as_uri(), ""), tmp_path)
    assert got.sha256 == RIGHT
    assert got.file.name == "r.urdf"


@pytest.mark.parametrize(
    ("path", "message"),
    [("/gone.urdf", "says 404 Not Found"), ("/half.urdf", "broke off after 40 of 80 bytes; try again")],
)
def test_what_a_server_does_wrong_is_told_and_nothing_written(server, tmp_path, path, message):
    with pytest.raises(NsaError, match=message):
        download(source(server.address + path), tmp_path / "urdf")
    assert not (tmp_path / "urdf").exists()


def test_no_network_says_what_to_do(server, tmp_path):
    closed = server.address
    server.shutdown()
    server.server_close()
    with pytest.raises(NsaError, match=r"r\.urdf: no answer \(.*refused.*--urdf FILE"):
        download(source(f"{closed}/r.urdf"), tmp_path)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (source(""), "r.urdf has no url"),
        (source("ftp://x/r.urdf"), "must begin with one of https:, http:, file:"),
        (source("file:///nowhere/r.urdf"), "no answer"),
        (source("https://x/r.urdf", file="../r.urdf"), "plain name"),
    ],
)
def test_what_cannot_be_fetched_is_refused(asked, message, tmp_path):
    with pytest.raises(NsaError, match=message):
        download(asked, tmp_path)


def test_what_is_too_large_is_refused(server, tmp_path, monkeypatch):
    monkeypatch.setattr(downloading, "LARGEST", 10)
    with pytest.raises(NsaError, match="that is no URDF"):
        download(source(f"{server.address}/r.urdf"), tmp_path)


def test_a_folder_that_cannot_be_made_is_told(server, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NsaError, match=r"file/r\.urdf: cannot be (read|written).*"):
        download(source(f"{server.address}/r.urdf"), tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told(server, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(NsaError, match=r"cannot be written.*XDG_DATA_HOME"):
        download(source(f"{server.address}/r.urdf"), tmp_path)


def test_a_full_disk_leaves_the_old_file(server, tmp_path, monkeypatch):
    (tmp_path / "r.urdf").write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(NsaError, match="No space left on device"):
        download(source(f"{server.address}/r.urdf"), tmp_path)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]
