"""The photo gate: what is wrong with a photo of a face, measured and said in plain words with what to do about it."""

from core.gate.findings import CODES, SEVERITIES, Finding, GateReport, Severity
from core.gate.gate import inspect
from core.gate.thumbnails import THUMBNAIL_PX, cut_thumbnails

__all__ = ["CODES", "SEVERITIES", "THUMBNAIL_PX", "Finding", "GateReport", "Severity", "cut_thumbnails", "inspect"]
