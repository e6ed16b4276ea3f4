"""Sockets: where they may listen, what they refuse, and keys in both directions."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import zmq

from engine_bridge.dealer import Dealer
from engine_bridge.errors import DeadlineExceeded, InputError
from engine_bridge.keys import ClientKeys, ServerKeys, generate_keys, load_client_keys, load_server_keys
from engine_bridge.protocol import Bye, Hello
from engine_bridge.router import Joined, Received
from engine_bridge.transport import (
    Address,
    SocketLimits,
    bind_router,
    check_keys,
    connect_dealer,
    parse_address,
    stop_admission,
)

from .conftest import Bench

Context = zmq.Context[zmq.Socket[bytes]]
HELLO = Hello(instance="test")


@pytest.mark.parametrize(
    "text",
    ["", "127.0.0.1:5", "ipc:///tmp/x", "inproc://x", "tcp://host", "tcp://:5", "tcp://a:b:5", "udp://127.0.0.1:5",
     "tcp://127.0.0.1:123456", "tcp://127.0.0.1:70000", "tcp://127.0.0.1:5/x", "tcp://127.0.0.1:-1"],
)  # fmt: skip
def test_an_address_of_another_form_is_refused(context: Context, text: str) -> None:
    with pytest.raises(InputError, match="expected"):
        bind_router(context, text)
    with pytest.raises(InputError, match="expected"):
        connect_dealer(context, text)


def test_a_port_of_any_number_is_for_binding_only(context: Context) -> None:
    assert parse_address("tcp://127.0.0.1:*", bind=True) == Address("127.0.0.1", 0)
    with pytest.raises(InputError, match="has port 0"):
        connect_dealer(context, "tcp://127.0.0.1:0")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "[::1]"])
def test_loopback_needs_no_keys(host: str) -> None:
    check_keys(parse_address(f"tcp://{host}:7878", bind=True), None, bind=True)
    check_keys(parse_address(f"tcp://{host}:7878", bind=False), None, bind=False)


@pytest.mark.parametrize("host", ["*", "0.0.0.0", "192.168.1.7", "eth0", "farm-box", "[::]", "localhost.example"])
def test_beyond_loopback_both_sides_refuse_to_talk_without_keys(context: Context, host: str) -> None:
    with pytest.raises(InputError, match=r"Refusing to listen .* without keys.*facebridge keys new --out DIR"):
        bind_router(context, f"tcp://{host}:7878")
    with pytest.raises(InputError, match=r"Refusing to connect .* without keys.*facebridge keys new --out DIR"):
        connect_dealer(context, f"tcp://{host}:7878")


def test_a_port_in_use_is_named(context: Context) -> None:
    router, endpoint = bind_router(context, "tcp://127.0.0.1:0")
    with pytest.raises(InputError, match=rf"Port {endpoint.rsplit(':')[-1]} of 127.0.0.1 is already in use"):
        bind_router(context, endpoint)
    router.close()


def test_an_address_of_another_machine_cannot_be_bound(context: Context, keys_folder: Path) -> None:
    # 192.0.2.0/24 is reserved for documentation.
    with pytest.raises(InputError, match=r"192\.0\.2\.1 is no address of this machine"):
        bind_router(context, "tcp://192.0.2.1:0", load_server_keys(keys_folder))
    stop_admission(context)


def test_every_socket_is_bounded_and_does_not_linger(context: Context) -> None:
    router, endpoint = bind_router(context, "tcp://127.0.0.1:0", limits=SocketLimits(max_part_bytes=1000))
    dealer = connect_dealer(context, endpoint)
    for end in (router, dealer):
        assert end.getsockopt(zmq.LINGER) == 0
        assert end.getsockopt(zmq.SNDHWM) == end.getsockopt(zmq.RCVHWM) == 64
        assert end.getsockopt(zmq.HANDSHAKE_IVL) == 5000
        assert end.getsockopt(zmq.HEARTBEAT_IVL) == 3000
        assert end.getsockopt(zmq.RECONNECT_IVL_MAX) == 5000
        end.close()
    assert router.closed and dealer.closed


def test_a_part_over_the_limit_never_arrives_and_the_connection_recovers(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(limits=SocketLimits(max_part_bytes=100_000))
    with Dealer(bench.address, HELLO) as dealer:
        welcome = dealer.greet(10)
        assert welcome.role == "coordinator"
        dealer._socket.send_multipart([b"x", bytes(100_001)])  # what no well-behaved sender does
        for _ in range(100):
            dealer.poll(0.2)
            if len(bench.wait(Joined)) == 2:  # the dealer was told to say hello again over its new connection
                break
        assert len(bench.wait(Joined, 2)) == 2
        assert not [event for event in bench.events if isinstance(event, Received)]


def stranger_to(folder: Path, keys: ServerKeys) -> ClientKeys:
    """Valid keys that know the server's public key, but were not made with it."""
    generate_keys(folder)
    other = load_client_keys(folder / "client.json")
    return ClientKeys(other.public, other.secret, keys.public)


