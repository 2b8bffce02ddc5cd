import pytest
from fake_source import FakeSource
from tiny import make_bundle

from nsa_ros.learning.evaluation.precisions import errors_by_precision
from nsa_ros.signing.alignment import END
from nsa_ros.signing.bundle import load_bundle

TEXTS = ["coffee you", "want fs-bo", "you want coffee"]


class Reader:
    """Reads every text rightly, but of those in a list of (round, place) the first unit alone."""

    def __init__(self, wanted, wrong=()):
        self.wanted, self.wrong, self.motions = wanted, wrong, []

    def units(self, poses, expression):
        at = divmod(len(self.motions), len(self.wanted))
        self.motions.append(poses)
        return self.wanted[at[1]][:1] if at in self.wrong else self.wanted[at[1]]


@pytest.fixture(scope="module")
def given():
    source = FakeSource()
    units = [(kind, name) for kind, names in source.units.items() for name in names]
    passages = [source.passage(text, seed, True) for seed, text in enumerate(TEXTS)]
    wanted = [[units[p.unit - END - 1] for p in passage.plan if p.unit > END] for passage in passages]
    return load_bundle(make_bundle() / "bundle"), passages, units, wanted


def test_what_is_read_in_one_precision_only_is_told_of_that_one(given):
    bundle, passages, units, wanted = given
    reader = Reader(wanted, wrong=[(2, 0)])
    found = errors_by_precision(bundle, passages, units, reader)
    assert list(found) == ["fp32", "fp16", "int8"]
    lost = (len(wanted[0]) - 1) / sum(map(len, wanted))
    assert lost > 0.0
    assert found["fp32"] == {"unit_error": 0.0}
    assert found["fp16"] == {"unit_error": 0.0, "more": 0.0, "interval": [0.0, 0.0], "read_alike": 1.0}
    assert found["int8"]["unit_error"] == found["int8"]["more"] == pytest.approx(lost, rel=1e-3)
    assert found["int8"]["read_alike"] == pytest.approx(2 / 3, rel=1e-3)
    low, high = found["int8"]["interval"]
    assert low == 0.0 < lost < high


def test_each_precision_signs_the_same_plans_in_its_own_way(given):
    bundle, passages, units, wanted = given
    reader = Reader(wanted)
    errors_by_precision(bundle, passages, units, reader)
    for place in range(len(TEXTS)):
        single, half, integers = reader.motions[place :: len(TEXTS)]
        assert single.shape == half.shape == integers.shape
        assert 0.0 < abs(single - half).max() < abs(single - integers).max() < 0.05
