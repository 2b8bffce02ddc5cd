"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from nsa_ros import __version__

_PACKAGES = ("numpy", "onnxruntime", "onnxruntime-gpu", "torch", "ros-rclpy", "rclpy")


def machine() -> dict[str, Any]:
    """Processor, cores, memory [GB], graphics processors, system and versions."""
    found: dict[str, Any] = {
        "processor": processor(),
        "cores": os.cpu_count(),
    }
    if memory := _line("/proc/meminfo", "MemTotal"):
        found["memory [GB]"] = round(int(memory.split()[0]) / 1e6)
    found["gpu"] = gpus() or "none"
    found["system"] = f"{platform.system()} {platform.release()}"
    found["nsa_ros"], found["python"] = __version__, platform.python_version()
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    if rmw := os.environ.get("RMW_IMPLEMENTATION"):
        found["rmw"] = rmw
    return found


def processor() -> str:
    """Name of the processor."""
    return _line("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()


def gpus() -> list[str]:
    """Names of the NVIDIA GPUs that the driver knows."""
    if shutil.which("nvidia-smi") is None:
        return []
    asked = subprocess.run(
        ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True, check=False
    )
    return [line.strip() for line in asked.stdout.splitlines() if line.strip()] if asked.returncode == 0 else []


def load() -> float:
    """Processes that wanted a core during the last minute; more than a few tenths disturb what is measured."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else float("nan")


def _line(file: str, name: str) -> str:
    path = Path(file)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "")
