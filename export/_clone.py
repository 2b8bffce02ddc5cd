"""Imported first by the scripts beside it: they take `nsa_ros` from the clone they lie in.

It replaces their own folder on Python's path, where `tensorrt` and `torch_tensorrt` would otherwise be scripts.
"""

import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])
