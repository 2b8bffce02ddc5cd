"""Tables that `nsa hand` prints of joints."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def print_table(cells: Sequence[Sequence[str]]) -> None:
    """Columns one under the other, the first line their names."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def limits_text(lower: float, upper: float, velocity: float, slides: bool) -> tuple[str, str]:
    """Range and speed of a joint: [rad] in degrees and rad/s, [m] of one that slides in millimetres and m/s."""
    if slides:
        return f"{1000 * lower:.0f} … {1000 * upper:.0f} mm", f"{velocity:.2g} m/s"
    return f"{np.degrees(lower):.0f}° … {np.degrees(upper):.0f}°", f"{velocity:.2g} rad/s"
