"""The rules that a compiler does not know, gathered from the files that hold them."""

from __future__ import annotations

from .source import Finding, Layer
from .stub_index import Index


def check(layer: Layer, index: Index) -> list[Finding]:
    """Every rule over every file of the layer."""
    return []
