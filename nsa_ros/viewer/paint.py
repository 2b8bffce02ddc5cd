"""The renderer where there is no OpenGL: triangles sorted by depth and painted by matplotlib. Slow, always there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nsa_ros.body.part import Colour
from nsa_ros.viewer.scene import Camera, Placed, Stage

Image = NDArray[np.uint8]

_KEY = np.array([-0.42, 0.75, 0.95]) / np.linalg.norm([-0.42, 0.75, 0.95])
_BACKGROUND = (0.88, 0.895, 0.915)


class Painter:
    """Draws a scene into arrays, with the same interface as `gl.GlRenderer`.

    Args:
        scene: what is drawn.
        size: width and height of the picture [pixels].
        backdrop: the colour behind everything (sRGB).
    """

    def __init__(self, scene: Stage, size: tuple[int, int], backdrop: Colour | None = None) -> None:
        self.size, self._backdrop = size, backdrop or _BACKGROUND
        self._vertices = np.concatenate([part.mesh.vertices for part in scene.parts])
        counts = [len(part.mesh.vertices) for part in scene.parts]
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        self._faces = np.concatenate([p.mesh.faces + s for p, s in zip(scene.parts, starts, strict=True)])
        self._carrier = np.repeat([scene.carriers.index(part.carrier) for part in scene.parts], counts)
        self._colours = np.repeat([p.colour for p in scene.parts], [len(p.mesh.faces) for p in scene.parts], axis=0)

    def render(self, placed: Placed, camera: Camera) -> Image:
        """One picture of one frame (positions (C, 3), rotations (C, 3, 3)). Shape (height, width, 3), sRGB."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.collections import PolyCollection
        from matplotlib.figure import Figure

        width, height = self.size
        turned = (placed.rotations[self._carrier] @ self._vertices[..., None])[..., 0]
        world = turned + placed.positions[self._carrier]
        eye, target = np.array(camera.eye), np.array(camera.target)
        back = (eye - target) / np.linalg.norm(eye - target)
        right = np.cross([0.0, 1.0, 0.0], back)
        right /= np.linalg.norm(right)
        seen = (world - eye) @ np.stack([right, np.cross(back, right), back], axis=-1)
        flat = seen[:, :2] / -seen[:, 2:] / np.tan(camera.field / 2)
        corners = world[self._faces]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
        middle = corners.mean(axis=1)
        front = np.flatnonzero((normals * (eye - middle)).sum(axis=1) > 0)
        order = front[np.argsort(-np.linalg.norm(middle[front] - eye, axis=1))]
        light = 0.42 + 0.18 * normals[order, 1] + 0.55 * np.clip(normals[order] @ _KEY, 0, 1)
        colours = np.clip(self._colours[order] * light[:, None], 0, 1)
        figure = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor=self._backdrop)
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(-width / height, width / height), ylim=(-1, 1))
        axes.set_axis_off()
        axes.add_collection(
            PolyCollection(flat[self._faces[order]], facecolors=colours, edgecolors=colours, linewidths=0.4)
        )
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3].copy()

    def close(self) -> None:
        """Nothing is held."""
