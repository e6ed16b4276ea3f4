"""The codec's refusals in words, and its behaviour on bytes that nobody meant."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_bridge import codec
from engine_bridge.errors import ProtocolError
from engine_bridge.protocol import (
    MAX_TEXT_BYTES,
    VERSION,
    Bye,
    Error,
    Frame,
    Hello,
    Imported,
    Job,
    Message,
    Ping,
    Reject,
    sample_digest,
)

PIXELS = np.zeros((2, 2, 3), np.uint8)
JOB = Job(9, (1,), 8, 1000, np.zeros((1, 3), np.float32), np.zeros((1, 1), np.uint8))

OWN_VERSION = b"protocol\x92" + bytes(VERSION)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=4))
def test_random_bytes_raise_protocol_errors_and_nothing_else(parts: list[bytes]) -> None:
    with pytest.raises(ProtocolError):
        codec.decode(parts)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_message_with_changed_bytes_is_read_or_refused_but_never_crashes(data: st.DataObject) -> None:
    parts = [bytearray(part) for part in codec.encode(JOB)]
    part = parts[data.draw(st.integers(0, len(parts) - 1))]
    if part:
        part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.integers(0, 255))
    try:
        message = codec.decode([bytes(part) for part in parts])
    except ProtocolError:
        return
    assert isinstance(message, Message)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=3000), st.integers(0, 2**63 - 1))
def test_any_text_arrives_whole_or_cut_at_a_character(text: str, number: int) -> None:
    answer = codec.decode(codec.encode(Error(number, "internal", text)))
    assert isinstance(answer, Error)
    sent = text.encode("utf-8", "replace").decode("utf-8")
    assert sent.startswith(answer.message)
    assert answer.message == sent or len(answer.message.encode()) > MAX_TEXT_BYTES - 4
    assert answer.request_id == number


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (Ping(-1), "Field 'number' of 'ping' is -1; an integer from 0 to 2^63 - 1 was expected."),
        (Ping(2**63), "'number' of 'ping' is 9223372036854775808"),
        (Reject("x" * (MAX_TEXT_BYTES + 1), ""), "'code' of 'reject'"),
        (Frame(1, 1, "", float("nan"), PIXELS), "'render_ms' of 'frame' is nan; a finite float64 was expected."),
        (Frame(1, 1, "", 1.0, PIXELS[..., :2]), "shape (2, 2, 2); 3 dimensions with 3 as the last are needed"),
        (Frame(1, 1, "", 1.0, PIXELS.astype(np.float32)), "element type float32; uint8 was expected"),  # pyright: ignore[reportArgumentType]
        (Hello(protocol=(1, -1)), "'protocol' of 'hello'"),
        (Imported(1, "", 1, (), {"a": float("inf")}, JOB.parameters[0], JOB.choices[0]), "'timings_ms'"),
        (Job(1, tuple(range(5000)), 8, 1, JOB.parameters, JOB.choices), "a list of at most 4096 integers"),
        (Imported(1, "", 1, ("x" * 4000,) * 17, {}, JOB.parameters[0], JOB.choices[0]), "at most 65536 fit"),
    ],
)
def test_what_the_wire_cannot_carry_is_refused_by_the_sender(message: Message, words: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        codec.encode(message)
    assert words in str(caught.value)


def test_a_broken_job_still_names_its_request() -> None:
    header, parameters, choices = codec.encode(JOB)
    with pytest.raises(codec.Malformed) as caught:
        codec.decode([header, bytes(parameters)[:-4], choices])
    assert caught.value.request_id == 9
    assert str(caught.value) == "Array 'parameters' of 'job' has 8 bytes; shape (1, 3) needs 12."


def test_another_major_version_is_refused_naming_both() -> None:
    hello = bytes(codec.encode(Hello(instance="i"))[0]).replace(OWN_VERSION, b"protocol\x92\x02\x05")
    with pytest.raises(codec.VersionRefused) as caught:
        codec.decode([hello])
    assert f"speaks protocol 2.5, this one {codec.version_text(VERSION)}" in str(caught.value)


def test_a_newer_minor_version_is_read() -> None:
    hello = bytes(codec.encode(Hello(instance="i"))[0]).replace(OWN_VERSION, b"protocol\x92\x01\x07")
    message = codec.decode([hello])
    assert isinstance(message, Hello)
    assert message.protocol == (1, 7)


def test_a_words_field_loses_lone_surrogates_instead_of_failing() -> None:
    message = codec.decode(codec.encode(Bye("broken \ud800 path")))
    assert isinstance(message, Bye)
    assert message.reason == "broken ? path"


def test_received_arrays_cannot_be_written() -> None:
    message = codec.decode([bytes(part) for part in codec.encode(JOB)])
    assert isinstance(message, Job)
    with pytest.raises(ValueError, match="read-only"):
        message.parameters[0, 0] = 1.0


def test_a_digest_covers_parameters_and_choices() -> None:
    plain = sample_digest(np.zeros(3, np.float32), np.zeros(1, np.uint8))
    assert plain != sample_digest(np.zeros(3, np.float32), np.ones(1, np.uint8))
    assert plain != sample_digest(np.full(3, 1e-30, np.float32), np.zeros(1, np.uint8))
    assert plain == "dd46c3eebb1884ff3b5258c0a2fc9398e560a29e0780d4b53869b6254aa46a96", "SHA-256 of 13 zero bytes"
