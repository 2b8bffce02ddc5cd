"""The tables of the report, cells as text, for the page and for Markdown alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nsa_ros.learning.evaluation.figures import Figure, Group, groups, shown
from nsa_ros.learning.evaluation.plots import NAMES

PLOTS = ("back_translation", "faithfulness", "distance", "naturalness")
"""The plot of each group of `figures.groups`, in its order."""

_REASONS = {"name": "an unseen name", "combination": "an unseen combination of known signs", "sentence": "the sentence"}
_MET = {True: "met", False: "**missed**", None: "not measured"}


@dataclass(frozen=True)
class Table:
    """Cells as text.

    Attributes:
        head: of the columns.
        rows: each as long as the head.
    """

    head: list[str]
    rows: list[list[str]]

    def markdown(self) -> str:
        """As a Markdown table."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def target_table(result: Mapping[str, Any]) -> Table:
    """What the default bundle must reach."""
    rows = [[t["title"], t["wanted"], t["measured"], t["beside"], _MET[t["met"]]] for t in result["targets"]]
    return Table(["figure", "wanted", "model", "reference signer", ""], rows)


def group_table(group: Group, result: Mapping[str, Any]) -> Table | None:
    """The scores of a group; None if there is none."""
    scores = result["scores"]
    present = [figure for figure in group.figures if figure.key in scores]
    columns = [name for name in NAMES if any(name in scores[figure.key] for figure in present)]
    rows = [
        [figure.title, *(shown(scores[figure.key].get(name), figure.unit) for name in columns), _says(figure)]
        for figure in present
    ]
    head = ["score", *(NAMES[name] for name in columns), "what it says"]
    return Table(head, rows) if rows else None


def _says(figure: Figure) -> str:
    better = {"lower": "lower is better", "higher": "higher is better", "one": "best at 1"}.get(figure.better, "")
    says = "; ".join(part for part in (figure.says, better) if part)
    return f"{says}. Not: {figure.says_not}" if figure.says_not else says


def plan_table(result: Mapping[str, Any]) -> Table:
    """Plans by what held their text out of training."""
    plans = result["plans"]
    rows = [
        [
            _REASONS[reason],
            f"{plans[f'plan_sentences_{reason}']:.0f}",
            shown(plans[f"plan_exact_{reason}"], "%"),
            shown(plans[f"plan_unit_error_{reason}"], "%"),
        ]
        for reason in _REASONS
        if f"plan_sentences_{reason}" in plans
    ]
    every = [
        "all",
        f"{plans['plan_sentences']:.0f}",
        shown(plans["plan_exact"], "%"),
        shown(plans["plan_unit_error"], "%"),
    ]
    return Table(["held out of training by", "sentences", "planned exactly", "units wrong"], [*rows, every])


def plan_lines(result: Mapping[str, Any]) -> str:
    """The other figures of the plans, as a sentence."""
    plans = result["plans"]
    return (
        f"Letters wrong: {shown(plans['plan_letter_error'], '%')}. Of the units planned rightly, "
        f"{shown(plans['plan_pointers'], '%')} point to the right word and {shown(plans['plan_faces'], '%')} have the "
        f"right face. Texts take {plans['plan_length']:.2f} times the reference's time (spread of the logarithm "
        f"{plans['plan_length_spread']:.2f})."
    )


def step_table(result: Mapping[str, Any]) -> Table:
    """Quality and time against DDIM steps, as far as they were measured."""
    columns = {key: about for key, about in _STEP_COLUMNS.items() if any(key in row for row in result["steps"])}
    rows = [
        [f"{row['steps']:.0f}", *(shown(row.get(key), unit) for key, (_, unit) in columns.items())]
        for row in result["steps"]
    ]
    return Table(["DDIM steps", *(title for title, _ in columns.values())], rows)


_STEP_COLUMNS = {
    "dtw": ("DTW to the reference", "mm"),
    "hands_jerk_ratio": ("jerk of the hands, over the reference's", ""),
    "unit_error": ("unit error rate", "%"),
    "variation": ("two seeds apart, fingertips", "mm"),
    "milliseconds": ("per second of motion [ms]", ""),
}


def column_table(result: Mapping[str, Any]) -> Table:
    """Who is in which column."""
    return Table(["column", "who signs"], [[NAMES[name], about] for name, about in result["columns"].items()])


def provenance_table(result: Mapping[str, Any]) -> Table:
    """What was judged, by what."""
    bundle, data = result["bundle"], result["data"]
    reasons = ", ".join(f"{count} by {_REASONS[reason]}" for reason, count in data["reasons"].items() if count)
    rows = [
        ["bundle", f"{bundle['name']}, {bundle['bytes'] / 1e6:.1f} MB, sha256 {bundle['sha256'][:16]}…"],
        ["status", bundle["status"]],
        ["texts", f"{data['texts']} unseen ones ({reasons}); {data['texts_with_unseen_name']} with an unseen name"],
        ["drawn", f"{data['drawn']}, seed {data['seed']}, lexicon and grammar {data['fingerprint']}"],
        ["DDIM steps", str(data["ddim_steps"])],
        ["trained on", ", ".join(f"{key}: {value}" for key, value in bundle["provenance"].items())],
        ["versions", ", ".join(f"{name} {number}" for name, number in result["versions"].items())],
    ]
    if judge := result["recogniser"]:
        trained = ", ".join(f"{key}: {value}" for key, value in judge["provenance"].items())
        rows.append(["recogniser", f"sha256 {judge['sha256'][:16]}…, {trained}"])
    return Table(["", ""], rows)


def headline_table(result: Mapping[str, Any]) -> Table:
    """The few figures of the README: the targets that were measured, and the plans."""
    rows = [
        [t["title"], t["measured"], t["beside"], f"{t['wanted']}: {_MET[t['met']]}"]
        for t in result["targets"]
        if t["met"] is not None
    ]
    exact = shown(result["plans"]["plan_exact"], "%")
    wrong = shown(result["plans"]["plan_unit_error"], "%")
    scores = result["scores"]
    extra = [
        [figure.title, shown(scores[figure.key].get("model"), figure.unit), shown(second, figure.unit), ""]
        for group in groups()
        for figure in group.figures
        if figure.key in ("dtw", "bleu_4") and figure.key in scores
        for second in [scores[figure.key].get("second")]
    ]
    sentences = f"sentences planned exactly, of {result['plans']['plan_sentences']:.0f}"
    plans = [[sentences, exact, "–", ""], ["units of the plan wrong", wrong, "–", ""]]
    return Table(
        [f"on {result['data']['texts']} unseen texts", "model", "reference signer", "wanted"], [*rows, *plans, *extra]
    )
