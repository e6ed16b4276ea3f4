"""What a face changes on the graphics card: moved points, normals and paint of a mesh level, and the hair's sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded import facemap
from engine_bridge.engines.embedded.falling_hair import FALLS, FallingHair, HiddenEars
from engine_bridge.engines.embedded.hair import HairSheet
from engine_bridge.engines.embedded.maps import Maps, sample
from engine_bridge.engines.embedded.mesh import EYE_LEFT, EYE_RIGHT, HeadLevel
from engine_bridge.engines.embedded.mouth import Mouth, MouthShape
from engine_bridge.engines.embedded.paint import BEARD, COLOUR, LINES, Paint
from engine_bridge.engines.embedded.skull import Skull

Floats = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]

# Per point and face: position, normal, log tint, beard, lines. Fixed: neutral position, place on the map, open sky.
MOVING = ("3f 3f 3f 2f", ("position", "normal", "paint", "cover"))
FIXED = ("3f 2f 4f", ("rest", "place", "sky"))
SHEET_MOVING = ("3f 3f", ("position", "normal"))
SHEET_FIXED = ("2f", ("place",))
FALLING_MOVING = ("3f 3f 3f", ("position", "normal", "flow"))
FALLING_FIXED = MOUTH_FIXED = ("4f", ("place",))
MOUTH_MOVING = ("3f 3f", ("position", "normal"))


@dataclass(frozen=True)
class Face:
    """What one head looks like, ready to be drawn."""

    control: Array
    """(V, 3) control points, dm."""
    sliders: Floats
    """(M,) materials in [-1, 1], schema order."""
    named: dict[str, float]
    """The same by name."""
    colours: dict[str, Array]
    """Linear-light base colours (3,) by name."""
    hair_style: str
    gaze: tuple[Array, Array] | None = None
    """Rotations (3, 3) of the left and right eyeball, None for straight ahead."""
    mouth: MouthShape | None = None
    """What may show behind the lips, None while no expression opens them."""


class LevelBuffers:
    """One level of detail on the card."""

    def __init__(self, context: moderngl.Context, head: HeadLevel, rest: Array, maps: Maps) -> None:
        """`rest` (N, 3): the neutral face's points of this level."""
        self.head = head
        self.unrolled = facemap.unroll(rest)
        cloud = sample(maps.noise[..., 2], rest @ np.array([[0.31, 0.0], [0.0, 0.31], [0.21, 0.13]]), tiled=True)
        self.ears = sample(maps.regions[..., 3], facemap.to_texture(self.unrolled), tiled=False)
        self.paint = Paint(self.unrolled, cloud, self.ears)
        fixed = np.concatenate([rest, self.unrolled, maps.occlusion[: head.count]], 1)
        self.fixed = context.buffer(fixed.astype(np.float32).tobytes())
        self._scratch = np.zeros((head.count, 11), np.float32)
        self.moving = context.buffer(reserve=self._scratch.nbytes, dynamic=True)
        self._hidden_ears = HiddenEars(rest, self.ears)
        self._balls = [head.part_points(part) for part in (EYE_LEFT, EYE_RIGHT)]

    def move(self, face: Face) -> Floats:
        """Upload a face; returns its points (N, 3)."""
        points = np.asarray(self.head.smooth_f32 @ face.control.astype(np.float32))
        if face.hair_style in FALLS:
            self._hidden_ears.press(points)
        mixed = self.paint.mix(face.named)
        into = self._scratch
        into[:, :3] = points
        into[:, 3:6] = self.head.normals(points)
        into[:, 6:9] = mixed[:, COLOUR]
        into[:, 9:10] = mixed[:, BEARD]
        into[:, 10:11] = mixed[:, LINES]
        self.moving.write(into.tobytes())
        return points

    def balls(self, points: Floats | Array) -> list[tuple[Array, float]]:
        """Centre (3,) and radius of the left and the right eyeball, dm."""
        found: list[tuple[Array, float]] = []
        for part in self._balls:
            ball = points[part]
            low, high = ball.min(0).astype(np.float64), ball.max(0).astype(np.float64)
            found.append(((low + high) / 2, float((high - low)[:2].mean() / 2)))
        return found


