"""Importers: processes that compute beside the service, whatever becomes of them."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.serve import pipes
from core.serve.defects import DefectElsewhere, type_name, where
from core.serve.event_log import EventLog
from core.serve.importers import Importer, ImporterLost, Importers
from engine_bridge.errors import BundleError, ProtocolError
from engine_bridge.protocol import Error, Import, Imported
from tests.core import quick_importer
from tests.core.served import DEADLINE_S, wait_until


def job(photo: bytes = b"\x32") -> Import:
    return Import(7, "", 60_000, True, photo)


def quick() -> Importer:
    return Importer(module=quick_importer.MODULE)


@pytest.fixture
def one() -> Iterator[Importer]:
    process = quick()
    yield process
    process.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "name").write_text("first")
    return tmp_path


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    yield io.StringIO()


@pytest.fixture
def pool(log: io.StringIO) -> Iterator[Importers]:
    events = EventLog(log, "json")
    pool = Importers(1, quick, events)
    yield pool
    pool.close()
    events.close()


def lent_pid(pool: Importers, name: str) -> int:
    with pool.lend(name) as process:
        assert process is not None
        return process.pid


def test_an_importer_loads_computes_and_forgets(one: Importer, folder: Path) -> None:
    assert one.load("a", folder, True) == "first"
    (found,) = one.compute("a", [job()], DEADLINE_S)
    assert isinstance(found, Imported) and found.bundle == "first" and found.request_id == 7
    assert np.allclose(found.parameters, 0.5) and found.aligned is not None and found.aligned.shape == (8, 8, 3)
    (bad,) = one.compute("a", [job(b"bad")], DEADLINE_S)
    assert isinstance(bad, Error) and bad.message == "The file is no picture."
    one.drop("a")
    with pytest.raises(DefectElsewhere, match="'a'"):
        one.compute("a", [job()], DEADLINE_S)


def test_what_it_cannot_do_is_said_as_if_it_were_here(one: Importer, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="is not a bundle"):
        one.load("gone", tmp_path / "gone", True)
    one.load("a", None, True)
    with pytest.raises(MemoryError, match="no room"):
        one.compute("a", [job(b"memory")], DEADLINE_S)
    with pytest.raises(DefectElsewhere, match="a defect") as defect:
        one.compute("a", [job(b"crash")], DEADLINE_S)
    assert type_name(defect.value) == "RuntimeError"
    assert any(place.startswith("served.py:") for place in where(defect.value))
    assert len(one.compute("a", [job(), job(b"bad")], DEADLINE_S)) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize(("word", "crashed"), [(b"killed", False), (b"fall", True), (b"nonsense", False)])
def test_an_importer_that_ends_amid_a_job_is_said_to_be_lost(one: Importer, word: bytes, crashed: bool) -> None:
    one.load("a", None, True)
    with pytest.raises(ImporterLost) as lost:
        one.compute("a", [job(word)], DEADLINE_S)
    assert lost.value.crashed is crashed and not one.alive


def test_an_importer_that_hangs_is_ended(one: Importer) -> None:
    one.load("a", None, True)
    with pytest.raises(ImporterLost, match=r"no answer within 0\.2 s") as lost:
        one.compute("a", [job(b"hang")], 0.2)
    assert lost.value.crashed and not one.alive


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_an_importer_ends_with_its_service_however_that_came() -> None:
    code = (
        "import sys, time\n"
        "from tests.core.test_serve_importers import quick\n"
        "one = quick(); one.load('a', None, True); print(one.pid, flush=True); time.sleep(600)\n"
    )
    service = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert service.stdout is not None
    pid = int(service.stdout.readline())
    service.kill()
    service.wait()
    service.stdout.close()

    def gone() -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # A container whose first process collects nobody's children leaves it as a zombie.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"

    wait_until(gone)


def test_a_pool_lends_an_idle_importer_that_has_the_very_same_bundle(pool: Importers, folder: Path) -> None:
    name = pool.add(folder, True)
    with pool.lend(name) as early:
        assert early is None  # nobody has said yet which bundle it should be
    pool.expect(name, "first")
    wait_until(lambda: pool.ready(name) == 1)
    with pool.lend(name) as process, pool.lend(name) as none_left:
        assert process is not None and none_left is None
    with pool.lend(name) as again:
        assert again is process
    pool.remove(name)
    with pool.lend(name) as removed:
        assert removed is None


def test_a_bundle_whose_folder_was_written_anew_is_not_mixed_with_the_old_one(pool: Importers, folder: Path) -> None:
    old = pool.add(folder, True)
    pool.expect(old, "first")
    wait_until(lambda: pool.ready(old) == 1)
    (folder / "name").write_text("second")
    os.kill(lent_pid(pool, old), signal.SIGTERM)
    new = pool.add(folder, False)
    pool.expect(new, "second")
    wait_until(lambda: pool.ready(new) == 1)
    assert pool.ready(old) == 0
    with pool.lend(new) as process:
        assert process is not None
        (found,) = process.compute(new, [job()], DEADLINE_S)
    assert isinstance(found, Imported) and found.bundle == "second without previews"


def test_an_importer_that_dies_is_started_again_and_said(pool: Importers, folder: Path, log: io.StringIO) -> None:
    name = pool.add(folder, True)
    pool.expect(name, "first")
    wait_until(lambda: pool.ready(name) == 1)
    first = lent_pid(pool, name)
    os.kill(first, signal.SIGTERM)
    wait_until(lambda: pool.ready(name) == 1 and lent_pid(pool, name) != first)
    wait_until(lambda: log.getvalue().count("importer-ready") == 2)
    assert "importer-lost" in log.getvalue()


def test_a_bundle_that_cannot_be_loaded_leaves_the_importer_to_others(
    pool: Importers, folder: Path, log: io.StringIO
) -> None:
    gone, huge = pool.add(folder / "gone", True), pool.add(folder / "huge", True)
    there = pool.add(folder, True)
    pool.expect(there, "first")
    wait_until(lambda: pool.ready(there) == 1)
    assert pool.ready(gone) == pool.ready(huge) == 0
    assert "is not a bundle" in log.getvalue() and "no room for this bundle" in log.getvalue()


def test_closing_a_pool_ends_its_importers_even_amid_a_job(folder: Path) -> None:
    pool = Importers(1, quick)
    name = pool.add(folder, True)
    pool.expect(name, "first")
    wait_until(lambda: pool.ready(name) == 1)
    with pool.lend(name) as process:
        assert process is not None
        began = time.monotonic()
        pool.close()
        assert not process.alive and time.monotonic() - began < 5
    pool.close()


@pytest.mark.parametrize("parts", [[b"one"], [b"", b"two", b"3" * 100_000]])
def test_parts_come_through_a_pipe_as_they_were(parts: list[bytes]) -> None:
    stream = io.BytesIO()
    pipes.write_parts(stream, parts)
    stream.seek(0)
    assert pipes.read_parts(stream) == parts
    with pytest.raises(EOFError):
        pipes.read_parts(stream)


@pytest.mark.parametrize("lists", [[], [[b"one"]], [[b"", b"two"], [], [b"three"]]])
def test_lists_joined_for_a_pipe_come_apart_as_they_were(lists: list[list[bytes]]) -> None:
    joined = [bytes(part) for part in pipes.joined(lists)]
    assert pipes.parted(joined) == lists
    if joined:
        with pytest.raises(ProtocolError):
            pipes.parted([*joined, b"more"])
        with pytest.raises(ProtocolError):
            pipes.parted([*joined, b"\2\0\0\0", b"one of two"])


@pytest.mark.parametrize("head", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\1\0\0\0" + b"\xff" * 8])
def test_nonsense_in_a_pipe_is_refused_before_it_is_read(head: bytes) -> None:
    with pytest.raises(ProtocolError):
        pipes.read_parts(io.BytesIO(head + bytes(100)))
