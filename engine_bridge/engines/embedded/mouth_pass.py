"""The part of a pass that only expressions need: the mouth's lining in a program of its own, teeth and tongue."""

from __future__ import annotations

import moderngl

from engine_bridge.engines.embedded import gl
from engine_bridge.engines.embedded.buffers import (
    FIXED,
    MOUTH_FIXED,
    MOUTH_MOVING,
    MOVING,
    LevelBuffers,
    MouthBuffers,
    vertex_array,
)
from engine_bridge.engines.embedded.mesh import SKIN
from engine_bridge.engines.embedded.mouth import MouthShape


class MouthPass:
    """Draws what lies behind the lips after the skin, which is then drawn without its lining."""

    def __init__(
        self,
        context: moderngl.Context,
        levels: list[LevelBuffers],
        mouth: MouthBuffers,
        skins: list[list[moderngl.VertexArray]],
        defines: tuple[str, ...],
    ) -> None:
        """`skins`: the skin without the lining, of each level."""
        self._mouth, self.skins = mouth, skins
        self._lining = gl.program(context, "mouth.vert", "mouth.frag", ("LINING", *defines))
        self._inside = gl.program(context, "mouth.vert", "mouth.frag", defines)
        self.programs = [self._lining, self._inside]
        self._linings: list[moderngl.VertexArray] = []
        for level in levels:
            triangles = context.buffer(level.head.triangles(SKIN, mouth.mouth.lining).tobytes())
            buffers = ((level.moving, MOVING), (level.fixed, FIXED))
            self._linings.append(vertex_array(context, self._lining, buffers, triangles))
        content = ((mouth.moving, MOUTH_MOVING), (mouth.fixed, MOUTH_FIXED))
        self._drawn = vertex_array(context, self._inside, content, mouth.triangles)

    def draw(self, shape: MouthShape, level: int) -> None:
        """Draw one face's mouth on the level's buffers, which hold the face."""
        x, z, low, high, width = shape.opening
        for used in self.programs:
            gl.set_uniform(used, "opening", (x, z, low, high))
            gl.set_uniform(used, "opening_width", width)
            gl.set_uniform(used, "tongue_out", shape.tongue_out)
        self._mouth.move(shape)
        self._linings[level].render()
        self._drawn.render()
