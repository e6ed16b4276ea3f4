"""The import service: `Service` answers photos over the wire; `Desk` is its bounded queue, newest wins in a slot."""

from core.serve.desk import Desk, DeskLimits
from core.serve.service import Service, ServiceLimits

__all__ = ["Service", "ServiceLimits", "Desk", "DeskLimits"]
