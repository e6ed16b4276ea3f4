"""The OpenGL context, and the small things that every drawing needs from it: programs, textures, targets."""

from __future__ import annotations

import sys
from importlib.resources import files
from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.materials import shader_names
from engine_bridge.errors import EngineError

SHADERS = files("engine_bridge.engines.embedded") / "shaders"
MIN_IMAGE_PX, MAX_IMAGE_PX = 16, 2048
GL_FRAMEBUFFER_SRGB, GL_SRGB8_ALPHA8, GL_CLIP_DISTANCE0 = 0x8DB9, 0x8C43, 0x3000


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


def source(name: str) -> str:
    """The text of a packaged shader."""
    return (SHADERS / name).read_text(encoding="utf-8")


def program(gl: moderngl.Context, vertex: str, fragment: str, defines: tuple[str, ...] = ()) -> moderngl.Program:
    """A program of two packaged shaders; the fragment shader knows the lights and every slider by its name."""
    materials = shader_names()
    header = f"#version 330\nuniform float m[{len(materials)}];\n"
    header += "".join(f"#define {name}\n" for name in defines)
    header += "".join(f"#define {material} m[{row}]\n" for row, material in enumerate(materials))
    return gl.program(
        vertex_shader=header + source(vertex),
        fragment_shader=header + source("hairline.glsl") + source("lighting.glsl") + source(fragment),
    )


def set_uniform(used: moderngl.Program, name: str, value: Any) -> None:
    """Set a uniform, unless the compiler dropped it because the shader does not use it."""
    # Not `name in used`, which walks through all of its uniforms; this is called seventy times a face.
    uniform = used.get(name, None)
    if isinstance(uniform, moderngl.Uniform):
        uniform.value = value


def set_sliders(used: moderngl.Program, sliders: npt.NDArray[np.float32]) -> None:
    """Hand over the sliders; the compiler cuts the array behind the last one that a shader reads."""
    uniform = used.get("m", None)
    if isinstance(uniform, moderngl.Uniform):
        uniform.write(sliders[: uniform.array_length].tobytes())


def texture(gl: moderngl.Context, picture: npt.NDArray[np.uint8], unit: int, tiled: bool, mipmaps: bool) -> None:
    """Upload (H, W) or (H, W, 4) and leave it bound to a unit for good."""
    channels = 1 if picture.ndim == 2 else picture.shape[2]
    made = gl.texture((picture.shape[1], picture.shape[0]), channels, np.ascontiguousarray(picture).tobytes())
    made.repeat_x = made.repeat_y = tiled
    if mipmaps:
        made.build_mipmaps()
        # One level, not a blend of two: half the reads, and a software renderer's time is reads.
        made.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
    else:
        made.filter = (moderngl.LINEAR, moderngl.LINEAR)
    made.use(unit)


def target(gl: moderngl.Context, width: int, height: int, measures: bool = False) -> moderngl.Framebuffer:
    """An sRGB colour target with depth, or one of two floats a pixel."""
    if measures:
        colour = gl.texture((width, height), 2, dtype="f4")
    else:
        colour = gl.texture((width, height), 4, internal_format=GL_SRGB8_ALPHA8)
    return gl.framebuffer([colour], gl.depth_renderbuffer((width, height)))


def check_size(image_px: int) -> None:
    """EngineError for a picture that cannot be drawn."""
    if not MIN_IMAGE_PX <= image_px <= MAX_IMAGE_PX:
        raise EngineError(
            f"An image of {image_px} px was asked for, this engine draws {MIN_IMAGE_PX} to {MAX_IMAGE_PX}."
        )
