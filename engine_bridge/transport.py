"""ZeroMQ sockets with safe defaults: bounded, encrypted beyond loopback, and never lingering.

`bind_router` and `connect_dealer` are the only places where FaceBridge opens a network socket.
"""

from __future__ import annotations

import errno
import ipaddress
import re
import threading
import weakref
from dataclasses import dataclass
from typing import Any

import zmq
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

from engine_bridge.errors import InputError
from engine_bridge.keys import ClientKeys, ServerKeys
from engine_bridge.protocol import MAX_IMAGE_PX, MAX_PHOTO_BYTES, MAX_SCHEMA_BYTES

_ADDRESS = re.compile(r"^tcp://(?:\[(?P<six>[^\]]+)\]|(?P<host>[^\[\]:/]+)):(?P<port>\d{1,5}|\*)$")


@dataclass(frozen=True)
class SocketLimits:
    """Bounds of one socket. `max_part_bytes` bounds one received part; a longer one drops the connection.

    The defaults fit a capture coordinator, whose largest part is an image of MAX_IMAGE_PX squared.
    """

    max_part_bytes: int = 3 * MAX_IMAGE_PX * MAX_IMAGE_PX
    high_water_messages: int = 64
    handshake_s: float = 5.0
    # ZMTP's own heartbeats notice a vanished network within seconds; a vanished process closes its socket anyway.
    heartbeat_s: float = 3.0
    heartbeat_timeout_s: float = 15.0
    reconnect_s: float = 0.1
    reconnect_max_s: float = 5.0


ENGINE_LIMITS = SocketLimits(max_part_bytes=32 << 20)
"""For an engine's DEALER: the largest part it takes is a job's parameters, 4096 samples of 2048 parameters."""
SERVICE_LIMITS = SocketLimits(max_part_bytes=max(MAX_PHOTO_BYTES, MAX_SCHEMA_BYTES))
"""For a service's ROUTER: the largest part it takes is a photo."""


@dataclass(frozen=True)
class Address:
    """A parsed tcp:// address; `port` 0 asks for any free one."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it; an interface name or '*' counts as reachable by others."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def ipv6(self) -> bool:
        """Whether the host is an IPv6 literal."""
        return ":" in self.host

    def __str__(self) -> str:
        # libzmq takes a bound 'localhost' for an interface name on some systems; the number always works.
        host = "127.0.0.1" if self.host == "localhost" else self.host
        return f"tcp://[{host}]:{self.port or '*'}" if self.ipv6 else f"tcp://{host}:{self.port or '*'}"


def parse_address(text: str, *, bind: bool) -> Address:
    """Read "tcp://HOST:PORT"; raises InputError for anything else, such as ipc:// or a port above 65535."""
    match = _ADDRESS.match(text)
    if match is None:
        raise InputError(f"'{text}' is not an address; expected tcp://HOST:PORT, such as tcp://127.0.0.1:7878.")
    port = 0 if match["port"] == "*" else int(match["port"])
    if port > 65535 or (port == 0 and not bind):
        raise InputError(f"'{text}' has port {match['port']}; expected 1 to 65535.")
    return Address(match["six"] or match["host"], port)


def check_keys(address: Address, keys: ServerKeys | ClientKeys | None, *, bind: bool) -> None:
    """Refuse plain text beyond loopback; raises InputError that says how to make keys."""
    if keys is None and not address.loopback:
        verb, option = ("listen on", "--keys DIR/server.json") if bind else ("connect to", "--keys DIR/client.json")
        raise InputError(
            f"Refusing to {verb} {address} without keys, because other machines can reach it; "
            f"run `facebridge keys new --out DIR` and pass {option}, or use 127.0.0.1."
        )


