"""Train the lifter: `python -m nsa_ros.learning.fitting.lifting.train --out lifter.pt`, 4 updates/s on one CPU core.

At the end the weights are beside it as the package ships them, `lifter.npz`.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from torch import Tensor

from nsa_ros.learning.fitting.figure import OpenFigure
from nsa_ros.learning.fitting.lifting.features import Seen, features
from nsa_ros.learning.fitting.lifting.lift import save_lifter
from nsa_ros.learning.fitting.lifting.network import Lifted, Lifter
from nsa_ros.learning.fitting.lifting.views import Library, Studio
from nsa_ros.learning.fitting.shipped_prior import motions

PROVENANCE = (
    "synthetic views of the half of the shipped lexicon that fits are not measured on (split.is_measured); Apache-2.0"
)

CLIPS, FRAMES = 32, 32
_POSITIONS = 60.0
"""Weight of distances [m] beside the log-likelihood of angles."""


def loss(figure: OpenFigure, lifted: Lifted, wanted: Tensor, seen: Seen) -> Tensor:
    """Negative log-likelihood of each turn, and how far joints and skin lie off, hands about their wrists."""
    valid = seen.valid.flatten() > 0
    angles, spread, wanted = (
        lifted.angles.flatten(0, 1)[valid],
        lifted.spread.flatten(0, 1)[valid],
        wanted.flatten(0, 1)[valid],
    )
    likelihood = (0.5 * ((angles - wanted) / spread) ** 2 + torch.log(spread)).mean()
    count = len(angles)
    still = torch.zeros(count, 3), torch.zeros(1, figure.shape_size), torch.zeros(count, dtype=torch.long)
    found = figure(angles, *still)
    with torch.no_grad():
        true = figure(wanted, *still)
    off = torch.linalg.vector_norm(found.skin - true.skin, dim=-1).mean()
    for hand in (slice(16, 37), slice(37, 58)):
        a, b = (shown.anchors[:, hand] - shown.anchors[:, hand.start : hand.start + 1] for shown in (found, true))
        off = off + torch.linalg.vector_norm(a - b, dim=-1).mean()
    return likelihood + _POSITIONS * off


def scale(network: Lifter, library: Library, studio: Studio) -> None:
    """Bring features and angles to unit size."""
    every = torch.cat(library.rows)
    network.mean.copy_(every.mean(dim=0).flatten())
    network.scale.copy_(every.std(dim=0).flatten().clamp_min(0.1))
    with torch.no_grad():
        samples = torch.cat([features(studio.batch(CLIPS, FRAMES)[0]).flatten(0, 1) for _ in range(4)])
        network.feature_scale.copy_(samples.std(dim=0).clamp_min(0.02))


def main() -> None:
    """Train, saving now and then."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--updates", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--resume", type=Path, help="weights to go on from")
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    library = Library(list(motions()))
    studio, figure, network = Studio(library, arguments.seed), OpenFigure(), Lifter()
    if arguments.resume:
        network.load_state_dict(torch.load(arguments.resume))
    else:
        scale(network, library, studio)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, arguments.rate, total_steps=arguments.updates, pct_start=0.05
    )
    begun, mean = time.time(), 0.0
    for update in range(1, arguments.updates + 1):
        seen, wanted = studio.batch(CLIPS, FRAMES)
        value = loss(figure, network(features(seen)), wanted, seen)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        mean += (value.item() - mean) / min(update, 100)
        if update % 100 == 0:
            print(f"{update} {mean:.3f} {time.time() - begun:.0f} s", flush=True)
        if update % 500 == 0 or update == arguments.updates:
            torch.save(network.state_dict(), arguments.out)
    save_lifter(network, arguments.out.with_suffix(".npz"), PROVENANCE)


if __name__ == "__main__":
    main()
