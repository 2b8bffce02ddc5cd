"""Draws the labelled pictures of docs/notation.md: `python docs/images/notation.py` from the root of the repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from nsa_ros.body.kinematics import forward
from nsa_ros.body.motion import concatenate
from nsa_ros.body.poses import named_pose
from nsa_ros.body.skeleton import INDEX, RIGHT_HAND, default_skeleton
from nsa_ros.body.surface import landmarks
from nsa_ros.phonology.entry import parse_sign
from nsa_ros.phonology.handshapes import handshape
from nsa_ros.phonology.lexicon import lexicon
from nsa_ros.phonology.locations import SPACE, Body
from nsa_ros.phonology.synthesis import Synthesizer
from nsa_ros.text.units import Unit
from nsa_ros.viewer.caption import font
from nsa_ros.viewer.film import renderer
from nsa_ros.viewer.scene import Camera, default_scene

HERE = Path(__file__).parent
SKELETON, SCENE = default_skeleton(), default_scene()
INK, PAPER, DOT = (28, 34, 44), (247, 248, 250), (200, 30, 60)
MARGIN = 190


def figure(pose: np.ndarray, camera: Camera, size: tuple[int, int]) -> Image.Image:
    drawing = renderer(SCENE, size)
    shown = drawing.render(SCENE.place(pose, np.zeros(10)), camera) / 255.0
    drawing.close()
    from_below = camera.eye[1] < camera.target[1]  # away from the light
    return Image.fromarray((255 * shown ** (0.6 if from_below else 1.0)).astype(np.uint8))


def project(points: np.ndarray, camera: Camera, size: tuple[int, int]) -> np.ndarray:
    """Points (N, 3) [m] in pixels (N, 2)."""
    back = np.subtract(camera.eye, camera.target)
    back /= np.linalg.norm(back)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    seen = (points - np.array(camera.eye)) @ np.column_stack([right, np.cross(back, right), -back])
    scale = size[1] / 2 / np.tan(camera.field / 2) / seen[:, 2:]
    return np.array(size) / 2 + scale * seen[:, :2] * [1, -1]


def labelled(pose: np.ndarray, camera: Camera, size: tuple[int, int], places: Mapping[str, np.ndarray]) -> Image.Image:
    """A picture with its places written in the margins, each tied to its dot."""
    width, height = size
    page = Image.new("RGB", (width + 2 * MARGIN, height), PAPER)
    page.paste(figure(pose, camera, size), (MARGIN, 0))
    draw, names = ImageDraw.Draw(page), list(places)
    at = dict(zip(names, project(np.stack([places[name] for name in names]), camera, size), strict=True))
    order = sorted(names, key=lambda name: at[name][0])
    for side, members in (("left", order[: len(order) // 2]), ("right", order[len(order) // 2 :])):
        members = sorted(members, key=lambda name: at[name][1])
        step = min(30.0, (height - 40) / max(len(members), 1))
        rows = spread([float(at[name][1]) for name in members], step, height)
        for name, y in zip(members, rows, strict=True):
            x0, y0 = at[name][0] + MARGIN, at[name][1]
            edge = MARGIN - 8 if side == "left" else width + MARGIN + 8
            draw.line((x0, y0, edge, y), fill=DOT, width=1)
            draw.ellipse((x0 - 4, y0 - 4, x0 + 4, y0 + 4), fill=DOT, outline=(255, 255, 255))
            draw.text((edge + (-4 if side == "left" else 4), y), name, INK, font(17), "rm" if side == "left" else "lm")
    return page


def spread(wanted: Sequence[float], step: float, height: float) -> list[float]:
    """Heights as near to the wanted ones as keeps them apart by a step and in the picture."""
    rows = list(wanted)
    for _ in range(200):
        for i in range(len(rows) - 1):
            if (lack := step - (rows[i + 1] - rows[i])) > 0:
                rows[i] -= lack / 2
                rows[i + 1] += lack / 2
        rows = [min(max(row, 16 + i * step), height - 16 - (len(rows) - 1 - i) * step) for i, row in enumerate(rows)]
    return rows


def marks(pose: np.ndarray, names: Sequence[str]) -> dict[str, np.ndarray]:
    posed, found = forward(SKELETON, pose), landmarks(SKELETON)
    rows = {}
    for name in names:
        joint = INDEX[found[name].joint]
        rows[name] = posed.positions[joint] + posed.rotations[joint] @ found[name].offset
    return rows


def beside(*pictures: Image.Image) -> Image.Image:
    page = Image.new("RGB", (sum(p.width for p in pictures), max(p.height for p in pictures)), PAPER)
    x = 0
    for picture in pictures:
        page.paste(picture, (x, 0))
        x += picture.width
    return page


def places() -> Image.Image:
    pose = named_pose("rest")
    face = ["head_top", "forehead", "nose", "upper_lip", "mouth", "chin", "under_chin", "neck"]
    face += ["right_temple", "right_eye", "right_cheek", "right_ear"]
    trunk = ["chest", "stomach", "belly", "waist", "right_chest", "right_clavicle", "right_hips", "right_shoulder"]
    head = Camera((0.0, 0.68, 1.6), (0.0, 0.62, 0.0), 0.24)
    front = Camera((0.0, 0.40, 2.60), (-0.02, 0.30, 0.0), 0.36)
    space = {f"{name} (space)": np.array(SPACE[name]) for name in SPACE}
    return beside(
        labelled(pose, head, (520, 640), marks(pose, face)),
        labelled(pose, front, (560, 640), {**marks(pose, trunk), **space}),
    )


def hand() -> Image.Image:
    """The right hand in the T-pose, from the palm and from the back, and two handshapes."""
    body, wrist = Body(SKELETON), SKELETON.rest[INDEX["right_wrist"]]
    rows = (
        ("open-B", -1, "palm heel center index_pad pads middle1_front middle2_front middle3_front ring_tip pinky_tip "
                       "thumb_pad thumb_tip palm_ulnar palm_radial wrist"),
        ("open-B", 1, "palm_back knuckles index index1_back index2_back index3_back index_tip fingertips middle "
                      "pinky2_back thumb2_back"),
        ("S", 1, "fist knuckles palm_radial palm_ulnar"),
        ("F", -1, "pinch index_tip thumb_tip middle_tip"),
    )  # fmt: skip
    pictures = []
    for shape, above, names in rows:
        pose = np.zeros((55, 3))
        pose[RIGHT_HAND] = handshape(shape)
        middle = wrist + np.array([-0.085 if shape == "open-B" else -0.065, 0.0, 0.01])
        field = 0.20 if shape == "open-B" else 0.17
        camera = Camera(tuple(middle + np.array([0.0, 1.15 * above, 0.12])), tuple(middle), field)
        found = {name: wrist + body.hand_part(name, shape) for name in names.split()}
        size = (560, 480) if shape == "open-B" else (560, 380)
        picture = labelled(pose, camera, size, found)
        side = "palm side" if above < 0 else "back"
        ImageDraw.Draw(picture).text((picture.width / 2, 14), f"{shape}, {side}", INK, font(18), "mm")
        pictures.append(picture)
    top, bottom = beside(*pictures[:2]), beside(*pictures[2:])
    page = Image.new("RGB", (top.width, top.height + bottom.height), PAPER)
    page.paste(top, (0, 0))
    page.paste(bottom, (0, top.height))
    return page


def directions() -> Image.Image:
    """The flat hand in eight orientations, as the addressee sees it and from the side."""
    rows = ("forward up", "back up", "left up", "left forward", "down forward", "up forward", "back left", "down left")
    width, height, bar = 280, 250, 34
    page = Image.new("RGB", (4 * width, 4 * (height + bar) - 2 * bar), PAPER)
    draw, drawing = ImageDraw.Draw(page), renderer(SCENE, (width, height))
    views = (
        Camera((-0.12, 0.50, 1.75), (-0.10, 0.40, 0.1), 0.34),
        Camera((-1.45, 0.62, 1.1), (-0.05, 0.38, 0.12), 0.34),
    )
    for n, row in enumerate(rows):
        palm, fingers = row.split()
        entry = {"handshape": "flat", "palm": palm, "fingers": fingers, "location": "neutral 0 18 -4"}
        lexicon()["DIRECTION"] = parse_sign("DIRECTION", entry, "notation.py")
        made = concatenate([part for _, part in Synthesizer().stream([Unit("DIRECTION", "sign", (0, 0), 0)])])
        i = int(np.flatnonzero(made.unit == 0)[-1])
        placed = SCENE.place(made.poses[i], np.zeros(10))
        left, top = n % 4 * width, n // 4 * (2 * height + bar)
        for k, view in enumerate(views):
            page.paste(Image.fromarray(drawing.render(placed, view)), (left, top + k * height))
        text = f"palm: {palm}   fingers: {fingers}"
        draw.text((left + width / 2, top + 2 * height + bar / 2), text, INK, font(17), "mm")
    drawing.close()
    return page


if __name__ == "__main__":
    for name, draw_it in (("places", places), ("hand", hand), ("directions", directions)):
        draw_it().quantize(200, dither=Image.Dither.NONE).save(HERE / f"notation_{name}.png", optimize=True)
