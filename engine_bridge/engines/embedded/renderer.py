"""Draws one head at a time with OpenGL (through EGL when there is no screen) and reads the picture back."""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt
from scipy.ndimage import map_coordinates

from engine_bridge.engines.embedded.materials import shader_names
from engine_bridge.engines.embedded.mesh import EYE_LEFT, EYE_RIGHT, LASHES, SKIN, HeadAsset, RefinedHead
from engine_bridge.errors import EngineError

SHADERS = files("engine_bridge.engines.embedded") / "shaders"
EYE_POSITION_DM = (0.0, 7.20, 11.5)
FIELD_OF_VIEW_DEG = 11.6
BACKGROUND = (0.105, 0.118, 0.140)  # linear light
NOISE_PX = 256
MAX_IMAGE_PX = 2048
GL_FRAMEBUFFER_SRGB, GL_SRGB8_ALPHA8 = 0x8DB9, 0x8C43
HAIR_DM = {"bald": -1.0, "buzz": 0.015, "short": 0.11}
"""How far each hair style stands off the scalp."""


def create_context() -> moderngl.Context:
    """A window-less OpenGL 3.3 context; raises EngineError saying what to install when there is none."""
    backend: dict[str, Any] = {"backend": "egl"} if sys.platform.startswith("linux") else {}
    try:
        return moderngl.create_context(standalone=True, require=330, **backend)
    except Exception as error:  # moderngl raises plain Exception; glcontext raises its own and OSError
        raise EngineError(
            f"No OpenGL 3.3 context could be made ({error}); on Debian install libegl1 and libgl1-mesa-dri, "
            "elsewhere a graphics driver, and run `facebridge doctor`."
        ) from error


def _source(name: str) -> str:
    return (SHADERS / name).read_text(encoding="utf-8")


def _noise() -> npt.NDArray[np.uint8]:
    """(256, 256, 4) tileable noise: fine, medium, coarse, and strands drawn out along v; fixed by its own seed."""
    spectrum = np.random.default_rng(20240607).standard_normal((4, NOISE_PX, NOISE_PX))
    frequency = np.fft.fftfreq(NOISE_PX) * NOISE_PX
    fy, fx = np.meshgrid(frequency, frequency, indexing="ij")
    # Centre frequency of each plane in cycles a tile; strands are fine across and long along.
    bands = [np.hypot(fx, fy) / 90.0, np.hypot(fx, fy) / 40.0, np.hypot(fx, fy) / 9.0, np.hypot(fx / 60.0, fy / 6.0)]
    planes: list[npt.NDArray[np.float64]] = []
    for white, band in zip(spectrum, bands, strict=True):
        plane = np.fft.ifft2(np.fft.fft2(white) * band * np.exp(-(band**2))).real
        planes.append(np.clip(0.5 + 0.22 * plane / plane.std(), 0.0, 1.0))
    return np.round(np.stack(planes, -1) * 255.0).astype(np.uint8)


