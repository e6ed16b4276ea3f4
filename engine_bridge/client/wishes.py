"""What a client may wish for beyond plain parameters, and which of a service's features that needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine_bridge.errors import InputError
from engine_bridge.protocol import MAX_PHOTOS, MAX_VARIATIONS, Import

Photos = bytes | Sequence[bytes]
"""The bytes of one image file, or of several of one person."""


@dataclass(frozen=True, eq=False)
class Wishes:
    """How a photo shall be imported.

    bundle: one of the service's, "" its first. face: 0 the largest, 1 the next. group: the archetype to read the
    face around, "" infers it. locked: names of parameters, groups and choices that stay at `current` (P,) and
    `current_choices` (C,). mirrored: both sides of the face are made equal. variations: other plausible characters
    wanted, at most 8.
    """

    bundle: str = ""
    face: int = 0
    group: str = ""
    locked: tuple[str, ...] = ()
    mirrored: bool = False
    variations: int = 0
    current: npt.NDArray[np.float32] | None = None
    current_choices: npt.NDArray[np.uint8] | None = None


def import_message(
    request_id: int, slot: str, deadline_s: float, pictures: bool, photos: Photos, wishes: Wishes
) -> Import:
    """The message for one or several photos; raises InputError for a wish that cannot be sent."""
    several = () if isinstance(photos, bytes) else tuple(photos)
    if not isinstance(photos, bytes) and not 1 <= len(several) <= MAX_PHOTOS:
        raise InputError(f"{len(several)} photos of one person were given, expected 1 to {MAX_PHOTOS}.")
    if not 0 <= wishes.variations <= MAX_VARIATIONS:
        raise InputError(f"{wishes.variations} variations were asked for, expected 0 to {MAX_VARIATIONS}.")
    if wishes.face < 0:
        raise InputError(f"The face is number {wishes.face}, expected 0 (the largest) or more.")
    return Import(
        request_id,
        slot,
        max(1, round(deadline_s * 1000)),
        pictures,
        photos if isinstance(photos, bytes) else b"".join(several),
        bundle=wishes.bundle,
        face=wishes.face,
        group=wishes.group,
        locked=wishes.locked,
        mirrored=wishes.mirrored,
        variations=wishes.variations,
        lengths=tuple(map(len, several)),
        current=wishes.current,
        current_choices=wishes.current_choices,
    )


def features_needed(message: Import) -> tuple[str, ...]:
    """Which of a service's announced features this import needs, so that an older service does not ignore a wish."""
    needed = {
        "face": message.face > 0,
        "group": bool(message.group),
        "locks": bool(message.locked) or message.mirrored,
        "several": bool(message.lengths),
        "variations": message.variations > 0,
    }
    return tuple(name for name, wanted in needed.items() if wanted)
