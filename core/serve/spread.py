"""SpreadAnswers: one bundle in this process and in importers beside it, so that imports use every core."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from core.serve.answers import Answers
from core.serve.defects import DefectElsewhere
from core.serve.importers import Importer, ImporterLost, Importers
from engine_bridge.protocol import Compare, Compared, Error, Import, Imported, Progress, Refine, Refined

_IMPORT_S = 120.0
"""An importer that takes longer for one job hangs; the longest jobs, sixteen large photos, take a tenth of it."""


class SpreadAnswers:
    """Implements core.serve.answerer.Answerer. Imports are computed here while nothing else is, else by an idle
    importer, and by threads here while there is none; searches and comparisons always here."""

    def __init__(self, load: Callable[[], Answers], folder: Path | None, importers: Importers, previews: bool) -> None:
        """`load` loads the bundle in `folder` (None: the shipped one) here; importers do so meanwhile. Without
        `previews` importers leave them to this process, which has the engine. Raises what `load` raises."""
        self._importers = importers
        self._name = importers.add(folder, previews)
        self._own_previews = not previews
        self._lock = threading.Lock()
        self._computing = 0
        try:
            self._here = load()
        except BaseException:
            importers.remove(self._name)
            raise
        self.schema = self._here.schema
        self.bundle = self._here.bundle
        self.features = self._here.features
        self.batch_photos = self._here.batch_photos
        importers.expect(self._name, self._here.digest())

    def imports(self, jobs: Sequence[Import]) -> Iterator[Imported | Error]:
        """One answer for each job, in order, each as soon as it is there."""
        with self._place() as importer:
            if importer is None:
                yield from self._here.imports(jobs)
                return
            yield from self._elsewhere(importer, jobs)

    def refine(self, job: Refine, tell: Callable[[Progress], None], stop: Callable[[], bool]) -> Refined | Error:
        """Search until the steps or the budget are spent, or `stop()`."""
        with self._counted():
            return self._here.refine(job, tell, stop)

    def compare(self, job: Compare) -> Compared | Error:
        """The pictures that the job asks for."""
        with self._counted():
            return self._here.compare(job)

    def close(self) -> None:
        """Have the importers forget the bundle."""
        self._importers.remove(self._name)
        self._here.close()

    def _elsewhere(self, importer: Importer, jobs: Sequence[Import]) -> Iterator[Imported | Error]:
        try:
            answers = importer.compute(self._name, jobs, _IMPORT_S)
        except ImporterLost as error:
            if error.crashed:  # the photo may have done it, and must not do it to this process as well
                raise DefectElsewhere("ImporterLost", f"the process that imports {error}", ["importers.py"]) from error
            yield from self._here.imports(jobs)
            return
        for job, answer in zip(jobs, answers, strict=True):
            if self._own_previews and job.pictures and isinstance(answer, Imported):
                answer = self._here.previewed(answer)
            yield answer

    @contextmanager
    def _place(self) -> Iterator[Importer | None]:
        """The importer that shall compute, or None for this process."""
        with ExitStack() as stack:
            importer = None
            if not self._take_here():
                importer = stack.enter_context(self._importers.lend(self._name))
                if importer is None:
                    self._take_here(beside_others=True)
            if importer is None:
                stack.callback(self._leave_here)
            yield importer

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._take_here(beside_others=True)
        try:
            yield
        finally:
            self._leave_here()

    def _take_here(self, beside_others: bool = False) -> bool:
        """Note that this process computes one thing more; not beside others unless told so."""
        with self._lock:
            if self._computing and not beside_others:
                return False
            self._computing += 1
            return True

    def _leave_here(self) -> None:
        with self._lock:
            self._computing -= 1
