"""Both ends of a link: greeting, refusals in words, heartbeats, and peers that vanish, restart or talk nonsense."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
import zmq

from engine_bridge import codec
from engine_bridge.dealer import Dealer, PeerLost
from engine_bridge.engines.pattern import pattern_schema
from engine_bridge.errors import ProtocolError, Refused
from engine_bridge.protocol import Bye, Credit, Drain, Error, Fail, Heartbeat, Hello, Ping, Pong, Reject, Welcome
from engine_bridge.router import Event, Joined, Lost, Received, Router, schema_refusal
from engine_bridge.schema import CharacterSchema

from .conftest import DEADLINE_S, Bench, RawDealer

MakeBench = Callable[..., Bench]
MakeRaw = Callable[[str], RawDealer]
SCHEMA = pattern_schema()
CLIENT = Hello(role="client", instance="client-1")
ENGINE = Hello(
    role="engine",
    instance="engine-1",
    engine="pattern",
    engine_version="1",
    schema_hash=SCHEMA.hash,
    credit=2,
    max_image_px=64,
    max_job_samples=4,
    schema=SCHEMA.to_json(),
)
QUICK = Heartbeat(interval_s=0.05, allowance_s=0.5)


def refusal(raw: RawDealer, hello: Hello) -> Reject:
    """What a hello is answered, which must be a Reject."""
    raw.send(hello)
    answer = raw.receive()
    assert isinstance(answer, Reject), answer
    return answer


def test_a_hello_is_welcomed_with_the_rhythm_of_heartbeats(make_bench: MakeBench) -> None:
    bench = make_bench(heartbeat=Heartbeat(interval_s=0.25, allowance_s=4.0))
    with Dealer(bench.address, ENGINE) as dealer:
        welcome = dealer.greet(DEADLINE_S)
    assert (welcome.protocol, welcome.heartbeat_ms, welcome.allowance_ms) == ((1, 0), 250, 4000)
    assert welcome.instance and welcome.pid
    (joined,) = bench.wait(Joined)
    assert (joined.hello.engine, joined.hello.credit) == ("pattern", 2)
    assert bench.wait(Lost)[0].reason == "said goodbye"


def test_a_wrong_protocol_major_is_refused_in_words(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench()
    answer = refusal(make_raw(bench.address), replace(ENGINE, protocol=(2, 0)))
    assert answer.code == "protocol"
    assert answer.reason.startswith("The other side speaks protocol 2.0, this one 1.0;")
    assert bench.events == []


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
    with Dealer(address[0], CLIENT) as dealer, pytest.raises(Refused, match=r"speaks protocol 3\.1, this one 1\.0"):
        dealer.greet(DEADLINE_S)
    thread.join(DEADLINE_S)


def test_another_schema_is_refused_naming_both_hashes_and_the_first_difference(
    make_bench: MakeBench, make_raw: MakeRaw
) -> None:
    changed = replace(SCHEMA.parameters[3], maximum=2.0)
    other = CharacterSchema("pattern", "2", (*SCHEMA.parameters[:3], changed, *SCHEMA.parameters[4:]), SCHEMA.choices)
    bench = make_bench(lambda hello: schema_refusal(SCHEMA, hello) or Welcome())
    answer = refusal(make_raw(bench.address), replace(ENGINE, schema_hash=other.hash, schema=other.to_json()))
    assert answer.code == "schema"
    assert SCHEMA.hash in answer.reason and other.hash in answer.reason
    assert "'wave.03'" in answer.reason
    with Dealer(bench.address, ENGINE) as dealer:
        assert dealer.greet(DEADLINE_S).kind == "welcome"


def test_a_client_without_a_schema_takes_any(make_bench: MakeBench) -> None:
    bench = make_bench(lambda hello: schema_refusal(SCHEMA, hello) or Welcome(role="service"))
    with Dealer(bench.address, CLIENT) as dealer:
        assert dealer.greet(DEADLINE_S).role == "service"


@pytest.mark.parametrize(
    ("hello", "code", "words"),
    [
        (
            replace(ENGINE, role="observer"),
            "role",
            "'observer' is not served at this address; expected client or",
        ),
        (replace(ENGINE, instance=""), "limits", "empty 'instance'"),
        (replace(ENGINE, credit=0), "limits", "credit, max_image_px and max_job_samples must be at least 1"),
        (replace(ENGINE, schema=None), "schema", "must carry its schema"),
        (replace(ENGINE, schema_hash="0" * 64), "schema", f"hash to {SCHEMA.hash}, the hello says '{'0' * 64}'"),
        (replace(CLIENT, schema=bytes(1_100_000)), "limits", "1100000 bytes; at most 1048576"),
    ],
)
def test_an_unacceptable_hello_is_refused_in_words(
    make_bench: MakeBench, make_raw: MakeRaw, hello: Hello, code: str, words: str
) -> None:
    bench = make_bench()
    answer = refusal(make_raw(bench.address), hello)
    assert answer.code == code
    assert words in answer.reason


def test_a_refused_dealer_raises_the_words(make_bench: MakeBench) -> None:
    bench = make_bench(roles=frozenset({"client"}))
    with (
        Dealer(bench.address, ENGINE) as dealer,
        pytest.raises(Refused, match="'engine' is not served"),
    ):
        dealer.greet(DEADLINE_S)


def test_more_peers_than_allowed_are_told_that_it_is_busy(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench(max_peers=1)
    with Dealer(bench.address, CLIENT) as dealer:
        dealer.greet(DEADLINE_S)
        answer = refusal(make_raw(bench.address), replace(CLIENT, instance="client-2"))
    assert answer.code == "busy"


def test_garbage_from_a_stranger_is_answered_and_harmless(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench()
    raw = make_raw(bench.address)
    for parts in ([b""], [b"\xc1garbage"], [bytes(70_000)], [b"\x80"] * 9, [b"x"] * 3):
        raw.send(parts)
        answer = raw.receive()
        assert isinstance(answer, Reject)
        assert answer.code == "hello-first"
    with Dealer(bench.address, CLIENT) as dealer:
        dealer.greet(DEADLINE_S)
    assert bench.router.counts.malformed == 5


def test_work_before_a_hello_is_refused(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench()
    raw = make_raw(bench.address)
    raw.send(Credit(1))
    answer = raw.receive()
    assert isinstance(answer, Reject)
    assert (answer.code, answer.reason) == ("hello-first", "'credit' came before a hello; say hello first.")
    assert bench.events == []


def test_a_known_peer_gets_errors_for_what_cannot_be_read_and_stays(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench()
    raw = make_raw(bench.address)
    raw.send(CLIENT)
    assert isinstance(raw.receive(), Welcome)
    unknown = bytes(codec.encode(Ping(1))[0]).replace(b"ping", b"pang")
    torn = [bytes(codec.encode(Fail(77, 1, "engine", ""))[0])[:-1] + b"\x91"]
    for parts, code in (([unknown], "unknown-kind"), ([b"\xc1"], "malformed"), (torn, "malformed")):
        raw.send(parts)
        answer = raw.receive()
        assert isinstance(answer, Error)
        assert answer.code == code
    raw.send(Ping(5))
    pong = raw.receive()
    assert isinstance(pong, Pong)
    assert pong.number == 5
    assert not [event for event in bench.events if isinstance(event, Lost)]


def test_an_error_names_the_request_of_a_broken_message(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench()
    raw = make_raw(bench.address)
    raw.send(CLIENT)
    raw.receive()
    raw.send([codec.encode(Fail(77, 1, "engine", ""))[0], b"a part that nothing describes"])
    answer = raw.receive()
    assert isinstance(answer, Error)
    assert (answer.request_id, answer.code) == (77, "malformed")


def test_a_peer_that_falls_silent_is_lost(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench(heartbeat=QUICK)
    raw = make_raw(bench.address)
    raw.send(ENGINE)
    assert isinstance(raw.receive(), Welcome)
    assert bench.wait(Lost)[0].reason == "was silent for 0.5 s"
    raw.send(Ping(1))
    answer = raw.receive()
    assert isinstance(answer, Reject)
    assert answer.code == "hello-first"


def test_pings_keep_an_idle_peer_alive(make_bench: MakeBench) -> None:
    bench = make_bench(heartbeat=QUICK)
    with Dealer(bench.address, ENGINE) as dealer:
        dealer.greet(DEADLINE_S)
        for _ in range(30):
            dealer.poll(0.05)
        assert bench.wait(Joined)
        assert not [event for event in bench.events if isinstance(event, Lost)]


def test_a_router_that_falls_silent_is_lost(make_raw: MakeRaw) -> None:
    def refuse_service(hello: Hello) -> Welcome:
        return Welcome()

    router = Router("tcp://127.0.0.1:0", refuse_service, heartbeat=QUICK)
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


def test_the_same_process_over_a_new_connection_replaces_its_old_self(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench()
    first, second = make_raw(bench.address), make_raw(bench.address)
    for raw in (first, second):
        raw.send(ENGINE)
        assert isinstance(raw.receive(), Welcome)
    old, new = bench.wait(Joined, 2)
    (lost,) = bench.wait(Lost)
    assert (lost.peer, lost.reason) == (old.peer, "connected anew")
    assert list(bench.router.peers) == [new.peer]


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


def test_messages_to_a_vanished_peer_are_reported_not_swallowed(make_raw: MakeRaw) -> None:
    with Router("tcp://127.0.0.1:0", lambda hello: Welcome()) as router:
        raw = make_raw(router.endpoint)
        raw.send(CLIENT)
        events: list[Event] = []
        while not events:
            events = router.poll(DEADLINE_S)
        (joined,) = events
        raw.close()
        for _ in range(200):
            if not router.send(joined.peer, Drain()):
                break
            router.poll(0.05)
        (lost,) = router.poll(0)
        assert isinstance(lost, Lost)
        assert lost.reason == "is no longer connected"
        assert not router.send(joined.peer, Drain())


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


def test_polling_before_the_greeting_is_a_mistake_in_the_program(make_bench: MakeBench) -> None:
    with Dealer(make_bench().address, CLIENT) as dealer, pytest.raises(ProtocolError, match="Say hello"):
        dealer.poll(0)


def test_a_schema_digest_is_over_the_very_bytes(make_bench: MakeBench) -> None:
    spaced = b" " + SCHEMA.to_json()
    hello = replace(ENGINE, schema=spaced, schema_hash=hashlib.sha256(spaced).hexdigest())
    bench = make_bench()
    with Dealer(bench.address, hello) as dealer:
        dealer.greet(DEADLINE_S)
    joined = bench.wait(Joined)[0]
    assert joined.hello.schema == spaced
    assert schema_refusal(SCHEMA, joined.hello) is not None
