"""The next chunks of several utterances, sampled in one call where their signer can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nsa_ros.body.motion import Motion
from nsa_ros.errors import NsaError
from nsa_ros.signing.sampler import Draft, sample_together
from nsa_ros.signing.signer import ModelMotion

Outcome = Motion | Exception | None
"""A chunk, what went wrong, or nothing after the last chunk."""


def next_chunks(utterances: Sequence[Iterator[Motion]]) -> list[Outcome]:
    """The next chunk of each utterance. What goes wrong with one does not touch the others.

    Args:
        utterances: being signed; those of a model (`ModelMotion`) are sampled together, all others one by one.
    """
    outcomes: list[Outcome] = [None] * len(utterances)
    drafts: dict[int, Draft] = {}
    for place, utterance in enumerate(utterances):
        try:
            if not isinstance(utterance, ModelMotion):
                outcomes[place] = next(utterance, None)
            elif (draft := utterance.draft()) is not None:
                drafts[place] = draft
        except Exception as error:  # whatever one does, the others go on
            outcomes[place] = error
    for place, channels in zip(drafts, sample_together(list(drafts.values())), strict=True):
        utterance = utterances[place]
        assert isinstance(utterance, ModelMotion)
        try:
            outcomes[place] = channels if isinstance(channels, NsaError) else utterance.finish(channels)
        except Exception as error:
            outcomes[place] = error
    return outcomes
