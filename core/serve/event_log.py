"""One line an event to a stream, as JSON or text: never a pixel, a file name, a slot name or the digest of a photo."""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from datetime import UTC, datetime
from typing import Literal, TextIO

Form = Literal["text", "json", "off"]
FORMS: tuple[Form, ...] = ("text", "json", "off")
_BACKLOG = 10_000  # events; a reader that does not read must not stop the service
_CLOSE_S = 2.0

Value = str | int | float | bool | list[str]


class EventLog:
    """Writes events in a thread of its own, so that a full pipe delays no answer; what does not fit is counted."""

    def __init__(self, stream: TextIO | None = None, form: Form = "off") -> None:
        self._stream, self._form = stream, form
        self._lines: queue.Queue[str | None] = queue.Queue(_BACKLOG)
        self.dropped = 0
        self._thread: threading.Thread | None = None
        if stream is not None and form != "off":
            self._thread = threading.Thread(target=self._write, name="event-log", daemon=True)
            self._thread.start()

    def event(self, name: str, /, **values: Value) -> None:
        """Note an event; numbers are rounded to a tenth. From any thread, and never waits."""
        if self._thread is None:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        values = {key: round(value, 1) if isinstance(value, float) else value for key, value in values.items()}
        if self._form == "json":
            line = json.dumps({"time": now, "event": name, **values}, ensure_ascii=False)
        else:
            said = " ".join(f"{key}={_plain(value)}" for key, value in values.items())
            line = f"{now} {name} {said}".rstrip()
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Write what is left; waits a few seconds at most for a reader that does not read."""
        thread, self._thread = self._thread, None
        if thread is not None:
            try:
                self._lines.put(None, timeout=_CLOSE_S)
                thread.join(_CLOSE_S)
            except queue.Full:
                pass  # nobody reads; a service that ends does not wait for that

    def _write(self) -> None:
        assert self._stream is not None
        while (line := self._lines.get()) is not None:
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):  # the reader is gone; the service is not
                self.dropped += 1


def client_mark(instance: str) -> str:
    """Eight hex digits that tell clients apart in a log."""
    return hashlib.sha256(instance.encode("utf-8", "replace")).hexdigest()[:8]


def _plain(value: Value) -> str:
    text = ",".join(value) if isinstance(value, list) else str(value)
    return json.dumps(text, ensure_ascii=False) if " " in text or not text else text
