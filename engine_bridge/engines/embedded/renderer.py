"""Draws heads with OpenGL (through EGL when there is no screen), a batch before the first is read back."""

from __future__ import annotations

import moderngl
import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded import facemap, gl
from engine_bridge.engines.embedded.buffers import Face, HairBuffers, LevelBuffers, MouthBuffers
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
        self._hair = HairBuffers(self._context, rest[0], self._levels[0].ears)
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
        self._mouth: MouthBuffers | None = None
        self._targets: dict[tuple[int, bool], list[moderngl.Framebuffer]] = {}
        self._context.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA

    def _pass(self, truth: bool) -> Pass:
        return Pass(self._context, self._levels, self._hair, self._textures, self._rest_ball, truth)

    def draw(self, faces: list[Face], image_px: int, view: View) -> npt.NDArray[np.uint8]:
        """(N, image_px, image_px, 3) sRGB uint8, rows from the top."""
        gl.check_size(image_px)
        self._context.enable_direct(gl.GL_FRAMEBUFFER_SRGB)
        targets = self._draw(self._colours, faces, image_px, view, (*view.background, 0.0))
        shape = (image_px, image_px, 3)
        read = (np.frombuffer(target.read(components=3, alignment=1), np.uint8).reshape(shape) for target in targets)
        return np.stack([picture[::-1] for picture in read])

    def measure(
        self, faces: list[Face], image_px: int, view: View
    ) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
        """Class (N, H, W) and distance along the camera's axis (N, H, W) in cm, 0 where there is nothing."""
        gl.check_size(image_px)
        self._truth = self._truth or self._pass(truth=True)
        self._context.disable_direct(gl.GL_FRAMEBUFFER_SRGB)
        targets = self._draw(self._truth, faces, image_px, view, (0.0, 0.0, 0.0, 0.0))
        shape = (image_px, image_px, 2)
        read = (np.frombuffer(target.read(components=2, dtype="f4"), np.float32).reshape(shape) for target in targets)
        both = np.stack([measured[::-1] for measured in read])
        return np.round(both[..., 0]).astype(np.uint8), np.ascontiguousarray(both[..., 1])

    def _draw(
        self, drawing: Pass, faces: list[Face], image_px: int, view: View, behind: tuple[float, float, float, float]
    ) -> list[moderngl.Framebuffer]:
        """Draw each face into a target of its own; nothing waits for the card until the first is read.

        One large target would be read in one go, but a face's place in it changes the last bit of where its
        triangles fall, and equal parameters must give equal bytes whatever they are drawn with.
        """
        mouth = next((face.mouth for face in faces if face.mouth is not None), None)
        if mouth is not None:
            self._mouth = self._mouth or MouthBuffers(self._context, mouth.model)
            drawing.open_mouth(self._mouth, self._textures)
        # A texel of the face map against a pixel: the map is 512 texels wide and high.
        texels = 512.0 / np.sqrt((facemap.TOP_DM - facemap.BOTTOM_DM) * facemap.WIDTH_DM) / (image_px / FRAME_DM)
        drawing.look(view, max(float(np.log2(texels)) - 0.3, 0.0))
        level = 0 if image_px <= FINEST_COARSE_PX else 1
        targets = self._targets.setdefault((image_px, drawing is self._truth), [])
        while len(targets) < len(faces):
            targets.append(gl.target(self._context, image_px, image_px, drawing is self._truth))
        for target, face in zip(targets, faces, strict=False):
            target.use()
            self._context.clear(*behind)
            drawing.draw(face, level)
        return targets[: len(faces)]

    def close(self) -> None:
        """Free the context and everything in it."""
        self._context.release()
