import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsa_ros.errors import NsaError
from nsa_ros.signing.alignment import PlannedUnit, align
from nsa_ros.signing.noise import frame_noise, unit_uniform
from nsa_ros.signing.sampler import Draft, Sampler, sample_together

CHANNELS, WIDTH = 3, 2
FRAMES = 40
ALIGNMENT = align([PlannedUnit(5, 0, 25, 0), PlannedUnit(1, 0, 15, 0)])


def denoise(batch):
    """A causal toy of one step: a leaky sum of all earlier frames."""
    made, state = np.empty_like(batch.noise), batch.states.copy()  # states (1, rows, B, WIDTH)
    for i in range(batch.noise.shape[1]):
        frame = batch.noise[:, i]
        state = 0.8 * state + 0.1 * frame[:, :WIDTH] + 0.01 * batch.timing[:, i, :1]
        made[:, i] = np.tanh(0.5 * frame + state.sum(axis=(0, 1, 3))[:, None])
    return made, state.astype(np.float32)


def make(sampler=denoise, lengths=(4, 16)):
    return Sampler(dict.fromkeys(lengths, sampler), (1, 1, WIDTH))


def draft(sampler, seed, first=0, length=4):
    return Draft(sampler, frame_noise(seed, first, length, CHANNELS), ALIGNMENT[first : first + length])


def run(lengths, denoisers=(4, 16)):
    sampler = make(lengths=denoisers)
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
    sampler = make(lambda batch: (batch.noise * np.nan, batch.states))
    with pytest.raises(NsaError, match="not finite"):
        sampler.next(np.zeros((4, CHANNELS), np.float32), ALIGNMENT[:4])


def test_chunks_of_many_utterances_are_one_call_and_as_alone():
    calls = []

    def counted(batch):
        calls.append(batch.noise.shape[:2])
        return denoise(batch)

    shared = dict.fromkeys((4, 16), counted)
    many = [Sampler(shared, (1, 1, WIDTH)) for _ in range(5)]
    alone = [make() for _ in many]
    for first, length in ((0, 4), (4, 16), (20, 16), (36, 4)):
        together = sample_together([draft(s, seed, first, length) for seed, s in enumerate(many)])
        for seed, (frames, sampler) in enumerate(zip(together, alone, strict=True)):
            own = draft(sampler, seed, first, length)
            np.testing.assert_allclose(frames, sampler.next(own.noise, own.alignment), atol=1e-6)
    assert calls == [(5, 4), (5, 16), (5, 16), (5, 4)]


def test_different_lengths_and_models_are_different_calls():
    samplers = [make(), make(), make()]
    drafts = [draft(samplers[0], 0), draft(samplers[1], 1, 0, 16), draft(samplers[2], 2, 0, 3)]
    frames = sample_together(drafts)
    assert [len(f) for f in frames] == [4, 16, 3]
    for made, own, sampler in zip(frames, drafts, (make(), make(), make()), strict=True):
        np.testing.assert_allclose(made, sampler.next(own.noise, own.alignment), atol=1e-6)


def test_what_is_not_finite_in_one_utterance_is_told_there_alone():
    def poisoned(batch):
        channels, states = denoise(batch)
        channels[1] = np.nan
        return channels, states

    shared = {4: poisoned}
    results = sample_together([draft(Sampler(shared, (1, 1, WIDTH)), seed) for seed in range(3)])
    assert [isinstance(result, NsaError) for result in results] == [False, True, False]


def test_a_call_that_fails_is_made_again_one_by_one():
    def narrow(batch):
        if len(batch.noise) > 1 or batch.noise[0, 0, 0] == 99.0:
            raise NsaError("out of memory")
        return denoise(batch)

    shared = {4: narrow}
    drafts = [draft(Sampler(shared, (1, 1, WIDTH)), seed) for seed in range(3)]
    drafts[2].noise[0, 0] = 99.0
    results = sample_together(drafts)
    assert [isinstance(result, NsaError) for result in results] == [False, False, True]
    alone = draft(make(), 1)
    np.testing.assert_allclose(results[1], alone.sampler.next(alone.noise, alone.alignment), atol=1e-6)


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
