"""How well a sign can be made: turn, depth under the skin, limits. What `nsa vocabulary --check` prints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nsa_ros.body.contact import Hands, Skin
from nsa_ros.body.kinematics import forward
from nsa_ros.body.limits import limits
from nsa_ros.body.motion import Motion
from nsa_ros.body.revolute import RevoluteModel
from nsa_ros.body.skeleton import Skeleton, default_skeleton
from nsa_ros.phonology.lexicon import simple_signs
from nsa_ros.phonology.movement import Movements
from nsa_ros.phonology.sign import Sign


@dataclass(frozen=True)
class Inspection:
    """What was found of one sign.

    Attributes:
        turn: the furthest a hand is turned from the palm and finger directions that are written [rad].
        body: how deep hand and fingers go under the skin of head and trunk [m].
        hands: how deep one hand goes into the other [m].
        position: the furthest a joint goes beyond its limits [rad].
        speed: the largest joint speed as a share of its limit.
    """

    turn: float
    body: float
    hands: float
    position: float
    speed: float


class Inspector:
    """Inspects signs of one figure.

    Args:
        skeleton: the figure; the shipped one when left out.
    """

    def __init__(self, skeleton: Skeleton | None = None) -> None:
        self._skeleton = skeleton or default_skeleton()
        self._movements = Movements(self._skeleton, 24.0)
        self._model = RevoluteModel(self._skeleton)
        self._limits = limits(self._model)
        self._hands = Hands(self._skeleton)
        self._skin = Skin(self._skeleton)

    def inspect(self, sign: Sign, motion: Motion) -> Inspection:
        """What is found of a sign.

        Args:
            sign: of the lexicon.
            motion: of the sign alone, from neutral to neutral.

        Raises:
            LexiconError: a posture that the arm cannot take.
        """
        posed = forward(self._skeleton, motion.poses)
        q = self._model.from_motion(motion.poses, motion.transl)
        speed = np.abs(np.diff(q, axis=0)).max(0) * motion.fps
        return Inspection(
            turn=max(
                float(stations.turn.max())
                for part in simple_signs(sign)
                for stations in self._movements.stations(part)
                if stations is not None
            ),
            body=max(float(self._skin.depth(posed, hand).max()) for hand in (self._hands.right, self._hands.left)),
            hands=float(self._hands.overlap(posed)[0].max()),
            position=float(np.maximum(self._limits.lower - q, q - self._limits.upper).max()),
            speed=float((speed / self._limits.velocity).max()),
        )
