"""Comparing a photo with a character, or two characters: pictures (H,W,3) uint8 RGB that any panel can show.

`pictures` sets two beside or over each other and shows where they differ; `silhouette` compares outlines, also of heads
turned to either side.
"""

from core.compare.pictures import DifferenceMap, blend, difference, side_by_side
from core.compare.silhouette import (
    Silhouette,
    Turned,
    mask_of_background,
    mask_of_head,
    mask_of_polygon,
    outlined,
    segmented,
    silhouette,
    turned,
)

__all__ = [
    "DifferenceMap",
    "Silhouette",
    "Turned",
    "blend",
    "difference",
    "mask_of_background",
    "mask_of_head",
    "mask_of_polygon",
    "outlined",
    "segmented",
    "side_by_side",
    "silhouette",
    "turned",
]
