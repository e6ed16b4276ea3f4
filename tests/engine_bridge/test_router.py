"""The binding end: greeting, refusals in words, heartbeats, and peers that vanish, come back or talk nonsense."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import msgpack
import pytest

from engine_bridge import codec
from engine_bridge.dealer import Dealer
from engine_bridge.protocol import VERSION, Credit, Drain, Error, Fail, Heartbeat, Hello, Ping, Pong, Reject, Welcome
from engine_bridge.refusals import schema_refusal
from engine_bridge.router import Event, Joined, Lost, Received, Router
from engine_bridge.schema import CharacterSchema

from .conftest import DEADLINE_S, Bench, RawDealer
from .greetings import CLIENT, ENGINE, QUICK, SCHEMA

MakeBench = Callable[..., Bench]
MakeRaw = Callable[[str], RawDealer]


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
    assert (welcome.protocol, welcome.heartbeat_ms, welcome.allowance_ms) == (VERSION, 250, 4000)
    assert welcome.instance and welcome.pid
    (joined,) = bench.wait(Joined)
    assert (joined.hello.engine, joined.hello.credit) == ("pattern", 2)
    assert bench.wait(Lost)[0].reason == "said goodbye"


def test_an_engine_of_an_older_minor_is_welcomed_and_has_no_features(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench()
    raw = make_raw(bench.address)
    header, *arrays = codec.encode(replace(ENGINE, protocol=(1, 0)))
    older = {name: value for name, value in msgpack.unpackb(header).items() if name != "features"}
    raw.send([msgpack.packb(older) or b"", *arrays])
    assert isinstance(raw.receive(), Welcome)
    hello = bench.wait(Joined)[0].hello
    assert (hello.protocol, hello.features) == ((1, 0), ())


def test_a_wrong_protocol_major_is_refused_in_words(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench()
    answer = refusal(make_raw(bench.address), replace(ENGINE, protocol=(2, 0)))
    assert answer.code == "protocol"
    assert answer.reason.startswith(f"The other side speaks protocol 2.0, this one {codec.version_text(VERSION)};")
    assert bench.events == []


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


def test_more_peers_than_allowed_are_told_that_it_is_busy(make_bench: MakeBench, make_raw: MakeRaw) -> None:
    bench = make_bench(max_peers=1)
    with Dealer(bench.address, CLIENT) as dealer:
        dealer.greet(DEADLINE_S)
        answer = refusal(make_raw(bench.address), replace(CLIENT, instance="client-2"))
        unread = refusal(make_raw(bench.address), replace(ENGINE, schema_hash="0" * 64))
    assert answer.code == "busy"
    assert unread.code == "busy"  # before its schema is digested, which costs more


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


def test_what_a_vanished_peer_said_last_is_read_before_it_counts_as_lost() -> None:
    with Router("tcp://127.0.0.1:0", lambda hello: Welcome()) as router:
        with Dealer(router.endpoint, CLIENT) as dealer:
            greeting = threading.Thread(target=router.poll, args=(DEADLINE_S,))
            greeting.start()
            dealer.greet(DEADLINE_S)
            greeting.join()
            dealer.send(Fail(1, 2, "engine", "the lights went out"))
            dealer.close("no lights")
        (peer,) = router.peers
        deadline = time.monotonic() + DEADLINE_S
        while router.send(peer, Drain()):  # nothing is read meanwhile, so its goodbye waits behind the failure
            assert time.monotonic() < deadline
            time.sleep(0.01)
        events: list[Event] = []
        while not any(isinstance(event, Lost) for event in events):
            assert time.monotonic() < deadline
            events += router.poll(0.05)
    said, lost = events[-2:]
    assert isinstance(said, Received) and isinstance(said.message, Fail)
    assert said.message.reason == "the lights went out"
    assert isinstance(lost, Lost) and lost.reason == "said goodbye: no lights"


def test_a_schema_digest_is_over_the_very_bytes(make_bench: MakeBench) -> None:
    spaced = b" " + SCHEMA.to_json()
    hello = replace(ENGINE, schema=spaced, schema_hash=hashlib.sha256(spaced).hexdigest())
    bench = make_bench()
    with Dealer(bench.address, hello) as dealer:
        dealer.greet(DEADLINE_S)
    joined = bench.wait(Joined)[0]
    assert joined.hello.schema == spaced
    assert schema_refusal(SCHEMA, joined.hello) is not None
