"""What others have published of their speed. Hardware, data and task all differ: an order of magnitude, no ranking."""

from __future__ import annotations

from typing import NamedTuple


class Published(NamedTuple):
    """A figure of a paper.

    Attributes:
        system: and where it is described.
        task: what it makes.
        figure: as published.
        hardware: as published.
        ours: name of our figure that comes nearest (`page`).
    """

    system: str
    task: str
    figure: str
    hardware: str
    ours: str


PUBLISHED = (
    Published(
        "MDM ([2209.14916](https://arxiv.org/abs/2209.14916)), 50 steps",
        "text → body motion",
        "≈ 400 ms a sample",
        "RTX 3090",
        "whole",
    ),
    Published(
        "DiP ([2410.03441](https://arxiv.org/abs/2410.03441)), 10 steps",
        "text → body motion, chunk by chunk",
        "11 ms per 40 frames",
        "RTX 3090",
        "chunk",
    ),
    Published(
        "MotionLCM ([2404.19759](https://arxiv.org/abs/2404.19759)), 1–4 steps",
        "text → body motion",
        "≈ 30 ms per 200 frames",
        "–",
        "chunk",
    ),
    Published(
        "DART ([2410.05260](https://arxiv.org/abs/2410.05260)), ≈ 10 steps",
        "text → body motion, chunk by chunk",
        "> 300 frames/s",
        "RTX 4090",
        "rate",
    ),
    Published(
        "SOKE ([2411.17799](https://arxiv.org/abs/2411.17799))",
        "text → sign language, whole video",
        "1.39 s a video",
        "–",
        "whole",
    ),
    Published(
        "HybridSign",
        "text → sign language",
        "5.90 s to the first frame, 10 frames/s",
        "–",
        "rate",
    ),
    Published(
        "speech → avatar ([2506.14677](https://arxiv.org/abs/2506.14677))",
        "speech → signing avatar",
        "13 ms a frame, 103 ms end to end",
        "RTX 4070",
        "latency",
    ),
)
