"""Answers for replicas of a cluster, which can be told to end their process; it loads in a second."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine_bridge.protocol import Error, Import, Imported
from tests.core.served import HeldAnswers


class MortalAnswers(HeldAnswers):
    """Ends its process over the photo b"die:", and over b"die once:PATH" unless the file is there, which it makes."""

    def imports(self, jobs: Sequence[Import]) -> Iterator[Imported | Error]:
        for job in jobs:
            word, _, path = bytes(job.photo).partition(b":")
            if word == b"die":
                os._exit(1)
            if word == b"die once" and not os.path.exists(path):
                Path(os.fsdecode(path)).touch()
                os._exit(1)
        yield from super().imports(jobs)
