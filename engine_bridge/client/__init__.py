"""Clients of a running import service, blocking and asynchronous; nothing here needs torch."""

from engine_bridge.client.asynchronous import AsyncServiceClient
from engine_bridge.client.blocking import ServiceClient
from engine_bridge.client.connection import Busy, Cancelled, Overtaken, ServiceInfo
from engine_bridge.client.results import (
    Advice,
    Comparison,
    ImportResult,
    RefineProgress,
    RefineResult,
    Variation,
)
from engine_bridge.client.wishes import Wishes

__all__ = [
    "Advice",
    "AsyncServiceClient",
    "Busy",
    "Cancelled",
    "Comparison",
    "ImportResult",
    "Overtaken",
    "RefineProgress",
    "RefineResult",
    "ServiceClient",
    "ServiceInfo",
    "Variation",
    "Wishes",
]
