"""The player: order, bounds, errors and cancels of a queue of texts, and the same offline."""

import threading
import time

import numpy as np
import pytest
from made_motion import FPS, FakeSigner, chunks, waving

from nsa_ros.body.limits import limits
from nsa_ros.body.motion import NO_UNIT
from nsa_ros.body.poses import named_pose
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.rotations import geodesic_angle, rotvec_to_matrix
from nsa_ros.body.skeleton import default_skeleton
from nsa_ros.errors import NsaError
from nsa_ros.signing.playback import play
from nsa_ros.signing.player import Player
from nsa_ros.signing.request import Ended, Refusal, Started
from nsa_ros.signing.timeline import Timeline

MODEL = RevoluteModel(default_skeleton())
PATIENCE = 20.0


@pytest.fixture
def make():
    """Makes players and closes them."""
    players = []

    def build(signer=None, **options):
        players.append(Player(signer or FakeSigner(), Timeline(MODEL), **options))
        return players[-1]

    yield build
    for player in players:
        player.close()


def eventually(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.001)


def tick_until(player, condition):
    """Tick until a condition on (sample, status) holds, giving the generation time where it is behind."""
    samples, end = [], time.monotonic() + PATIENCE
    while True:
        samples.append(player.tick())
        if condition(samples[-1]):
            return samples
        assert time.monotonic() < end, f"not reached; phase {samples[-1].phase}"
        time.sleep(0.0002)


def tick_until_ended(player, *numbers):
    ended = {}

    def all_ended(sample):
        ended.update({ending.utterance: ending for ending in sample.ended})
        return set(numbers) <= set(ended)

    return tick_until(player, all_ended), ended


def test_texts_are_signed_in_order_with_their_seeds(make):
    signer = FakeSigner()
    player = make(signer)
    first, second = player.submit("one two", seed=5), player.submit("three", seed=6)
    samples, ended = tick_until_ended(player, first, second)
    assert (signer.signed, signer.seeds) == (["one two", "three"], [5, 6])
    assert [ending.outcome for ending in ended.values()] == ["finished", "finished"]
    assert list(dict.fromkeys(s.utterance for s in samples if s.utterance)) == [first, second]


def test_a_listener_hears_of_each_beginning_and_end_once(make):
    heard = []
    player = make(listener=heard.append)
    first, second = player.submit("one"), player.submit("two")
    tick_until_ended(player, first, second)
    told = [(type(e), e.utterance if isinstance(e, Started) else e.ending.utterance, e.text) for e in heard]
    assert told == [(Started, 1, "one"), (Ended, 1, "one"), (Started, 2, "two"), (Ended, 2, "two")] or told == [
        (Started, 1, "one"),
        (Started, 2, "two"),
        (Ended, 1, "one"),
        (Ended, 2, "two"),
    ]


def test_when_the_queue_is_full_the_newest_is_refused_and_the_rest_is_signed(make):
    player = make(queue_length=2)
    taken = [player.submit(f"text {i}") for i in range(3)]
    with pytest.raises(Refusal, match=r"queue is full \(2 wait\)"):
        player.submit("one too many")
    assert player.status().refused == 1
    _, ended = tick_until_ended(player, *taken)
    assert {ending.outcome for ending in ended.values()} == {"finished"}
    assert player.submit("now there is room") == 4


def test_a_thousand_texts_at_once_leave_the_player_standing(make):
    player = make(queue_length=4)
    refused = 0
    for i in range(1000):
        try:
            player.submit(f"text {i}")
        except Refusal:
            refused += 1
    assert refused == 995
    tick_until_ended(player, 1, 2, 3, 4, 5)


def test_a_text_that_is_too_long_is_refused(make):
    with pytest.raises(Refusal, match="10000 characters, at most 100"):
        make(longest_text=100).submit("a" * 10000)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (NsaError("nothing in '!!' can be signed"), "nothing in '!!' can be signed"),
        (RuntimeError("the model broke"), "RuntimeError in fake: the model broke"),
    ],
)
def test_an_error_of_the_signer_ends_that_utterance_and_the_next_is_signed(make, part, message):
    player = make(FakeSigner({"bad": [*chunks(waving(), 12)[:2], part]}))
    bad, good = player.submit("bad"), player.submit("good")
    _, ended = tick_until_ended(player, bad, good)
    assert (ended[bad].outcome, ended[bad].reason) == ("failed", message)
    assert ended[good].outcome == "finished"
    status = player.status()
    assert status.failed == 1


def test_an_error_before_the_first_chunk_leaves_the_figure_at_rest(make):
    player = make(FakeSigner({"": [NsaError("nothing to sign")]}))
    samples, ended = tick_until_ended(player, player.submit(""))
    assert ended[1].outcome == "failed"
    assert {sample.phase for sample in samples} == {"rest"}


