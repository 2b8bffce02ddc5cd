import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import Alignment, PlannedUnit, align
from nsa_ros.signing.ddim import Ddim
from nsa_ros.signing.noise import frame_noise, unit_uniform
from nsa_ros.signing.sampler import Sampler

CHANNELS, WIDTH = 3, 2
FRAMES = 40
ALIGNMENT = align([PlannedUnit(5, 0, 25, 0), PlannedUnit(1, 0, 15, 0)])


def denoise(noisy, alignment: Alignment, time, state):
    """A causal toy: a leaky sum of all earlier frames."""
    made = np.empty_like(noisy)
    for i, frame in enumerate(noisy):
        state = 0.8 * state + 0.1 * frame[:WIDTH] + 0.01 * alignment.timing[i, 0] + 0.05 * time
        made[i] = np.tanh(0.5 * frame + state.sum())
    return made, state.astype(np.float32)


def run(lengths, denoisers=(4, 16), steps=4):
    sampler = Sampler(dict.fromkeys(denoisers, denoise), Ddim("cosine", "x0", steps), (1, WIDTH))
    made, first = [], 0
    for length in lengths:
        noise = frame_noise(7, first, length, CHANNELS)
        made.append(sampler.next(noise, ALIGNMENT[first : first + length]))
        first += length
    return np.concatenate(made)


@pytest.mark.parametrize("lengths", [[4] * 10, [4, 16, 16, 4], [16, 16, 8], [4, 4, 16, 13]])
def test_any_partition_gives_the_frames_of_the_whole(lengths):
    whole = run([FRAMES], denoisers=(FRAMES,))
    made = run(lengths)
    np.testing.assert_allclose(made, whole[: len(made)], atol=1e-6)


def test_frames_after_a_padded_chunk_are_refused():
    with pytest.raises(NsaError, match="padded chunk"):
        run([3, 4])


def test_more_than_the_longest_chunk_is_refused():
    with pytest.raises(NsaError, match="longest chunk is 16"):
        run([17])


def test_output_that_is_not_finite_ends_the_utterance():
    broken = {4: lambda noisy, alignment, time, state: (noisy * np.nan, state)}
    sampler = Sampler(broken, Ddim("cosine", "x0", 1), (1, WIDTH))
    with pytest.raises(NsaError, match="not finite"):
        sampler.next(np.zeros((4, CHANNELS), np.float32), ALIGNMENT[:4])


@pytest.mark.parametrize("window", [1, 5])
@given(seed=st.integers(-(2**63), 2**63), first=st.integers(0, 10_000), cut=st.integers(0, 6))
def test_noise_is_a_function_of_seed_and_frame(window, seed, first, cut):
    whole = frame_noise(seed, first, 6, 4, window)
    parts = [frame_noise(seed, first, cut, 4, window), frame_noise(seed, first + cut, 6 - cut, 4, window)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_smooth_noise_is_standard_normal_and_drifts():
    noise = frame_noise(3, 0, 400, 100, window=16)
    assert abs(noise.std() - 1.0) < 0.03
    assert np.diff(noise, n=3, axis=0).std() < 0.1


def test_noise_is_standard_normal_and_differs_between_seeds_and_frames():
    noise = frame_noise(3, 0, 400, 100)
    assert abs(noise.mean()) < 0.02
    assert abs(noise.std() - 1.0) < 0.02
    assert not np.array_equal(noise[0], noise[1])
    assert not np.array_equal(noise[0], frame_noise(4, 0, 1, 100)[0])
    assert len({unit_uniform(3, i) for i in range(50)}) == 50
