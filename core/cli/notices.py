"""How the command shows warnings: one sentence on standard error, without Python's file and line."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def warnings_in_words(category: type[Warning]) -> Iterator[None]:
    """Print every warning of this category in words while the context lasts."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", category)
        warnings.showwarning = _show
        yield


def _show(message: Warning | str, *_: object) -> None:
    print(f"facebridge: warning: {message}", file=sys.stderr)
