#!/usr/bin/env python3
"""Make the README's table of figures anew from docs/evaluation/scores.json, which `nsa evaluate` writes."""

from pathlib import Path

from nsa_ros.learning.evaluation.report import read_scores, with_table

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Rewrite the part of README.md that stands between the two marks."""
    readme = ROOT / "README.md"
    readme.write_text(with_table(readme.read_text("utf-8"), read_scores(ROOT / "docs" / "evaluation")), "utf-8")


if __name__ == "__main__":
    main()
