"""Hellos for the tests of both ends of a link."""

from __future__ import annotations

from engine_bridge.engines.pattern import pattern_schema
from engine_bridge.protocol import Heartbeat, Hello

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
