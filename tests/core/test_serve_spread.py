"""One bundle in the service's process and in importers: where an import is computed changes nothing but the time."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from core.serve.answers import Answers
from core.serve.importers import Importer, Importers
from core.serve.loading import NO_ENGINE, load_here
from core.serve.spread import SpreadAnswers
from engine_bridge import codec
from engine_bridge.errors import BundleError
from engine_bridge.protocol import Compare, Error, Import, Imported
from tests.core import quick_importer
from tests.core.bundles import save_random_bundle
from tests.core.photo_files import Picture, encoded
from tests.core.served import DEADLINE_S, SCHEMA, HeldAnswers, Served, wait_until


class HereAnswers(HeldAnswers):
    """Answers of this process: says so, and draws previews brighter than any photo."""

    def __init__(self) -> None:
        super().__init__(bundle="here")

    def digest(self) -> str:
        return "shipped"

    def previewed(self, found: Imported) -> Imported:
        return dataclasses.replace(found, preview=np.full((8, 8, 3), 255, np.uint8))


def quick_pool() -> Importers:
    return Importers(1, partial(Importer, module=quick_importer.MODULE))


def spread(pool: Importers, previews: bool = True) -> SpreadAnswers:
    """Quick answers here and in the pool, once it has them."""
    answers = SpreadAnswers(lambda: cast(Answers, HereAnswers()), None, pool, previews)
    wait_until_ready(pool)
    return answers


def wait_until_ready(pool: Importers) -> None:
    wait_until(lambda: pool.ready("1") > 0)


@pytest.fixture
def pool() -> Iterator[Importers]:
    pool = quick_pool()
    yield pool
    pool.close()


def job(photo: bytes = b"\x32", number: int = 7) -> Import:
    return Import(number, "", 60_000, True, photo)


def bundles(answers: Sequence[Imported | Error]) -> list[str]:
    return [answer.bundle for answer in answers if isinstance(answer, Imported)]


def test_a_lone_import_is_computed_here_and_one_beside_it_elsewhere(pool: Importers) -> None:
    answers = spread(pool)
    assert bundles(list(answers.imports([job()]))) == ["here"]
    first = answers.imports([job(), job()])  # has its place until its last answer was taken
    assert bundles([next(first)]) == ["here"]
    assert bundles(list(answers.imports([job(), job(number=8)]))) == ["shipped", "shipped"]
    second = answers.imports([job(), job()])
    assert bundles([next(second)]) == ["shipped"]
    assert bundles(list(answers.imports([job()]))) == ["here"]  # nobody is idle: by a thread of this process
    assert bundles([*first, *second]) == ["here", "shipped"]
    pool.remove("1")
    first = answers.imports([job(), job()])
    assert bundles([next(first), *answers.imports([job()])]) == ["here", "here"]


def test_imports_do_not_wait_for_what_else_is_computed_here(pool: Importers) -> None:
    answers, compared = spread(pool), threading.Event()
    here = cast(HereAnswers, answers._here)  # pyright: ignore[reportPrivateUsage]

    def compare(job: Compare) -> None:
        compared.wait(DEADLINE_S)

    here.compare = compare  # type: ignore[method-assign]
    numbers = SCHEMA.defaults, SCHEMA.default_choices
    comparing = Compare(1, 1000, ("side",), photo=b"photo", parameters=numbers[0], choices=numbers[1])
    thread = threading.Thread(target=answers.compare, args=(comparing,))
    thread.start()
    until = time.monotonic() + DEADLINE_S
    while bundles(list(answers.imports([job()]))) != ["shipped"]:
        assert time.monotonic() < until
    compared.set()
    thread.join()
    assert bundles(list(answers.imports([job()]))) == ["here"]


def test_previews_are_left_to_the_process_that_has_the_engine(pool: Importers) -> None:
    answers = spread(pool, previews=False)
    held = answers.imports([job(), job()])
    next(held)
    (found,) = answers.imports([job()])
    assert isinstance(found, Imported) and found.bundle == "shipped without previews"
    assert found.preview is not None and (found.preview == 255).all() and (found.aligned == 50).all()
    (plain,) = answers.imports([dataclasses.replace(job(), pictures=False)])
    assert isinstance(plain, Imported) and plain.preview is None


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_an_import_whose_importer_is_killed_is_computed_here(pool: Importers) -> None:
    answers = spread(pool)
    held = answers.imports([job(), job()])
    next(held)
    assert bundles(list(answers.imports([job(b"killed")]))) == ["here"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_photo_over_which_an_importer_falls_is_kept_from_this_process(pool: Importers) -> None:
    answers = spread(pool)
    with Served(answers) as served, served.client() as client:
        held = answers.imports([job(), job()])
        next(held)
        with pytest.raises(Exception, match="ImporterLost: the process that imports was ended by signal"):
            client.import_photo(b"fall", deadline_s=DEADLINE_S)
        assert np.allclose(client.import_photo(b"\x32", deadline_s=DEADLINE_S).parameters, 0.5)


def test_a_bundle_that_cannot_be_loaded_here_is_forgotten_there(pool: Importers) -> None:
    def fail() -> Answers:
        raise BundleError("no bundle")

    with pytest.raises(BundleError, match="no bundle"):
        SpreadAnswers(fail, None, pool, True)
    pool.remove("1")  # it is gone already, and asking again is harmless
    assert pool.ready("1") == 0


def test_real_networks_answer_alike_in_both_places(tmp_path: Path, astronaut: Picture) -> None:
    folder = save_random_bundle(tmp_path / "random")
    pool = Importers(1, Importer)
    try:
        answers = SpreadAnswers(partial(load_here, folder, "cpu", NO_ENGINE, None), folder, pool, True)
        wait_until_ready(pool)
        wished = dataclasses.replace(job(encoded(astronaut, "JPEG")), variations=3)
        held = answers.imports([wished, wished])
        (here, there) = next(held), next(answers.imports([wished]))
        with pool.lend("1") as process:
            assert process is not None
            os.kill(process.pid, signal.SIGTERM)  # it leaves such signals to the service
            assert process.alive
        assert isinstance(here, Imported) and isinstance(there, Imported)
        same = [codec.encode(dataclasses.replace(one, timings_ms={})) for one in (here, there)]
        assert [bytes(part) for part in same[0]] == [bytes(part) for part in same[1]]
        assert set(here.timings_ms) == set(there.timings_ms)
    finally:
        pool.close()
