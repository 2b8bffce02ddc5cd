"""The signer that the parameters ask for, loaded and warm."""

from __future__ import annotations

from typing import Any, Protocol

from nsa_ros import resources


class SignerChoice(Protocol):
    """What decides who signs: the node's parameters or the command's options (`nsa_ros.ros.parameters`)."""

    @property
    def signer(self) -> str: ...
    @property
    def bundle(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def steps(self) -> int: ...


def load_signer(parameters: SignerChoice) -> Any:
    """A signer (`name`, `fps`, `provider`, `sign(text, seed)`) ready to sign at once.

    Raises:
        NsaError: no such bundle, an altered one, or a provider that does not work; the message says what to do.
    """
    if parameters.signer == "reference":
        from nsa_ros.phonology.reference import ReferenceSigner

        signer: Any = ReferenceSigner()
    else:
        from nsa_ros.signing.signer import ModelSigner

        steps = parameters.steps or None
        signer = ModelSigner(resources.bundle(parameters.bundle), parameters.provider, steps)
    signer.warm()
    return signer
