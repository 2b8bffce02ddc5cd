"""Fitting thousands of clips, on one machine or on many (docs/fitting-many.md).

`task` says what is to do, `lot` does some of it in one place, `processes` and `cluster` are the places, `run` hands out
and takes back, `fits` keeps, `report` tells.
"""
