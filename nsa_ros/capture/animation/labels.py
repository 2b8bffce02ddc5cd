"""Where an imported motion comes from, as it is kept in its file."""

from __future__ import annotations

from nsa_ros.capture.animation.animation import Animation
from nsa_ros.capture.animation.take import Take

NOT_STATED = "not stated"

STATUS = "imported skeletal animation, not reviewed by Deaf signers"


def labels(
    animation: Animation, take: Take, license: str = "", source: str = "", kind: str = "", text: str = ""
) -> dict[str, str]:
    """Words for `save_npz`: `license`, `source`, `kind`, `status`, `imported_from`, and `text` if there is one.

    Args:
        animation: the file; what it says of itself stands where nothing else is given.
        take: the one imported.
        license: in the user's words.
        source: archive, author, address.
        kind: how it was made: `motion capture`, `keyframed` …
        text: what is signed, in English.
    """
    said = animation.labels
    makers = [said[key] for key in ("title", "author", "source") if key in said]
    found = {
        "license": license or "; ".join(said[key] for key in ("license", "copyright") if key in said) or NOT_STATED,
        "source": source or ", ".join(makers) or NOT_STATED,
        "kind": kind or NOT_STATED,
        "status": STATUS,
        "imported_from": f"{animation.path.name}, take {take.name}, {animation.format}"
        + (f", {said['generator']}" if "generator" in said else ""),
    }
    return {**found, "text": text} if text else found
