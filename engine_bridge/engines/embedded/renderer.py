"""Draws heads with OpenGL (through EGL when there is no screen), several into one target, and reads them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded import facemap, gl, zones
from engine_bridge.engines.embedded.hair import STYLES, HairSheet
from engine_bridge.engines.embedded.maps import Maps, sample
from engine_bridge.engines.embedded.mesh import EYE_LEFT, EYE_RIGHT, LASHES, SKIN, HeadLevel
from engine_bridge.engines.embedded.paint import BEARD, COLOUR, LINES, Paint
from engine_bridge.engines.embedded.view import FRAME_DM, View

Floats = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]

FINEST_COARSE_PX = 320
"""Up to this size a face of the coarse mesh is hardly larger than a few pixels."""
# Per point and face: position, normal, log tint, beard, lines.
MOVING = "3f 3f 3f 2f"
MOVING_NAMES = ("position", "normal", "paint", "cover")
FIXED = "3f 2f 4f"
FIXED_NAMES = ("rest", "place", "sky")


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


class _Level:
    """The buffers of one level of detail."""

    def __init__(self, context: moderngl.Context, programs: dict[str, moderngl.Program], head: HeadLevel, rest: Array, maps: Maps) -> None:
        self.head = head
        unrolled = facemap.unroll(rest)
        cloud = sample(maps.noise[..., 2], rest @ np.array([[0.31, 0.0], [0.0, 0.31], [0.21, 0.13]]), tiled=True)
        ears = sample(maps.regions[..., 3], facemap.to_texture(unrolled), tiled=False)
        self.paint = Paint(unrolled, cloud, ears)
        self.ears = ears
        fixed = np.concatenate([rest, unrolled, maps.occlusion[: head.count]], 1).astype(np.float32)
        self._fixed = context.buffer(fixed.tobytes())
        self._scratch = np.zeros((head.count, 11), np.float32)
        self._moving = context.buffer(reserve=self._scratch.nbytes, dynamic=True)
        self.parts = {
            part: self._vertex_array(context, programs[name], head.triangles(part))
            for part, name in ((EYE_LEFT, "eye"), (EYE_RIGHT, "eye"), (LASHES, "lashes"))
        }
        patches = zones.assign(head.triangles(SKIN), zones.needs(unrolled, *self.paint.most()))
        self.skin = [self._vertex_array(context, programs[f"skin{mask}"], part) for mask, part in patches.items()]
        self.eye_points = {part: head.part_points(part) for part in (EYE_LEFT, EYE_RIGHT)}

    def _vertex_array(
        self, context: moderngl.Context, used: moderngl.Program, drawn_triangles: npt.NDArray[np.int32]
    ) -> moderngl.VertexArray:
        content: list[tuple[Any, ...]] = []
        for buffer, layout, names in ((self._moving, MOVING, MOVING_NAMES), (self._fixed, FIXED, FIXED_NAMES)):
            # The compiler drops attributes a shader does not use; their bytes are skipped.
            pairs = list(zip(layout.split(), names, strict=True))
            items = [item if name in used else f"{int(item[0]) * 4}x" for item, name in pairs]
            drawn = [name for name in names if name in used]
            if drawn:
                content.append((buffer, " ".join(items), *drawn))
        triangles = context.buffer(drawn_triangles.tobytes())
        # moderngl's overloads of vertex_array are untyped.
        return context.vertex_array(used, content, triangles)  # pyright: ignore[reportUnknownMemberType]

    def move(self, face: Face) -> Floats:
        """Upload a face's points, normals and paint; returns the points (N, 3)."""
        points = np.asarray(self.head.smooth_f32 @ face.control.astype(np.float32))
        normals = self.head.normals(points)
        into = self._scratch
        into[:, :3] = points
        into[:, 3:6] = normals
        mixed = self.paint.mix(face.named)
        into[:, 6:9] = mixed[:, COLOUR]
        into[:, 9:10] = mixed[:, BEARD]
        into[:, 10:11] = mixed[:, LINES]
        self._moving.write(into.tobytes())
        return points


class _Sheets:
    """The buffers of the hair sheet, one index buffer a style."""

    def __init__(self, context: moderngl.Context, used: moderngl.Program, sheet: HairSheet) -> None:
        self.sheet = sheet
        self._moving = context.buffer(reserve=sheet.count * 24, dynamic=True)
        self._styles: dict[str, moderngl.VertexArray] = {}
        for name, style in STYLES.items():
            if style.top_dm <= 0.0:
                continue
            fixed = context.buffer(np.ascontiguousarray(sheet.place(name)).tobytes())
            content = [(self._moving, "3f 3f", "position", "normal"), (fixed, "2f", "place")]
            triangles = context.buffer(sheet.triangles(name).tobytes())
            self._styles[name] = context.vertex_array(used, content, triangles)  # pyright: ignore[reportUnknownMemberType]

    def render(self, name: str, points: Floats, volume: float) -> None:
        """Draw a style's sheet over a head with coarse points (N, 3)."""
        self._moving.write(self.sheet.follow(name, points, volume).astype(np.float32).tobytes())
        self._styles[name].render()


