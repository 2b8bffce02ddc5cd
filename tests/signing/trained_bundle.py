"""A bundle for tests of the run time: the tiny one of the learning room's tests."""

from __future__ import annotations

import sys
from pathlib import Path


def tiny_bundle() -> Path:
    """Folder of a bundle in which every part works and none is any good; needs torch. Do not change it: copy it."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "learning"))
    from tiny import make_bundle

    return make_bundle() / "bundle"