def _sample(plane: npt.NDArray[np.uint8], at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """A tileable plane (n, n) at coordinates (D, 2) in tiles -> (D,) in 0..1, nearest pixel."""
    column, row = (np.floor(at * len(plane)).astype(np.int64) % len(plane)).T
    return plane[row, column] / 255.0


def _masks(asset: HeadAsset, uv: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The region masks at each drawn vertex (D, 4) in 0..1, bilinear."""
    size = len(asset.masks)
    at = np.stack([1.0 - uv[:, 1], uv[:, 0]]) * size - 0.5
    return np.stack(
        [map_coordinates(asset.masks[..., k].astype(np.float64), at, order=1, mode="nearest") for k in range(4)], 1
    ) / 255.0


def _camera() -> npt.NDArray[np.float32]:
    near, far = 5.0, 30.0
    focal = 1.0 / np.tan(np.radians(FIELD_OF_VIEW_DEG) / 2.0)
    projection = np.array(
        [
            [focal, 0, 0, 0],
            [0, focal, 0, 0],
            [0, 0, (far + near) / (near - far), 2 * far * near / (near - far)],
            [0, 0, -1, 0],
        ]
    )
    view = np.eye(4)
    view[:3, 3] = -np.array(EYE_POSITION_DM)
    return (projection @ view).astype(np.float32)


class HeadRenderer:
    """One OpenGL context with the head's fixed buffers; `draw` fills in what a face changes."""

    def __init__(self, asset: HeadAsset, head: RefinedHead, rest: npt.NDArray[np.float64]) -> None:
        """`rest` (N, 3) is the neutral refined face: the coordinates in which everything is painted."""
        self._gl = create_context()
        self._head = head
        self.name = str(self._gl.info["GL_RENDERER"])
        point = head.drawn_point
        # Position and normal change with every face; the rest is uploaded once.
        self._moving = self._gl.buffer(reserve=len(point) * 24, dynamic=True)
        noise = _noise()
        cloud = _sample(noise[..., 2], rest[point] @ np.array([[0.31, 0.0], [0.0, 0.31], [0.21, 0.13]]))
        fixed = [rest[point], _masks(asset, head.drawn_uv), head.cavity[point][:, None], cloud[:, None]]
        self._fixed = self._gl.buffer(np.concatenate(fixed, 1).astype(np.float32).tobytes())
        self._programs = {
            "skin": self._program("skin.vert", "skin.frag"),
            "eye": self._program("strip.vert", "eye.frag"),
            "lashes": self._program("strip.vert", "lashes.frag"),
        }
        self._parts = {
            SKIN: self._vertex_array("skin", SKIN),
            EYE_LEFT: self._vertex_array("eye", EYE_LEFT),
            EYE_RIGHT: self._vertex_array("eye", EYE_RIGHT),
            LASHES: self._vertex_array("lashes", LASHES),
        }
        self._eye_points = {part: head.part_points(part) for part in (EYE_LEFT, EYE_RIGHT)}
        self._noise = self._gl.texture((NOISE_PX, NOISE_PX), 4, noise.tobytes())
        self._noise.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._noise.use(0)
        ball = rest[self._eye_points[EYE_LEFT]]
        for program in self._programs.values():
            self._set(program, "noise", 0)
            self._set(program, "eye_position", EYE_POSITION_DM)
            self._set(program, "rest_ball", tuple(((ball.min(0) + ball.max(0)) / 2).tolist()))
            program["camera"].write(_camera().T.tobytes())  # type: ignore[union-attr]
        self._targets: dict[int, moderngl.Framebuffer] = {}
        # The shaders end in linear light; the framebuffer encodes sRGB, so that lashes blend in linear light too.
        self._gl.enable_direct(GL_FRAMEBUFFER_SRGB)

    def _program(self, vertex: str, fragment: str) -> moderngl.Program:
        materials = shader_names()
        header = f"#version 330\nuniform float m[{len(materials)}];\n"
        header += "".join(f"#define {material} m[{row}]\n" for row, material in enumerate(materials))
        return self._gl.program(
            vertex_shader=header + _source(vertex),
            fragment_shader=header + _source("lighting.glsl") + _source(fragment),
        )

    def _vertex_array(self, program: str, part: int) -> moderngl.VertexArray:
        used = self._programs[program]
        formats = (("3f 3f", ("position", "normal")), ("3f 4f 1f 1f", ("rest", "mask", "cavity", "cloud")))
        content: list[tuple[Any, ...]] = []
        for buffer, (layout, names) in zip((self._moving, self._fixed), formats, strict=True):
            # The compiler drops attributes a shader does not use; their bytes are skipped.
            pairs = list(zip(layout.split(), names, strict=True))
            items = [item if name in used else f"{int(item[0]) * 4}x" for item, name in pairs]
            drawn = [name for name in names if name in used]
            if drawn:
                content.append((buffer, " ".join(items), *drawn))
        triangles = self._gl.buffer(self._head.triangles(part).tobytes())
        # moderngl's overloads of vertex_array are untyped.
        return self._gl.vertex_array(used, content, triangles)  # pyright: ignore[reportUnknownMemberType]

    @staticmethod
    def _set(program: moderngl.Program, name: str, value: Any) -> None:
        if name in program:
            program[name] = value

    def _target(self, image_px: int) -> moderngl.Framebuffer:
        if image_px not in self._targets:
            if not 16 <= image_px <= MAX_IMAGE_PX:
                raise EngineError(f"An image of {image_px} px was asked for, this engine draws 16 to {MAX_IMAGE_PX}.")
            size = (image_px, image_px)
            self._targets[image_px] = self._gl.framebuffer(
                [self._gl.texture(size, 4, internal_format=GL_SRGB8_ALPHA8)], self._gl.depth_renderbuffer(size)
            )
        return self._targets[image_px]

    def draw(
        self,
        points: npt.NDArray[np.float32],
        materials: npt.NDArray[np.float32],
        colours: dict[str, npt.NDArray[np.float64]],
        hair_style: str,
        image_px: int,
    ) -> npt.NDArray[np.uint8]:
        """Refined points (N, 3) dm, sliders (M,) in [-1, 1] and base colours -> (image_px, image_px, 3) sRGB uint8."""
        normals = self._head.normals(points)
        moving = np.concatenate([points, normals], 1)[self._head.drawn_point]
        self._moving.write(np.ascontiguousarray(moving, np.float32).tobytes())
        target = self._target(image_px)
        target.use()
        self._gl.enable_only(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        self._gl.clear(*BACKGROUND)
        skin, eye, lashes = (self._programs[name] for name in ("skin", "eye", "lashes"))
        sliders = materials.astype(np.float32)
        for program in (skin, eye, lashes):
            if "m" in program:
                # The compiler cuts the array behind the last slider that a shader reads.
                program["m"].write(sliders[: program["m"].array_length].tobytes())  # type: ignore[union-attr]
        for name in ("skin", "hair", "brow", "beard"):
            self._set(skin, f"{name}_colour", tuple(colours["brows" if name == "brow" else name]))
        self._set(skin, "lip_colour", tuple(colours["lips"]))
        self._set(skin, "hair_dm", HAIR_DM[hair_style])
        self._parts[SKIN].render()
        for name in ("iris", "sclera"):
            self._set(eye, f"{name}_colour", tuple(colours[name]))
        for part in (EYE_LEFT, EYE_RIGHT):
            ball = points[self._eye_points[part]]
            low, high = ball.min(0), ball.max(0)
            self._set(eye, "ball_centre", tuple(((low + high) / 2).tolist()))
            self._set(eye, "ball_radius", float((high - low)[:2].mean() / 2))
            self._parts[part].render()
        self._set(lashes, "hair_colour", tuple(colours["hair"]))
        self._gl.enable_only(moderngl.DEPTH_TEST | moderngl.BLEND)
        self._parts[LASHES].render()
        data = target.read(components=3, alignment=1)
        return np.frombuffer(data, np.uint8).reshape(image_px, image_px, 3)[::-1]

    def close(self) -> None:
        """Free the context and everything in it."""
        self._gl.release()
