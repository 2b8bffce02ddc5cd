"""Import this before open_clip on a CPU build of torch.

open_clip imports torchvision, and PyPI's torchvision registers the fake versions of two operators of its compiled
library at import. On a CPU build of torch that library does not load, and the import ends with `operator
torchvision::nms does not exist`. Declaring the two operators first is enough: nothing here calls them. On a CUDA or
ROCm build this does nothing.
"""

from __future__ import annotations

import importlib.metadata

import torch

_LIBRARY: torch.library.Library | None = None  # torch drops the declarations when the object dies


def declare_operators() -> None:
    """Declare torchvision's `nms` and `qnms` where torch is a CPU build and torchvision is not yet imported."""
    global _LIBRARY
    cpu_build = torch.version.cuda is None and torch.version.hip is None
    if _LIBRARY is not None or not cpu_build or hasattr(torch.ops.torchvision, "nms"):
        return
    try:
        importlib.metadata.version("torchvision")
    except importlib.metadata.PackageNotFoundError:
        return
    _LIBRARY = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        _LIBRARY.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


declare_operators()
