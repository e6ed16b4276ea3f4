"""Which samples a step looks at: a pure function of seed and step, so that a resumed run goes on as if unbroken."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def total_steps(steps: int, epochs: int, count: int, batch: int) -> int:
    """Steps of a whole run: `steps`, or what `epochs` passes over `count` samples take."""
    return epochs * steps_of_epoch(count, batch) if epochs else steps


def steps_of_epoch(count: int, batch: int) -> int:
    """Full batches in one pass; what is left over at its end comes in another epoch's order."""
    return max(1, count // batch)


def batch_indices(seed: int, step: int, count: int, batch: int, epochs: int = 0) -> NDArray[np.int64]:
    """(batch,) sample numbers below `count`: drawn with replacement, or, with `epochs`, in shuffled passes."""
    if not epochs or batch > count:
        return np.random.default_rng((seed, step)).integers(0, count, batch)
    epoch, at = divmod(step, steps_of_epoch(count, batch))
    return _shuffled(seed, epoch, count)[at * batch : (at + 1) * batch]


@lru_cache(maxsize=2)
def _shuffled(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, epoch, count)).permutation(count)
