"""Outlines of heads: masks from an engine's truth or from its flat background, contours drawn over other pictures.

A face can be right from the front and wrong in profile: two turned renders beside those of a reference show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from engine_bridge.errors import InputError
from engine_bridge.scene import Scene
from engine_bridge.truth import SEGMENTS

if TYPE_CHECKING:
    from engine_bridge.session import EngineSession

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

TURNS_DEG = (-45.0, 45.0)
GROUND = (0.16, 0.17, 0.19)
"""sRGB behind turned heads: dark, so that contours stand out; no character's hair or skin has this blue-grey."""
REFERENCE_RGB = (255, 186, 73)
OWN_RGB = (110, 214, 255)
_WIDTH = 1 / 220  # of the picture's side
_NO_HEAD = (SEGMENTS.index("background"), SEGMENTS.index("neck"))
_BACKGROUND_TOLERANCE = 6  # of 255, each channel: an antialiased edge belongs to the head from its first quarter on


@dataclass(frozen=True, eq=False)
class Turned:
    """One character seen from several sides: images (N,H,W,3), masks (N,H,W) of all but the background, and yaws."""

    images: Pixels
    masks: Mask
    yaw_deg: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Silhouette:
    """A picture with the outline of a reference over it."""

    picture: Pixels
    overlap: float
    """The area that both masks share, of the area that either covers; NaN without an own mask."""


def turned(
    session: EngineSession,
    parameters: ArrayLike,
    choices: ArrayLike,
    yaw_deg: Sequence[float] = TURNS_DEG,
    image_px: int = 512,
    scene: Scene | None = None,
    deadline_s: float = 30.0,
) -> Turned:
    """Draw parameters (P,) and choices (C,) from each yaw, with the mask of head, neck and shoulders.

    The mask comes from the engine's segmentation, or is what differs from a flat background where it has none. Raises
    Refused when the engine has no camera, or neither of the two, and what `EngineSession.render` raises.
    """
    ground = scene or Scene(background=GROUND if "background" in session.features else None)
    images: list[Pixels] = []
    masks: list[Mask] = []
    for yaw in yaw_deg:
        scene_here = replace(ground, yaw_deg=yaw)
        if "segmentation" in session.features or scene_here.background is None:
            # Without either, the session's refusal says what the engine lacks.
            image, segmentation = segmented(session, parameters, choices, image_px, scene_here, deadline_s)
            mask = segmentation != SEGMENTS.index("background")
        else:
            image = session.render(parameters, np.asarray(choices)[None], image_px, deadline_s, scene=scene_here)
            mask = mask_of_background(image, scene_here.background)
        images.append(image)
        masks.append(mask)
    return Turned(np.stack(images), np.stack(masks), tuple(float(yaw) for yaw in yaw_deg))


def segmented(
    session: EngineSession,
    parameters: ArrayLike,
    choices: ArrayLike,
    image_px: int,
    scene: Scene | None = None,
    deadline_s: float = 30.0,
) -> tuple[Pixels, Pixels]:
    """One picture (H,W,3) of a character and its segmentation (H,W); raises what `EngineSession.render` raises."""
    rows = np.asarray(choices)[None]
    found = session.render(parameters, rows, image_px, deadline_s, scene=scene, truth=("segmentation",))
    return found.images, np.asarray(found.truth["segmentation"], np.uint8)


def mask_of_head(segmentation: NDArray[Any]) -> Mask:
    """An engine's segmentation (H,W) -> where the head is, hair included, neck and shoulders not."""
    return ~np.isin(segmentation, _NO_HEAD)


def mask_of_background(picture: Pixels, background: Sequence[float]) -> Mask:
    """What differs from a flat background (sRGB, each 0 to 1), its largest piece, without holes; shoulders included."""
    flat = np.rint(255 * np.asarray(background)).astype(np.int16)
    mask: Mask = np.asarray((np.abs(picture.astype(np.int16) - flat) > _BACKGROUND_TOLERANCE).any(-1))
    pieces, count = ndimage.label(mask)  # pyright: ignore[reportGeneralTypeIssues]  # its stub allows other outputs
    if count > 1:
        mask = np.asarray(pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:])))
    return ndimage.binary_fill_holes(mask).astype(bool)


def mask_of_polygon(points: ArrayLike, shape: tuple[int, int]) -> Mask:
    """A closed outline (K,2) in px (x, y), such as the landmarks around a photo's face -> its inside (H,W)."""
    outline = np.asarray(points, np.float64)
    if outline.ndim != 2 or outline.shape[1] != 2 or len(outline) < 3 or not np.isfinite(outline).all():
        raise InputError(f"An outline has shape {outline.shape}, expected at least three finite points (K, 2).")
    image = Image.new("1", (shape[1], shape[0]))
    ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in outline], fill=1)
    return np.array(image)


def outlined(
    picture: Pixels, mask: Mask, colour: Sequence[int] = REFERENCE_RGB, width_px: float | None = None
) -> Pixels:
    """The picture (H,W,3) with the mask's contour over it, a smooth line; a mask of another size is scaled.

    Where the mask ends at the picture's edge there is no line: the head goes on there.
    """
    inside = _scaled(mask, picture.shape[:2])
    if not inside.any() or inside.all():
        return picture.copy()
    width = max(1.5, _WIDTH * picture.shape[0]) if width_px is None else width_px
    # Signed distance to the contour; a blur of a pixel takes the steps out of it.
    distance = ndimage.distance_transform_edt(inside) - ndimage.distance_transform_edt(~inside)
    smooth = ndimage.gaussian_filter(np.asarray(distance, np.float32), 1.0)
    line = np.clip(width / 2 + 0.5 - np.abs(smooth), 0.0, 1.0)
    halo = np.clip(width / 2 + 2.0 - np.abs(smooth), 0.0, 1.0) * 0.55  # keeps the line legible on bright skin
    shaded = picture * (1 - halo[..., None])
    return np.rint(shaded * (1 - line[..., None]) + np.asarray(colour, np.float32) * line[..., None]).astype(np.uint8)


def silhouette(picture: Pixels, reference: Mask, own: Mask | None = None) -> Silhouette:
    """The outline of `reference` over a picture; with the picture's `own` mask also where the two heads differ.

    Blue is head that the reference does not have, amber what the reference has more; the amber line is its outline.
    """
    if own is None:
        return Silhouette(outlined(picture, reference), float("nan"))
    mine, theirs = _scaled(own, picture.shape[:2]), _scaled(reference, picture.shape[:2])
    tinted = picture.astype(np.float32)
    for where, colour in ((mine & ~theirs, OWN_RGB), (theirs & ~mine, REFERENCE_RGB)):
        soft = ndimage.gaussian_filter(where.astype(np.float32), 0.7)[..., None] * 0.55
        tinted = tinted * (1 - soft) + np.asarray(colour, np.float32) * soft
    union = int((mine | theirs).sum())
    overlap = int((mine & theirs).sum()) / union if union else 1.0
    return Silhouette(outlined(np.rint(tinted).astype(np.uint8), theirs), overlap)


def _scaled(mask: Mask, shape: tuple[int, ...]) -> Mask:
    if mask.shape == tuple(shape):
        return mask
    image = Image.fromarray(mask.astype(np.uint8) * 255).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    return np.asarray(image) > 127
