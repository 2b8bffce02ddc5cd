"""From landmarks to SMPL-X motion: the first contribution of Neural Sign Actors (CVPR 2024, §3)."""