def bind_router(
    context: zmq.Context[Any], address: str, keys: ServerKeys | None = None, limits: SocketLimits | None = None
) -> tuple[zmq.Socket[bytes], str]:
    """Bind a ROUTER; returns it with the address it really has (a port of 0 or * becomes a number).

    With keys, only the clients they admit get through the handshake, and plain clients hear nothing at all.
    Raises InputError when the address is malformed, in use, not of this machine, or not loopback without keys.
    """
    parsed = parse_address(address, bind=True)
    check_keys(parsed, keys, bind=True)
    socket: zmq.Socket[bytes] = context.socket(zmq.ROUTER)
    try:
        _configure(socket, parsed, limits or SocketLimits())
        # Without this a message to a vanished peer disappears in silence instead of raising EHOSTUNREACH.
        socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        if keys is not None:
            _admit(context, keys)
            socket.setsockopt(zmq.ZAP_DOMAIN, _domain(keys))
            socket.curve_secretkey = keys.secret.encode("ascii")
            socket.curve_publickey = keys.public.encode("ascii")
            socket.curve_server = True
        socket.bind(str(parsed))
    except zmq.ZMQError as error:
        socket.close(0)
        raise InputError(_bind_failure(parsed, error)) from error
    except BaseException:
        socket.close(0)
        raise
    endpoint = socket.getsockopt(zmq.LAST_ENDPOINT)
    assert isinstance(endpoint, bytes)
    return socket, endpoint.decode("ascii").rstrip("\0")


def connect_dealer(
    context: zmq.Context[Any], address: str, keys: ClientKeys | None = None, limits: SocketLimits | None = None
) -> zmq.Socket[bytes]:
    """Connect a DEALER; returns at once, whether or not anybody listens there.

    Raises InputError when the address is malformed, or not loopback without keys.
    """
    parsed = parse_address(address, bind=False)
    check_keys(parsed, keys, bind=False)
    socket: zmq.Socket[bytes] = context.socket(zmq.DEALER)
    try:
        _configure(socket, parsed, limits or SocketLimits())
        if keys is not None:
            socket.curve_secretkey = keys.secret.encode("ascii")
            socket.curve_publickey = keys.public.encode("ascii")
            socket.curve_serverkey = keys.server.encode("ascii")
        socket.connect(str(parsed))
    except zmq.ZMQError as error:
        socket.close(0)
        raise InputError(f"Cannot connect to {address}: {error.strerror}; check its host name.") from error
    except BaseException:
        socket.close(0)
        raise
    return socket


class ConnectionWatch:
    """Listens to a connecting socket's own events, to say later *why* no answer came.

    ZeroMQ retries in silence; without this, a wrong port and a wrong key look the same. One thread only.
    """

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        self._socket = socket
        self._monitor: zmq.Socket[bytes] = socket.get_monitor_socket()
        self._monitor.linger = 0
        self.connected = False
        self.handshaken = False
        self.handshake_failed = False

    def diagnosis(self, address: str, *, keys: bool) -> str:
        """One clause that explains silence, from what happened so far."""
        self._drain()
        if self.handshaken:
            return f"{address} accepted the connection but did not answer; it may be busy, or no FaceBridge"
        if self.handshake_failed or self.connected:
            if keys:
                remedy = "ask there for the right client file, or whether it uses keys"
                return f"{address} takes no part in these keys; {remedy}"
            return f"{address} broke off the handshake, so it probably wants keys; pass --keys DIR/client.json"
        return f"nothing listens at {address}; check that the other side runs, and its port"

    def _drain(self) -> None:
        while self._monitor.poll(0):
            event = recv_monitor_message(self._monitor)["event"]
            if event == zmq.EVENT_CONNECTED:
                self.connected = True
            elif event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self.handshaken = True
            elif event in {zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL, zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL,
                           zmq.EVENT_HANDSHAKE_FAILED_AUTH}:  # fmt: skip
                self.handshake_failed = True

    def close(self) -> None:
        """Stop listening; call before the watched socket is closed."""
        self._socket.disable_monitor()
        self._monitor.close(0)


