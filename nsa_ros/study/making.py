"""Films of every sentence in every condition, and the page that shows them."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nsa_ros import __version__
from nsa_ros.errors import NsaError
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.phonology.variation import NATURAL
from nsa_ros.study.conditions import Condition, Signed, spelling
from nsa_ros.study.design import latin_square
from nsa_ros.study.manifest import NAME, Film, Manifest, Practice, write_manifest
from nsa_ros.study.page import PAGE, write_page
from nsa_ros.study.texts import StudyText
from nsa_ros.viewer.film import render

PRACTICE = "welcome"
"""The word that the practice film spells."""

_PRACTICE_TEXT = "welcome (spelled letter by letter)"


@dataclass(frozen=True)
class StudySettings:
    """How a study is made.

    Attributes:
        seed: of signers, design and practice.
        size: width and height [pixels].
        contact: who runs the study, as the page says it.
        made: told in the manifest besides: bundle and baseline.
    """

    seed: int = 0
    size: tuple[int, int] = (640, 480)
    contact: str = ""
    made: Mapping[str, str] = field(default_factory=dict)


def make_study(
    out: Path,
    texts: Sequence[StudyText],
    signers: Mapping[str, Condition],
    settings: StudySettings,
    progress: Callable[[int, int], None] | None = None,
) -> Manifest:
    """Film everything and write `page/index.html` (for the participants) and `manifest.json` (the key, not for them).

    Args:
        out: folder to write; made when it does not exist.
        texts: the sentences.
        signers: who signs in each condition.
        settings: how.
        progress: called with films done and films in all.

    Raises:
        NsaError: the folder holds a study already, a sentence cannot be signed, or films cannot be made here.
    """
    if (out / NAME).exists() or (out / PAGE).exists():
        raise NsaError(f"{out} holds a study already; choose another folder, its answers refer to it")
    clips: dict[str, bytes] = {}
    films: list[Film] = []
    total = len(texts) * len(signers) + 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"

        def shoot(signed: Signed, salt: str) -> str:
            render(signed.motion, path, size=settings.size)
            data = path.read_bytes()
            name = hashlib.sha256(salt.encode() + data).hexdigest()[:12]
            clips[name] = data
            if progress is not None:
                progress(len(clips), total)
            return name

        signed = spelling(Synthesizer(variation=NATURAL))(PRACTICE, settings.seed)
        practice = Practice(shoot(signed, f"{settings.seed} practice"), _PRACTICE_TEXT, PRACTICE)
        for index, text in enumerate(texts):
            for condition, sign in signers.items():
                seed = settings.seed + index
                signed = sign(text.text, seed)
                name = shoot(signed, f"{settings.seed} {index} {condition}")
                films.append(Film(name, index, condition, seed, round(signed.motion.duration, 3), signed.units))
    square = latin_square(
        ["name" if text.unseen == "name" else "other" for text in texts], list(signers), settings.seed
    )
    ids = {(film.text, film.condition): film.id for film in films}
    groups = [sorted(ids[index, condition] for index, condition in enumerate(row)) for row in square]
    made = {"nsa_ros": __version__, "seed": settings.seed, "size": list(settings.size), **settings.made}
    manifest = Manifest(made, list(texts), list(signers), films, groups, practice)
    out.mkdir(parents=True, exist_ok=True)
    write_page(out, manifest, clips, settings.contact)
    write_manifest(out, manifest)
    return manifest
