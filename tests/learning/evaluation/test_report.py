import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

import nsa_ros
from nsa_ros.errors import NsaError
from nsa_ros.learning.evaluation.figures import groups, shown
from nsa_ros.learning.evaluation.report import (
    BEGIN,
    END,
    MARKDOWN,
    PAGE,
    markdown_page,
    read_scores,
    with_table,
    write_report,
)
from nsa_ros.learning.evaluation.tables import Table, group_table, headline_table

ROOT = Path(nsa_ros.__file__).resolve().parents[1]
DOCS = ROOT / "docs" / "evaluation"

RESULT = {
    "status": "synthetic, not reviewed by Deaf signers",
    "bundle": {"name": "<tiny>", "sha256": "ab" * 32, "bytes": 2_000_000, "status": "made", "provenance": {"seed": 1}},
    "data": {
        "drawn": "for this evaluation", "seed": 7, "fingerprint": "f", "texts": 4, "texts_with_unseen_name": 2,
        "texts_by_steps": 3, "reasons": {"name": 2, "combination": 0, "sentence": 2}, "ddim_steps": 4,
    },
    "recogniser": {"sha256": "cd" * 32, "provenance": {"seed": 9}},
    "versions": {"nsa_ros": "1"},
    "columns": {"model": "model, from text alone", "second": "a second rendition"},
    "scores": {
        "unit_error": {"model": 0.0312, "reference": 0.01},
        "dtw": {"model": 25.2, "second": 11.0, "shuffled": 128.4},
        "hands_jerk_ratio": {"model": 1.4},
    },
    "plans": {
        "plan_sentences": 5.0, "plan_unit_error": 0.02, "plan_letter_error": 0.0, "plan_exact": 0.9,
        "plan_pointers": 1.0, "plan_faces": 0.99, "plan_length": 1.02, "plan_length_spread": 0.1,
        "plan_sentences_name": 5.0, "plan_unit_error_name": 0.02, "plan_exact_name": 0.9,
    },
    "steps": [
        {"steps": 1.0, "dtw": 26.0, "hands_jerk_ratio": 1.5},
        {"steps": 4.0, "dtw": 25.0, "hands_jerk_ratio": 1.4},
    ],
    "targets": [
        {"title": "unit error", "wanted": "≤ 5 %", "measured": "3.1 %", "beside": "1.0 %", "met": True},
        {"title": "jerk", "wanted": "0.75 to 1.25", "measured": "1.4", "beside": "1", "met": False},
        {"title": "captures", "wanted": "≥ 20", "measured": "–", "beside": "–", "met": None},
    ],
    "notes": ["No captures were given."],
}  # fmt: skip


def png() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("report") / "new"
    write_report(RESULT, path, {"“hello”, reference above": png()})
    return path


def test_the_page_stands_alone_and_escapes_what_it_is_given(folder):
    page = (folder / PAGE).read_text("utf-8")
    assert "&lt;tiny&gt;" in page
    assert "<tiny>" not in page
    assert "<script" not in page
    sources = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert len(sources) >= 4
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "not reviewed by Deaf signers" in page
    assert "No captures were given." in page


def test_plots_can_be_read_and_are_small(folder):
    files = list(folder.glob("*.png"))
    assert {"signs_1.png", "steps.png", "plans.png", "distance.png"} <= {file.name for file in files}
    assert all(Image.open(file).width < 1400 and file.stat().st_size < 100_000 for file in files)


def test_the_markdown_comes_from_the_scores_and_names_images_that_are_there(folder):
    text = (folder / MARKDOWN).read_text("utf-8")
    assert text == markdown_page(read_scores(folder), [file.stem for file in folder.glob("*.png")])
    images = re.findall(r"!\[[^]]*\]\(([^)]*)\)", text)
    assert "signs_1.png" in images
    assert all((folder / name).is_file() for name in images)
    assert "| jerk | 0.75 to 1.25 | 1.4 | 1 | **missed** |" in text


def test_a_group_shows_the_columns_that_have_a_score():
    table = group_table(groups()[2], RESULT)
    assert table is not None
    assert table.head == ["score", "model", "reference again", "shuffled text", "what it says"]
    assert table.rows[0][:4] == ["DTW, normalised", "25.2 mm", "11.0 mm", "128 mm"]
    assert group_table(groups()[1], RESULT) is None


def test_the_headline_leaves_out_what_was_not_measured():
    table = headline_table(RESULT)
    titles = [row[0] for row in table.rows]
    assert {"unit error", "jerk", "sentences planned exactly, of 5"} <= set(titles)
    assert "captures" not in titles


def test_bars_in_cells_do_not_break_a_table():
    assert Table(["a"], [["x|y"]]).markdown().splitlines()[-1] == "| x\\|y |"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(None, "mm", "–"), (0.0312, "%", "3.1 %"), (12.34, "mm", "12.3 mm"), (0.1891, "", "0.189"), (128.4, "", "128"),
     (-9.746, "deg", "-9.75°"), (0.0, "", "0")],
)  # fmt: skip
def test_values_are_written_with_three_digits(value, unit, text):
    assert shown(value, unit) == text


def test_the_readme_table_replaces_the_old_one_and_nothing_else():
    made = with_table(f"before\n{BEGIN}\nold\n{END}\nafter", RESULT)
    assert made.startswith(f"before\n{BEGIN}\n\n| on 4 unseen texts")
    assert made.endswith(f"|\n\n{END}\nafter")
    assert "old" not in made
    assert with_table(made, RESULT) == made


def test_a_readme_without_a_place_for_the_table_is_said():
    with pytest.raises(NsaError, match="no place for the table"):
        with_table("nothing", RESULT)


def test_a_folder_without_scores_is_said(tmp_path):
    with pytest.raises(NsaError, match="nsa evaluate BUNDLE"):
        read_scores(tmp_path)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NsaError, match="cannot be written"):
        write_report(RESULT, tmp_path / "file", {})


def test_readme_and_docs_are_those_of_the_committed_scores():
    result = read_scores(DOCS)
    readme = (ROOT / "README.md").read_text("utf-8")
    assert with_table(readme, result) == readme, "run tools/readme_table.py"
    made = markdown_page(result, [file.stem for file in DOCS.glob("*.png")])
    assert made == (DOCS / MARKDOWN).read_text("utf-8"), "run nsa evaluate default --out docs/evaluation"
