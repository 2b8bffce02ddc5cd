"""The terms that a fit minimises, each per frame and without weight.

Distances are millimetres at the signer, so that weights mean the same for every camera.
"""

from __future__ import annotations

import torch
from torch import Tensor

from nsa_ros.capture.landmarks import BODY, HAND

_HANDS = slice(len(BODY), None)
_KNEE = 1.0
"""Where L1 passes into a parabola, so that its gradient fades near zero [mm]."""

_CONTACTS = [i for i, name in enumerate(HAND) if not name.endswith("2") and name != "thumb1"]
_FINGER_RADIUS = 0.008
_KEPT = 0.004
"""Flesh gives way by as much before it counts as penetration [m]."""


def l1(residual: Tensor) -> Tensor:
    """A smooth |x| [mm]."""
    return torch.sqrt(residual**2 + _KNEE**2) - _KNEE


def reprojection(projected: Tensor, seen: Tensor, weight: Tensor, per_pixel: Tensor) -> Tensor:
    """L_rec of the paper: confidence-weighted L1 distance of landmarks and projected anchors. (N,).

    Args:
        projected: anchors in the picture [pixels]. Shape (N, 58, 2).
        seen: landmarks [pixels]. Shape (N, 58, 2).
        weight: shape (N, 58).
        per_pixel: size of a pixel at the signer [mm]. Shape (N,).
    """
    return (weight[..., None] * l1((projected - seen) * per_pixel[:, None, None])).sum(dim=(1, 2))


def relief(anchors: Tensor, seen: Tensor, weight: Tensor, unslanted: Tensor, per_pixel: Tensor) -> Tensor:
    """L1 distance of the depth of each hand's points, but for how the whole hand is slanted. (N,).

    Args:
        anchors: [m]. Shape (N, 58, 3).
        seen: depth relative to the wrist, away from the camera [pixels]. Shape (N, 2, 21).
        weight: shape (N, 58).
        unslanted: takes the nearest plane out of a hand's depths. Shape (N, 2, 21, 21).
        per_pixel: [mm]. Shape (N,).
    """
    behind = -1000.0 * anchors[:, _HANDS, 2].unflatten(1, (2, 21))
    residual = (unslanted @ (behind - seen * per_pixel[:, None, None])[..., None])[..., 0]
    return (weight[:, _HANDS].unflatten(1, (2, 21)) * l1(residual)).sum(dim=(1, 2))


def smooth(points: Tensor, follows: Tensor) -> Tensor:
    """L_temp of the paper: how far points go from frame to frame [mm], mean over points. (N - 1,).

    Args:
        points: [m]. Shape (N, P, 3).
        follows: whether a frame follows the one before it in time. Shape (N - 1,).
    """
    step = 1000.0 * (points[1:] - points[:-1])
    return follows * (torch.sqrt((step**2).sum(dim=-1) + _KNEE**2) - _KNEE).mean(dim=1)


def improbability(values: Tensor, mean: Tensor, whitening: Tensor) -> Tensor:
    """L_prior of the paper: half the squared Mahalanobis distance. (N, D) -> (N,)."""
    return 0.5 * (((values - mean) @ whitening.T) ** 2).sum(dim=1)


def beyond(values: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    """Squares of what lies beyond joint limits [degrees²]. (N, D) -> (N,)."""
    over = torch.relu(values - upper) + torch.relu(lower - values)
    return (torch.rad2deg(over) ** 2).sum(dim=1)


def penetration(anchors: Tensor, trunk: Tensor, radius: Tensor) -> Tensor:
    """Squares of how deep the points of the hands go into trunk and head, and into each other [mm²]. (N,).

    A capsule is taken as the balls at its ends, which are wider than they are apart; of a hand wrist, knuckles, last
    joints and fingertips count.

    Args:
        anchors: [m]. Shape (N, 58, 3).
        trunk: ends of the capsules of trunk and head [m]. Shape (N, T, 2, 3).
        radius: of these capsules [m]. Shape (T,).
    """
    origin = trunk[:, :1, :1]
    hands = (anchors[:, _HANDS] - origin[:, 0]).unflatten(1, (2, 21))[:, :, _CONTACTS]
    apart = _distances(hands.flatten(1, 2), (trunk - origin).flatten(1, 2)).unflatten(2, (-1, 2)).amin(dim=3)
    in_trunk = torch.relu(radius + _FINGER_RADIUS - _KEPT - apart)
    in_each_other = torch.relu(2 * _FINGER_RADIUS - _KEPT - _distances(hands[:, 0], hands[:, 1]))
    return 1e6 * ((in_trunk**2).sum(dim=(1, 2)) + (in_each_other**2).sum(dim=(1, 2)))


def _distances(a: Tensor, b: Tensor) -> Tensor:
    """Of each point to each. By matrix product, several times as fast as `torch.cdist` with its gradient.

    (N, A, 3), (N, B, 3) -> (N, A, B); points must be near the origin.
    """
    squares = (a**2).sum(-1)[:, :, None] + (b**2).sum(-1)[:, None] - 2.0 * (a @ b.transpose(1, 2))
    return torch.sqrt(squares.clamp_min(1e-8))
