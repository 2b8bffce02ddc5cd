"""What an exception of ONNX Runtime means to a user, and what to do."""

from __future__ import annotations

import re

_OUT_OF_MEMORY = re.compile(
    r"(?:Failed to allocate memory for requested buffer of size |Memory allocation failed\. Size=)(?P<bytes>\d+)"
    r"|Calculation for Tensor storage size overflowed"
    r"|std::bad_alloc"
    r"|CUDA (?:failure|error) 2\b|cudaErrorMemoryAllocation|CUDA_ERROR_OUT_OF_MEMORY"
    r"|(?:CUBLAS|CUDNN)_STATUS_ALLOC_FAILED"
    r"|Cuda Error in \w+: 2\b|OutOfMemory|Requested amount of GPU memory"  # TensorRT
    r"|\bout of memory\b",
    re.IGNORECASE,
)
_NO_ENGINE = re.compile(r"could not deserialize engine|deserializeCudaEngine", re.IGNORECASE)
_NO_KERNEL = re.compile(r"NOT_IMPLEMENTED|Could not find an implementation for", re.IGNORECASE)
_LOST_GPU = re.compile(r"CUDA failure (?:46|100|101|700|719|999)\b|no CUDA-capable device", re.IGNORECASE)


def explained(error: BaseException, provider: str = "cpu") -> str | None:
    """A message that says what went wrong and what to do; None when the error is none that is known here.

    Args:
        error: of loading or running an ONNX Runtime session; its message is read.
        provider: that the session runs on, a name of `providers.PROVIDERS`.
    """
    text = str(error)
    if isinstance(error, MemoryError) or (found := _OUT_OF_MEMORY.search(text)):
        wanted = found["bytes"] if not isinstance(error, MemoryError) and found else None
        much = f" ({int(wanted) / 1e6:,.1f} MB more were wanted)" if wanted else ""
        other = "free memory (other programs, larger swap)" if provider == "cpu" else "provider cpu, or another GPU"
        where = "memory" if provider == "cpu" else f"memory of the GPU (provider {provider})"
        return (
            f"out of {where}{much}. Serve fewer streams in one call (a smaller batch), keep shorter queues of motion, "
            f"or take {other}."
        )
    if _NO_ENGINE.search(text):
        return (
            "TensorRT cannot read the engine in the cache, although it is the one that was built: a driver or library "
            "was exchanged. Build it again with `nsa export --tensorrt`, or take provider cuda."
        )
    if _NO_KERNEL.search(text):
        return f"provider {provider} cannot run an operator of this graph. Take another provider, or precision fp32."
    if _LOST_GPU.search(text):
        return "the GPU cannot be used any more. Look at `nvidia-smi`, start the program again, or take provider cpu."
    return None
