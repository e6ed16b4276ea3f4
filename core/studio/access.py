"""Who may talk to the studio: this machine's own browser, with this run's key; no other host, no other website."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

KEY = "key"
_REFUSED = (
    "<!DOCTYPE html><meta charset='utf-8'><title>FaceBridge Studio</title>"
    "<body style='background:#141518;color:#e7e8ea;font:16px system-ui;display:grid;place-items:center;height:100vh;"
    "margin:0'><p>{words}</p>"
)


class Access:
    """ASGI middleware for HTTP and WebSocket: checks Host, Origin and a key that only the printed address carries.

    Host defeats rebound names (a website whose name was pointed at 127.0.0.1), Origin and the cookie's SameSite defeat
    requests that other websites make, the key keeps out other users of the machine. The first visit with the key sets
    the cookie and drops the key from the address.
    """

    def __init__(self, app: App, key: str, port: int) -> None:
        self._app, self._key = app, key
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
        # Cookies ignore ports: two studios at once must not take each other's.
        self._cookie = f"facebridge-studio-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed; answer the rest with 403."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        fault = self._fault(scope, headers)
        if fault is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif fault == "":
            cookie = f"{self._cookie}={self._key}; Path=/; HttpOnly; SameSite=Strict"
            await _answer(send, 303, b"", [(b"location", b"/"), (b"set-cookie", cookie.encode())])
        else:
            await _answer(send, 403, _REFUSED.format(words=fault).encode())

    def _fault(self, scope: Scope, headers: Mapping[str, str]) -> str | None:
        """None for what may pass, "" for the first visit with the key, else what to tell."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if host not in self._hosts:
            return "This address is not the studio's; open the one that `facebridge studio` printed."
        if origin is not None and origin not in {f"http://{each}" for each in self._hosts}:
            return "Another website may not use the studio."
        if _same(_cookies(headers).get(self._cookie, ""), self._key):
            return None
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get(KEY, [""])[0]
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/" and _same(given, self._key):
            return ""
        return "Open the studio with the whole address that `facebridge studio` printed; its key is missing here."


def new_key() -> str:
    """A key for one run."""
    return secrets.token_urlsafe(24)


def _same(given: str, key: str) -> bool:
    return hmac.compare_digest(given.encode(), key.encode())


def _cookies(headers: Mapping[str, str]) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


async def _answer(send: Send, status: int, body: bytes, more: list[tuple[bytes, bytes]] | None = None) -> None:
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    headers += [(b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer"), *(more or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