def test_motion_that_is_not_finite_ends_its_utterance_only(make):
    wild = waving()
    wild.poses[20] = np.nan
    player = make(FakeSigner({"wild": chunks(wild, 8)}))
    wild_number, good = player.submit("wild"), player.submit("good")
    samples, ended = tick_until_ended(player, wild_number, good)
    assert "not finite" in ended[wild_number].reason
    assert ended[good].outcome == "finished"
    assert all(np.isfinite(sample.q).all() for sample in samples)


def test_generation_stays_a_bounded_time_ahead_of_playback(make):
    signer = FakeSigner({"long": chunks(waving(24 * 60), 12)})
    given = []
    signer.before = given.append
    player = make(signer, ahead=2.0)
    player.submit("long")
    eventually(lambda: player.timeline.ahead >= 2.0)
    time.sleep(0.05)
    assert 2.0 <= player.timeline.ahead <= 2.0 + 0.5
    made_so_far = len(given)
    for _ in range(200):
        player.tick()
    eventually(lambda: len(given) > made_so_far)


def test_the_first_sample_does_not_wait_for_the_rest_of_the_text(make):
    gate = threading.Event()
    player = make(FakeSigner(before=lambda i: i == 0 or gate.wait(PATIENCE)))
    number = player.submit("hello")
    eventually(lambda: player.timeline.ahead > 0)
    sample = player.tick()
    assert (sample.utterance, sample.frame) == (number, 0)
    gate.set()
    tick_until_ended(player, number)


def test_a_slow_signer_makes_the_figure_wait_not_fail(make):
    gate = threading.Event()
    player = make(FakeSigner(before=lambda i: i < 3 or gate.wait(PATIENCE)))
    number = player.submit("hello")
    tick_until(player, lambda sample: player.status().underruns == 1)
    gate.set()
    _, ended = tick_until_ended(player, number)
    assert ended[number].outcome == "finished"


def test_cancelling_all_ends_what_is_signed_and_what_waits(make):
    player = make()
    numbers = [player.submit(f"text {i}") for i in range(3)]
    tick_until(player, lambda sample: sample.phase == "signing")
    player.cancel()
    samples, ended = tick_until_ended(player, *numbers)
    assert {ending.outcome for ending in ended.values()} == {"cancelled"}
    samples += tick_until(player, lambda sample: sample.phase == "rest")
    assert player.status().waiting == 0
    again = player.submit("again")
    _, ended = tick_until_ended(player, again)
    assert ended[again].outcome == "finished"


def test_after_a_stop_a_full_queue_takes_the_next_text_at_once(make):
    player = make(queue_length=1)
    dropped = [player.submit("one"), player.submit("two")]
    player.cancel()
    taken = player.submit("three")
    _, ended = tick_until_ended(player, *dropped, taken)
    assert [ended[number].outcome for number in (*dropped, taken)] == ["cancelled", "cancelled", "finished"]


def test_preempting_drops_the_queue_and_signs_at_once(make):
    player = make(queue_length=1)
    dropped = [player.submit("one"), player.submit("two")]
    taken = player.submit("now", preempt=True)
    _, ended = tick_until_ended(player, *dropped, taken)
    assert [ended[number].outcome for number in (*dropped, taken)] == ["cancelled", "cancelled", "finished"]


def test_a_preempting_text_that_is_refused_drops_nothing(make):
    player = make(longest_text=5)
    number = player.submit("one")
    with pytest.raises(Refusal, match="characters"):
        player.submit("much too long", preempt=True)
    _, ended = tick_until_ended(player, number)
    assert ended[number].outcome == "finished"


def test_utterances_are_counted_from_where_it_is_told(make):
    assert make(first=8).submit("hello") == 8


def test_cancelling_one_leaves_the_others(make):
    player = make()
    numbers = [player.submit(f"text {i}") for i in range(3)]
    player.cancel(numbers[1])
    _, ended = tick_until_ended(player, *numbers)
    assert [ended[number].outcome for number in numbers] == ["finished", "cancelled", "finished"]


def test_cancelling_what_is_over_or_unknown_does_nothing(make):
    player = make()
    number = player.submit("hello")
    tick_until_ended(player, number)
    player.cancel(number)
    player.cancel(99)
    assert all(not sample.ended for sample in tick_until(player, lambda sample: sample.phase == "rest"))


