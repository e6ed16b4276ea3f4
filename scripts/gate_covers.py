"""Covers painted over aligned photos, for what tells covered parts of a face (scripts/fit_gate_cover.py).

Patches of colour, skin, cloth and hair, dark glasses, masks, microphones, hats, hands; then another camera's light. All
is painted on the 898 triangles that the gate reads, not on pixels: that is fast, and a cover's soft edge is lost in
them anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.gate.mesh import Mesh, Painted, paint

Pixels = NDArray[np.uint8]
Points = NDArray[np.float32]
Outline = NDArray[np.floating] | list[Any]
"""Corners (x, y) px of a polygon."""


@dataclass(frozen=True)
class Base:
    """An aligned photo as the gate sees it: its triangles, where their middles lie (T,2) px, its landmarks (478,2) px,
    and what lies above and below the face: (2,16,16,4) colour and texture."""

    painted: Painted
    middles: NDArray[np.float32]
    points: NDArray[np.float32]
    stuff: NDArray[np.float32]


def read_base(image: Pixels, points: NDArray[np.float32], mesh: Mesh) -> Base:
    """One photo of the cache."""
    painted = paint(image, points, np.ones(len(points), bool), mesh)
    strips = []
    for part in (image[:56], image[200:]):
        colour = np.asarray(Image.fromarray(part).resize((16, 16), Image.Resampling.BOX), np.float32) / 255
        green = part[::3, ::16, 1].astype(np.float32)[:16, :16] / 255
        strips.append(np.dstack([colour, np.full((16, 16), np.abs(np.diff(green, axis=0)).mean(), np.float32)]))
    return Base(painted, points[mesh.triangles, :2].mean(1), points[:, :2], np.stack(strips))


def covered(
    base: Base, other: Base, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """One cover painted over a photo, with colours of its own or of another photo: colours, texture, what is hidden."""
    kind = str(
        random.choice(["patch", "patch", "patch", "glasses", "glasses", "hair", "mask", "microphone", "hat", "hand"])
    )
    size = float(np.ptp(base.points[:, 1]))
    shape = Image.new("1", (256, 256), 0)
    draw = ImageDraw.Draw(shape)
    for polygon in OUTLINES[kind](base.points, size, random):
        draw.polygon([(float(x), float(y)) for x, y in polygon], 1)
    moved = base.middles + random.normal(0, 1.0, 2)
    at = np.clip(np.rint(moved).astype(int), 0, 255)
    hidden = np.array(shape)[at[:, 1], at[:, 0]]
    filling, filling_texture = fill(kind, base, other, random)
    thick = random.uniform(0.6, 1) if kind == "glasses" else 1.0
    colours = np.where(hidden[:, None], base.painted.colours * (1 - thick) + filling * thick, base.painted.colours)
    texture = np.where(hidden, filling_texture, base.painted.texture)
    return colours.astype(np.float32), texture.astype(np.float32), hidden


def ring(
    centre: NDArray[np.floating],
    half_x: float,
    half_y: float,
    power: float,
    random: np.random.Generator,
    rough: float = 0.0,
    turn: float = 0.0,
) -> Outline:
    """A closed outline between an ellipse and a rectangle, turned by an angle."""
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    x, y = (np.sign(f(angles)) * np.abs(f(angles)) ** (2 / power) for f in (np.cos, np.sin))
    waves = sum(random.normal(0, rough) * np.cos(k * angles + random.uniform(0, 6.28)) for k in (2, 3, 5))
    x, y = x * half_x * (1 + waves), y * half_y * (1 + waves)
    return np.stack(
        [centre[0] + x * np.cos(turn) - y * np.sin(turn), centre[1] + x * np.sin(turn) + y * np.cos(turn)], 1
    )


def patch(points: Points, size: float, random: np.random.Generator) -> Iterator[Outline]:
    """Anything, anywhere over the face."""
    low, high = points.min(0), points.max(0)
    centre = random.uniform(low, high)
    area, slim = random.uniform(0.03, 0.3) * size * size, np.exp(random.normal(0, 0.5))
    half_x, half_y = np.sqrt(area * slim) / 2, np.sqrt(area / slim) / 2
    rough, turn = random.choice([0, 0.12]), random.choice([0, random.uniform(0, 3.14)])
    yield ring(centre, half_x, half_y, random.choice([2, 4, 20]), random, rough, turn)


def lenses(points: Points, size: float, random: np.random.Generator) -> Iterator[Outline]:
    """Dark glasses."""
    eyes = points[[33, 133]].mean(0), points[[362, 263]].mean(0)
    apart = float(np.linalg.norm(eyes[1] - eyes[0]))
    turn = float(np.arctan2(*(eyes[1] - eyes[0])[::-1]))
    wide, tall, power = random.uniform(0.38, 0.5), random.uniform(0.24, 0.45), random.uniform(2, 5)
    for eye in eyes:
        yield ring(
            eye + np.array([0, 0.1 * apart * random.uniform(0, 1)]), wide * apart, tall * apart, power, random, 0, turn
        )


def strand(points: Points, size: float, random: np.random.Generator) -> Iterator[Outline]:
    """Hair over one eye or down a cheek."""
    foot = points[random.choice([50, 280])] + random.normal(0, 0.12, 2) * size
    top = points[10] + np.array([random.uniform(-0.3, 0.3) * size, -0.1 * size])
    width = np.array([random.uniform(0.1, 0.22) * size, 0])
    bend = (foot + top) / 2 + random.normal(0, 0.08, 2) * size
    yield [top - width, bend - width, foot - width / 3, foot + width / 3, bend + width, top + width]


def lower_mask(points: Points, size: float, random: np.random.Generator) -> Iterator[Outline]:
    """A mask or scarf over mouth and chin, or over nose too."""
    upper = points[[6, 197, 195, 4, 2][int(random.integers(5))]][1]
    left, right, chin = points[234], points[454], points[152]
    low = chin[1] + 0.1 * size
    yield [(left[0] - 4, upper + 0.1 * size), (points[4][0], upper), (right[0] + 4, upper + 0.1 * size),
           (right[0] - 0.1 * size, low), (left[0] + 0.1 * size, low)]  # fmt: skip


def brim(points: Points, size: float, random: np.random.Generator) -> Iterator[Outline]:
    """A hat down to the brows or over them."""
    line = points[[105, 334]].mean(0)[1] + random.uniform(-0.05, 0.12) * size
    bend = random.uniform(-0.08, 0.08) * size
    middle = points[168][0]
    yield [(0, 0), (255, 0), (255, line + bend), (middle, line), (0, line + bend)]


def fingers(points: Points, size: float, random: np.random.Generator) -> Iterator[Outline]:
    """A hand: a palm below or beside the face, and fingers over it."""
    target = points[int(random.choice([13, 152, 50, 280, 205, 425, 4]))] + random.normal(0, 0.06, 2) * size
    angle = random.uniform(0.3, 2.84)
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    width = random.uniform(0.07, 0.1) * size
    yield ring(target + along * 0.45 * size, 0.3 * size, 0.25 * size, 2.5, random, 0.05, angle)
    for finger in range(int(random.integers(1, 5))):
        centre = target + across * (finger - 1.5) * width + along * random.uniform(0.05, 0.2) * size
        yield ring(centre, random.uniform(0.2, 0.3) * size, width / 2, 3, random, 0, angle)


def microphone(points: Points, size: float, random: np.random.Generator) -> Iterator[Outline]:
    """A ball before mouth or chin, and what holds it."""
    ball = (points[13] + points[152]) / 2 + random.normal(0, 0.1, 2) * size
    radius = random.uniform(0.1, 0.2) * size
    foot = ball + np.array([random.uniform(-0.4, 0.4), 0.8]) * size
    thick = np.array([radius * 0.65, 0])
    yield ring(ball, radius, radius, 2, random)
    yield [ball - thick, ball + thick, foot + thick, foot - thick]


def fill(
    kind: str, base: Base, other: Base, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the cover looks like at every triangle: colours (T,3) and texture (T,)."""
    count, flat = len(base.middles), random.uniform(0, 1, 3)
    if kind in ("glasses", "microphone") or (kind == "patch" and random.random() < 0.25):
        flat = random.uniform(0, 0.35) + random.normal(0, 0.04, 3)
    elif kind == "hand" or (kind == "patch" and random.random() < 0.3):
        flat = np.median(base.painted.colours, 0) * random.uniform(0.7, 1.15)
    elif kind != "patch" or random.random() < 0.5:
        part = other.stuff[0 if kind in ("hair", "hat") else int(random.integers(2))]
        at = np.clip((base.middles / 16 + random.uniform(-4, 4, 2)).astype(int), 0, 15)
        found = part[at[:, 1], at[:, 0]]
        return found[:, :3], found[:, 3] * random.uniform(0.3, 1)
    ramp = (base.middles - 128) @ random.normal(0, 5e-4, 2)
    grain = random.choice([0.0005, 0.003, 0.015])
    colours = np.clip(flat + ramp[:, None] + random.normal(0, grain, (count, 1)), 0, 1)
    return colours.astype(np.float32), np.abs(random.normal(0, grain, count)).astype(np.float32)


def relit(
    colours: NDArray[np.float32],
    texture: NDArray[np.float32],
    middles: NDArray[np.float32],
    random: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Light, colour and sharpness of another camera; light from one side; none of these is a cover."""
    value = colours ** random.uniform(1.6, 2.8) * np.exp(random.normal(0, 0.5)) * np.exp(random.normal(0, 0.08, 3))
    if random.random() < 0.3:
        angle, middle = random.uniform(0, 2 * np.pi), middles.mean(0)
        along = (middles - middle) @ np.array([np.cos(angle), np.sin(angle)])
        shade = 1 / (1 + np.exp(np.clip(-along / random.uniform(8, 50), -30, 30)))
        value = value * (2.0 ** (-random.uniform(0.5, 4) * shade))[:, None]
    lit = np.clip(value, 0, 1) ** (1 / 2.2)
    return lit.astype(np.float32), (texture * np.exp(random.normal(-0.2, 0.5))).astype(np.float32)


OUTLINES = {
    "patch": patch, "hair": strand, "mask": lower_mask, "hat": brim, "hand": fingers, "microphone": microphone,
    "glasses": lenses,
}  # fmt: skip
