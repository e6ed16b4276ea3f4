"""The rules that a compiler does not know, gathered from the files that hold them."""

from __future__ import annotations

from . import lint_form, lint_modules, lint_objects, lint_reflection, lint_standard, lint_undo
from .source import Finding, Layer
from .stub_index import Index


def check(layer: Layer, index: Index) -> list[Finding]:
    """Every rule over every file of the layer, in the order of files and lines."""
    found = [*lint_form.check(layer), *lint_objects.check(layer), *lint_undo.check(layer)]
    found += [*lint_reflection.check(layer, index), *lint_standard.check(layer), *lint_modules.check(layer, index)]
    return sorted(found, key=lambda finding: (finding.path, finding.line))
