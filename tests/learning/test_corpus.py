import numpy as np
import pytest
from fake_source import FakeSource
from tiny import CORPUS, make_corpus

from nsa_ros.errors import NsaError
from nsa_ros.learning.corpus import durations, read_corpus, unit_ids, write_corpus
from nsa_ros.signing.alignment import END


def test_durations_count_every_frame_once():
    labels = np.array([-1, -1, 0, 0, 0, 1, 1, -1])
    assert durations(labels, 2) == ([5, 2], 1)


@pytest.mark.parametrize("labels", [[0, 0, 2], [1, 1, 0, 0], [0, 0]])
def test_motion_that_skips_or_reorders_units_is_refused(labels):
    with pytest.raises(NsaError, match="in order"):
        durations(np.array(labels), 3 if 2 in labels else 2)


def test_what_is_written_is_read(tmp_path):
    corpus = make_corpus(tmp_path)
    assert (len(corpus.train), len(corpus.plans), len(corpus.test)) == (CORPUS.sentences, CORPUS.plans, CORPUS.test)
    passage = corpus.train[0]
    again = FakeSource().passage(passage.text, passage.seed, motion=True)
    np.testing.assert_array_equal(passage.poses, again.poses)
    assert passage.plan == again.plan
    assert passage.plan[-1].unit == END
    assert sum(unit.frames for unit in passage.plan) == len(passage.poses)
    assert corpus.plans[0].poses.shape == (0, 55, 3)
    assert corpus.unit_count == 2 + len(unit_ids(FakeSource.units))


def test_a_stopped_run_goes_on_and_other_settings_are_refused(tmp_path):
    make_corpus(tmp_path)
    lost = sorted(tmp_path.glob("shard-*.npz"))[0]
    before = lost.read_bytes()
    lost.unlink()
    with pytest.raises(NsaError, match="incomplete"):
        read_corpus(tmp_path)
    write_corpus(FakeSource(), CORPUS, tmp_path, workers=1)
    assert lost.read_bytes()[:2] == before[:2]
    assert len(read_corpus(tmp_path).train) == CORPUS.sentences
    with pytest.raises(NsaError, match="other settings"):
        write_corpus(FakeSource(), CORPUS.__class__(sentences=1, plans=0, test=0), tmp_path, workers=1)


def test_no_corpus_is_said_with_the_command_that_makes_one(tmp_path):
    with pytest.raises(NsaError, match="make_corpus"):
        read_corpus(tmp_path)
