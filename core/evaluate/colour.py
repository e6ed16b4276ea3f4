"""Skin colour on the cheeks of a picture, and how far two such colours are apart to the eye."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine_bridge.errors import InputError

_CHEEKS = (50, 280)  # mid-cheek landmarks, right and left, clear of beard, nose and eye shadow
_EYES = (33, 263)
_CHEEK_RADIUS = 0.12  # of the distance between the outer eye corners

# IEC 61966-2-1 (sRGB) to CIE XYZ, and its white.
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_WHITE = _XYZ.sum(1)


def cheek_colour(image: NDArray[np.uint8], landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """CIE L*a*b* (3,) of two discs on the cheeks of a picture (H,W,3) sRGB uint8; NaN where they lie outside it.

    Of each channel's linear light the median is taken; `landmarks` (478,3) are in px.
    """
    radius = _CHEEK_RADIUS * float(np.linalg.norm(landmarks[_EYES[1], :2] - landmarks[_EYES[0], :2]))
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]] + 0.5
    inside = np.zeros(image.shape[:2], bool)
    for cheek in _CHEEKS:
        x, y = landmarks[cheek, :2]
        inside |= (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    if not inside.any():
        return np.full(3, np.nan, np.float32)
    coded = image[inside].astype(np.float64) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return to_lab(np.median(linear, 0)).astype(np.float32)


def to_lab(linear: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Linear sRGB (3,) -> CIE L*a*b* (3,) under D65, by CIE 15:2004."""
    ratio = _XYZ @ np.asarray(linear, np.float64) / _WHITE
    bent = np.where(ratio > 216 / 24389, np.cbrt(ratio), (ratio * 24389 / 27 + 16) / 116)
    return np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])])


def colour_difference(first: NDArray[np.floating[Any]], second: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """CIEDE2000 between L*a*b* colours (N,3) and (N,3) -> (N,); 1 is about what an eye just notices."""
    try:
        from skimage.color import deltaE_ciede2000
    except ImportError as error:
        raise InputError("Colour differences need scikit-image; run `pip install 'facebridge[evaluate]'`.") from error
    return np.asarray(deltaE_ciede2000(np.asarray(first, np.float64), np.asarray(second, np.float64)))


def person_colours(cheeks: NDArray[np.floating[Any]], identity: NDArray[np.integer]) -> NDArray[np.float64]:
    """(N,3) median cheek colour over all photos of each row's person: a single photo bakes its light in."""
    found = np.empty((len(cheeks), 3))
    for person in np.unique(identity):
        rows = identity == person
        found[rows] = np.nanmedian(cheeks[rows], 0)
    return found
