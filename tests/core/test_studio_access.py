"""The studio lets in this machine's browser with this run's key, and nobody that a website sends."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.studio.access import Access, new_key

KEY = "secret-key"
GOOD = {"host": "127.0.0.1:8712", "cookie": f"facebridge-studio-8712={KEY}"}


def ask(headers: dict[str, str], path: str = "/", query: str = "", kind: str = "http", method: str = "GET") -> Any:
    """The messages sent in answer, or "let in"."""
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        sent.append("let in")

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read of a request that is refused")

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "headers": raw, "path": path, "query_string": query.encode(), "method": method}
    asyncio.run(Access(app, KEY, 8712)(scope, receive, send))
    return sent


@pytest.mark.parametrize("host", ["127.0.0.1:8712", "localhost:8712"])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_the_own_browser_with_the_key_is_let_in(host: str, kind: str) -> None:
    assert ask({**GOOD, "host": host, "origin": f"http://{host}"}, kind=kind) == ["let in"]


def test_the_first_visit_takes_the_key_out_of_the_address() -> None:
    start, _ = ask({"host": "127.0.0.1:8712"}, query=f"key={KEY}")
    headers = dict(start["headers"])
    assert start["status"] == 303 and headers[b"location"] == b"/"
    assert headers[b"set-cookie"] == f"facebridge-studio-8712={KEY}; Path=/; HttpOnly; SameSite=Strict".encode()


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"host": "127.0.0.1:8712"}, ""),
        ({"host": "127.0.0.1:8712"}, "key=wrong"),
        ({"host": "127.0.0.1:8712", "cookie": "facebridge-studio-8712=wrong"}, ""),
        ({"host": "127.0.0.1:8712", "cookie": "facebridge-studio-8712=\xe9; ;;=,"}, ""),
        ({**GOOD, "host": "evil.example:8712"}, ""),
        ({**GOOD, "host": "127.0.0.1:9999"}, ""),
        ({**GOOD, "host": ""}, ""),
        ({**GOOD, "origin": "http://evil.example"}, ""),
        ({**GOOD, "origin": "null"}, ""),
        ({**GOOD, "origin": "https://127.0.0.1:8712"}, ""),
        ({"host": "evil.example:8712"}, f"key={KEY}"),
    ],
)
def test_everybody_else_is_refused_in_words(headers: dict[str, str], query: str) -> None:
    start, body = ask(headers, query=query)
    assert start["status"] == 403 and b"studio" in body["body"]
    assert b"set-cookie" not in dict(start["headers"])
    (closed,) = ask(headers, query=query, kind="websocket")
    assert closed == {"type": "websocket.close", "code": 1008}


@pytest.mark.parametrize(("path", "method"), [("/preset", "GET"), ("/", "POST")])
def test_the_key_opens_only_the_page_itself(path: str, method: str) -> None:
    assert ask({"host": "127.0.0.1:8712"}, path, f"key={KEY}", method=method)[0]["status"] == 403


def test_what_is_no_request_passes_and_keys_differ() -> None:
    assert ask({}, kind="lifespan") == ["let in"] and new_key() != new_key()
