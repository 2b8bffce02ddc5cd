"""`nsa view`: a motion file in the browser."""

from __future__ import annotations

import argparse
