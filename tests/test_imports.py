"""Who may import whom (design of the rooms), and what the run time must never import."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "nsa_ros"
ALLOWED = {
    "body": set(),
    "text": set(),
    "capture": {"body"},
    "phonology": {"text", "body"},
    "signing": {"text", "body"},
    "viewer": {"body"},
    "robots": {"body"},
    "rehearsal": {"robots", "signing", "phonology", "viewer", "text", "body"},
    "reality": {"capture", "signing", "phonology", "viewer", "text", "body"},
    "study": {"signing", "phonology", "viewer", "text", "body"},
    "learning": {"capture", "signing", "phonology", "text", "body"},
    "ros": {"signing", "phonology", "robots", "viewer", "body", "text"},
    "cli": {
        "capture",
        "signing",
        "phonology",
        "robots",
        "rehearsal",
        "viewer",
        "body",
        "text",
        "learning",
        "reality",
        "study",
        "ros",
    },
}
EVERYWHERE = {"errors", "resources", "__version__"}
ONLY_IN = {
    "torch": {"learning"},
    "torchvision": {"learning"},
    "open_clip": {"learning"},
    "smplx": {"learning"},
    "sacrebleu": {"learning"},
    "rclpy": {"ros"},
    "nsa_msgs": {"ros"},
    "sklearn": {"reality"},
    "pose_format": {"capture", "reality"},
    "mediapipe": {"capture"},
    "cv2": {"capture"},
    "ray": {"learning"},
    "onnxruntime": {"signing", "learning", "cli"},
    "viser": {"viewer"},
    "ruckig": {"robots"},
    "mujoco": {"rehearsal"},
}


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """Absolute name of each module that a file imports, and whether that happens when the file is imported."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    lazy = {
        id(inner)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) not in lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            names = [f"{base}.{alias.name}" for alias in node.names] if base in {"nsa_ros", "."} else [base]
            yield from ((name, id(node) not in lazy) for name in names)


def room_of(file: Path) -> str:
    parts = file.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else Path(parts[0]).stem


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.relative_to(PACKAGE).as_posix())
def test_a_room_imports_only_what_it_may(file: Path) -> None:
    room = room_of(file)
    for name, at_import in imports(file):
        assert not name.startswith("."), f"{file.name} imports {name} relatively; name it in full"
        parts = name.split(".")
        if parts[0] == "nsa_ros" and len(parts) > 1 and room in ALLOWED:
            other = parts[1]
            assert other in ALLOWED[room] | EVERYWHERE | {room}, f"{room} imports {name}"
            assert room != "cli" or not at_import or other not in {"ros", "learning", "reality"}, (
                f"{file.name}: {name} not lazily"
            )
        elif parts[0] in ONLY_IN:
            assert room in ONLY_IN[parts[0]], f"{room} imports {name}"


def test_every_folder_with_code_is_a_known_room() -> None:
    assert {room_of(file) for file in FILES if len(file.relative_to(PACKAGE).parts) > 1} <= set(ALLOWED)
