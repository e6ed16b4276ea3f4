"""The service's log: one line an event, nothing of a photo in it, and never in the way."""

from __future__ import annotations

import hashlib
import io
import json
import threading

import pytest

from core.serve import EventLog
from engine_bridge.client import Overtaken
from engine_bridge.errors import InputError, Refused
from tests.core.served import DEADLINE_S, HeldAnswers, Served, wait_until_computing

SLOT, SECRET = "secret-slot-name", b"\x32secret photo"


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_log_says_who_asked_what_came_of_it_and_nothing_of_photos_or_slots(form: str) -> None:
    lines, answers = io.StringIO(), HeldAnswers()
    log = EventLog(lines, "json" if form == "json" else "text")
    with Served(answers, log=log) as served, served.client() as client:
        client.import_photo(SECRET, SLOT, deadline_s=DEADLINE_S)
        for photo, error in ((b"bad", InputError), (b"crash", Refused)):
            with pytest.raises(error):
                client.import_photo(photo, SLOT, deadline_s=DEADLINE_S)
        answers.go.clear()
        first = client.submit(SECRET, SLOT, DEADLINE_S)[1]
        for _ in range(4):
            wait_until_computing(served)
        client.submit(SECRET, SLOT, DEADLINE_S)
        assert isinstance(first.exception(DEADLINE_S), Overtaken)
    log.close()
    text = lines.getvalue()
    for word in (SLOT, "secret", hashlib.sha256(SECRET).hexdigest()[:12], "a defect"):
        assert word not in text
    assert (" answered " if form == "text" else '"answered"') in text
    if form == "json":
        events = [json.loads(line) for line in text.splitlines()]
        imported = next(event for event in events if event["event"] == "answered")
        assert (imported["outcome"], imported["request"], imported["bytes"]) == ("imported", 1, len(SECRET))
        assert len(imported["client"]) == 8 and imported["align_ms"] == 1.0 and imported["ms"] >= imported["queue_ms"]
        assert [event["outcome"] for event in events if event["event"] == "answered"][:3] == [
            "imported",
            "input",
            "internal",
        ]
        assert next(event for event in events if event["event"] == "dropped")["outcome"] == "superseded"


class Blocked(io.StringIO):
    """A stream whose reader does not read until `go`."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def write(self, text: str, /) -> int:
        assert self.go.wait(DEADLINE_S)
        return super().write(text)


def test_a_reader_that_does_not_read_stops_nobody_and_what_did_not_fit_is_counted() -> None:
    stream = Blocked()
    log = EventLog(stream, "text")
    for _ in range(12_000):
        log.event("flood")
    assert 1_000 < log.dropped <= 2_000
    stream.go.set()
    log.close()
    assert stream.getvalue().count("flood") == 12_000 - log.dropped


def test_a_log_that_is_off_writes_nothing() -> None:
    stream = io.StringIO()
    log = EventLog(stream, "off")
    log.event("ready")
    log.close()
    assert stream.getvalue() == ""


def test_text_quotes_what_has_spaces() -> None:
    stream = io.StringIO()
    log = EventLog(stream, "text")
    log.event("left", client="ab", reason="said goodbye", ms=1.26, where=["a.py:1", "b.py:2"])
    log.close()
    assert stream.getvalue().rstrip().endswith(' left client=ab reason="said goodbye" ms=1.3 where=a.py:1,b.py:2')
