"""What the tests of the timeline share: running it, and what must hold of its samples."""

from itertools import groupby

import numpy as np

from nsa_ros.body.limits import expression_limits, limits
from nsa_ros.body.poses import named_pose
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import default_skeleton

MODEL = RevoluteModel(default_skeleton())
BOUNDS = limits(MODEL)
RATE = 100.0


def q_of(pose):
    return MODEL.from_motion(pose[None], np.zeros((1, 3)))[0]


REST, NEUTRAL = q_of(named_pose("rest")), q_of(named_pose("neutral"))


def run(timeline, ticks):
    return [timeline.step() for _ in range(ticks)]


def until(timeline, condition, most=2000):
    samples = []
    for _ in range(most):
        samples.append(timeline.step())
        if condition(samples[-1]):
            return samples
    raise AssertionError(f"not within {most} ticks; last phase {samples[-1].phase}")


def until_rest(timeline):
    return until(timeline, lambda sample: sample.phase == "rest")


def phases(samples):
    return [(phase, utterance) for (phase, utterance), _ in groupby(samples, lambda s: (s.phase, s.utterance))]


def assert_within_limits(samples, rate=RATE):
    q = np.array([sample.q for sample in samples])
    assert np.isfinite(q).all()
    assert (q >= BOUNDS.lower).all()
    assert (q <= BOUNDS.upper).all()
    velocity = np.diff(q, axis=0) * rate
    assert (np.abs(velocity) <= BOUNDS.velocity * (1 + 1e-9)).all()
    assert (np.abs(np.diff(velocity, axis=0)) * rate <= BOUNDS.acceleration * (1 + 1e-6)).all()
    expression, scale = np.array([sample.expression for sample in samples]), expression_limits()
    assert (np.abs(expression) <= 1).all()
    assert (np.abs(np.diff(expression, axis=0)) * rate <= scale.velocity * (1 + 1e-9)).all()


def endings(samples):
    return [(ending.utterance, ending.outcome) for sample in samples for ending in sample.ended]


def signed(timeline, *utterances):
    for number, motion in enumerate(utterances, start=1):
        timeline.push(number, motion)
        timeline.finish(number)
