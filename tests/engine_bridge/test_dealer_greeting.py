"""Test of engine_bridge.dealer: what arrives in one breath with the welcome is not lost."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import zmq

from engine_bridge import codec
from engine_bridge.dealer import Dealer
from engine_bridge.protocol import Hello, Job, Message, Welcome
from engine_bridge.transport import bind_router


def test_a_job_sent_right_behind_the_welcome_reaches_the_first_poll(context: zmq.Context[Any]) -> None:
    router, address = bind_router(context, "tcp://127.0.0.1:*")
    job = Job(7, (0,), 16, 1000, np.zeros((1, 2), np.float32), np.zeros((1, 0), np.uint8))
    read = threading.Event()

    def coordinate() -> None:
        if router.poll(10_000):
            peer, *_ = router.recv_multipart()
            router.send_multipart([peer, *codec.encode(Welcome())])
            router.send_multipart([peer, *codec.encode(job)])
        read.wait(10)

    thread = threading.Thread(target=coordinate)
    thread.start()
    try:
        with Dealer(address, Hello(role="engine", instance="i")) as dealer:
            dealer.greet(10)
            # Whether the job came with the welcome or a moment later, the next polls must bring it.
            found: list[Message] = []
            for _ in range(20):
                found = found or dealer.poll(0.1)
    finally:
        read.set()
        thread.join(15)
        router.close(0)
    assert [message.request_id for message in found if isinstance(message, Job)] == [7]
