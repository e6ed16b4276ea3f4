"""The pictures of one comparison: photo and character side by side, blended, their differences, turned outlines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.compare import blend, difference, outlined, side_by_side, silhouette, turned
from core.drawing import Drawer
from core.reconstruct import Reconstructor
from engine_bridge.errors import InputError
from engine_bridge.protocol import COMPARISONS, Compare, Compared

Draw = Callable[[NDArray[np.float32], NDArray[np.uint8]], tuple[NDArray[np.uint8], str]]
_TURNED_PX = 384


def compared(job: Compare, reconstructor: Reconstructor, draw: Draw, drawer: Drawer | None) -> Compared:
    """What the job asks for. `draw` gives the character's picture (1,256,256,3) and who drew it; `drawer`, if any,
    turned views. Raises InputError and SchemaError for what cannot be compared."""
    unknown = [kind for kind in job.kinds if kind not in COMPARISONS]
    if unknown or not job.kinds:
        raise InputError(f"The comparison '{unknown[0] if unknown else ''}' is unknown; choose of {COMPARISONS}.")
    if not 0.0 <= job.blend <= 1.0:
        raise InputError(f"The blend is {job.blend:g}, expected 0 (the photo) to 1 (the character).")
    schema = reconstructor.schema
    parameters, choices = schema.check(job.parameters), schema.check_choices(job.choices)
    photo = reconstructor.see(job.photo, job.face).face.image
    (character, *_), drawn_by = draw(parameters[None], choices[None])
    outlines = None
    if "silhouette" in job.kinds:
        outlines = _silhouettes(job, reconstructor, drawer, parameters, choices)
    return Compared(
        job.request_id,
        hashlib.sha256(job.photo).hexdigest(),
        drawn_by,
        side_by_side([("photo", photo), ("character", character)]) if "side" in job.kinds else None,
        blend(photo, character, job.blend) if "blend" in job.kinds else None,
        difference(photo, character).picture if "difference" in job.kinds else None,
        outlines,
    )


def _silhouettes(
    job: Compare,
    reconstructor: Reconstructor,
    drawer: Drawer | None,
    parameters: NDArray[np.float32],
    choices: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    if drawer is None:
        raise InputError("A silhouette needs an engine, and none is attached; start the service with --engine.")
    mine = drawer.use(lambda session: turned(session, parameters, choices, image_px=_TURNED_PX))
    if job.other is None:
        pairs = None if mine is None else [outlined(*pair) for pair in zip(mine.images, mine.masks, strict=True)]
    else:
        schema, theirs = reconstructor.schema, job.other_choices
        other = schema.check(job.other)
        worn = choices if theirs is None else schema.check_choices(theirs)
        base = drawer.use(lambda session: turned(session, other, worn, image_px=_TURNED_PX))
        pairs = None
        if mine is not None and base is not None:
            views = zip(mine.images, base.masks, mine.masks, strict=True)
            pairs = [silhouette(image, reference, own).picture for image, reference, own in views]
    if pairs is None:
        raise InputError("The engine is out of order and starts anew; ask for the silhouette again in a moment.")
    return np.ascontiguousarray(np.concatenate(pairs, axis=1))
