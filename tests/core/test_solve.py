"""What the wire's page promises of findings is what the gate and the solver say."""

from __future__ import annotations

import re
from pathlib import Path

from core.gate import CODES, SEVERITIES
from engine_bridge.client import results
from engine_bridge.protocol import SERVICE_FEATURES

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs/protocol.md").read_text(encoding="utf-8")


def test_the_page_lists_every_code_in_the_gates_order() -> None:
    listed = re.search(r"Codes so far: ([^;]+);", PAGE)
    assert listed is not None
    assert tuple(re.split(r",\s+", listed[1])) == CODES
    assert "; stranger and unusable" in PAGE and "file (what was odd" in PAGE


def test_severities_are_the_same_on_both_sides_of_the_wire() -> None:
    assert SEVERITIES == results.SEVERITIES


def test_the_page_has_a_row_for_every_feature_of_a_service() -> None:
    table = PAGE.split("| feature | what it allows |")[1].split("\n\n")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == SERVICE_FEATURES
