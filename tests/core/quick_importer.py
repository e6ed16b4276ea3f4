"""An importer without networks, which loads at once; words in place of photos make it fall, hang or speak nonsense."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.serve import importer
from engine_bridge.errors import BundleError
from engine_bridge.protocol import Error, Import, Imported
from tests.core.served import HeldAnswers

MODULE = "tests.core.quick_importer"


class TroubledAnswers(HeldAnswers):
    """Does what some photos say."""

    def imports(self, jobs: Sequence[Import]) -> Iterator[Imported | Error]:
        for job in jobs:
            word = bytes(job.photo)
            if word == b"fall":
                os.abort()
            if word == b"killed":
                os.kill(os.getpid(), signal.SIGKILL)
            if word == b"hang":
                time.sleep(600)
            if word == b"memory":
                raise MemoryError("no room")
            if word == b"nonsense":
                os.write(_ANSWERS, b"\xff" * 64)
                time.sleep(600)
        yield from super().imports(jobs)


def load(folder: Path | None, previews: bool) -> tuple[TroubledAnswers, str]:
    """The bundle is named as its folder's file "name" says, which is its digest as well."""
    if folder is not None and folder.name == "huge":
        raise MemoryError("no room for this bundle")
    try:
        name = "shipped" if folder is None else (folder / "name").read_text()
    except OSError as error:
        raise BundleError(f"{folder} is not a bundle.") from error
    return TroubledAnswers(bundle=name if previews else f"{name} without previews"), name


if __name__ == "__main__":
    _ANSWERS = os.dup(1)
    importer.serve(sys.stdin.buffer, os.fdopen(1, "wb"), load)
