"""Whole-arm inverse kinematics of a humanoid: the signer's palms, hands and elbows on the arms of a robot.

Both arms are solved at once, frame by frame, as a nonlinear least-squares problem in their joint angles q,

    |w_o log(R* Rᵀ)|² + |w_p (p* - p)|² + |w_e (u* - u)|² + Σ |w_c max(0, m - d)|² + …    with q within limits,

orientation R of the palm, a point p of the hand, direction u of the upper arm, distances d of capsules. The weights say
what comes first: bodies that stay apart, then orientation, then position, then the elbow. It is minimised by
Levenberg-Marquardt steps (Moré, "The Levenberg-Marquardt algorithm: implementation and theory", 1978) with joints at a
limit held there, from the posture of the frame before. `arm_goal` says where everything should be.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nsa_ros.body.rotations import matrix_to_rotvec
from nsa_ros.body.skeleton import Skeleton, default_skeleton
from nsa_ros.robots.arms.bodies import Near
from nsa_ros.robots.arms.chain import Chains, Posture
from nsa_ros.robots.arms.goal import Goal, Goals
from nsa_ros.robots.arms.step import least_step
from nsa_ros.robots.description.robot import Robot

Array = NDArray[np.float64]

ORIENTATION, POSITION, ELBOW = 1.0, 1.5, 0.1
"""Weights of the palm's orientation [1/rad], of the hand's position [1/m] and of the upper arm's direction [-]."""

COLLISION = ((5.0, 0.010), (30.0, 0.003))
"""Weights of capsules [1/m] that are nearer than a margin [m]: a soft one that keeps them apart smoothly, and a hard
one that nothing else outweighs."""

CLEARANCE = 0.008
"""Least distance of capsules after `Arms.apart` [m]."""

STILLNESS = 0.08
"""Weight of the change from the frame before [1/rad]."""

EDGE, EDGE_WEIGHT = 0.05, 0.1
"""Width of the soft zone before each joint limit [rad] and its weight [1/rad]."""

PERIOD = 0.01
"""Time between frames [s]: robots are commanded a hundred times a second."""

STEPS = 3
"""Most steps in a frame."""

_DAMPING = 3e-2, 1e-4
"""First and least damping of the steps: capsules turn round each other, so that a long step ends elsewhere than it
seems."""

_AHEAD = 0.06
"""Capsules nearer than this are foreseen in a step [m]."""

_DONE = 1e-3
"""Share of the sum of squares that a step must gain for another to be made."""

_SHORTEST = 0.1
"""Share of a frame's motion below which the arms rather stand still than collide."""

_WEIGHTS = np.repeat([ORIENTATION, POSITION, ELBOW], 3)


class Residuals(NamedTuple):
    """How well the arms follow.

    Attributes:
        orientation: angle between the palm and the signer's. Shape (A,) [rad].
        position: of the point of the hand that is placed from where it should be. Shape (A,) [m].
        elbow: angle between the upper arm and the signer's. Shape (A,) [rad].
        distance: least between capsules that the arms move against each other [m]; inf where there are none.
    """

    orientation: Array
    position: Array
    elbow: Array
    distance: float


class _State(NamedTuple):
    """A posture and its errors."""

    q: Array
    posture: Posture
    errors: Array
    elbow: Array
    near: Near
    cost: float

    @property
    def least(self) -> float:
        """Least distance of capsules that may be near [m]."""
        return float(self.near.found.distance.min(initial=np.inf))


