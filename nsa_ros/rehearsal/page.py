"""docs/robots.md and a page a robot, from the figures of their rehearsals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nsa_ros.errors import NsaError

Document = Mapping[str, Any]

_WORST = 5
"""Contacts that a page lists."""


def write_pages(folder: Path) -> list[Path]:
    """Write a page beside each figures file (`.json`) of a folder, and the overview as the folder's name with `.md`.

    Raises:
        NsaError: there are no figures, or a file is none.
    """
    documents, written = [document for file in sorted(folder.glob("*.json")) if (document := _read(file))], []
    if not documents:
        raise NsaError(f"no figures (.json) in {folder}: nsa hand rehearse ROBOT --out {folder}")
    for document in documents:
        written.append(folder / f"{document['robot']}.md")
        written[-1].write_text(page(document, folder), encoding="utf-8")
    written.append(folder.with_suffix(".md"))
    written[-1].write_text(overview(documents, folder.name), encoding="utf-8")
    return written


def _read(file: Path) -> Document | None:
    """Figures of a rehearsal; None for a file that holds others."""
    try:
        document: Document = json.loads(file.read_text(encoding="utf-8"))
        if "spelling" not in document:
            return None
        page(document, file.parent)
    except (ValueError, KeyError, TypeError) as error:
        raise NsaError(f"{file} holds no figures of a rehearsal ({error!r}); make them anew") from error
    return document


def overview(documents: Sequence[Document], folder: str) -> str:
    """The page of all robots."""
    letters = _table(_LETTERS, documents, folder)
    physics = _table(_PHYSICS, documents, folder)
    return f"""# Robots that can follow

Every robot below is tried in physics before hardware: its URDF in MuJoCo with capsules for shapes and position servos
as strong and as fast as the URDF says, commands at 100 Hz through the same retargeting and limits as on the real robot,
one tick late. Nothing here was run on hardware. Signing is synthetic and not reviewed by Deaf signers.

[adding-a-hand.md](adding-a-hand.md) adds yours, [robots-ros.md](robots-ros.md) runs one, and
[robots-legibility.md](robots-legibility.md) says how letters are read from a robot's joints.

## Letters

{letters}

*Tempo*: of signing, found so that every joint reaches every letter; 1 is the signer's own. *Letters/s*: in ten names,
spelled fluently. *Can show*: letters for which some pose of the hand is read right, whoever commands it; a hand without
an arm cannot show orientation and movement, so G and Q, H and U, I and J, K and P count as shown when their handshape
is. *Read right*: from the simulated joints while the letter is held, A to Z in one go; *unblocked*: were fingers not to
block each other, as they do when a thumb comes too late to go under them. *In names*: in those ten names.
*Violations*: commands beyond a position, velocity, acceleration or jerk limit, in all that was played. Contacts are
fickle: at tempi 3 % slower or faster a letter more or less is read.

## Sentences

{physics}

*Error*: of the simulated joints against their commands, rms and 95th percentile; *late*: the servo's lag taken out.
*Lag*: from the signer's pose to the simulated joint. *Fingertips*, *thumb tip*: against the signer's, scaled to the
robot's fingers, lag taken out. *Peaks*: of commands, as shares of the limits. *Stray contacts*: share of the time in
which the robot touches itself where the signer does not (fingers that the signer lays together may touch), and how deep
the capsules are in each other.

## How it is played

- **Motion**: A to Z, 0 to 9, ten names that hold every letter, and short sentences that no model was trained on, by
  the signer that a robot's page names, resampled at 100 Hz as the signer node does, at the robot's tempo.
- **Commands**: the retargeter's joints through the follower that keeps position, velocity, acceleration and jerk
  limits. The retargeter is told where the simulated joints are, as it is by the joint states of a real robot, and opens
  fingers that are in the way of a thumb.
- **Servos**: position servos, 15 Hz on their load in hands and 10 Hz in arms, critically damped, with a rotor's
  inertia; torque up to the URDF's effort, falling to nothing at 1.15 times its velocity. No velocity or gravity
  feed-forward, so they lag by some 30 ms and sag a little. Gravity is on; a hand alone stands with its fingers up.
