"""Pictures as the files that glTF embeds: base colours in sRGB, normals and roughness as they are."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Reals = npt.NDArray[np.floating[Any]]

JPEG_QUALITY = 90
"""Noise of a few levels of 256; no block shows at twice the size."""


def colour_jpeg(linear: Reals) -> bytes:
    """Linear light (h, w, 3) as an sRGB JPEG."""
    return _jpeg(_srgb_bytes(linear))


def colour_png(linear: Reals, cover: Reals) -> bytes:
    """Linear light (h, w, 3) and cover (h, w) as an sRGB PNG with straight alpha."""
    out = io.BytesIO()
    alpha = np.round(np.clip(cover, 0.0, 1.0) * 255.0).astype(np.uint8)
    Image.fromarray(np.concatenate([_srgb_bytes(linear), alpha[..., None]], -1)).save(out, "PNG")
    return out.getvalue()


def normal_jpeg(tilt: Reals) -> bytes:
    """Slopes (h, w, 2) towards +u and down as a tangent-space normal map, whose green is up (glTF 2.0, 3.9.3)."""
    normal = np.concatenate([tilt[..., :1], -tilt[..., 1:], np.ones_like(tilt[..., :1])], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return _jpeg(np.asarray(np.round(normal * 127.5 + 127.5), np.uint8))


def surface_jpeg(occlusion: Reals, roughness: Reals) -> bytes:
    """Occlusion (h, w) in red, roughness (h, w) in green, no metal in blue."""
    planes = np.stack([occlusion, roughness, np.zeros_like(roughness)], -1)
    return _jpeg(np.round(np.clip(planes, 0.0, 1.0) * 255.0).astype(np.uint8))


def srgb(linear: Reals) -> Reals:
    """The sRGB transfer function (IEC 61966-2-1) of values in 0..1."""
    light = np.clip(linear, 0.0, 1.0)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def _srgb_bytes(linear: Reals) -> npt.NDArray[np.uint8]:
    # Sixteen bits of linear light are more than eight bits of sRGB can tell apart.
    table = np.round(srgb(np.linspace(0.0, 1.0, 1 << 16)) * 255.0).astype(np.uint8)
    return table[np.round(np.clip(linear, 0.0, 1.0) * 65535.0).astype(np.uint16)]


def _jpeg(pixels: npt.NDArray[np.uint8]) -> bytes:
    out = io.BytesIO()
    # Without subsampling: the mouth's line and the planes of a normal map are no thicker than a texel.
    Image.fromarray(pixels).save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return out.getvalue()
