"""Draws one sheet a group: every parameter at its minimum, default and maximum, close enough to see what changes."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from data_capture.influence import Change, Draw
from data_capture.parameter_table import IMAGE_PX, is_seen
from data_capture.sampling import sample_block
from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema, Parameter

Picture = npt.NDArray[np.uint8]

RENDER_PX = 512
"""What is drawn and cropped: the closest view has two thirds of a pixel for each of a cell's."""
CELL_PX = 136
COLUMNS = 2
"""Strips side by side: about 830 px, which GitHub shows unscaled."""
SHEETS_BYTES = 4_000_000
_QUALITY = 78
_LABEL_PX = 16
_GAP_PX = 8
_SEAM_PX = 2
# The closest view shows an eye with its surroundings; wider ones leave a third around the changed pixels.
_CLOSEST_PX = 88
_MARGIN = 1.35
# The outermost thousandths of the change are single pixels of an outline: they do not widen the view.
_TAIL = 0.005
# Less of the change than this in the middle third of its width: it is two patches, such as eyes, and one is shown.
_EMPTY_MIDDLE = 0.05
# For a parameter that needs another one: faces this far from the defaults, so that the others still look usual.
_OTHER_FACES, _OTHER_SCALE, _OTHER_SEED = 8, 0.6, 0
_GROUND, _INK, _FAINT = (24, 24, 26), (222, 222, 226), (140, 140, 146)


@dataclass(frozen=True)
class Strip:
    """One parameter's crops (3, CELL_PX, CELL_PX, 3); `elsewhere` when they do not show the neutral face."""

    parameter: Parameter
    cells: Picture
    elsewhere: bool


def draw_sheets(
    draw: Draw, schema: CharacterSchema, groups: Sequence[str], on_strip: Callable[[], object] = lambda: None
) -> dict[str, bytes]:
    """A WebP file for each group; `draw` gives RENDER_PX pictures and `on_strip` is called for each parameter.

    Raises InputError when the sheets of all groups together exceed SHEETS_BYTES.
    """
    cube = sample_block(schema, _OTHER_SEED, range(_OTHER_FACES), "uniform")
    others = (schema.defaults + _OTHER_SCALE * (cube - schema.defaults)).astype(np.float32)
    sheets: dict[str, bytes] = {}
    for group in groups:
        strips: list[Strip] = []
        for name in schema.groups[group]:
            strips.append(draw_strip(draw, schema, others, schema.index(name)))
            on_strip()
        sheets[group] = compose(strips)
    total = sum(map(len, sheets.values()))
    if total > SHEETS_BYTES:
        raise InputError(
            f"The sheets take {total} bytes, at most {SHEETS_BYTES} are wanted; lower CELL_PX or _QUALITY."
        )
    return sheets


def draw_strip(draw: Draw, schema: CharacterSchema, others: npt.NDArray[np.float32], index: int) -> Strip:
    """One parameter on the neutral face or, when that does not show it, on the best of `others` (F, P)."""
    parameter = schema.parameters[index]

    def at(face: npt.NDArray[np.float32]) -> Picture:
        faces = np.repeat(face[None], 3, 0)
        faces[:, index] = parameter.minimum, parameter.default, parameter.maximum
        return draw(faces)

    pictures, elsewhere = at(schema.defaults), False
    if not _shows(pictures):
        drawn = max(map(at, others), key=lambda found: Change.between(found[0], found[2]).total)
        if _shows(drawn):
            pictures, elsewhere = drawn, True
    left, top, side = view(pictures)
    cells = [
        Image.fromarray(picture[top : top + side, left : left + side]).resize(
            (CELL_PX, CELL_PX), Image.Resampling.LANCZOS
        )
        for picture in pictures
    ]
    return Strip(parameter, np.stack([np.asarray(cell) for cell in cells]), elsewhere)


def view(pictures: Picture) -> tuple[int, int, int]:
    """The square (left, top, side) in px that shows where three pictures (3, H, H, 3) differ, inside them."""
    signed = pictures.astype(np.int16)
    moved = np.maximum(np.abs(signed[0] - signed[1]), np.abs(signed[2] - signed[1])).max(-1).astype(np.float64)
    size = moved.shape[0]
    energy = moved * moved
    if not energy.any():
        return 0, 0, size
    left, right = _extent(energy.sum(0))
    third = (right - left) // 3
    if energy[:, left + third : right - third].sum() < _EMPTY_MIDDLE * energy.sum():
        middle = (left + right) // 2
        heavier = slice(0, middle) if energy[:, :middle].sum() >= energy[:, middle:].sum() else slice(middle, size)
        left, right = (heavier.start + end for end in _extent(energy[:, heavier].sum(0)))
        top, bottom = _extent(energy[:, heavier].sum(1))
    else:
        top, bottom = _extent(energy.sum(1))
    side = min(size, max(_CLOSEST_PX * size // RENDER_PX, math.ceil(_MARGIN * max(right - left, bottom - top))))
    corner = [min(max(0, (low + high - side) // 2), size - side) for low, high in ((left, right), (top, bottom))]
    return corner[0], corner[1], side


def compose(strips: Sequence[Strip]) -> bytes:
    """Strips in columns, each under its parameter's name and values, as one WebP file."""
    columns = min(COLUMNS, len(strips))
    rows = math.ceil(len(strips) / columns)
    width, height = 3 * CELL_PX + 2 * _SEAM_PX, CELL_PX + _LABEL_PX + _GAP_PX
    sheet = Image.new("RGB", (columns * (width + _GAP_PX) - _GAP_PX, rows * height - _GAP_PX), _GROUND)
    draw = ImageDraw.Draw(sheet)
    for place, strip in enumerate(strips):
        # Down the first column, then the second: neighbours in the table stay neighbours.
        left, top = place // rows * (width + _GAP_PX), place % rows * height
        parameter = strip.parameter
        draw.text((left + 2, top + 1), parameter.name + (" *" if strip.elsewhere else ""), fill=_INK, font=_font())
        values = " | ".join(f"{value:g}" for value in (parameter.minimum, parameter.default, parameter.maximum))
        draw.text((left + width - 2 - draw.textlength(values, _font()), top + 1), values, fill=_FAINT, font=_font())
        for place_in_strip, cell in enumerate(strip.cells):
            sheet.paste(Image.fromarray(cell), (left + place_in_strip * (CELL_PX + _SEAM_PX), top + _LABEL_PX))
    buffer = io.BytesIO()
    sheet.save(buffer, "WEBP", quality=_QUALITY, method=6)
    return buffer.getvalue()


def _shows(pictures: Picture) -> bool:
    """Whether the table's thresholds hold, whose areas are those of IMAGE_PX pictures."""
    change = Change.between(pictures[0], pictures[2])
    scale = (pictures.shape[1] / IMAGE_PX) ** 2
    return is_seen(Change(change.total / scale, change.contrast, change.area_px / scale))


def _extent(energy: npt.NDArray[np.float64]) -> tuple[int, int]:
    """The first and the one-past-last place of a profile, without its tails."""
    grown = np.cumsum(energy) / energy.sum()
    return int(np.searchsorted(grown, _TAIL)), int(np.searchsorted(grown, 1.0 - _TAIL)) + 1


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(11)
