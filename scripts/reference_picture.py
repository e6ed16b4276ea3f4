"""Draws the picture that other drivers are held against: tests/engine_bridge/embedded_reference.png.

    python scripts/reference_picture.py

Made with Mesa's llvmpipe. The test draws it again with whatever OpenGL there is and allows 1/255 on average. Draw it
anew only together with a new ENGINE_VERSION, or when hair styles or expressions were meant to look otherwise.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from data_capture.sampling import sample_block  # noqa: E402  # The checkout's own.
from engine_bridge.engines import SceneEngine, open_engine  # noqa: E402
from engine_bridge.scene import Scene  # noqa: E402

PICTURE = ROOT / "tests/engine_bridge/embedded_reference.png"
IMAGE_PX = 160
# Seed, style of hair, scene: each draws through other programs and passes.
FACES: tuple[tuple[int, str, Scene], ...] = (
    (0, "bald", Scene()),
    (1, "short", Scene()),
    (2, "medium", Scene(yaw_deg=35.0, light_yaw_deg=-60.0)),
    (3, "long", Scene(expression={"jawOpen": 0.8, "tongueOut": 1.0}, background=(0.9, 0.8, 0.2))),
)


def draw(engine: SceneEngine) -> npt.NDArray[np.uint8]:
    """(IMAGE_PX, 4 IMAGE_PX, 3): the faces side by side."""
    schema = engine.schema
    pictures: list[npt.NDArray[np.uint8]] = []
    for seed, style, scene in FACES:
        parameters = sample_block(schema, seed, range(1), "uniform")
        choices = schema.choice_vector({**schema.choice_mapping(schema.default_choices), "hair.style": style})
        pictures.append(engine.render_scene(parameters, choices[None], IMAGE_PX, scene, ()).images[0])
    return np.concatenate(pictures, 1)


def main() -> int:
    """Draw and write."""
    engine = open_engine("embedded")
    assert isinstance(engine, SceneEngine)
    Image.fromarray(draw(engine)).save(PICTURE, optimize=True)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size / 1e3:.0f} kB, drawn by {engine.renderer}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
