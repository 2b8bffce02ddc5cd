"""What the plots of learning's pages share: size, axes, PNG."""

from __future__ import annotations

from io import BytesIO
from typing import Any


def new_page(width: float, height: float) -> Any:
    """A Matplotlib figure of that size [inches]."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=110, layout="constrained")


def plain(axes: Any) -> None:
    """Axes without a frame, with small figures."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=7)


def png(page: Any) -> bytes:
    """A page as PNG, the same bytes for the same page."""
    buffer = BytesIO()
    page.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