def test_with_keys_on_both_sides_the_peers_meet(make_bench: Callable[..., Bench], keys_folder: Path) -> None:
    bench = make_bench(keys=load_server_keys(keys_folder))
    with Dealer(bench.address, HELLO, keys=load_client_keys(keys_folder / "client.json")) as dealer:
        assert dealer.greet(10).role == "coordinator"
        dealer.send(Bye("done"))
    assert bench.wait(Joined)[0].hello.instance == "test"


def test_two_binding_sides_of_one_context_admit_their_own_clients_only(context: Context, tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        generate_keys(folder)
    keys = [load_server_keys(folder) for folder in folders]
    routers = [bind_router(context, "tcp://127.0.0.1:0", key) for key in keys]
    mine = load_client_keys(folders[0] / "client.json")
    good = connect_dealer(context, routers[0][1], mine)
    bad = connect_dealer(context, routers[1][1], ClientKeys(mine.public, mine.secret, keys[1].public))
    for dealer in (good, bad):
        dealer.send(b"here")
    assert routers[0][0].poll(10_000)
    # The refused one is never heard; it had as long as the other took.
    assert not routers[1][0].poll(200)
    for end in (good, bad, *(router for router, _ in routers)):
        end.close()
    stop_admission(context)


def test_a_client_without_keys_is_told_that_they_are_probably_needed(
    make_bench: Callable[..., Bench], keys_folder: Path
) -> None:
    bench = make_bench(keys=load_server_keys(keys_folder))
    with (
        Dealer(bench.address, HELLO) as dealer,
        pytest.raises(DeadlineExceeded, match=r"broke off the handshake, so it probably wants keys; pass --keys"),
    ):
        dealer.greet(2)
    assert bench.events == []


def test_a_client_that_is_not_admitted_is_told_so(
    make_bench: Callable[..., Bench], keys_folder: Path, tmp_path: Path
) -> None:
    keys = load_server_keys(keys_folder)
    bench = make_bench(keys=keys)
    with (
        Dealer(bench.address, HELLO, keys=stranger_to(tmp_path / "other", keys)) as dealer,
        pytest.raises(DeadlineExceeded, match="takes no part in these keys"),
    ):
        dealer.greet(2)
    assert bench.events == []


def test_a_client_with_keys_does_not_fall_back_to_plain_text(
    make_bench: Callable[..., Bench], keys_folder: Path
) -> None:
    bench = make_bench()
    with (
        Dealer(bench.address, HELLO, keys=load_client_keys(keys_folder / "client.json")) as dealer,
        pytest.raises(DeadlineExceeded, match="takes no part in these keys"),
    ):
        dealer.greet(2)
    assert bench.events == []


def test_an_address_where_nobody_listens_is_said_to_be_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody else gets the port, and nobody listens on it
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with Dealer(address, HELLO) as dealer, pytest.raises(DeadlineExceeded, match=f"nothing listens at {address}"):
            dealer.greet(0.5)
