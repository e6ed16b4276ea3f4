"""The fuzzer's kept corpus unpacks with the golden messages beside it, and stays small."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def corpus() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_corpus", ROOT / "scripts/fuzz_corpus.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_kept_corpus_unpacks_with_the_golden_messages(corpus: ModuleType, tmp_path: Path) -> None:
    assert corpus.KEPT.stat().st_size <= corpus.MOST_BYTES
    count = corpus.unpack(tmp_path)
    found = [path.read_bytes() for path in tmp_path.iterdir()]
    assert count >= len(found) > 300
    assert any(data[:1] == b"m" and b"kind\xa4ping" in data for data in found)
    assert {data[:1] for data in found} >= {b"m", b"s", b"p", b"r"}


def test_what_is_packed_does_not_hold_the_golden_messages_twice(
    corpus: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "KEPT", tmp_path / "kept.zip")
    found = tmp_path / "found"
    found.mkdir()
    (found / "new").write_bytes(b"m\x01\x00\xc1")
    (found / "golden").write_bytes(corpus.messages()[0])
    first = corpus.pack(found)
    assert corpus.unpack(tmp_path / "out") == 1 + len(corpus.messages()) + len(corpus.files())
    (found / "new").touch()
    assert corpus.pack(found) == first
