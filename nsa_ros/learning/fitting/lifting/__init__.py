"""Lifting: from landmarks in the picture to a first pose, by a small network that saw our signs from many sides."""