class HeadRenderer:
    """One OpenGL context with the head's fixed buffers; `draw` fills in what a face changes."""

    def __init__(self, levels: tuple[HeadLevel, HeadLevel], rest: tuple[Array, Array], maps: Maps) -> None:
        """The coarse and the refined level, and the neutral face's points (N, 3) of each."""
        self._context = gl.create_context()
        self.name = str(self._context.info["GL_RENDERER"])
        self._programs = {
            "eye": gl.program(self._context, "strip.vert", "eye.frag"),
            "lashes": gl.program(self._context, "strip.vert", "lashes.frag"),
            "hair": gl.program(self._context, "hair.vert", "hair.frag"),
        }
        self._skins = [f"skin{mask}" for mask in zones.PROGRAMS]
        for name, mask in zip(self._skins, zones.PROGRAMS, strict=True):
            self._programs[name] = gl.program(self._context, "skin.vert", "skin.frag", zones.feature_names(mask))
        self._levels = [
            _Level(self._context, self._programs, head, points, maps) for head, points in zip(levels, rest, strict=True)
        ]
        self._sheets = _Sheets(self._context, self._programs["hair"], HairSheet(rest[0], self._levels[0].ears))
        self._coarse_count = levels[0].count
        pictures = {
            "noise": (maps.noise, True, False),
            "regions": (maps.regions, False, True),
            "lines": (maps.lines, False, True),
            "tile": (maps.tile, True, True),
            "brow": (maps.brow, False, True),
            "lash": (maps.lash, True, True),
        }
        ball = rest[0][self._levels[0].eye_points[EYE_LEFT]]
        for unit, (name, (picture, tiled, mipmaps)) in enumerate(pictures.items()):
            gl.texture(self._context, picture, unit, tiled, mipmaps)
            for used in self._programs.values():
                gl.set_uniform(used, name, unit)
        for used in self._programs.values():
            gl.set_uniform(used, "rest_ball", tuple(((ball.min(0) + ball.max(0)) / 2).tolist()))
        self._targets: dict[tuple[int, int], moderngl.Framebuffer] = {}
        self._context.enable_direct(gl.GL_FRAMEBUFFER_SRGB)
        self._context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA

    def draw(self, faces: list[Face], image_px: int, view: View) -> npt.NDArray[np.uint8]:
        """(N, image_px, image_px, 3) sRGB uint8, rows from the top."""
        gl.check_size(image_px)
        level = self._levels[0 if image_px <= FINEST_COARSE_PX else 1]
        target = self._target(image_px, len(faces))
        target.use()
        self._context.clear(*view.background)
        self._look(view, image_px)
        for row, face in enumerate(faces):
            target.viewport = (0, row * image_px, image_px, image_px)
            self._context.viewport = target.viewport
            self._draw_one(level, face)
        target.viewport = (0, 0, image_px, image_px * len(faces))
        data = target.read(viewport=target.viewport, components=3, alignment=1)
        pictures = np.frombuffer(data, np.uint8).reshape(len(faces), image_px, image_px, 3)
        return pictures[:, ::-1]

    def _look(self, view: View, image_px: int) -> None:
        # A texel of the face map against a pixel; the map is 512 texels over 2.6 dm high and 1.45 dm wide.
        texels = 512.0 / np.sqrt((facemap.TOP_DM - facemap.BOTTOM_DM) * facemap.WIDTH_DM) / (image_px / FRAME_DM)
        for used in self._programs.values():
            gl.set_uniform(used, "eye_position", view.eye)
            gl.set_uniform(used, "key_direction", view.key_direction)
            gl.set_uniform(used, "key_colour", view.key_colour)
            gl.set_uniform(used, "detail", max(float(np.log2(texels)) - 0.3, 0.0))
            used["camera"].write(view.camera.T.tobytes())  # type: ignore[union-attr]

    def _draw_one(self, level: _Level, face: Face) -> None:
        style = STYLES[face.hair_style]
        points = level.move(face)
        eye, lashes, hair = (self._programs[name] for name in ("eye", "lashes", "hair"))
        for used in self._programs.values():
            gl.set_sliders(used, face.sliders)
        # Hair first: skin below it is then never shaded.
        if style.top_dm > 0.0:
            gl.set_uniform(hair, "hair_colour", tuple(face.colours["hair"]))
            gl.set_uniform(hair, "edge", style.edge)
            gl.set_uniform(hair, "end_y", style.end_y)
            gl.set_uniform(hair, "hangs", style.hangs)
            self._context.enable_only(moderngl.DEPTH_TEST)
            volume = 1.0 + 0.45 * face.named["hair.volume"]
            self._sheets.render(face.hair_style, points[: self._coarse_count], volume)
        for skin in (self._programs[name] for name in self._skins):
            for name in ("skin", "hair", "brow", "beard", "lip", "shadow"):
                gl.set_uniform(skin, f"{name}_colour", tuple(face.colours[name]))
            gl.set_uniform(skin, "hair_dm", style.scalp_dm)
        self._context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        for patch in level.skin:
            patch.render()
        for name in ("iris", "sclera"):
            gl.set_uniform(eye, f"{name}_colour", tuple(face.colours[name]))
        for side, part in enumerate((EYE_LEFT, EYE_RIGHT)):
            ball = points[level.eye_points[part]]
            low, high = ball.min(0), ball.max(0)
            gl.set_uniform(eye, "ball_centre", tuple(((low + high) / 2).tolist()))
            gl.set_uniform(eye, "ball_radius", float((high - low)[:2].mean() / 2))
            turn = np.eye(3) if face.gaze is None else face.gaze[side]
            eye["gaze"].write(turn.T.astype(np.float32).tobytes())  # type: ignore[union-attr]
            level.parts[part].render()
        gl.set_uniform(lashes, "hair_colour", tuple(face.colours["hair"]))
        self._context.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        level.parts[LASHES].render()

    def _target(self, image_px: int, count: int) -> moderngl.Framebuffer:
        key = (image_px, count)
        if key not in self._targets:
            for old in self._targets.values():
                old.release()
            self._targets = {key: gl.target(self._context, image_px, image_px * count)}
        return self._targets[key]

    def close(self) -> None:
        """Free the context and everything in it."""
        self._context.release()
