"""Draws heads with OpenGL (through EGL when there is no screen), several into one target, and reads them back."""

from __future__ import annotations

import moderngl
import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded import facemap, gl
from engine_bridge.engines.embedded.buffers import Face, LevelBuffers, SheetBuffers
from engine_bridge.engines.embedded.hair import HairSheet
from engine_bridge.engines.embedded.maps import Maps
from engine_bridge.engines.embedded.mesh import HeadLevel
from engine_bridge.engines.embedded.passes import Pass
from engine_bridge.engines.embedded.view import FRAME_DM, View

Array = npt.NDArray[np.float64]

FINEST_COARSE_PX = 320
"""Up to this size a face of the coarse mesh is hardly larger than a few pixels."""


class HeadRenderer:
    """One OpenGL context with the head's fixed buffers."""

    def __init__(self, levels: tuple[HeadLevel, HeadLevel], rest: tuple[Array, Array], maps: Maps) -> None:
        """The coarse and the refined level, and the neutral face's points (N, 3) of each."""
        self._context = gl.create_context()
        self.name = str(self._context.info["GL_RENDERER"])
        self._levels = [
            LevelBuffers(self._context, head, points, maps) for head, points in zip(levels, rest, strict=True)
        ]
        self._sheets = SheetBuffers(self._context, HairSheet(rest[0], self._levels[0].ears))
        pictures = {
            "noise": (maps.noise, True, False),
            "regions": (maps.regions, False, True),
            "lines": (maps.lines, False, True),
            "tile": (maps.tile, True, True),
            "brow": (maps.brow, False, True),
            "lash": (maps.lash, True, True),
        }
        for unit, (picture, tiled, mipmaps) in enumerate(pictures.values()):
            gl.texture(self._context, picture, unit, tiled, mipmaps)
        self._textures = {name: unit for unit, name in enumerate(pictures)}
        self._rest_ball = tuple(self._levels[0].balls(rest[0])[0][0].tolist())
        self._colours = self._pass(truth=False)
        self._truth: Pass | None = None
        self._target: tuple[tuple[int, int, bool], moderngl.Framebuffer] | None = None
        self._context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA

    def _pass(self, truth: bool) -> Pass:
        return Pass(self._context, self._levels, self._sheets, self._textures, self._rest_ball, truth)

    def draw(self, faces: list[Face], image_px: int, view: View) -> npt.NDArray[np.uint8]:
        """(N, image_px, image_px, 3) sRGB uint8, rows from the top."""
        gl.check_size(image_px)
        self._context.enable_direct(gl.GL_FRAMEBUFFER_SRGB)
        target = self._into(image_px, len(faces), measures=False)
        self._context.clear(*view.background)
        self._draw(self._colours, target, faces, image_px, view)
        data = target.read(viewport=(0, 0, image_px, image_px * len(faces)), components=3, alignment=1)
        return np.frombuffer(data, np.uint8).reshape(len(faces), image_px, image_px, 3)[:, ::-1]

    def measure(
        self, faces: list[Face], image_px: int, view: View
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
        """Class (N, H, W) and distance along the camera's axis (N, H, W) in cm, 0 where there is nothing."""
        gl.check_size(image_px)
        self._truth = self._truth or self._pass(truth=True)
        self._context.disable_direct(gl.GL_FRAMEBUFFER_SRGB)
        target = self._into(image_px, len(faces), measures=True)
        self._context.clear(0.0, 0.0, 0.0, 0.0)
        self._draw(self._truth, target, faces, image_px, view)
        data = target.read(viewport=(0, 0, image_px, image_px * len(faces)), components=2, dtype="f4", alignment=1)
        both = np.frombuffer(data, np.float32).reshape(len(faces), image_px, image_px, 2)[:, ::-1]
        return np.round(both[..., 0]).astype(np.uint8), np.ascontiguousarray(both[..., 1])

    def _draw(self, drawing: Pass, target: moderngl.Framebuffer, faces: list[Face], image_px: int, view: View) -> None:
        # A texel of the face map against a pixel: the map is 512 texels wide and high.
        texels = 512.0 / np.sqrt((facemap.TOP_DM - facemap.BOTTOM_DM) * facemap.WIDTH_DM) / (image_px / FRAME_DM)
        drawing.look(view, max(float(np.log2(texels)) - 0.3, 0.0))
        level = 0 if image_px <= FINEST_COARSE_PX else 1
        for row, face in enumerate(faces):
            target.viewport = (0, row * image_px, image_px, image_px)
            drawing.draw(face, level)

    def _into(self, image_px: int, count: int, measures: bool) -> moderngl.Framebuffer:
        """The target for `count` pictures, one above the other; the last one asked for is kept."""
        key = (image_px, count, measures)
        if self._target is None or self._target[0] != key:
            if self._target is not None:
                self._target[1].release()
            self._target = key, gl.target(self._context, image_px, image_px * count, measures)
        target = self._target[1]
        target.use()
        target.viewport = (0, 0, image_px, image_px * count)
        return target

    def close(self) -> None:
        """Free the context and everything in it."""
        self._context.release()
