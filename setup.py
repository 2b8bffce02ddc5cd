"""The ROS 2 package `nsa_ros` (ament_python), and the same as a plain Python package."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
SHARED = ("launch", "config", "rviz", "urdf", "models", "ros2_ws/src/nsa_msgs/msg")
"""Folders that go to share/nsa_ros as they are; nsa_ros.resources finds them there."""


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def data_files() -> list[tuple[str, list[str]]]:
    """Pairs of a folder under the installation prefix and the files that go there."""
    rows = [("share/ament_index/resource_index/packages", ["resource/nsa_ros"]), ("share/nsa_ros", ["package.xml"])]
    for file in (f for name in SHARED for f in files(HERE / name)):
        relative = file.relative_to(HERE)
        rows.append((f"share/nsa_ros/{relative.parent.as_posix()}", [relative.as_posix()]))
    return rows


def package_data() -> dict[str, list[str]]:
    """Every file of the package that is not Python."""
    package = HERE / "nsa_ros"
    return {"nsa_ros": [f.relative_to(package).as_posix() for f in files(package) if f.suffix not in {".py", ".pyc"}]}


FILM = ["moderngl>=5.12", "av>=13", "pillow>=10", "matplotlib>=3.8"]
VIEWER = ["viser>=1.0.20"]
LEARNING = [
    "torch>=2.6",
    "onnx>=1.17",
    "onnxscript>=0.7",
    "open_clip_torch>=2.30",
    "tensorboard>=2.15",
    "matplotlib>=3.8",
    "sacrebleu>=2.4",
]
FITTING = ["torch>=2.6", "pose-format>=0.4"]
RAY = ["ray>=2.40"]
ROBOTS = ["ruckig>=0.14"]
REHEARSAL = [*ROBOTS, *FILM, "mujoco>=3.2"]
REALITY = ["scikit-learn>=1.4", "pose-format>=0.4"]

setup(
    name="nsa_ros",
    version=re.search(r'__version__ = "(.+)"', (HERE / "nsa_ros" / "__init__.py").read_text())[1],
    description="English text to continuous American Sign Language motion on SMPL-X joints, streamed over ROS 2",
    maintainer="nsa_ros maintainers",
    maintainer_email="maintainers@nsa-ros.example",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=find_packages(include=["nsa_ros", "nsa_ros.*"]),
    package_data=package_data(),
    data_files=data_files(),
    zip_safe=False,
    install_requires=["numpy>=1.26", "scipy>=1.11", "pyyaml>=6", "tqdm>=4.66"],
    extras_require={
        "cpu": ["onnxruntime>=1.20"],
        "gpu": ["onnxruntime-gpu[cuda,cudnn]>=1.22"],
        "tensorrt": ["onnxruntime-gpu[cuda,cudnn]>=1.22", "tensorrt>=10,<11"],  # fetches NVIDIA's libraries
        "torch-tensorrt": [*LEARNING, "torch-tensorrt>=2.8"],  # in an environment of its own, see docs/export.md
        "film": FILM,
        "viewer": VIEWER,
        "mcap": ["mcap>=1.2", "mcap-ros2-support>=0.5"],
        "learning": LEARNING,
        "robots": ROBOTS,
        "rehearsal": REHEARSAL,
        "reality": REALITY,
        "fitting": FITTING,
        "ray": RAY,
        "smplx": ["smplx>=0.1.28"],
    },
    entry_points={
        "console_scripts": [
            "nsa = nsa_ros.cli:main",
            "signer = nsa_ros.ros.run:signer",
            "signers = nsa_ros.ros.run:signers",
            "robot = nsa_ros.ros.run:robot",
            "simulated_robot = nsa_ros.ros.run:simulated_robot",
            "viewer = nsa_ros.ros.run:viewer",
        ]
    },
)
