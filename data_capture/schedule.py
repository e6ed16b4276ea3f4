"""What is still to be rendered: fresh samples in order, and those to be handed out again, with a limit on attempts."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from data_capture import sampling
from data_capture.faces import KnownFaces
from data_capture.folder import DatasetInfo
from data_capture.manifest import ShardPlan
from data_capture.pipeline import Sample
from engine_bridge.errors import EngineError
from engine_bridge.schema import CharacterSchema

# A sample that failed this often is not bad luck: it kills engines, or no engine here can draw it.
MOST_ATTEMPTS = 5


class Schedule:
    """Cuts the planned samples into jobs; a sample that failed goes out again, first and alone."""

    def __init__(
        self,
        plans: Sequence[ShardPlan],
        schema: CharacterSchema,
        info: DatasetInfo,
        faces: KnownFaces | None = None,
    ) -> None:
        self._schema = schema
        self._info = info
        self._faces = faces
        self._indices = [index for plan in plans for index in range(plan.start, plan.start + plan.count)]
        self._fresh = 0
        self._again: list[int] = []
        self._attempts: dict[int, int] = {}
        self.retries = 0

    def __len__(self) -> int:
        return len(self._indices)

    def next_job(self, most_samples: int, limit: int) -> list[Sample]:
        """The next samples to render together, or none at present.

        Fresh samples are only handed out up to position `limit` of the plans, which bounds how far the shards' reader
        can fall behind. A repeated sample travels alone, so that one which kills its engine takes no other with it.
        """
        if self._again:
            return self._samples([heapq.heappop(self._again)])
        stop = min(self._fresh + most_samples, limit, len(self._indices))
        indices = self._indices[self._fresh : stop]
        self._fresh = max(self._fresh, stop)
        return self._samples(indices)

    def put_back(self, index: int, reason: str) -> None:
        """A sample did not come: hand it out again; raises EngineError after MOST_ATTEMPTS failures."""
        self._attempts[index] = self._attempts.get(index, 0) + 1
        self.retries += 1
        if self._attempts[index] >= MOST_ATTEMPTS:
            raise EngineError(
                f"Sample {index} failed {MOST_ATTEMPTS} times, at last because {reason}; every finished shard is kept, "
                "mend the engine and run the same command again."
            )
        heapq.heappush(self._again, index)

    def not_sent(self, indices: Iterable[int]) -> None:
        """No engine saw these samples after all: they go out again, and it counts as no attempt."""
        for index in indices:
            heapq.heappush(self._again, index)

    def done(self, index: int) -> None:
        """A sample was accepted."""
        self._attempts.pop(index, None)

    def _samples(self, indices: Sequence[int]) -> list[Sample]:
        if not indices:
            return []
        parameters = sampling.sample_block(self._schema, self._info.seed, indices, self._info.sampling, self._faces)
        choices = sampling.choice_block(self._schema, self._info.seed, indices, self._info.choices)
        return [Sample(*row) for row in zip(indices, parameters, choices, strict=True)]
