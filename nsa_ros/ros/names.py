"""Names of the signers of one process: each is the namespace of its node and topics."""

from __future__ import annotations

import re

from nsa_ros.errors import NsaError

ALLOWED = "letters, digits and single underscores, a letter first"
_NAME = re.compile(r"[A-Za-z](_?[A-Za-z0-9])*_?")


def signer_names(text: str) -> list[str]:
    """Names separated by commas, spaces around them ignored.

    Raises:
        NsaError: there is none, one is not allowed in ROS 2, or one is there twice.
    """
    names = [name.strip() for name in text.split(",")]
    if names == [""]:
        raise NsaError("no signer is named; give names separated by commas, e.g. ada,bob")
    for place, name in enumerate(names):
        if not _NAME.fullmatch(name):
            raise NsaError(f"{name!r} is no name for a signer: a name has {ALLOWED}; separate names by commas: ada,bob")
        if name in names[:place]:
            raise NsaError(f"two signers are named {name!r}: every name may be there once")
    return names
