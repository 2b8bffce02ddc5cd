"""The signers that parameters ask for: loaded, warm, and shared by all nodes of a process that ask for the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Protocol

from nsa_ros import resources
from nsa_ros.signing.scheduler import Scheduler


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
    @property
    def precision(self) -> str: ...


def load_signer(parameters: SignerChoice) -> Any:
    """A signer (`name`, `fps`, `provider`, `sign(text, seed)`) ready to sign at once.

    Raises:
        NsaError: no such bundle, an altered one, or a provider or precision that does not work; the message says what
            to do.
    """
    if parameters.signer == "reference":
        from nsa_ros.phonology.reference import ReferenceSigner

        signer: Any = ReferenceSigner()
    else:
        from nsa_ros.signing.signer import ModelSigner

        steps = parameters.steps or None
        signer = ModelSigner(
            resources.bundle(parameters.bundle), parameters.provider, steps, precision=parameters.precision
        )
    signer.warm()
    return signer


class SharedSigners:
    """Loads each signer once, however many ask for it, and lets it go when the last of them has given it back.

    Args:
        load: makes the signer that parameters ask for.
    """

    def __init__(self, load: Callable[[SignerChoice], Any] = load_signer) -> None:
        self._load = load
        self._lock = Lock()
        self._seats: dict[tuple[object, ...], _Seat] = {}

    def take(self, parameters: SignerChoice) -> SharedSigner:
        """The signer that the parameters ask for; whoever asks for it while it is being loaded waits.

        Raises:
            Exception: what loading says. Nobody else is touched: the next who asks tries again.
        """
        choice = (
            parameters.signer,
            parameters.bundle,
            parameters.provider,
            parameters.steps,
            parameters.precision,
        )
        with self._lock:
            seat = self._seats.setdefault(choice, _Seat())
            seat.takers += 1
        try:
            with seat.loading:
                if seat.signer is None:
                    seat.signer = self._load(parameters)
                    seat.scheduler = Scheduler()
        except BaseException:
            self._give_back(choice)
            raise
        return SharedSigner(seat.signer, seat.scheduler, lambda: self._give_back(choice))

    def _give_back(self, choice: tuple[object, ...]) -> None:
        with self._lock:
            seat = self._seats[choice]
            seat.takers -= 1
            if seat.takers:
                return
            del self._seats[choice]
        if seat.scheduler is not None:
            seat.scheduler.close(timeout=1.0)


@dataclass(frozen=True)
class SharedSigner:
    """A signer in use.

    Attributes:
        signer: turns text into motion.
        scheduler: generates for all players of this signer.
        give_back: to be called once, when it is no longer used.
    """

    signer: Any
    scheduler: Any
    give_back: Callable[[], None]


@dataclass
class _Seat:
    signer: Any = None
    scheduler: Scheduler | None = None
    takers: int = 0
    loading: Lock = field(default_factory=Lock)