def test_cancelling_while_a_chunk_is_being_made_stops_the_generation(make):
    inside, gate = threading.Event(), threading.Event()

    def block(i):
        if i == 2:
            inside.set()
            gate.wait(PATIENCE)

    signer = FakeSigner(before=block)
    player = make(signer)
    number = player.submit("stuck")
    assert inside.wait(PATIENCE)
    player.cancel(number)
    signer.before = None
    gate.set()
    after = player.submit("after")
    samples, ended = tick_until_ended(player, number, after)
    assert [ended[n].outcome for n in (number, after)] == ["cancelled", "finished"]
    assert number not in {sample.utterance for sample in samples[-20:]}


def test_the_status_names_the_word_being_signed(make):
    player = make()
    number = player.submit("hello world")
    tick_until(player, lambda sample: sample.utterance == number and sample.unit == 1)
    status = player.status()
    assert (status.utterance, status.text, status.unit) == (number, "hello world", 1)
    assert [(unit.text, unit.span) for unit in status.units] == [("HELLO", (0, 5)), ("WORLD", (6, 11))]
    tick_until(player, lambda sample: sample.phase == "rest")
    status = player.status()
    assert (status.phase, status.utterance, status.unit, status.units) == ("rest", None, None, ())


def test_the_status_measures_generation(make):
    now = [100.0]
    lock = threading.Lock()

    def clock():
        with lock:
            return now[0]

    def work(i):
        with lock:
            now[0] += 0.02

    heard = []
    player = make(FakeSigner(before=work), clock=clock, listener=heard.append)
    number = player.submit("hello")
    tick_until_ended(player, number)
    status = player.status()
    assert heard[0].latency >= 0.02
    assert status.real_time_factor == pytest.approx((8 / FPS) / 0.02, rel=0.01)


def test_what_waits_is_counted(make):
    player = make()
    for i in range(3):
        player.submit(f"text {i}")
    assert player.status().waiting == 3
    tick_until(player, lambda sample: sample.phase == "signing")
    assert player.status().waiting == 2


def test_a_closed_player_refuses_and_leaves_no_thread():
    player = Player(FakeSigner(), Timeline(MODEL))
    player.submit("hello")
    player.close()
    assert not player._scheduler._thread.is_alive()
    with pytest.raises(Refusal, match="closed"):
        player.submit("hello")
    assert [ending.outcome for ending in player.tick().ended] == ["cancelled"]


def test_closing_while_the_buffer_is_full_does_not_hang():
    player = Player(FakeSigner({"long": chunks(waving(24 * 60), 12)}), Timeline(MODEL))
    player.submit("long")
    eventually(lambda: player.timeline.ahead >= 3.0)
    begun = time.monotonic()
    player.close()
    assert time.monotonic() - begun < 2.0
    assert not player._scheduler._thread.is_alive()


def test_signer_and_timeline_must_agree_on_the_frame_rate():
    with pytest.raises(NsaError, match=r"24\.0 frames a second, the timeline takes 30"):
        Player(FakeSigner(), Timeline(MODEL, fps=30.0))


@pytest.mark.parametrize("fps", [24.0, 60.0])
def test_offline_the_same_motion_comes_from_rest_to_rest(fps):
    played = play(FakeSigner(), "hello world", fps=fps)
    motion = played.motion
    assert motion.fps == fps
    assert [unit.text for unit in played.units] == ["HELLO", "WORLD"]
    assert set(motion.unit) == {NO_UNIT, 0, 1}
    for frame in (0, -1):
        apart = geodesic_angle(rotvec_to_matrix(motion.poses[frame]), rotvec_to_matrix(named_pose("rest")))
        assert apart.max() < (0.05 if frame == 0 else 1e-6)
    assert motion.duration == pytest.approx(48 / FPS + 2.2, abs=0.6)
    q, bounds = MODEL.from_motion(motion.poses, motion.transl), limits(MODEL)
    assert (np.abs(np.diff(q, axis=0)) * fps <= bounds.velocity + 1e-6).all()


def test_offline_the_same_seed_gives_the_same_motion():
    a, b = (play(FakeSigner(), "hello", seed=3).motion for _ in range(2))
    np.testing.assert_array_equal(a.poses, b.poses)


def test_offline_speed_shortens_the_motion():
    signer = FakeSigner({"long": chunks(waving(120), 8)})
    assert play(signer, "long", speed=2.0).motion.duration < play(signer, "long").motion.duration - 2.0


def test_offline_an_error_of_the_signer_is_raised():
    with pytest.raises(NsaError, match="no model"):
        play(FakeSigner({"x": [NsaError("no model")]}), "x")
    wild = waving()
    wild.poses[3] = np.inf
    with pytest.raises(NsaError, match="not finite"):
        play(FakeSigner({"x": [wild]}), "x")
