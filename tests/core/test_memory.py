"""A process that decodes photos keeps the memory it freed, where the C library can be told."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Pages that the system has to give anew when a second thread decodes what a first one decoded.
ROUNDS = """
import io, resource, sys, threading
import numpy as np
from PIL import Image
from core.memory import keep_freed
from core.photo import read_photo

if sys.argv[1] == "kept":
    assert keep_freed()
buffer = io.BytesIO()
Image.fromarray(np.zeros((1500, 2000, 3), np.uint8)).save(buffer, "JPEG")

def some():
    for _ in range(4):
        read_photo(buffer.getvalue())

def run():
    thread = threading.Thread(target=some)
    thread.start()
    thread.join()

run()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
run()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", ROUNDS, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be told")
def test_blocks_of_megabytes_are_not_asked_of_the_system_again() -> None:
    assert faults("kept") < 0.1 * faults("given back")
