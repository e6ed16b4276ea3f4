"""What the service needs of whoever computes: `Answerer`, which core.serve.answers and core.serve.ray_answers are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from engine_bridge.protocol import Compare, Compared, Error, Import, Imported, Progress, Refine, Refined
from engine_bridge.schema import CharacterSchema


class Answerer(Protocol):
    """Answers of one bundle. `imports` may run in several threads at once, beside one `refine` and one `compare`.

    An answer carries the job's request id. The service fills in the photo's digest and the time spent waiting. What
    raises FaceBridgeError reaches the client as an error "input" in its words, anything else as "internal".
    """

    @property
    def schema(self) -> CharacterSchema:
        """The character's."""
        ...

    @property
    def bundle(self) -> str:
        """Name and version of the bundle, for people."""
        ...

    @property
    def features(self) -> tuple[str, ...]:
        """Of engine_bridge.protocol.SERVICE_FEATURES."""
        ...

    @property
    def batch_photos(self) -> int:
        """Photos that are computed together; more in one call gain nothing."""
        ...

    def imports(self, jobs: Sequence[Import]) -> Iterator[Imported | Error]:
        """One answer for each job, in order, each as soon as it is there."""
        ...

    def refine(self, job: Refine, tell: Callable[[Progress], None], stop: Callable[[], bool]) -> Refined | Error:
        """Search until the job's steps or budget are spent, or `stop()` is true: then any answer will do."""
        ...

    def compare(self, job: Compare) -> Compared | Error:
        """The pictures that the job asks for."""
        ...

    def close(self) -> None:
        """Free what it holds; no call runs and none follows."""
        ...
