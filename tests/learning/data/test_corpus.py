import numpy as np
import pytest

from nsa_ros.errors import NsaError
from nsa_ros.learning.data.corpus import durations


def test_durations_count_every_frame_once():
    labels = np.array([-1, -1, 0, 0, 0, 1, 1, -1])
    assert durations(labels, 2) == ([5, 2], 1)


@pytest.mark.parametrize("labels", [[0, 0, 2], [1, 1, 0, 0], [0, 0]])
def test_motion_that_skips_or_reorders_units_is_refused(labels):
    with pytest.raises(NsaError, match="in order"):
        durations(np.array(labels), 3 if 2 in labels else 2)