- **Shapes**: capsules along fingers, palm, arms, torso and head, since meshes are not needed here. Neighbours in the
  tree, and what overlaps at rest, may touch. Real links are slimmer in places and wider in others.
- **Tempo**: the fastest, to 5 %, at which every joint is within 0.15 rad of its place in each hold, 0.25 s after the
  signer at the latest, the time included that fingers need to make way; without contacts, since fingers that block each
  other do not come free by waiting, and without arms, which are quick beside hands.

Made by `nsa hand rehearse ROBOT --out docs/{folder}`.
"""


def _table(columns: Mapping[str, Callable[[Document], str]], documents: Sequence[Document], folder: str) -> str:
    rows = [["robot", *columns], ["---"] * (len(columns) + 1)]
    for document in documents:
        link = f"[{document['title']}]({folder}/{document['robot']}.md)"
        rows.append([link, *(shown(document) for shown in columns.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def page(document: Document, folder: Path) -> str:
    """The page of one robot."""
    name, spelling, signing = document["robot"], document["spelling"], document["signing"]
    columns = [("A–Z, 0–9, names", spelling)]
    if signing:
        columns.append((f"{document['sentences']} sentences", signing))
    heads = " | ".join(head for head, _ in columns)
    rows = "\n".join(f"| {label} | {' | '.join(shown(one) for _, one in columns)} |" for label, shown in _ROWS)
    wrong = [one for one in (*document["letters"], *document["digits"]) if not one["right"]]
    misread = "; ".join(f"{one['name']} is read as {one['read']}" for one in wrong)
    lost = [chr(c) for c in range(65, 91) if chr(c) not in document["shown"]]
    sentence = folder / f"{name}_sentence.mp4"
    film = f"\nA sentence, with arms: [{sentence.name}]({sentence.name}).\n" if sentence.is_file() else ""
    return f"""# {document["title"]}

`{name}` · {document["joints"]} driven joints · configuration
[config/robots/{name}.yaml](../../config/robots/{name}.yaml) · controllers
[config/controllers/{name}.yaml](../../config/controllers/{name}.yaml) · [all robots](../robots.md)

![A to Z: the signer's hand and, beside it, the simulated robot's]({name}.png)

Film of A to Z: [{name}.mp4]({name}.mp4).
{film}
## Letters