class Arms:
    """The arms of a robot.

    Attributes:
        sides: of the A arms.
        indices: where their joints are in the robot's q, arm after arm.
        capsules: of the whole robot.
        pairs: of capsules that the arms move against each other. Shape (P, 2).
        scale: of the signer's space to the robot's.

    Args:
        robot: with a hand on each arm, and all arms on one base.
        skeleton: of the signer; the shipped one when left out.
        period: between frames [s]; no joint goes farther in one than its velocity limit allows, so that what is kept
            apart in each frame is kept apart between them.

    Raises:
        NsaError: an arm has no hand, arms stand on different links, or a joint of one does not rotate.
    """

    def __init__(self, robot: Robot, skeleton: Skeleton | None = None, period: float = PERIOD) -> None:
        arms = list(robot.arms.values())
        self.sides = tuple(robot.arms)
        self._chains = Chains(robot.urdf, arms)
        self._goals = Goals(robot, self._chains, skeleton or default_skeleton())
        self.scale, self.capsules, self.pairs = self._goals.scale, self._goals.capsules, self._goals.pairs
        self.indices = robot.indices(tuple(joint for arm in arms for joint in arm.joints))
        self._free = np.array([j < len(arm.joints) for arm in arms for j in range(self._chains.size)])
        limits = (robot.limits.lower, robot.limits.upper, period * robot.limits.velocity)
        self._lower, self._upper, self._stride = (self._padded(limit) for limit in limits)
        self._edge = np.minimum(EDGE, (self._upper - self._lower) / 4.0)
        self._last = np.array([len(arm.joints) - 1 for arm in arms])
        self._arms = np.arange(len(arms))

    def solve(self, poses: ArrayLike, previous: ArrayLike) -> Array:
        """Joint positions that follow the signer.

        Args:
            poses: of the signer, axis-angle of the 55 joints [rad]. Shape (55, 3).
            previous: where the robot was a frame ago, with its fingers where they are to be now [rad]. Shape (n,).

        Returns:
            `previous` with the joints of the arms where they should be, within limits. Shape (n,).
        """
        previous = np.asarray(previous, dtype=np.float64)
        goal, before = self._goals(poses, previous), self._before(previous)
        lower, upper = np.maximum(self._lower, before - self._stride), np.minimum(self._upper, before + self._stride)
        begun = state = self._evaluate(goal, before, before)
        damping = _DAMPING[0]
        for _ in range(STEPS):
            step = self._step(goal, before, state, damping, (lower - state.q, upper - state.q))
            trial = self._evaluate(goal, before, state.q + step)
            gain = state.cost - trial.cost
            if gain >= 0.0:
                state, damping = trial, max(0.2 * damping, _DAMPING[1])
            else:
                damping = 10.0 * damping
            if abs(gain) < _DONE * max(state.cost, _DONE):
                break
        result = previous.copy()
        result[self.indices] = self._clear(goal, begun, state).q[self._free]
        return result

    def apart(self, q: ArrayLike, clearance: float = CLEARANCE) -> Array:
        """The nearest posture in which no capsules are nearer than a clearance, or nearly so.

        For postures that were changed after `solve`, e.g. smoothed.

        Args:
            q: of the robot [rad]. Shape (n,).
            clearance: [m].

        Returns:
            The same with the joints of the arms moved, within limits. Shape (n,).
        """
        q = np.array(q, dtype=np.float64)
        bodies, arms = self._goals.bodies(q), self._before(q)
        weight = COLLISION[1][0]
        for _ in range(STEPS):
            posture = self._chains.posture(arms.reshape(len(self._last), -1))
            near = bodies.near(posture)
            which = np.flatnonzero(near.found.distance < _AHEAD)
            short = weight * (clearance - near.found.distance[which])
            if not (short > 0.0).any():
                break
            rows, room = weight * bodies.gradient(posture, near, which), (self._lower - arms, self._upper - arms)
            arms = arms + least_step(np.eye(len(arms)), np.zeros(len(arms)), rows, short, room, ~self._free)
        q[self.indices] = arms[self._free]
        return q

    def residuals(self, poses: ArrayLike, q: ArrayLike) -> Residuals:
        """How well a posture of the robot follows the signer.

        Args:
            poses: as in `solve`.
            q: of the robot [rad]. Shape (n,).
        """
        q = np.asarray(q, dtype=np.float64)
        goal, before = self._goals(poses, q), self._before(q)
        state = self._evaluate(goal, before, before)
        upper = goal.upper - state.errors[:, 6:]
        cosine = np.einsum("ai,ai->a", upper, goal.upper) / np.linalg.norm(upper, axis=1)
        orientation = np.linalg.norm(state.errors[:, :3], axis=1)
        position = np.linalg.norm(state.errors[:, 3:6] + goal.lack, axis=1)
        distance = float(goal.bodies.every(state.posture).min(initial=np.inf))
        return Residuals(orientation, position, np.arccos(np.clip(cosine, -1.0, 1.0)), distance)

    def _evaluate(self, goal: Goal, before: Array, q: Array) -> _State:
        posture = self._chains.posture(q.reshape(len(self._last), -1))
        rotations = posture.rotations[self._arms, self._last]
        places = posture.positions[self._arms, self._last] + (rotations @ goal.point[..., None])[..., 0]
        carriers = posture.rotations[self._arms, self._goals.elbow_joint]
        elbow = (
            posture.positions[self._arms, self._goals.elbow_joint]
            + (carriers @ self._goals.elbow_at[..., None])[..., 0]
        )
        errors = np.empty((len(self._last), 9))
        errors[:, :3] = matrix_to_rotvec(goal.rotation @ np.swapaxes(rotations, -1, -2))
        errors[:, 3:6] = goal.place - places
        errors[:, 6:] = goal.upper - (elbow - self._goals.shoulders) / self._goals.upper[:, None]
        near = goal.bodies.near(posture)
        weighted = errors * _WEIGHTS
        beyond = self._beyond(q)
        cost = (
            (weighted * weighted).sum()
            + sum(np.square(np.maximum(short, 0.0)).sum() for short in _short(near))
            + STILLNESS**2 * np.square(q - before).sum()
            + EDGE_WEIGHT**2 * (beyond * beyond).sum()
        )
        return _State(q, posture, errors, elbow, near, float(cost))

    def _step(self, goal: Goal, before: Array, state: _State, damping: float, room: tuple[Array, Array]) -> Array:
        arms, size, posture = len(self._last), self._chains.size, state.posture
        jacobian = np.empty((arms, 9, size))
        jacobian[:, :3] = np.swapaxes(posture.axes, -1, -2)
        places = goal.place - state.errors[:, 3:6]
        jacobian[:, 3:6] = posture.jacobian(places, self._last)
        jacobian[:, 6:] = posture.jacobian(state.elbow, self._goals.elbow_joint) / self._goals.upper[:, None, None]
        jacobian *= _WEIGHTS[:, None]
        transposed = np.swapaxes(jacobian, -1, -2)
        blocks, sides = transposed @ jacobian, (transposed @ (state.errors * _WEIGHTS)[..., None])[..., 0]
        matrix, right = np.zeros((arms * size, arms * size)), sides.ravel()
        for i in range(arms):
            matrix[i * size : (i + 1) * size, i * size : (i + 1) * size] = blocks[i]
        beyond = self._beyond(state.q)
        right = right - EDGE_WEIGHT**2 * beyond - STILLNESS**2 * (state.q - before)
        diagonal = np.einsum("ii->i", matrix)
        diagonal += STILLNESS**2 + damping + EDGE_WEIGHT**2 * (beyond != 0.0)
        which = np.flatnonzero(state.near.found.distance < _AHEAD)
        gradient = goal.bodies.gradient(posture, state.near, which)
        short = np.concatenate([short[which] for short in _short(state.near)])
        rows = np.concatenate([weight * gradient for weight, _ in COLLISION])
        return least_step(matrix, right, rows, short, room, ~self._free)

    def _clear(self, goal: Goal, begun: _State, ended: _State) -> _State:
        """The end of a frame, or as far on the way there as nothing collides that did not before."""
        share, allowed = 1.0, min(begun.least, 0.0)
        state = ended
        while state.least < allowed and share > _SHORTEST:
            share *= 0.5
            state = self._evaluate(goal, begun.q, begun.q + share * (ended.q - begun.q))
        return begun if state.least < allowed else state

    def _beyond(self, q: Array) -> Array:
        """How far each joint is in the soft zone before a limit, below 0 at the lower one [rad]. Shape (A * J,)."""
        above = np.maximum(q - (self._upper - self._edge), 0.0)
        return np.asarray(above - np.maximum((self._lower + self._edge) - q, 0.0))

    def _before(self, q: Array) -> Array:
        """Angles of the arms, within limits [rad]. (n,) -> (A * J,)."""
        return np.asarray(np.clip(self._padded(q), self._lower, self._upper))

    def _padded(self, values: Array) -> Array:
        """Values of the arms' joints, and 0 for those that fill up a shorter arm. (n,) -> (A * J,)."""
        padded = np.zeros(len(self._free))
        padded[self._free] = values[self.indices]
        return padded


def _short(near: Near) -> list[Array]:
    """Weighted lengths by which pairs are nearer than each margin. Shapes (K,)."""
    return [weight * (margin - near.found.distance) for weight, margin in COLLISION]