class SheetBuffers:
    """The sheets of hair that follow the head on the card, with one set of places and triangles a style."""

    def __init__(self, context: moderngl.Context, sheet: HairSheet) -> None:
        self._sheet = sheet
        self.moving = context.buffer(reserve=sheet.count * 24, dynamic=True)
        self.fixed = {style: context.buffer(sheet.place(style).tobytes()) for style in sheet.styles}
        self.triangles = {style: context.buffer(sheet.triangles(style).tobytes()) for style in sheet.styles}

    def move(self, face: Face, coarse: Floats) -> None:
        """Upload a face's sheet over its head's coarse points (N, 3)."""
        self.moving.write(self._sheet.follow(face.hair_style, coarse, face.named).astype(np.float32).tobytes())


class FallingBuffers:
    """One cut of falling hair on the card."""

    def __init__(self, context: moderngl.Context, hair: FallingHair) -> None:
        self._hair = hair
        self.moving = context.buffer(reserve=len(hair.place) * 36, dynamic=True)
        self.fixed = context.buffer(hair.place.tobytes())
        self.triangles = context.buffer(hair.triangles().tobytes())

    def move(self, face: Face, coarse: Floats) -> None:
        """Upload a face's hair over its head's coarse points (N, 3)."""
        self.moving.write(self._hair.follow(coarse, face.named).tobytes())


class HairBuffers:
    """All hair with a volume; a cut of falling hair is laid out when it is first worn."""

    def __init__(self, context: moderngl.Context, rest: Array, ears: Array) -> None:
        """`rest` (N, 3): the coarse level's neutral points; `ears` (N,) in 0..1."""
        self._context, self._rest, self._ears = context, rest, ears
        self._skull = Skull.load()
        self.sheets = SheetBuffers(context, HairSheet(self._skull, rest))
        self._falling: dict[str, FallingBuffers] = {}

    def falling(self, style: str) -> FallingBuffers:
        """The cut of a style in FALLS."""
        if style not in self._falling:
            hair = FallingHair(FALLS[style], self._skull, self._rest, self._ears)
            self._falling[style] = FallingBuffers(self._context, hair)
        return self._falling[style]


class MouthBuffers:
    """Teeth and tongue on the card."""

    def __init__(self, context: moderngl.Context, mouth: Mouth) -> None:
        self.mouth = mouth
        self.moving = context.buffer(reserve=len(mouth.place) * 24, dynamic=True)
        self.fixed = context.buffer(mouth.place.tobytes())
        self.triangles = context.buffer(mouth.triangles.tobytes())

    def move(self, shape: MouthShape) -> None:
        """Upload a face's teeth and tongue."""
        self.moving.write(shape.surface.tobytes())


Layout = tuple[str, tuple[str, ...]]


def vertex_array(
    context: moderngl.Context,
    used: moderngl.Program,
    buffers: tuple[tuple[moderngl.Buffer, Layout], ...],
    triangles: moderngl.Buffer,
) -> moderngl.VertexArray:
    """What a program draws from buffers of these layouts; the compiler drops attributes that a shader does not use."""
    content: list[tuple[Any, ...]] = []
    for buffer, (layout, names) in buffers:
        # The bytes of what was dropped are skipped.
        pairs = list(zip(layout.split(), names, strict=True))
        items = [item if name in used else f"{int(item[0]) * 4}x" for item, name in pairs]
        kept = [name for name in names if name in used]
        if kept:
            content.append((buffer, " ".join(items), *kept))
    # moderngl's overloads of vertex_array are untyped.
    return context.vertex_array(used, content, triangles)  # pyright: ignore[reportUnknownMemberType]
