"""Scenes that tests share, made once."""

from functools import cache

from nsa_ros.learning.fitting.evaluation.cases import Scene, make_scene


@cache
def scene(number: int = 2, kind: str = "studio") -> Scene:
    return make_scene(number, kind)
