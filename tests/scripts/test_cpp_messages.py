"""The C++ messages of the wire are what the Python definitions say, and a drift names the command to run."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cpp_messages", ROOT / "scripts/cpp_messages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_header_is_current(generator: ModuleType) -> None:
    current = generator.TARGET.read_text(encoding="utf-8") == generator.content()
    assert current, f"the C++ messages have drifted from engine_bridge/protocol: run `{generator.COMMAND}`"


def test_every_kind_and_limit_is_in_it(generator: ModuleType) -> None:
    text = generator.content()
    assert 'kKind = "imported"' in text and "kHeaderBytes = 65536" in text
    assert "std::optional<FloatArray> confidence;" in text and "FloatArray parameters;" in text
    assert "std::vector<std::int64_t> protocol{kProtocolMajor, kProtocolMinor};" in text
