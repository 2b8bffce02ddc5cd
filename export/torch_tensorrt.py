#!/usr/bin/env python3
"""The denoiser of a run through torch-tensorrt, for each chunk length, compared with torch. Needs a GPU."""

import _clone  # noqa: F401
import torch

from nsa_ros.errors import NsaError
from nsa_ros.learning.export.commands import Run, main
from nsa_ros.learning.export.graphs import DenoiserStep, denoiser_axes, denoiser_inputs
from nsa_ros.learning.export.torch_tensorrt_engine import compile_engine, torch_tensorrt


def work(run: Run) -> None:
    torch_tensorrt()
    if not torch.cuda.is_available():
        raise NsaError("torch sees no GPU; TensorRT builds an engine on the GPU that will run it")
    denoiser = DenoiserStep(run.trained.motion).cuda()
    for n in run.chunks:
        inputs = {name: value.cuda() for name, value in denoiser_inputs(run.trained.motion, n).items()}
        file = run.out / f"denoiser_{n}.pt2"
        difference = compile_engine(denoiser, inputs, denoiser_axes(inputs), file)
        print(f"{file}: at most {difference:.2g} from torch")


if __name__ == "__main__":
    main(__doc__, work)
