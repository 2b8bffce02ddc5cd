"""What a fit weighs, and how long it tries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nsa_ros.errors import NsaError


@dataclass(frozen=True)
class Settings:
    """Weights of the terms; 0 leaves a term out.

    The paper gives the terms but neither weights nor optimiser; these were tuned on synthetic signs (docs/fitting).

    Attributes:
        iterations: steps of the optimiser.
        reprojection: L1 distance of landmarks and projected anchors.
        depth: the same of how fingers lie to each other in depth, where landmarks have any.
        smooth: temporal term.
        prior: PCA prior of hands and body.
        lifted: how near to the lifted start, as far as the network is sure of it.
        limits: joint limits.
        penetration: hands in head, trunk and each other.
        focal: focal length [pixels]; found within a prior when None.
        smplx: licensed `SMPLX_*.npz` to fit instead of the open figure.
        device: of torch; `auto` takes a GPU when there is one.
    """

    iterations: int = 300
    reprojection: float = 1.0
    depth: float = 0.5
    smooth: float = 1.0
    prior: float = 1.0
    lifted: float = 1.0
    limits: float = 1.0
    penetration: float = 1.0
    focal: float | None = None
    smplx: Path | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        if self.iterations < 1:
            raise NsaError(f"{self.iterations} iterations; at least 1 is needed")
        for name in ("reprojection", "depth", "smooth", "prior", "lifted", "limits", "penetration"):
            if not getattr(self, name) >= 0:
                raise NsaError(f"weight {name} is {getattr(self, name)}; it cannot be below 0")
        if self.focal is not None and not self.focal > 0:
            raise NsaError(f"focal length of {self.focal} pixels; it must be above 0")
