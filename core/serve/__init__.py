"""The import service: `Service` answers over the wire with the bundles of a `Shelf`; `Desk` is its bounded queue."""

from core.serve.answerer import Answerer
from core.serve.desk import Desk, DeskLimits
from core.serve.event_log import EventLog
from core.serve.service import Service, ServiceLimits
from core.serve.shelf import Reloaded, Shelf

__all__ = ["Service", "ServiceLimits", "Shelf", "Reloaded", "Answerer", "Desk", "DeskLimits", "EventLog"]
