"""Draws the pictures of docs/look.md: what the embedded engine looks like, for people and for reviews of a change.

    python scripts/look_pictures.py [--out docs/images/look] [--only NAME ...]

Takes about two minutes on two cores. `before.webp` is not drawn here: it is the first look, which no longer exists.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.files import write_atomically  # noqa: E402  # The checkout's own.
from data_capture.sampling import sample_block  # noqa: E402
from engine_bridge.engines import SceneEngine, open_engine  # noqa: E402
from engine_bridge.scene import BLENDSHAPES, Scene  # noqa: E402

Images = npt.NDArray[np.uint8]
QUALITY = 88
# Half of the range and the seeds of the row that stands above its forerunner in `before.webp`.
NEAR_SCALE, NEAR_SEEDS = 0.4, (1, 2, 3, 4)


def main() -> int:
    """Draw all pictures, or those named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs/images/look")
    parser.add_argument("--only", nargs="+", choices=PICTURES, default=list(PICTURES), metavar="NAME")
    args = parser.parse_args()
    engine = open_engine("embedded")
    assert isinstance(engine, SceneEngine)
    for name in args.only:
        picture = Image.fromarray(PICTURES[name](engine))
        stream = io.BytesIO()
        picture.save(stream, "WEBP", quality=QUALITY, method=6)
        write_atomically(args.out / f"{name}.webp", stream.getvalue())
        print(f"{args.out / name}.webp: {picture.width} x {picture.height}, {len(stream.getvalue()) / 1e3:.0f} kB")
    return 0


def after(engine: SceneEngine) -> Images:
    """The neutral character and four near it."""
    faces = [engine.schema.defaults, *(near(engine, seed) for seed in NEAR_SEEDS)]
    return grid(drawn(engine, faces, 256), len(faces))


def faces(engine: SceneEngine) -> Images:
    """A hundred faces, uniform in every parameter."""
    return grid(drawn(engine, list(sample_block(engine.schema, 7, range(100), "uniform")), 128), 10)


def turntable(engine: SceneEngine) -> Images:
    """Two characters from profile to profile."""
    rows = [
        drawn(engine, [near(engine, seed)], 256, Scene(yaw_deg=yaw), style)
        for seed, style in ((1, "short"), (4, "long"))
        for yaw in np.linspace(-90, 90, 7).tolist()
    ]
    return grid(np.concatenate(rows), 7)


def hair(engine: SceneEngine) -> Images:
    """Every style of hair on two characters."""
    choice = next(choice for choice in engine.schema.choices if choice.name == "hair.style")
    rows = [drawn(engine, [near(engine, seed)], 256, Scene(), style) for seed in (2, 3) for style in choice.options]
    return grid(np.concatenate(rows), len(choice.options))


def expressions(engine: SceneEngine) -> Images:
    """ARKit's 52 expressions, each at its full weight."""
    pictures = [labelled(drawn(engine, [near(engine, 1)], 192, Scene(expression={n: 1.0}))[0], n) for n in BLENDSHAPES]
    return grid(np.stack(pictures), 8)


def light(engine: SceneEngine) -> Images:
    """One character in other lights and through other lenses."""
    scenes = (
        Scene(),
        Scene(light_yaw_deg=-80.0),
        Scene(light_pitch_deg=80.0),
        Scene(light_colour=(1.4, 0.8, 0.5), light_intensity=1.3),
        Scene(distance=0.6, focal_length_mm=40.0, background=(0.1, 0.1, 0.12)),
    )
    return grid(np.concatenate([drawn(engine, [near(engine, 2)], 256, scene) for scene in scenes]), len(scenes))


PICTURES: dict[str, Callable[[SceneEngine], Images]] = {
    made.__name__: made for made in (after, faces, turntable, hair, expressions, light)
}


def near(engine: SceneEngine, seed: int) -> npt.NDArray[np.float32]:
    """A face at NEAR_SCALE of the range about the neutral one."""
    schema = engine.schema
    (uniform,) = sample_block(schema, seed, range(1), "uniform")
    return np.asarray(schema.defaults + NEAR_SCALE * (uniform - schema.defaults), np.float32)


def drawn(
    engine: SceneEngine,
    parameters: list[npt.NDArray[np.float32]],
    image_px: int,
    scene: Scene | None = None,
    style: str = "short",
) -> Images:
    """(N, image_px, image_px, 3), each drawn at twice its size."""
    schema = engine.schema
    chosen = schema.choice_vector({**schema.choice_mapping(schema.default_choices), "hair.style": style})
    choices = np.tile(chosen, (len(parameters), 1))
    large = engine.render_scene(np.stack(parameters), choices, 2 * image_px, scene or Scene(), ()).images
    return np.stack([np.asarray(Image.fromarray(image).resize((image_px, image_px))) for image in large])


def labelled(image: Images, text: str) -> Images:
    """The picture with a word at its foot."""
    picture = Image.fromarray(image)
    ImageDraw.Draw(picture).text((6, image.shape[0] - 20), text, (255, 255, 255), ImageFont.load_default(14))
    return np.asarray(picture)


def grid(images: Images, columns: int) -> Images:
    """(N, H, W, 3) -> one picture, row by row; what is missing of the last row is black."""
    rows = -(-len(images) // columns)
    filled = np.zeros((rows * columns, *images.shape[1:]), np.uint8)
    filled[: len(images)] = images
    height, width = images.shape[1:3]
    return filled.reshape(rows, columns, height, width, 3).swapaxes(1, 2).reshape(rows * height, columns * width, 3)


if __name__ == "__main__":
    sys.exit(main())
