"""What every test shares: one thread a process, a ZeroMQ context that cannot hang a run, and two public portraits."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from core import threads

# Set before numpy or torch load, and for every process that a test starts: tests share two cores with each other.
os.environ.update(threads.environment(1))

import numpy as np  # After the environment above.
import numpy.typing as npt
import pytest
import zmq

TERMINATION_S = 10.0

# A shell that starts us in the background has SIGINT ignored; every process that a test interrupts would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    """A ZeroMQ context; a test that leaves a socket open fails, where plain termination would wait for ever."""
    created: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    yield created
    ending = threading.Thread(target=created.term, daemon=True)
    ending.start()
    ending.join(TERMINATION_S)
    if ending.is_alive():
        created.destroy(linger=0)
        pytest.fail(f"a socket was left open: the context did not end within {TERMINATION_S:.0f} s")


@pytest.fixture(autouse=True)
def _process_settings() -> Iterator[None]:
    """Undo what a command run inside the test process sets for the whole process: threads, and denormals as zero."""
    yield
    os.environ.update(threads.environment(1))
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
        torch.set_flush_denormal(False)


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A monkeypatch for tests that change the process's environment variables; all of them come back afterwards."""
    for name, value in os.environ.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture(scope="session")
def astronaut() -> npt.NDArray[np.uint8]:
    """Eileen Collins, NASA, public domain: (512, 512, 3) uint8 RGB."""
    import skimage.data

    return np.asarray(skimage.data.astronaut(), np.uint8)


@pytest.fixture(scope="session")
def grace_hopper() -> Path:
    """Grace Hopper, US Navy, public domain: the path of a JPEG file."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
