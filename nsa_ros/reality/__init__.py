"""Synthesised signing against captured signing, which is never part of the project: its folder is an argument."""
