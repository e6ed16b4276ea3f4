"""What the stage shows: the character alone, or compared with its photo, or turned to both sides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.compare import blend, difference, mask_of_head, outlined, segmented, side_by_side, silhouette, turned
from engine_bridge.parameter_edits import Character

if TYPE_CHECKING:
    from engine_bridge.session import EngineSession

Pixels = NDArray[np.uint8]

MODES = {
    "character": "Character",
    "side": "Side by side",
    "blend": "Blend",
    "difference": "Difference",
    "outline": "Outline",
    "turned": "Turned",
}
"""Views by name, with what a panel calls them."""
NEEDS_PHOTO = frozenset({"side", "blend", "difference", "outline"})
_DRAWN_KEPT = 4


@dataclass(frozen=True)
class View:
    """One of MODES; `t` is where a blend stands, 0 the photo, 1 the character; `signed` shows lighter and darker."""

    mode: str = "character"
    t: float = 0.5
    signed: bool = False


@dataclass(frozen=True, eq=False)
class Scenery:
    """All that a picture is made of: the character, what it is compared with, and how."""

    character: Character
    home: Character
    photo: Pixels | None
    """The aligned photo (H,W,3), which lies over the canonical picture."""
    view: View


class Composer:
    """Draws sceneries with one engine; keeps the last few renders, so that a blend moves without the engine."""

    def __init__(self, engine: EngineSession) -> None:
        self._engine = engine
        self._drawn: dict[bytes, tuple[Pixels, NDArray[np.bool_] | None]] = {}

    def compose(self, scenery: Scenery, image_px: int, draft: bool = False) -> Pixels:
        """The picture (H,W,3) of a scenery, with renders of `image_px`; raises what the engine raises.

        A draft leaves out what an engine computes on top, such as masks: the difference of a draft covers everything.
        """
        photo, view, character = scenery.photo, scenery.view, scenery.character
        if view.mode == "turned":
            return self._turned(scenery, image_px)
        if photo is None or view.mode not in NEEDS_PHOTO:
            return self._render(character, image_px)[0]
        photo = _sized(photo, image_px)
        masked = view.mode in ("difference", "outline") and not (draft and view.mode == "difference")
        drawn, head = self._render(character, image_px, masked)
        if view.mode == "side":
            return side_by_side([("photo", photo), ("character", drawn)], caption_px=_caption(image_px))
        if view.mode == "blend":
            return blend(photo, drawn, view.t)
        if view.mode == "difference":
            return difference(photo, drawn, "signed" if view.signed else "heat", within=head).picture
        return photo if head is None else outlined(photo, head)

    def _turned(self, scenery: Scenery, image_px: int) -> Pixels:
        now = turned(self._engine, scenery.character.parameters, scenery.character.choices, image_px=image_px)
        images = list(now.images)
        if not scenery.character.same(scenery.home):
            before = turned(self._engine, scenery.home.parameters, scenery.home.choices, image_px=image_px)
            images = [silhouette(now.images[k], before.masks[k], now.masks[k]).picture for k in range(len(images))]
        names = ("character's right", "character's left")
        return side_by_side(list(zip(names, images, strict=True)), caption_px=_caption(image_px))

    def _render(
        self, character: Character, image_px: int, masked: bool = False
    ) -> tuple[Pixels, NDArray[np.bool_] | None]:
        key = character.parameters.tobytes() + character.choices.tobytes() + image_px.to_bytes(4, "little")
        kept = self._drawn.pop(key, None)
        if kept is None or (masked and kept[1] is None):
            if masked and "segmentation" in self._engine.features:
                image, classes = segmented(self._engine, character.parameters, character.choices, image_px)
                kept = (image, mask_of_head(classes))
            else:
                image = self._engine.render(character.parameters, character.choices[None], image_px)
                kept = (image, None)
        self._drawn[key] = kept
        while len(self._drawn) > _DRAWN_KEPT:
            del self._drawn[next(iter(self._drawn))]
        return kept


def without_photo(scenery: Scenery) -> Scenery:
    """The scenery as it is shown when there is no photo to compare with."""
    if scenery.photo is not None or scenery.view.mode not in NEEDS_PHOTO:
        return scenery
    return replace(scenery, view=replace(scenery.view, mode="character"))


def _caption(image_px: int) -> int:
    """A height that is read well when two pictures share the stage's width."""
    return round(image_px / 18)


def _sized(picture: Pixels, side_px: int) -> Pixels:
    if picture.shape[:2] == (side_px, side_px):
        return picture
    return np.array(Image.fromarray(picture).resize((side_px, side_px), Image.Resampling.LANCZOS))
