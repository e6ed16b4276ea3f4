"""A service that runs in a thread of the test, with networks that the test can hold still."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import numpy as np

from core.reconstruct import Reconstruction
from core.serve import Service, ServiceLimits
from core.serve.service import Networks
from engine_bridge.client import ServiceClient
from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from engine_bridge.keys import ServerKeys

SCHEMA = engine_schema("pattern")
DEADLINE_S = 30.0


class HeldNetworks:
    """Takes the photo's first byte for every parameter; b"bad" is no photo, b"crash" a defect. `go` lets it compute."""

    def __init__(self, batch_photos: int = 1) -> None:
        self.batch_photos = batch_photos
        self.batches: list[int] = []
        self.started = threading.Semaphore(0)
        self.go = threading.Event()
        self.go.set()

    def files(self, files: Sequence[bytes]) -> Iterator[Reconstruction | InputError]:
        self.batches.append(len(files))
        self.started.release()
        assert self.go.wait(DEADLINE_S)
        for data in files:
            if data == b"crash":
                raise RuntimeError("a defect")
            yield InputError("The file is no picture.") if data == b"bad" else found(data[0] / 100)


def found(value: float) -> Reconstruction:
    picture = np.full((8, 8, 3), round(value * 100), np.uint8)
    vector = np.full(SCHEMA.count, value, np.float32)
    said = ("2 faces were found.",)
    return Reconstruction(vector, vector, SCHEMA.default_choices, picture, picture, 2, said, {"align": 1.0})


class Served:
    """A service that runs in a thread until the block ends."""

    def __init__(
        self,
        networks: Networks,
        limits: ServiceLimits | None = None,
        keys: ServerKeys | None = None,
        name: str = "tiny 1",
    ) -> None:
        self.networks = networks
        self.service = Service("tcp://127.0.0.1:0", limits=limits, keys=keys)
        self.stop = threading.Event()
        arguments = (networks, SCHEMA, name, self.stop.is_set)
        self.thread = threading.Thread(target=self.service.run, args=arguments, daemon=True)

    def client(self) -> ServiceClient:
        return ServiceClient(self.service.endpoint)

    def ended(self) -> bool:
        self.thread.join(DEADLINE_S)
        return not self.thread.is_alive()

    def __enter__(self) -> Served:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self.networks, HeldNetworks):
            self.networks.go.set()
        self.stop.set()
        assert self.ended()
        self.service.close()


def wait_until_computing(served: Served) -> None:
    assert isinstance(served.networks, HeldNetworks)
    assert served.networks.started.acquire(timeout=DEADLINE_S)
