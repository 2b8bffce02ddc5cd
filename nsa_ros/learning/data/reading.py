"""One way to read whatever there is to learn from (docs/data.md)."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.amass import AmassOptions, read_amass
from nsa_ros.learning.data.clips import OPEN_EXPRESSION, Language, default_language, in_language
from nsa_ros.learning.data.corpus import Corpus
from nsa_ros.learning.data.how2sign import How2SignOptions, is_how2sign, read_how2sign
from nsa_ros.learning.data.mixture import MixtureFile, join, read_mixture_file
from nsa_ros.learning.data.shards import MANIFEST, read_corpus

_Options = TypeVar("_Options", How2SignOptions, AmassOptions)


def read_data(path: str | Path, language: Language | None = None, **options: Any) -> Corpus:
    """Read a data set, told by what lies there.

    - a folder with `corpus.json`: our corpus, or another data set kept by `shards.write_corpus`;
    - a folder with `train/poses`, `val/poses` or `test/poses`: How2Sign (`How2SignOptions`);
    - any other folder with `.npz` files: AMASS-style motion with text (`AmassOptions`);
    - a `.yaml` file: a mixture (`mixture.MixtureFile`).

    Args:
        path: folder or file.
        language: of data sets without their own; that of the shipped lexicon by default.
        options: of the kind of data set found.

    Raises:
        NsaError: nothing of the kind is there, an option is not known, or the data cannot be read.
    """
    path = Path(path)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        _none(path, "a mixture", options)
        return _mixture(read_mixture_file(path))
    if not path.is_dir():
        raise NsaError(f"no data at {path}: a folder, or the .yaml file of a mixture, is needed (docs/data.md)")
    if (path / MANIFEST).is_file():
        _none(path, "a corpus", options)
        corpus = read_corpus(path)
        return replace(corpus, meta={**_OURS, "source": f"corpus of seed {corpus.meta['seed']}", **corpus.meta})
    if is_how2sign(path):
        return read_how2sign(path, _options(How2SignOptions, "How2Sign", options), language)
    if next(path.rglob("*.npz"), None):
        return read_amass(path, _options(AmassOptions, "an AMASS-style folder", options), language)
    raise NsaError(
        f"{path} is no data set: a corpus has {MANIFEST}, How2Sign has train/poses, AMASS-style folders have .npz "
        "files (docs/data.md)"
    )


_OURS = {"kind": "corpus", "expression_basis": OPEN_EXPRESSION, "hands": "flat", "notes": [], "dropped": []}
"""What manifests of `nsa corpus build` leave unsaid."""


def read_mixture(parts: list[tuple[str | Path, float]], expression: str = "refuse") -> Corpus:
    """Read several data sets and join them by weight.

    Args:
        parts: path and weight of each; weights need not add up to 1.
        expression: what to do when expression bases differ, as `mixture.join`.

    Raises:
        NsaError: as `read_data` and `mixture.join`.
    """
    return _mixture(MixtureFile([(Path(path), float(weight), {}) for path, weight in parts], expression))


def _mixture(file: MixtureFile) -> Corpus:
    """Sets without alignment take the language of the first that has one, so that is read first."""
    made = {
        place: read_data(path, **options)
        for place, (path, _, options) in enumerate(file.parts)
        if (path / MANIFEST).is_file()
    }
    ours = [corpus for corpus in made.values() if corpus.meta["kind"] == "corpus"]
    language = Language(ours[0].vocabulary, ours[0].meta["units"]) if ours else default_language()
    for place, (path, _, options) in enumerate(file.parts):
        if place not in made:
            made[place] = read_data(path, language, **options)
        elif made[place].meta["kind"] != "corpus":
            made[place] = in_language(made[place], language)
    return join([(made[place], weight) for place, (_, weight, _) in enumerate(file.parts)], file.expression)


def _none(path: Path, kind: str, options: dict[str, Any]) -> None:
    if options:
        raise NsaError(f"{path} is {kind}, which has no options; given: {', '.join(options)}")


def _options(kind: type[_Options], name: str, given: dict[str, Any]) -> _Options:
    known = [field.name for field in fields(kind)]
    if unknown := [key for key in given if key not in known]:
        raise NsaError(f"{name} has no option {unknown[0]!r}; known are {', '.join(known)}")
    try:
        return kind(**given)
    except TypeError as error:
        raise NsaError(f"{name}: an option has a value of the wrong kind in {given} ({error})") from error
