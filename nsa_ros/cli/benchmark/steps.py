"""What a number of DDIM steps costs; what it brings is measured by `nsa evaluate`."""

from __future__ import annotations

import time
from collections.abc import Sequence

from nsa_ros.cli.benchmark.figures import Figures
from nsa_ros.signing.bundle import Bundle
from nsa_ros.signing.signer import ModelSigner

STEPS = (1, 2, 4, 8, 16, 50)


def measure(bundle: Bundle, texts: Sequence[str], steps: Sequence[int] = STEPS, provider: str = "cpu") -> Figures:
    """Time of each number of steps, one after the other on each text, planning included.

    The bundle's own number is one call of the unrolled sampler, the others call the graph of one step again and again.
    """
    signers = {count: ModelSigner(bundle, provider, count) for count in sorted({*steps, bundle.ddim.steps})}
    first = dict.fromkeys(signers, 0.0)
    spent, made = dict(first), dict(first)
    for signer in signers.values():
        signer.warm()
    for seed, text in enumerate(texts):
        for count, signer in signers.items():
            begun = time.perf_counter()
            for number, motion in enumerate(signer.sign(text, seed)):
                if number == 0:
                    first[count] += time.perf_counter() - begun
                made[count] += motion.duration
            spent[count] += time.perf_counter() - begun
    return {
        "texts": len(texts),
        "rows": [
            {
                "steps": count,
                "time per second of motion [ms]": round(1e3 * spent[count] / made[count], 3),
                "real-time factor": round(made[count] / spent[count], 1),
                "first chunk, mean [ms]": round(1e3 * first[count] / len(texts), 3),
            }
            for count in signers
        ],
    }
