"""The findings of a study as CSV, JSON, Markdown and a plot."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nsa_ros.study.analysis import MEASURES, RATINGS, Analysis
from nsa_ros.study.manifest import Manifest
from nsa_ros.study.plot import plot
from nsa_ros.study.statistics import FEWEST, RESAMPLES, Estimate

TITLES = {
    "naturalness": "Naturalness, 0-10",
    "alignment": "Alignment with the text, 0-10",
    "signs": "Understood: F1 of signs, 0-1",
    "words": "Understood: F1 of words, 0-1",
    "exact": "Understood: every word, share",
}


def write_report(out: Path, analysis: Analysis, study: Manifest, refused: Sequence[str] = ()) -> str:
    """Write `answers.csv`, `summary.json`, `summary.md` and `ratings.png` into a folder; returns the Markdown.

    Args:
        out: folder; made when it does not exist.
        analysis: the findings.
        study: what was shown.
        refused: a line for each file that was left out.

    Raises:
        NsaError: the plot needs matplotlib, and it is not installed.
    """
    out.mkdir(parents=True, exist_ok=True)
    text = markdown(analysis, study, refused)
    (out / "summary.md").write_text(text, encoding="utf-8")
    data = json.dumps(summary(analysis, study, refused), indent=1, ensure_ascii=False)
    (out / "summary.json").write_text(data + "\n", encoding="utf-8")
    columns = ["participant", "group", "film", "condition", "text_number", "text", "understood", *MEASURES]
    with (out / "answers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(analysis.rows)
    plot(out / "ratings.png", analysis, study.conditions)
    return text


def summary(analysis: Analysis, study: Manifest, refused: Sequence[str]) -> dict[str, Any]:
    """Everything but the single answers, for JSON."""
    return {
        "study": study.id,
        "made": dict(study.made),
        "participants": len(analysis.participants),
        "groups": [sum(p.group == g for p in analysis.participants) for g in range(len(study.groups))],
        "background": background(analysis),
        "practice_not_answered": list(analysis.inattentive),
        "skipped_films": sum(len(p.skipped) for p in analysis.participants),
        "incomplete": [p.id for p in analysis.participants if not p.complete],
        "left_out": list(refused),
        "means": {m: {c: e._asdict() for c, e in rows.items()} for m, rows in analysis.estimates.items()},
        "differences": {
            m: {f"{a} - {b}": e._asdict() for (a, b), e in rows.items()} for m, rows in analysis.differences.items()
        },
        "comments": [p.comment for p in analysis.participants if p.comment.strip()],
    }


def background(analysis: Analysis) -> dict[str, dict[str, int]]:
    """How many participants gave each answer to each question about themselves."""
    counts: dict[str, Counter[str]] = {}
    for participant in analysis.participants:
        for key, value in participant.background.items():
            chosen = value if isinstance(value, list) else [value]
            counts.setdefault(key, Counter()).update(str(one) for one in chosen)
    return {key: dict(count) for key, count in counts.items()}


def markdown(analysis: Analysis, study: Manifest, refused: Sequence[str]) -> str:
    """The findings for people."""
    groups = [sum(p.group == g for p in analysis.participants) for g in range(len(study.groups))]
    lines = [
        f"# Study {study.id}",
        "",
        f"{len(analysis.participants)} participants (groups: {', '.join(map(str, groups))}), {len(analysis.rows)} "
        f"judged films, {len(study.texts)} sentences. "
        + ", ".join(f"{key}: {value}" for key, value in study.made.items())
        + ".",
        "",
        *cautions(analysis, groups, refused),
        "## Means",
        "",
        "| | " + " | ".join(study.conditions) + " |",
        "|---|" + "---|" * len(study.conditions),
        *(
            f"| {TITLES[m]} | " + " | ".join(written(analysis.estimates[m][c]) for c in study.conditions) + " |"
            for m in MEASURES
        ),
        "",
        "## Differences",
        "",
        "| | " + " | ".join(f"{a} - {b}" for a, b in analysis.differences[MEASURES[0]]) + " |",
        "|---|" + "---|" * len(analysis.differences[MEASURES[0]]),
        *(
            f"| {TITLES[m]} | " + " | ".join(written(e, "+") for e in analysis.differences[m].values()) + " |"
            for m in MEASURES
        ),
        "",
        f"In brackets: 95 % confidence interval, percentiles of {RESAMPLES} resamples of participants and of sentences "
        "(crossed bootstrap). Measures are not corrected for being several.",
        "",
        "![ratings](ratings.png)",
        "",
        "## Participants",
        "",
        *([] if background(analysis) else ["Nobody said anything about themselves."]),
        *(
            f"- {key}: " + ", ".join(f"{value} {count}" for value, count in counts.items())
            for key, counts in background(analysis).items()
        ),
        "",
        "The motion is synthetic. `reference` is the lexicon's own signing and no human signer, so its score is not "
        "that of people signing. F1 counts a synonym that the lexicon does not know, and a misspelled name, as not "
        "understood.",
        "",
    ]
    return "\n".join(lines)


def cautions(analysis: Analysis, groups: Sequence[int], refused: Sequence[str]) -> list[str]:
    """What one has to know before one reads the figures."""
    lines = []
    few = [e for m in RATINGS for e in analysis.estimates[m].values() if e.low is None]
    if not analysis.rows:
        lines.append("**No film was judged: there is nothing to report.**")
    elif few:
        lines.append(
            f"**Too few answers for confidence intervals**: a condition has fewer than {FEWEST} participants or fewer "
            f"than {FEWEST} sentences. Its mean says nothing beyond these answers."
        )
    if max(groups) - min(groups) > 1:
        lines.append("The groups are uneven: sentences are not seen equally often in each condition.")
    if analysis.inattentive:
        lines.append(
            f"{len(analysis.inattentive)} participants did not write the word of the practice film "
            f"({', '.join(analysis.inattentive)}). They are counted: the film itself may be at fault."
        )
    lines += [f"Left out: {line}" for line in refused]
    return [*(f"- {line}" for line in lines), ""] if lines else []


def written(value: Estimate, sign: str = "") -> str:
    """`7.12 [6.50, 7.80]`, the interval only where there is one."""
    if value.mean is None:
        return "none"
    text = f"{value.mean:{sign}.2f}"
    return text if value.low is None else f"{text} [{value.low:{sign}.2f}, {value.high:{sign}.2f}]"
