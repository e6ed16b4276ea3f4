"""What may be lost is dropped for a peer that is behind; and a router that was away blames nobody for silence."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import zmq

from engine_bridge.protocol import Bye, Hello, Reject, Welcome
from engine_bridge.router import Joined, Lost, Router
from engine_bridge.transport import SocketLimits

from .conftest import DEADLINE_S, RawDealer
from .greetings import CLIENT, QUICK

MakeRaw = Callable[[str], RawDealer]


def welcome(_: Hello) -> Welcome | Reject:
    return Welcome(role="service")


def joined(router: Router, raw: RawDealer) -> bytes:
    raw.send(CLIENT)
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        for event in router.poll(0.2):
            assert isinstance(event, Joined)
            return event.peer
    raise AssertionError("nobody joined")


def test_an_offer_to_a_peer_that_does_not_read_is_dropped_and_the_peer_kept(make_raw: MakeRaw) -> None:
    with Router("tcp://127.0.0.1:0", welcome, limits=SocketLimits(high_water_messages=4)) as router:
        peer = joined(router, make_raw(router.endpoint))
        long = Bye("x" * 4000)
        assert router.offer(peer, long)
        offered = 1
        while router.offer(peer, long):
            offered += 1
            assert offered < 100_000
        assert peer in router.peers
        assert not router.send(peer, long) and peer not in router.peers  # what must arrive does not get through either
        assert not router.offer(peer, long)


def test_an_offer_to_a_peer_that_is_gone_reports_it_lost(context: zmq.Context[zmq.Socket[bytes]]) -> None:
    with Router("tcp://127.0.0.1:0", welcome) as router:
        raw = RawDealer(context, router.endpoint)
        peer = joined(router, raw)
        raw.close()
        deadline = time.monotonic() + DEADLINE_S
        while router.offer(peer, Bye()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert [type(event) for event in router.poll(1.0)] == [Lost]


def test_a_router_that_was_held_up_itself_hears_its_peers_before_it_gives_them_up(make_raw: MakeRaw) -> None:
    with Router("tcp://127.0.0.1:0", welcome, heartbeat=replace(QUICK, allowance_s=0.3)) as router:
        peer = joined(router, make_raw(router.endpoint))
        time.sleep(0.5)
        assert router.poll(0) == [] and peer in router.peers
        (lost,) = [event for _ in range(20) for event in router.poll(0.1)]
        assert isinstance(lost, Lost) and "silent" in lost.reason
