"""`nsa vocabulary`: the signs and the English words that mean them; how they are made, checked and shown."""

from __future__ import annotations

import argparse
import json
import string
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nsa_ros.errors import NsaError

if TYPE_CHECKING:
    from nsa_ros.cli.catalogue.entries import Entry

_MOST_ON_A_SHEET = 40


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("gloss", nargs="*", help="signs, e.g. DOCTOR 7 fs-A (a letter); all when left out")
    parser.add_argument(
        "--file", type=Path, metavar="FILE.yaml", help="entries of your own, checked before they are added"
    )
    parser.add_argument("--check", action="store_true", help="measure how well each can be made; exit 1 beyond a limit")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="picture of the named signs, front and side")
    parser.add_argument("--html", type=Path, metavar="DIR", help="page to browse, with a moving picture of every sign")
    parser.add_argument("--json", action="store_true", help="machine-readable, with phonological features")


def run(arguments: argparse.Namespace) -> int:
    from nsa_ros.cli.catalogue.entries import choose, read_own

    _refuse(arguments)
    wrong: list[str] = []
    if arguments.file:
        own, wrong = read_own(arguments.file)
        for message in wrong:
            print(message)
        entries = [entry for entry in own if not arguments.gloss or entry.name in arguments.gloss]
        if missing := set(arguments.gloss) - {entry.name for entry in own}:
            raise NsaError(
                f"--file {arguments.file}: no entry without a mistake is called {', '.join(sorted(missing))}"
            )
    else:
        entries = choose(arguments.gloss)
    if arguments.sheet and len(entries) > _MOST_ON_A_SHEET:
        raise NsaError(f"--sheet shows at most {_MOST_ON_A_SHEET} signs, not {len(entries)}; use --html DIR")
    fine = not wrong
    if entries and (arguments.check or (arguments.file and not (arguments.sheet or arguments.html))):
        from nsa_ros.cli.catalogue.checking import check

        fine &= check(entries)
    if arguments.html:
        fine &= _page(entries, arguments.html)
    if arguments.sheet and entries:
        from nsa_ros.cli.catalogue.pictures import contact_sheet

        try:
            contact_sheet(entries, arguments.sheet)
        except OSError as error:
            raise NsaError(f"--sheet {arguments.sheet}: {error.strerror or error}") from error
        print(f"wrote {arguments.sheet}")
    if arguments.check or arguments.sheet or arguments.html or arguments.file:
        return 0 if fine else 1
    if arguments.json:
        print(json.dumps(_told(entries), indent=1, ensure_ascii=False))
    elif arguments.gloss:
        _describe(entries)
    else:
        _list(entries)
    return 0


def _refuse(arguments: argparse.Namespace) -> None:
    """Raise NsaError for arguments that cannot work, before anything is loaded."""
    sheet, html = arguments.sheet, arguments.html
    if arguments.json and (arguments.check or sheet or html or arguments.file):
        raise NsaError("--json prints the list and goes with no other option")
    if sheet and not (arguments.gloss or arguments.file):
        raise NsaError("--sheet needs the signs to show, e.g. nsa vocabulary DOCTOR NURSE --sheet out.png")
    if sheet and sheet.suffix != ".png":
        raise NsaError(f"--sheet {sheet}: a contact sheet is a .png")
    if sheet and not sheet.absolute().parent.is_dir():
        raise NsaError(f"--sheet {sheet}: no folder {sheet.absolute().parent}; make it first")
    if html and html.exists() and not html.is_dir():
        raise NsaError(f"--html {html}: is a file; give a folder")


def _page(entries: Sequence[Entry], folder: Path) -> bool:
    from nsa_ros.cli.catalogue.page import write_page

    wrong = write_page(entries, folder)
    for message in wrong:
        print(message)
    megabytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
    print(f"wrote {folder / 'index.html'}: {len(entries) - len(wrong)} signs, {megabytes:.1f} MB")
    return not wrong


def _told(entries: Sequence[Entry]) -> dict[str, Any]:
    from nsa_ros.phonology.features import sign_features

    rows = [
        {
            "gloss": entry.sign.gloss,
            "theme": entry.theme,
            "english": list(entry.sign.english),
            "class": entry.sign.word_class,
            "confidence": entry.sign.confidence,
            "source": entry.sign.source,
            "status": entry.sign.status,
            "features": asdict(sign_features(entry.sign)),
        }
        for entry in sorted(entries, key=lambda entry: entry.sign.gloss)
        if entry.kind == "sign"
    ]
    numbers = [entry.sign.gloss for entry in entries if entry.kind == "number"]
    return {"signs": rows, "numbers": numbers, "letters": [x for x in string.ascii_uppercase if _has(entries, x)]}


def _has(entries: Sequence[Entry], letter: str) -> bool:
    return any(entry.kind == "letter" and entry.sign.gloss == letter for entry in entries)


def _describe(entries: Sequence[Entry]) -> None:
    from nsa_ros.phonology.description import describe

    for entry in entries:
        sign = entry.sign
        print(f"{entry.name}  ({sign.origin})")
        about = [
            ("English", f"{', '.join(sign.english) or '—'} ({sign.word_class})"),
            *describe(sign),
            ("Source", f"{sign.source}; confidence {sign.confidence}, {sign.status} by Deaf signers"),
        ]
        for heading, text in about:
            print(f"  {heading:<18}" + f"\n{'':<20}".join(textwrap.wrap(text, 96)))
        print()


def _list(entries: Sequence[Entry]) -> None:
    signs = [entry for entry in entries if entry.kind == "sign"]
    width = max(len(entry.name) for entry in signs) + 2
    for theme, group in groupby(sorted(signs, key=lambda entry: (entry.theme, entry.name)), lambda entry: entry.theme):
        members = list(group)
        print(f"{theme} ({len(members)})")
        for entry in members:
            lines = textwrap.wrap(", ".join(entry.sign.english), 110 - width) or ["(not from English)"]
            print(f"  {entry.name:<{width}}" + f"\n{'':<{width + 2}}".join(lines))
        print()
    numbers = [entry.name for entry in entries if entry.kind == "number"]
    print(
        f"{len(signs)} signs, the letters A–Z and {len(numbers)} numbers ({_spans(numbers)}). Every other word and\n"
        "name is fingerspelled; write fs-Will to have a word spelled that also is a sign. `nsa vocabulary GLOSS`\n"
        "describes a sign, `nsa vocabulary --html DIR` makes a page to browse. Authored from descriptions, not\n"
        "reviewed by Deaf signers."
    )


def _spans(numbers: Sequence[str]) -> str:
    """`0–100` of consecutive numbers."""
    spans: list[list[int]] = []
    for number in sorted(int(n) for n in numbers if n.isdecimal()):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    rest = [n for n in numbers if not n.isdecimal()]
    return ", ".join([*(f"{a}–{b}" if a < b else str(a) for a, b in spans), *rest])
