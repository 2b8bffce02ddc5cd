"""Options that several verbs share."""

from __future__ import annotations

import argparse


def signer(parser: argparse.ArgumentParser) -> None:
    """Who signs, as `nsa_ros.ros.signers.load_signer` takes it: signer, bundle, provider, steps, precision."""
    parser.add_argument(
        "--reference",
        dest="signer",
        action="store_const",
        const="reference",
        default="model",
        help="the lexicon's reference signer, without the model",
    )
    parser.add_argument("--bundle", default="default", help="model bundle: a name under models/ or a folder")
    parser.add_argument("--provider", default="auto", help="ONNX Runtime provider: auto, cpu, cuda, tensorrt")
    parser.add_argument("--steps", type=int, default=0, help="DDIM steps (default: the bundle's)")
    parser.add_argument(
        "--precision", default="fp32", help="of the model's arithmetic: fp32 (default), int8 (CPU), fp16 (GPU)"
    )