def _configure(socket: zmq.Socket[bytes], address: Address, limits: SocketLimits) -> None:
    socket.linger = 0  # the default of -1 lets a close hang for ever on an unreachable peer
    socket.setsockopt(zmq.MAXMSGSIZE, limits.max_part_bytes)
    socket.setsockopt(zmq.SNDHWM, limits.high_water_messages)
    socket.setsockopt(zmq.RCVHWM, limits.high_water_messages)
    socket.setsockopt(zmq.HANDSHAKE_IVL, round(limits.handshake_s * 1000))
    socket.setsockopt(zmq.HEARTBEAT_IVL, round(limits.heartbeat_s * 1000))
    socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, round(limits.heartbeat_timeout_s * 1000))
    socket.setsockopt(zmq.RECONNECT_IVL, round(limits.reconnect_s * 1000))
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, round(limits.reconnect_max_s * 1000))
    if address.ipv6:
        socket.setsockopt(zmq.IPV6, 1)


def _bind_failure(address: Address, error: zmq.ZMQError) -> str:
    if error.errno == zmq.EADDRINUSE:
        return f"Port {address.port} of {address.host} is already in use; choose another or stop what listens there."
    if error.errno in {zmq.EADDRNOTAVAIL, errno.ENODEV}:
        return f"{address.host} is no address of this machine; listen on 127.0.0.1, or on one that it has."
    return f"Cannot listen on {address}: {error.strerror}; choose another address."


class _Admission:
    """Answers one context's ZAP requests from the key files of its sockets, each under its own domain."""

    def __init__(self, context: zmq.Context[Any]) -> None:
        self._admitted: dict[str, frozenset[bytes]] = {}
        self._authenticator = ThreadAuthenticator(context)
        self._authenticator.start()

    def add(self, keys: ServerKeys) -> None:
        domain = _domain(keys).decode("ascii")
        self._admitted[domain] = frozenset(key.encode("ascii") for key in keys.clients)
        self._authenticator.configure_curve_callback(domain, credentials_provider=self)

    def callback(self, domain: str, key: bytes) -> bool:
        return key in self._admitted.get(domain, frozenset())

    def stop(self) -> None:
        self._authenticator.stop()


_admissions: weakref.WeakKeyDictionary[zmq.Context[Any], _Admission] = weakref.WeakKeyDictionary()
_admissions_lock = threading.Lock()


def _domain(keys: ServerKeys) -> bytes:
    return keys.public.encode("ascii")


def _admit(context: zmq.Context[Any], keys: ServerKeys) -> None:
    # A context can have one ZAP handler only, however many sockets with keys it binds.
    with _admissions_lock:
        if context not in _admissions:
            _admissions[context] = _Admission(context)
        _admissions[context].add(keys)


def stop_admission(context: zmq.Context[Any]) -> None:
    """Stop the thread that checks keys for `context`; call before terminating a context that bound with keys."""
    with _admissions_lock:
        admission = _admissions.pop(context, None)
    if admission is not None:
        admission.stop()


class Waker:
    """Lets other threads interrupt a poll: ZeroMQ sockets belong to one thread each, and this is the way in."""

    def __init__(self, context: zmq.Context[Any]) -> None:
        name = f"inproc://waker-{id(self)}"
        self._lock = threading.Lock()
        self._far: zmq.Socket[bytes] = context.socket(zmq.PAIR)
        self.socket: zmq.Socket[bytes] = context.socket(zmq.PAIR)
        for end in (self.socket, self._far):
            end.linger = 0
        self.socket.bind(name)
        self._far.connect(name)

    def wake(self) -> None:
        """Make the owner's poll return soon; from any thread, also after close."""
        with self._lock:
            if not self._far.closed:
                try:
                    self._far.send(b"", zmq.NOBLOCK)
                except zmq.Again:
                    pass  # enough wake-ups are already waiting

    def clear(self) -> bool:
        """Take all pending wake-ups, in the owner's thread; whether there was any."""
        woken = False
        while self.socket.poll(0):
            self.socket.recv()
            woken = True
        return woken

    def close(self) -> None:
        """Close both ends, in the owner's thread."""
        with self._lock:
            self._far.close(0)
            self.socket.close(0)
