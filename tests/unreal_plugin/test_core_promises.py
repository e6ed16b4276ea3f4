"""What the plugin's core promises about time and memory, held against a real other process that is really stopped."""

from __future__ import annotations

import json
import statistics

from benchmarks import plugin_core
from tests.unreal_plugin.programs import program


def test_stopping_takes_less_than_200_ms_while_the_other_side_is_frozen() -> None:
    times = plugin_core.stops(program("facebridge-measure"), 5)
    # Each is promised; the median leaves room for a machine whose every core computes.
    assert statistics.median(times) < 200, times


def test_a_thousand_reconnects_leave_the_resident_memory_flat() -> None:
    found = json.loads(plugin_core.output_of([str(program("facebridge-measure")), "reconnect", "1000"]))
    assert found["reconnects"] == 1000
    # A leak of one greeting, 100 bytes and more of headers and buffers, or of one socket would be far beyond this.
    assert found["at_the_end_kib"] - found["after_a_tenth_kib"] < 2_048, found
