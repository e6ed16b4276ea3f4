"""Metrics for Prometheus: requests by outcome, times by stage, batches, queue, clients and memory.

Needs the package prometheus-client (the extra `serve`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.45, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Bounds of histograms; among them are the promises of docs/benchmarks.md: 150, 250 and 450 ms."""
_PHOTOS = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """Counts and times of one service, in a registry of its own; `health` is asked whenever they are read."""

    def __init__(self, health: Callable[[], Mapping[str, object]]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "facebridge_requests",
            "Requests answered, by kind and outcome.",
            ("kind", "outcome"),
            registry=self._registry,
        )
        self._latency = Histogram(
            "facebridge_request_seconds",
            "From receipt to answer, of what was computed.",
            ("kind",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._stage = Histogram(
            "facebridge_stage_seconds", "Of one photo, by stage.", ("stage",), buckets=_SECONDS, registry=self._registry
        )
        self._batch = Histogram(
            "facebridge_batch_photos",
            "Computed together, by lane.",
            ("lane",),
            buckets=_PHOTOS,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_Now(health))

    def answered(self, kind: str, outcome: str, seconds: float) -> None:
        """A request was answered so long after its receipt; 0 for what was never computed."""
        self._requests.labels(kind, outcome).inc()
        if seconds > 0:
            self._latency.labels(kind).observe(seconds)

    def stages(self, timings_ms: Mapping[str, float]) -> None:
        """The times of one answer's stages."""
        for stage, value in timings_ms.items():
            self._stage.labels(stage).observe(value / 1000)

    def batch(self, lane: str, photos: int) -> None:
        """Photos were computed together."""
        self._batch.labels(lane).observe(photos)

    def text(self) -> bytes:
        """Everything in Prometheus' text form."""
        return generate_latest(self._registry)


class _Now(Collector):
    """What is true at the moment of reading."""

    def __init__(self, health: Callable[[], Mapping[str, object]]) -> None:
        self._health = health

    def collect(self) -> Iterable[Metric]:
        health = self._health()
        for name, help_text in (
            ("clients", "Clients that are connected."),
            ("open", "Requests without an answer yet."),
            ("waiting", "Requests that nothing computes yet."),
            ("uptime_s", "Seconds since the start."),
        ):
            value = health[name]
            assert isinstance(value, int | float)
            yield GaugeMetricFamily(f"facebridge_{name.replace('_s', '_seconds')}", help_text, value=value)
        yield GaugeMetricFamily("facebridge_ready", "1 when requests are answered.", value=health["state"] == "ready")
        bundles = health["bundles"]
        assert isinstance(bundles, dict)
        family = InfoMetricFamily("facebridge_bundle", "Bundles in use.", labels=("name",))
        for name, version in bundles.items():
            family.add_metric((str(name),), {"bundle": str(version)})
        yield family
