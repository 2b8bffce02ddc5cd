"""A signer is loaded once for all who ask for it, and let go after the last of them."""

import threading
from dataclasses import replace

import pytest
from fake_signer import FakeSigner

from nsa_ros.errors import NsaError
from nsa_ros.ros.parameters import SignerParameters
from nsa_ros.ros.signers import SharedSigners

PARAMETERS = SignerParameters()


class Loader:
    """Counts what it loads; waits for `gate`."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, parameters: SignerParameters) -> FakeSigner:
        self.loaded.append(parameters.bundle)
        assert self.gate.wait(5.0)
        if parameters.bundle == "missing":
            raise NsaError("no model bundle 'missing'")
        return FakeSigner()


def test_equal_parameters_share_and_others_do_not() -> None:
    load = Loader()
    signers = SharedSigners(load)
    first, second = signers.take(PARAMETERS), signers.take(replace(PARAMETERS, speed=2.0, seed=3, rate=50.0))
    assert first.signer is second.signer
    assert first.scheduler is second.scheduler
    others = [
        signers.take(replace(PARAMETERS, **change))
        for change in ({"bundle": "b"}, {"steps": 4}, {"provider": "cpu"}, {"precision": "int8"})
    ]
    assert (
        len({id(one.signer) for one in [first, *others]}) == len({id(one.scheduler) for one in [first, *others]}) == 5
    )
    assert len(load.loaded) == 5
    for one in [first, second, *others]:
        one.give_back()


def test_it_is_kept_for_the_last_who_has_it_and_loaded_again_after() -> None:
    load = Loader()
    signers = SharedSigners(load)
    first, second = signers.take(PARAMETERS), signers.take(PARAMETERS)
    first.give_back()
    third = signers.take(PARAMETERS)
    assert third.signer is second.signer
    second.give_back()
    third.give_back()
    again = signers.take(PARAMETERS)
    assert again.signer is not second.signer
    assert load.loaded == ["default"] * 2
    again.give_back()


def test_who_asks_while_it_is_loaded_waits_and_shares() -> None:
    load = Loader()
    load.gate.clear()
    signers = SharedSigners(load)
    taken: list[object] = []
    threads = [threading.Thread(target=lambda: taken.append(signers.take(PARAMETERS))) for _ in range(3)]
    for thread in threads:
        thread.start()
    other = threading.Thread(target=lambda: signers.take(replace(PARAMETERS, bundle="b")).give_back())
    load.gate.set()
    for thread in [*threads, other][:3]:
        thread.join(5.0)
    assert load.loaded == ["default"]
    assert len({id(one.signer) for one in taken}) == 1
    for one in taken:
        one.give_back()


def test_what_cannot_be_loaded_is_told_to_each_and_tried_again() -> None:
    load = Loader()
    signers = SharedSigners(load)
    good = signers.take(PARAMETERS)
    for _ in range(2):
        with pytest.raises(NsaError, match="no model bundle 'missing'"):
            signers.take(replace(PARAMETERS, bundle="missing"))
    assert load.loaded == ["default", "missing", "missing"]
    assert signers.take(PARAMETERS).signer is good.signer
