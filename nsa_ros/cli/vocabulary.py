"""`nsa vocabulary`: the signs and the English words that mean them."""

from __future__ import annotations

import argparse
import json
import string
import textwrap


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="machine-readable")


def run(arguments: argparse.Namespace) -> int:
    from nsa_ros.phonology.lexicon import lexicon, numbers

    signs = [
        {"gloss": sign.gloss, "english": list(sign.english), "confidence": sign.confidence, "status": sign.status}
        for sign in sorted(lexicon().values(), key=lambda sign: sign.gloss)
    ]
    if arguments.json:
        print(
            json.dumps({"signs": signs, "numbers": list(numbers()), "letters": list(string.ascii_uppercase)}, indent=1)
        )
        return 0
    width = max(len(sign["gloss"]) for sign in signs) + 2
    for sign in signs:
        lines = textwrap.wrap(", ".join(sign["english"]), 100 - width) or [""]
        print(f"{sign['gloss']:<{width}}" + f"\n{'':<{width}}".join(lines))
    print(
        f"\n{len(signs)} signs, the letters A–Z and the numbers {', '.join(numbers())}. Every other word and name is\n"
        "fingerspelled; write fs-Will to have a word spelled that also is a sign. Authored from descriptions, not\n"
        "reviewed by Deaf signers."
    )
    return 0
