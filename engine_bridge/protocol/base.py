"""What all messages share: version, limits, how arrays travel, and the base class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt

VERSION = (1, 2)
"""Protocol (major, minor). Another major is refused; a higher minor may add fields and kinds, which are ignored."""

MAX_HEADER_BYTES = 64 << 10
"""A longer header is refused before it is decoded."""
MAX_PARTS = 16
"""Header part and array parts of one message. Peers of 1.1 take 8; only what they did not ask for needs more."""
MAX_TEXT_BYTES = 4096
"""Of one text field, in UTF-8."""
MAX_ITEMS = 4096
"""Of one list or map field; also the largest job in samples."""
MAX_SCHEMA_BYTES = 1 << 20
MAX_PHOTO_BYTES = 32 << 20
"""What a service accepts unless its Welcome says otherwise; a client checks before it sends."""
MAX_IMAGE_PX = 4096
"""Largest side of a rendered image; RGB8 of that size is 48 MiB."""
MAX_TRUTH_PX = 2048
"""Largest side of an image that truth is asked for; its depth is 16 MiB."""


@dataclass(frozen=True)
class Part:
    """How an array travels: element type ("f4" float32 little-endian, "u1" bytes), rank, first and last dimension."""

    dtype: Literal["f4", "u1"]
    rank: int
    last: int | None = None
    first: int | None = None


Words = Annotated[str, "words"]
"""A sentence for people. The sender cuts it to MAX_TEXT_BYTES instead of failing over a long one."""
Octets = Annotated[bytes, Part("u1", 1)]
"""Opaque bytes: a JSON document or an encoded photo."""
FloatVector = Annotated[npt.NDArray[np.float32], Part("f4", 1)]
FloatMatrix = Annotated[npt.NDArray[np.float32], Part("f4", 2)]
ByteVector = Annotated[npt.NDArray[np.uint8], Part("u1", 1)]
ByteMatrix = Annotated[npt.NDArray[np.uint8], Part("u1", 2)]
Pixels = Annotated[npt.NDArray[np.uint8], Part("u1", 3, last=3)]
"""Image (height, width, 3): sRGB, tight RGB8 rows, top-left origin."""
Points = Annotated[npt.NDArray[np.float32], Part("f4", 2, last=5, first=468)]
"""Face-mesh points (468, 5) of a picture, laid out as engine_bridge.truth says."""


class Message:
    """Base of all messages; `kind` is the name on the wire."""

    kind: ClassVar[str] = ""
