"""A progress bar around work that tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tqdm import tqdm

Result = TypeVar("Result")
Tell = Callable[[int, int], None]


def with_bar(what: str, work: Callable[[Tell], Result], unit: str = "photo") -> Result:
    """The result of `work(tell)`, while a bar named `what` follows its calls of tell(done, total)."""
    with tqdm(desc=what, unit=unit, leave=False) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return work(tell)
