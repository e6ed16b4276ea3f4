"""The operator's port, on loopback only: GET /health, GET /metrics and POST /reload over plain HTTP.

A page of another website that is open in the operator's browser reaches loopback too. It cannot choose the Host that
its browser sends, and cannot send a header of its own without asking first, which nobody here answers.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from core.serve.shelf import Reloaded
from engine_bridge.errors import InputError, Refused
from engine_bridge.transport import parse_address

RELOAD_HEADER = "X-FaceBridge"
_PATIENCE_S = 5.0  # for a request that does not come
_MOST_CONNECTIONS = 16
_METRICS_MISSING = (
    "Metrics need the package prometheus-client; run `pip install 'facebridge[serve]'` and start again.\n"
)


class Admin:
    """Answers operators in threads of its own until closed. Raises InputError for an address that cannot be used."""

    def __init__(
        self,
        address: str,
        *,
        health: Callable[[], Mapping[str, object]],
        reload: Callable[[], Sequence[Reloaded]],
        metrics: Callable[[], bytes] | None,
    ) -> None:
        """`address` is HOST:PORT, HOST of this machine only; `metrics` is None where their package is missing."""
        parsed = parse_address(f"tcp://{address}", bind=True)
        if not parsed.loopback:
            raise InputError(
                f"The operator's port would listen on {address}, which other machines can reach; use 127.0.0.1:PORT."
            )
        self.health, self.reload, self.metrics = health, reload, metrics
        host = "127.0.0.1" if parsed.host == "localhost" else parsed.host
        try:
            self._server = _Server((host, parsed.port), self, socket.AF_INET6 if parsed.ipv6 else socket.AF_INET)
        except OSError as error:
            raise InputError(
                f"The operator's port {address} cannot be opened ({error.strerror or error}); choose another or off."
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="admin", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The real one, where 0 was asked for."""
        return self._server.server_address[1]

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    # On Windows this option would let a second program take the port.
    allow_reuse_address = hasattr(socket, "SO_REUSEPORT")

    def __init__(self, address: tuple[str, int], admin: Admin, family: socket.AddressFamily) -> None:
        self.admin = admin
        self.address_family = family
        self._room = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """A thread for each connection, and no more than a few: silent ones must not pile up."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke off is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]
    timeout = _PATIENCE_S
    server_version = "FaceBridge"
    sys_version = ""

    def do_GET(self) -> None:
        """Health and metrics."""
        if not self._from_here():
            return
        admin = self.server.admin
        if self.path == "/health":
            health = admin.health()
            self._json(HTTPStatus.OK if health["state"] == "ready" else HTTPStatus.SERVICE_UNAVAILABLE, health)
        elif self.path == "/metrics" and admin.metrics is None:
            self._answer(HTTPStatus.NOT_IMPLEMENTED, _METRICS_MISSING.encode(), "text/plain; charset=utf-8")
        elif self.path == "/metrics" and admin.metrics is not None:
            self._answer(HTTPStatus.OK, admin.metrics(), "text/plain; version=0.0.4; charset=utf-8")
        else:
            self._json(HTTPStatus.NOT_FOUND, {"error": "There are GET /health, GET /metrics and POST /reload."})

    def do_POST(self) -> None:
        """Reload the bundles; answers when that is done, and says which ones kept their old copy and why."""
        if not self._from_here():
            return
        if self.path != "/reload":
            self._json(HTTPStatus.NOT_FOUND, {"error": "There are GET /health, GET /metrics and POST /reload."})
        elif self.headers.get(RELOAD_HEADER) is None:
            words = f"Send the header '{RELOAD_HEADER}: reload' with it, which other websites cannot."
            self._json(HTTPStatus.FORBIDDEN, {"error": words})
        else:
            try:
                outcome = self.server.admin.reload()
            except Refused as error:
                self._json(HTTPStatus.CONFLICT, {"error": str(error)})
                return
            bad = any(entry.error for entry in outcome)
            status = HTTPStatus.INTERNAL_SERVER_ERROR if bad else HTTPStatus.OK
            self._json(status, {"bundles": [asdict(entry) for entry in outcome]})

    def log_message(self, format: str, *args: object) -> None:
        """Operators' questions are not logged: they come every few seconds."""

    def _from_here(self) -> bool:
        """Whether the Host header is a loopback name; answers the request otherwise."""
        host = self.headers.get("Host", "")
        name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        if name.lower() in ("127.0.0.1", "localhost", "::1"):
            return True
        self._json(HTTPStatus.FORBIDDEN, {"error": "This port answers to 127.0.0.1, localhost and [::1] only."})
        return False

    def _json(self, status: HTTPStatus, value: Mapping[str, object]) -> None:
        self._answer(status, json.dumps(value, ensure_ascii=False).encode() + b"\n", "application/json")

    def _answer(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
