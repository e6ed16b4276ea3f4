"""The C++ messages that the layer is compiled with are those of the Python side."""

from __future__ import annotations

from itertools import zip_longest

from scripts import cpp_messages

from .source import PLUGIN, Finding, Layer

CHECK = "messages"


def check(layer: Layer) -> list[Finding]:
    """The first line of Messages.h that is not what the generator writes."""
    path = layer.plugin / cpp_messages.TARGET.relative_to(PLUGIN)
    name = path.relative_to(layer.plugin.parent).as_posix()
    if not path.is_file():
        return [Finding(CHECK, name, 0, f"is missing: run `{cpp_messages.COMMAND}`")]
    written, wanted = path.read_text(encoding="utf-8").splitlines(), cpp_messages.content().splitlines()
    for number, (found, line) in enumerate(zip_longest(written, wanted), 1):
        if found != line:
            text = f"`{(found or '').strip()}` is not what Python says, `{(line or '').strip()}`"
            return [Finding(CHECK, name, number, f"{text}: run `{cpp_messages.COMMAND}`")]
    return []
