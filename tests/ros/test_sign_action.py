"""The action: feedback and result, cancel, preemption, refusal."""

from functools import partial
from typing import Any

import pytest
from action_msgs.msg import GoalStatus
from fake_signer import FRAMES
from harness import Signer, beside_callbacks, wait_for
from nsa_msgs.action import Sign
from nsa_msgs.msg import SignerStatus
from rclpy.action import ActionClient


class Goals:
    """Sends goals and keeps their feedback."""

    def __init__(self, signer: Signer) -> None:
        self.ask = partial(beside_callbacks, signer.client.node)
        self.client = self.ask(lambda: ActionClient(signer.client.node, Sign, "signer/sign"))
        assert self.client.wait_for_server(timeout_sec=10.0)
        self.feedback: list[Sign.Feedback] = []

    def send(self, text: str, **fields: Any) -> Any:
        goal = Sign.Goal(text=text, seed=-1, **fields)
        future = self.ask(lambda: self.client.send_goal_async(goal, lambda m: self.feedback.append(m.feedback)))
        wait_for(future.done, 10.0, "the goal was not answered")
        assert future.result().accepted
        return future.result()

    def result(self, handle: Any) -> tuple[int, Sign.Result]:
        future = self.ask(handle.get_result_async)
        wait_for(future.done, 20.0, "no result")
        return future.result().status, future.result().result


@pytest.fixture
def goals(signer: Signer) -> Goals:
    return Goals(signer)


def test_a_goal_gives_feedback_and_a_result(goals: Goals) -> None:
    status, result = goals.result(goals.send("good morning", language="en-US"))
    assert (status, result.outcome) == (GoalStatus.STATUS_SUCCEEDED, Sign.Result.SIGNED)
    assert result.frames == 2 * FRAMES
    assert 0 < result.latency < 2.0
    assert {feedback.unit for feedback in goals.feedback} >= {"GOOD", "MORNING"}
    frames = [feedback.frame for feedback in goals.feedback]
    assert frames == sorted(frames)


def test_goals_are_signed_one_after_the_other(goals: Goals, signer: Signer) -> None:
    results = [goals.result(handle)[1] for handle in [goals.send(f"number {i}") for i in range(6)]]
    assert [result.outcome for result in results] == [Sign.Result.SIGNED] * 6
    utterances = [result.utterance for result in results]
    assert utterances == sorted(utterances)


def test_a_goal_can_be_cancelled_while_it_is_signed_and_while_it_waits(goals: Goals, signer: Signer) -> None:
    first, second, third = (goals.send(text) for text in ("a long text to be cancelled", "waiting", "hello"))
    wait_for(lambda: goals.feedback, 10.0, "no feedback")
    for handle in (second, first):
        goals.ask(handle.cancel_goal_async)
        status, result = goals.result(handle)
        assert (status, result.outcome) == (GoalStatus.STATUS_CANCELED, Sign.Result.CANCELLED)
    assert goals.result(third)[1].outcome == Sign.Result.SIGNED


def test_a_preempting_goal_is_signed_at_once(goals: Goals, signer: Signer) -> None:
    first, second = (goals.send(text) for text in ("a long text to be interrupted", "never mind"))
    wait_for(lambda: goals.feedback, 10.0, "no feedback")
    urgent = goals.send("stop", preempt=True)
    assert goals.result(urgent)[1].outcome == Sign.Result.SIGNED
    for handle in (first, second):
        status, result = goals.result(handle)
        assert (status, result.outcome) == (GoalStatus.STATUS_ABORTED, Sign.Result.CANCELLED)


@pytest.mark.parametrize(
    ("text", "fields", "outcome", "cause"),
    [
        ("bonjour", {"language": "fr"}, Sign.Result.REFUSED, "language 'fr' is not signed"),
        ("a" * 10_000, {}, Sign.Result.REFUSED, "10000 characters"),
        ("nan", {}, Sign.Result.FAILED, "not finite"),
    ],
)
def test_a_goal_that_cannot_be_signed_says_why(
    goals: Goals, signer: Signer, text: str, fields: dict[str, str], outcome: int, cause: str
) -> None:
    status, result = goals.result(goals.send(text, **fields))
    assert (status, result.outcome) == (GoalStatus.STATUS_ABORTED, outcome)
    assert cause in result.message
    assert signer.client.outcomes[signer.sign("hello")] == SignerStatus.OUTCOME_SIGNED
