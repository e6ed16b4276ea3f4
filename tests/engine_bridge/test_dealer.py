"""The connecting end: what it makes of refusals, silence, goodbyes and routers that are replaced."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
import zmq

from engine_bridge import codec
from engine_bridge.dealer import Dealer, PeerLost
from engine_bridge.errors import ProtocolError, Refused
from engine_bridge.protocol import VERSION, Bye, Drain, Error, Fail, Pong, Welcome
from engine_bridge.router import Event, Joined, Received, Router

from .conftest import DEADLINE_S, Bench
from .greetings import CLIENT, ENGINE, QUICK

MakeBench = Callable[..., Bench]


def test_a_welcome_of_another_major_ends_the_greeting_in_words() -> None:
    bound = threading.Event()
    address: list[str] = []

    def old_service() -> None:
        with zmq.Context() as own, own.socket(zmq.ROUTER) as socket:
            address.append(f"tcp://127.0.0.1:{socket.bind_to_random_port('tcp://127.0.0.1')}")
            bound.set()
            if socket.poll(round(DEADLINE_S * 1000)):
                sender, *_ = socket.recv_multipart()
                socket.send_multipart([sender, *codec.encode(Welcome(protocol=(3, 1)))])
                socket.poll(1000)

    thread = threading.Thread(target=old_service, daemon=True)
    thread.start()
    assert bound.wait(DEADLINE_S)
    own = re.escape(codec.version_text(VERSION))
    with Dealer(address[0], CLIENT) as dealer, pytest.raises(Refused, match=rf"speaks protocol 3\.1, this one {own}"):
        dealer.greet(DEADLINE_S)
    thread.join(DEADLINE_S)


def test_a_refused_dealer_raises_the_words(make_bench: MakeBench) -> None:
    bench = make_bench(roles=frozenset({"client"}))
    with (
        Dealer(bench.address, ENGINE) as dealer,
        pytest.raises(Refused, match="'engine' is not served"),
    ):
        dealer.greet(DEADLINE_S)


def test_a_router_that_falls_silent_is_lost() -> None:
    router = Router("tcp://127.0.0.1:0", lambda hello: Welcome(), heartbeat=QUICK)
    with Dealer(router.endpoint, ENGINE) as dealer:
        greeting = threading.Thread(target=router.poll, args=(DEADLINE_S,), daemon=True)
        greeting.start()
        dealer.greet(DEADLINE_S)
        greeting.join(DEADLINE_S)
        with pytest.raises(PeerLost, match=r"Nothing was heard from .* for 0\.5 s"):
            for _ in range(400):
                dealer.poll(0.05)
    router.close()


def test_a_goodbye_reaches_the_other_side_with_its_reason(make_bench: MakeBench) -> None:
    bench = make_bench()
    with Dealer(bench.address, CLIENT) as dealer:
        dealer.greet(DEADLINE_S)
        bench.router.post(bench.wait(Joined)[0].peer, Bye("the capture is complete"))
        with pytest.raises(PeerLost, match="said goodbye: the capture is complete"):
            for _ in range(100):
                dealer.poll(0.2)


def test_a_restarted_router_is_greeted_anew_and_reported_once(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_bench()
    with Dealer(first.address, ENGINE) as dealer:
        old = dealer.greet(DEADLINE_S)
        monkeypatch.setattr(first.router, "dismiss", lambda peer, reason: None)  # a crash says no goodbye
        first.close()
        second = make_bench(address=first.address)
        for number in range(5):  # several messages meet the stranger; only one hello may follow
            dealer.send(Fail(1, number, "engine", "of the old coordinator"))
        found: list[object] = []
        for _ in range(200):
            found += dealer.poll(0.1)
            if found:
                break
        (welcome,) = found
        assert isinstance(welcome, Welcome)
        assert welcome.instance != old.instance
        assert [joined.hello.instance for joined in second.wait(Joined)] == ["engine-1"]
        assert not [event for event in second.events if isinstance(event, Received)]


def test_what_arrives_with_the_welcome_is_not_lost(make_bench: MakeBench) -> None:
    def send_at_once(router: Router, event: Event) -> None:
        if isinstance(event, Joined):
            router.send(event.peer, Drain("at once"))

    bench = make_bench(answer=send_at_once)
    with Dealer(bench.address, ENGINE) as dealer:
        dealer.greet(DEADLINE_S)
        bench.wait(Joined)
        found: list[object] = []
        for _ in range(100):
            found += dealer.poll(0.1)
            if found:
                break
        assert isinstance(found[0], Drain)


def test_what_arrives_before_a_goodbye_is_not_lost_with_it(make_bench: MakeBench) -> None:
    def send_and_leave(router: Router, event: Event) -> None:
        if isinstance(event, Joined):
            for number in range(3):
                router.send(event.peer, Error(number, "internal", ""))
            router.dismiss(event.peer, "that was all")

    bench = make_bench(answer=send_and_leave)
    with Dealer(bench.address, CLIENT) as dealer:
        dealer.greet(DEADLINE_S)
        bench.wait(Joined)
        found: list[object] = []
        with pytest.raises(PeerLost, match="that was all"):
            for _ in range(100):
                found += dealer.poll(0.2)
        assert [answer.request_id for answer in found if isinstance(answer, Error)] == [0, 1, 2]


def test_a_dealer_answers_an_unknown_kind(make_bench: MakeBench) -> None:
    bench = make_bench()
    with Dealer(bench.address, CLIENT) as dealer:
        dealer.greet(DEADLINE_S)
        peer = bench.wait(Joined)[0].peer
        dealer._read([bytes(codec.encode(Pong(1))[0]).replace(b"pong", b"gong")])
        (received,) = bench.wait(Received)
    assert received.peer == peer
    assert isinstance(received.message, Error)
    assert received.message.code == "unknown-kind"


def test_polling_before_the_greeting_is_a_mistake_in_the_program(make_bench: MakeBench) -> None:
    with Dealer(make_bench().address, CLIENT) as dealer, pytest.raises(ProtocolError, match="Say hello"):
        dealer.poll(0)
