"""One way of drawing a face: the programs of a pass, and which triangles each of them draws."""

from __future__ import annotations

import moderngl
import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded import gl, zones
from engine_bridge.engines.embedded.buffers import (
    FALLING_FIXED,
    FALLING_MOVING,
    FIXED,
    MOVING,
    SHEET_FIXED,
    SHEET_MOVING,
    Face,
    HairBuffers,
    LevelBuffers,
    MouthBuffers,
    vertex_array,
)
from engine_bridge.engines.embedded.falling_hair import FALLS
from engine_bridge.engines.embedded.hair import STYLES
from engine_bridge.engines.embedded.mesh import EYE_LEFT, EYE_RIGHT, LASHES, SKIN
from engine_bridge.engines.embedded.mouth_pass import MouthPass
from engine_bridge.engines.embedded.view import View

SKIN_COLOURS = ("skin", "hair", "brow", "beard", "lip", "shadow")


class Pass:
    """Draws colours, or with `truth` the class of each pixel and its distance in place of its colour."""

    def __init__(
        self,
        context: moderngl.Context,
        levels: list[LevelBuffers],
        hair: HairBuffers,
        textures: dict[str, int],
        rest_ball: tuple[float, ...],
        truth: bool = False,
    ) -> None:
        """`textures`: unit of each picture by its name in the shaders; `rest_ball`: middle of the left eyeball."""
        self._context, self._levels, self._worn, self._truth = context, levels, hair, truth
        extra = ("TRUTH",) if truth else ()
        # Truth is asked for rarely: one program for all of the skin will do.
        masks = (zones.PROGRAMS[-1],) if truth else zones.PROGRAMS
        self._eye = gl.program(context, "strip.vert", "eye.frag", extra)
        self._lashes = gl.program(context, "strip.vert", "lashes.frag", extra)
        self._hair = gl.program(context, "hair.vert", "hair.frag", extra)
        self._falling = gl.program(context, "falling_hair.vert", "falling_hair.frag", extra)
        self._skins = {
            mask: gl.program(context, "skin.vert", "skin.frag", zones.feature_names(mask) + extra) for mask in masks
        }
        self._programs = [self._eye, self._lashes, self._hair, self._falling, *self._skins.values()]
        for used in self._programs:
            for name, unit in textures.items():
                gl.set_uniform(used, name, unit)
            gl.set_uniform(used, "rest_ball", rest_ball)
        self._masks = masks
        self._mouth: MouthPass | None = None
        self._drawn = [self._vertex_arrays(level) for level in levels]
        sheets = hair.sheets
        self._falling_drawn: dict[str, moderngl.VertexArray] = {}
        self._hair_drawn = {
            style: vertex_array(
                context,
                self._hair,
                ((sheets.moving, SHEET_MOVING), (sheets.fixed[style], SHEET_FIXED)),
                sheets.triangles[style],
            )
            for style in sheets.fixed
        }

    def _vertex_arrays(self, level: LevelBuffers) -> dict[str, list[moderngl.VertexArray]]:
        return {
            "skin": self._skin(level, level.head.triangles(SKIN)),
            "eyes": [
                self._vertex_array(level, self._eye, level.head.triangles(part)) for part in (EYE_LEFT, EYE_RIGHT)
            ],
            "lashes": [self._vertex_array(level, self._lashes, level.head.triangles(LASHES))],
        }

    def _skin(self, level: LevelBuffers, triangles: npt.NDArray[np.int32]) -> list[moderngl.VertexArray]:
        needed = zones.needs(level.unrolled, *level.paint.most())
        patches = zones.assign(triangles, needed, self._masks)
        return [self._vertex_array(level, self._skins[mask], patch) for mask, patch in patches.items()]

    def _vertex_array(
        self, level: LevelBuffers, used: moderngl.Program, triangles: npt.NDArray[np.int32]
    ) -> moderngl.VertexArray:
        buffers = ((level.moving, MOVING), (level.fixed, FIXED))
        return vertex_array(self._context, used, buffers, self._context.buffer(triangles.tobytes()))

    def open_mouth(self, mouth: MouthBuffers, textures: dict[str, int]) -> None:
        """From now on this pass can draw faces that have a mouth; called before `look`."""
        if self._mouth is not None:
            return
        skins = [self._skin(level, level.head.triangles(SKIN, ~mouth.mouth.lining)) for level in self._levels]
        self._mouth = MouthPass(self._context, self._levels, mouth, skins, ("TRUTH",) if self._truth else ())
        for used in self._mouth.programs:
            for name, unit in textures.items():
                gl.set_uniform(used, name, unit)
        self._programs += self._mouth.programs

    def look(self, view: View, detail: float) -> None:
        """Set what all faces of a picture share; `detail` is the mip level at which a texel is about a pixel."""
        for used in self._programs:
            gl.set_uniform(used, "eye_position", view.eye)
            gl.set_uniform(used, "key_direction", view.key_direction)
            gl.set_uniform(used, "key_colour", view.key_colour)
            gl.set_uniform(used, "detail", detail)
            used["camera"].write(view.camera.T.tobytes())  # type: ignore[union-attr]

    def draw(self, face: Face, level: int) -> None:
        """Draw one face into the present target and viewport, on the level's buffers."""
        buffers, drawn = self._levels[level], self._drawn[level]
        points = buffers.move(face)
        style = STYLES[face.hair_style]
        for used in self._programs:
            gl.set_sliders(used, face.sliders)
        # Hair first: skin below it is then never shaded.
        if style.top_dm > 0.0:
            self._draw_hair(face, points[: self._levels[0].head.count])
        for skin in self._skins.values():
            for name in SKIN_COLOURS:
                gl.set_uniform(skin, f"{name}_colour", tuple(face.colours[name]))
            gl.set_uniform(skin, "hair_dm", style.scalp_dm)
        self._context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._context.enable_direct(gl.GL_CLIP_DISTANCE0)
        patches = drawn["skin"] if self._mouth is None or face.mouth is None else self._mouth.skins[level]
        for patch in patches:
            patch.render()
        self._context.disable_direct(gl.GL_CLIP_DISTANCE0)
        for name in ("iris", "sclera"):
            gl.set_uniform(self._eye, f"{name}_colour", tuple(face.colours[name]))
        for side, ((centre, radius), ball) in enumerate(zip(buffers.balls(points), drawn["eyes"], strict=True)):
            gl.set_uniform(self._eye, "ball_centre", tuple(centre.tolist()))
            gl.set_uniform(self._eye, "ball_radius", radius)
            if "gaze" in self._eye:
                turn = np.eye(3) if face.gaze is None else face.gaze[side]
                self._eye["gaze"].write(turn.T.astype(np.float32).tobytes())  # type: ignore[union-attr]
            ball.render()
        if self._mouth is not None and face.mouth is not None:
            self._mouth.draw(face.mouth, level)
        gl.set_uniform(self._lashes, "hair_colour", tuple(face.colours["hair"]))
        self._context.enable_only(moderngl.DEPTH_TEST if self._truth else moderngl.DEPTH_TEST | moderngl.BLEND)
        for strip in drawn["lashes"]:
            strip.render()
        if face.hair_style in FALLS:
            self._draw_falling(face, points[: self._levels[0].head.count])

    def _draw_hair(self, face: Face, coarse: npt.NDArray[np.float32]) -> None:
        style = STYLES[face.hair_style]
        gl.set_uniform(self._hair, "hair_colour", tuple(face.colours["hair"]))
        gl.set_uniform(self._hair, "edge", style.edge)
        gl.set_uniform(self._hair, "end_y", style.end_y)
        self._context.enable_only(moderngl.DEPTH_TEST)
        self._worn.sheets.move(face, coarse)
        self._hair_drawn[face.hair_style].render()

    def _draw_falling(self, face: Face, coarse: npt.NDArray[np.float32]) -> None:
        """Last of all, since its locks end softly: first what is seen from inside, then the outside."""
        style, fall = face.hair_style, FALLS[face.hair_style]
        buffers = self._worn.falling(style)
        if style not in self._falling_drawn:
            content = ((buffers.moving, FALLING_MOVING), (buffers.fixed, FALLING_FIXED))
            self._falling_drawn[style] = vertex_array(self._context, self._falling, content, buffers.triangles)
        gl.set_uniform(self._falling, "hair_colour", tuple(face.colours["hair"]))
        gl.set_uniform(self._falling, "ragged", fall.ragged)
        buffers.move(face, coarse)
        blend = moderngl.NOTHING if self._truth else moderngl.BLEND
        self._context.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE | blend)
        for culled in ("front", "back"):
            self._context.cull_face = culled
            self._falling_drawn[style].render()
