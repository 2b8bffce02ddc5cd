"""The signer that the parameters ask for, loaded and warm."""

from __future__ import annotations

from typing import Any

from nsa_ros import resources
from nsa_ros.ros.parameters import SignerParameters


def load_signer(parameters: SignerParameters) -> Any:
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