- Spelled with the {document["side"]} hand, {document["letters_per_second"]:.2f} letters a second, at tempo
  {document["tempo"]:g} (1 is the signer's own).
- Letters that some pose of the hand shows: {len(document["shown"])} of 26{f" (not {', '.join(lost)})" if lost else ""}.
- Read right in physics: {_named(document["letters"])} of 26 letters, {_of_shown(document)} of those it can show;
  {_named(document["digits"])} of 10 digits; {_share(document["names"])} of the letters in fluently spelled names.
- Were its fingers not to block each other: {_named(document["free"])} of 26.

{misread + "." if misread else "None is misread."}

## In physics

| | {heads} |
|---|{"---|" * len(columns)}
{rows}

A finger that another one held back is faster than any command in the moment when it slips free, and not every contact
of the signer's can be had with a robot's thicker fingers.

{_contacts(columns[-1][1])}Made by `nsa hand rehearse {name}`; sentences by the {document["signer"]} signer.
What each row means: [all robots](../robots.md). Synthetic, not reviewed by Deaf signers, and not run on hardware.
"""


_ROWS: tuple[tuple[str, Callable[[Document], str]], ...] = (
    ("motion [s]", lambda m: f"{m['seconds']:.0f}"),
    ("joint tracking error, rms [rad]", lambda m: f"{m['error_rms']:.3f}"),
    ("joint tracking error, 95th percentile [rad]", lambda m: f"{m['error_p95']:.3f}"),
    ("the same with the servo's lag taken out, rms [rad]", lambda m: f"{m['error_rms_late']:.3f}"),
    ("servo lag [ms]", lambda m: f"{m['servo_lag']:.0f}"),
    ("lag from the signer's pose [ms]", lambda m: f"{m['lag']:.0f}"),
    ("commands beyond a limit", lambda m: f"{m['violations']}"),
    ("simulated joints beyond the URDF's limits [joint ticks]", lambda m: f"{m['beyond']}"),
    ("peak command velocity, of the limit", lambda m: f"{m['peak_velocity']:.3f}"),
    ("peak command acceleration, of the limit", lambda m: f"{m['peak_acceleration']:.3f}"),
    ("peak command jerk, of the limit", lambda m: f"{m['peak_jerk']:.3f}"),
    ("peak simulated speed, of the velocity limit", lambda m: f"{m['peak_speed']:.2f}"),
    ("joint ticks in which limits held the command back", lambda m: f"{m['clamped']:.1%}"),
    ("fingertip error, mean [mm]", lambda m: f"{m['fingertip']:.1f}"),
    ("error of the thumb's tip, mean [mm]", lambda m: f"{m['thumb']:.1f}"),
    ("fingertip error, 95th percentile [mm]", lambda m: f"{m['fingertip_p95']:.1f}"),
    ("stray contacts, share of time", lambda m: f"{m['colliding']:.2%}"),
    ("deepest stray contact [mm]", lambda m: f"{m['depth']:.1f}"),
    ("contacts that the signer has, too, share of time", lambda m: f"{m['meant']:.1%}"),
    ("deepest of these [mm]", lambda m: f"{m['depth_meant']:.1f}"),
)


def _violations(document: Document) -> int:
    return int(sum(document[what]["violations"] for what in ("spelling", "signing") if document[what]))


def _of_sentences(show: Callable[[Document], str]) -> Callable[[Document], str]:
    return lambda document: show(document["signing"]) if document["signing"] else "–"


_LETTERS: Mapping[str, Callable[[Document], str]] = {
    "name": lambda d: f"`{d['robot']}`",
    "joints": lambda d: f"{d['joints']}",
    "tempo": lambda d: f"{d['tempo']:g}",
    "letters/s": lambda d: f"{d['letters_per_second']:.2f}",
    "can show, of 26": lambda d: f"{len(d['shown'])}",
    "read right": lambda d: f"{_named(d['letters'])}",
    "of those it can show": lambda d: _of_shown(d),
    "unblocked": lambda d: f"{_named(d['free'])}",
    "digits, of 10": lambda d: f"{_named(d['digits'])}",
    "in names": lambda d: _share(d["names"]),
    "violations": lambda d: f"{_violations(d)}",
}

_PHYSICS: Mapping[str, Callable[[Document], str]] = {
    "error [rad]": _of_sentences(lambda m: f"{m['error_rms']:.3f}, {m['error_p95']:.3f}"),
    "late [rad]": _of_sentences(lambda m: f"{m['error_rms_late']:.3f}"),
    "lag [ms]": _of_sentences(lambda m: f"{m['lag']:.0f}"),
    "fingertips [mm]": _of_sentences(lambda m: f"{m['fingertip']:.0f}"),
    "thumb tip [mm]": _of_sentences(lambda m: f"{m['thumb']:.0f}"),
    "peak velocity": _of_sentences(lambda m: f"{m['peak_velocity']:.2f}"),
    "peak acceleration": _of_sentences(lambda m: f"{m['peak_acceleration']:.2f}"),
    "stray contacts": _of_sentences(lambda m: f"{m['colliding']:.1%}, {m['depth']:.1f} mm"),
}


def _contacts(measures: Document) -> str:
    stray = [contact for contact in measures["contacts"] if contact["frames"]][:_WORST]
    if not stray:
        return ""
    rows = "\n".join(
        f"| {contact['first']} | {contact['second']} | {contact['frames'] / 100:.1f} | {1e3 * contact['depth']:.1f} |"
        for contact in stray
    )
    return f"""Stray contacts, the longest:

| link | link | time [s] | deepest [mm] |
|---|---|---|---|
{rows}

"""


def _named(letters: Sequence[Document]) -> int:
    return sum(bool(one["right"]) for one in letters)


def _of_shown(document: Document) -> str:
    shown = [one for one in document["letters"] if one["name"] in document["shown"]]
    return f"{_named(shown) / max(len(shown), 1):.0%}"


def _share(letters: Sequence[Document]) -> str:
    return f"{_named(letters) / max(len(letters), 1):.0%}"
