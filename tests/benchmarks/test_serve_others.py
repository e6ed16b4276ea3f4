"""Servers measured in turns: each is asked equally often, the warm-up counts for none, and differences are paired."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks import each other as scripts do, by the name of the file alone."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def test_later_is_the_median_of_the_differences_within_each_round(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks import serve_others

    asked: dict[str, int] = {"facebridge": 0, "litserve": 0}

    @contextlib.contextmanager
    def asking(name: str, photo: bytes) -> Iterator[Callable[[], float]]:
        def ask() -> float:
            number = asked[name]
            asked[name] += 1
            if number < serve_others.WARM_ROUNDS:
                return 9000.0
            # The machine slows down all the while; the second server is 5 ms later in every round.
            return number + (5.0 if name == "litserve" else 0.0)

        yield ask

    monkeypatch.setattr(serve_others, "asking", asking)
    serve_others.in_turns(["facebridge", "litserve"], b"photo", 40)
    rows = capsys.readouterr().out.splitlines()
    assert set(asked.values()) == {serve_others.WARM_ROUNDS + 40}
    assert "9000" not in "".join(rows)
    assert rows[-1].startswith("litserve") and rows[-1].endswith("+5.0 ms (+5.0 to +5.0)")


def test_the_interval_of_a_median_holds_it_and_narrows_with_more_values() -> None:
    from benchmarks.serve_others import median_interval

    few = median_interval([float(value) for value in range(25)])
    many = median_interval([value / 100 for value in range(2500)])
    assert few[0] < 12 < few[1] and many[0] < 12.5 < many[1]
    assert many[1] - many[0] < (few[1] - few[0]) / 5
