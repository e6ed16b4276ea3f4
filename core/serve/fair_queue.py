"""Waiting requests, taken from their clients in turn: sixty photos of one do not stand before the only one of another.

A client that comes new goes before the clients of the batch that was taken last, and behind all others. So its first
request waits for one batch more than the clients before it need, and nobody waits for ever while newcomers arrive.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from core.serve.request import Request


class FairQueue:
    """Requests of one lane. Not for several threads at once: the desk guards it."""

    def __init__(self) -> None:
        self._of: dict[bytes, deque[Request]] = {}
        self._turns: list[bytes] = []  # the clients that wait, next first
        self._latest: set[bytes] = set()  # the clients of the batch that was taken last
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def waiting_of(self, peer: bytes) -> int:
        """How many requests of a client wait."""
        return len(self._of.get(peer, ()))

    def add(self, request: Request) -> None:
        """Put a request behind those of its client."""
        peer = request.peer
        if peer not in self._of:
            self._of[peer] = deque()
            self._turns.insert(self._place(peer), peer)
        self._of[peer].append(request)
        self._length += 1

    def replace(self, older: Request, newer: Request) -> bool:
        """Give a newer request of the same client the place of an older one; False when the older does not wait."""
        line = self._of.get(older.peer)
        if line is None or older not in line:
            return False
        line[line.index(older)] = newer
        return True

    def remove(self, request: Request) -> bool:
        """Take a request out; False when it does not wait."""
        line = self._of.get(request.peer)
        if line is None or request not in line:
            return False
        line.remove(request)
        self._length -= 1
        if not line:
            del self._of[request.peer]
            self._turns.remove(request.peer)
        return True

    def order(self) -> Iterator[Request]:
        """All that wait, in the order in which they would be taken if nothing else came."""
        round_number, turns = 0, self._turns
        while turns:
            turns = [peer for peer in turns if len(self._of[peer]) > round_number]
            for peer in turns:
                yield self._of[peer][round_number]
            round_number += 1

    def take(self, fits: Callable[[list[Request], Request], bool]) -> list[Request]:
        """Take the next request and those after it that fit to the ones taken; [] when nothing waits."""
        taken: list[Request] = []
        for request in self.order():
            if not taken or fits(taken, request):
                taken.append(request)
        for request in taken:
            self.remove(request)
        served = {request.peer: None for request in taken}
        # Who was served and has more goes to the end, in the order of being served.
        for peer in served:
            if peer in self._of:
                self._turns.remove(peer)
                self._turns.append(peer)
        self._latest = set(served)
        return taken

    def _place(self, peer: bytes) -> int:
        place = len(self._turns)
        if peer not in self._latest:
            while place and self._turns[place - 1] in self._latest:
                place -= 1
        return place
