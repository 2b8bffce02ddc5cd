"""The report: one page that stands alone, its Markdown for the docs, and the README's table, all from one result."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from nsa_ros.errors import NsaError
from nsa_ros.learning.evaluation import tables
from nsa_ros.learning.evaluation.figures import groups
from nsa_ros.learning.evaluation.plots import draw_plots
from nsa_ros.learning.evaluation.tables import Table

SCORES, PAGE, MARKDOWN = "scores.json", "report.html", "README.md"
BEGIN, END = "<!-- made from docs/evaluation/scores.json: begin -->", "<!-- end -->"
"""What the README's table stands between."""

_INTRO = (
    "All of this measures motion that is learned from signs we wrote ourselves, against the same signs. It says how "
    "well the model has learned them, not whether a Deaf person would understand it: nobody fluent has judged it."
)
_PLANS = (
    "The model's own planner against the grammar, sentence by sentence. Names and combinations of signs of "
    "neighbouring words are kept from training as such, not only within the sentence."
)
_STEPS = "From text alone with the same plans and noise. All other tables are made with the shipped number of steps."
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1c222c;background:#f7f8fa;margin:0}
main{max-width:1080px;margin:auto;padding:24px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:34px 0 6px}
.status{color:#c45428;font-weight:600}p{max-width:80ch}
.wide{overflow-x:auto}table{border-collapse:collapse;background:#fff;font-size:13.5px;margin:10px 0}
th,td{border:1px solid #d6dae0;padding:4px 9px;text-align:left;vertical-align:top}th{background:#eef0f3}
td:last-child{color:#5a6270;max-width:46ch}img{max-width:100%;height:auto;background:#fff}
figure{margin:14px 0}figcaption{color:#5a6270;font-size:13.5px}
"""


def write_report(result: Mapping[str, Any], folder: Path, pictures: Mapping[str, bytes]) -> list[Path]:
    """Write `scores.json`, `report.html`, `README.md` and its PNG into a folder.

    Args:
        result: of `evaluate.evaluate`.
        folder: made if it is not there.
        pictures: PNG by caption: what is signed.

    Raises:
        NsaError: the folder cannot be written.
    """
    plots = draw_plots(result)
    named = {f"signs_{number}.png": data for number, data in enumerate(pictures.values(), start=1)}
    result = {**result, "pictures": dict(zip(named, pictures, strict=True))}
    files: dict[str, bytes] = {
        SCORES: (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode(),
        PAGE: html_page(result, plots, pictures).encode(),
        MARKDOWN: markdown_page(result, plots).encode(),
        **{f"{name}.png": data for name, data in plots.items()},
        **named,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise NsaError(f"{folder} cannot be written: {error.strerror}. Give another folder") from error
    return [folder / name for name in files]


def read_scores(folder: Path) -> dict[str, Any]:
    """The result in a report's folder.

    Raises:
        NsaError: there is none.
    """
    try:
        found: dict[str, Any] = json.loads((folder / SCORES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NsaError(
            f"no readable {SCORES} in {folder} ({error}). Make it: nsa evaluate BUNDLE --out {folder}"
        ) from error
    return found


def with_table(readme: str, result: Mapping[str, Any]) -> str:
    """A README with its table made anew.

    Raises:
        NsaError: the two marks that it stands between are not there.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise NsaError(f"no place for the table: the README needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{tables.headline_table(result).markdown()}\n\n{END}{after}"


def markdown_page(result: Mapping[str, Any], plots: Collection[str]) -> str:
    """The report as Markdown; images are files beside it, `plots` the names of those that there are."""
    parts = [
        f"# Evaluation of the bundle {result['bundle']['name']}",
        f"> {result['status'][0].upper()}{result['status'][1:]}. {_INTRO}",
        "Made by `nsa evaluate`; nothing here is written by hand.",
    ]
    for title, about, plot, table in _sections(result):
        parts.append(f"## {title}")
        parts += [about] if about else []
        parts += [f"![{title}]({plot}.png)"] if plot in plots else []
        parts += [table.markdown()] if table else []
        if title == _TARGETS:
            parts += [f"![{caption}]({name})\n\n*{caption}*" for name, caption in result["pictures"].items()]
    return "\n\n".join(parts) + "\n"


def html_page(result: Mapping[str, Any], plots: Mapping[str, bytes], pictures: Mapping[str, bytes]) -> str:
    """The report as one page that needs no other file."""
    parts = [
        f"<h1>Evaluation of the bundle {escape(result['bundle']['name'])}</h1>",
        f'<p class="status">{escape(result["status"])}</p><p>{escape(_INTRO)}</p>',
    ]
    for title, about, plot, table in _sections(result):
        parts.append(f"<h2>{escape(title)}</h2>")
        parts += [f"<p>{escape(about)}</p>"] if about else []
        parts += [_image(title, plots[plot])] if plot in plots else []
        parts += [_html_table(table)] if table else []
        if title == _TARGETS:
            parts += [
                f"<figure>{_image(caption, data)}<figcaption>{escape(caption)}</figcaption></figure>"
                for caption, data in pictures.items()
            ]
    name = escape(result["bundle"]["name"])
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Evaluation of {name}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><main>\n'
        + "\n".join(parts)
        + "\n</main></body></html>\n"
    )


_TARGETS = "What the shipped bundle must reach"


def _sections(result: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Table | None]]:
    """Title, text, name of the plot and table of each section."""
    yield _TARGETS, " ".join(result["notes"]), "", tables.target_table(result)
    yield "Who is compared", "", "", tables.column_table(result)
    for group, plot in zip(groups(), tables.PLOTS, strict=True):
        if (table := tables.group_table(group, result)) is not None:
            yield group.title, group.about, plot, table
    yield (
        "Does it plan what the grammar plans?",
        f"{_PLANS} {tables.plan_lines(result)}",
        "plans",
        tables.plan_table(result),
    )
    if result["steps"]:
        texts = f" Of the first {result['data']['texts_by_steps']} texts."
        yield "How many DDIM steps does it need?", _STEPS + texts, "steps", tables.step_table(result)
    yield "What was judged", "", "", tables.provenance_table(result)


def _html_table(table: Table) -> str:
    def cell(text: str, kind: str) -> str:
        text = escape(text)
        bold = text.startswith("**")
        return f"<{kind}>{'<b>' if bold else ''}{text.strip('*')}{'</b>' if bold else ''}</{kind}>"

    head = "".join(cell(text, "th") for text in table.head)
    rows = "".join(f"<tr>{''.join(cell(text, 'td') for text in row)}</tr>" for row in table.rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _image(title: str, data: bytes) -> str:
    return f'<img alt="{escape(title)}" src="data:image/png;base64,{base64.b64encode(data).decode()}">'
