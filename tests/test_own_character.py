"""docs/own_character.md: its example of an engine is one that the host can run, and its schema is one we read."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from core.archetypes import load_archetypes
from engine_bridge.engines import engine_features
from engine_bridge.schema import CharacterSchema

PAGE = (Path(__file__).resolve().parent.parent / "docs/own_character.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def block(language: str) -> str:
    return blocks(language)[0]


def test_the_schema_on_the_page_is_a_schema() -> None:
    schema = CharacterSchema.from_json(block("json").encode())
    assert schema.names == ("jaw.width",) and schema.choices[0].options == ("none", "open")


def test_the_archetypes_on_the_page_are_archetypes_of_that_schema(tmp_path: Path) -> None:
    (tmp_path / "knight.json").write_text(blocks("json")[1], encoding="utf-8")
    found = load_archetypes(tmp_path / "knight.json", CharacterSchema.from_json(block("json").encode()))
    assert found.groups == ("woman", "man")
    assert found.parameters[:, 0].tolist() == pytest.approx([-0.6, 0.4])
    assert found.gains[:, 0].tolist() == pytest.approx([0.8, 1.2])


def test_the_engine_on_the_page_draws_what_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def draw(values: dict[str, float], options: dict[str, str], image_px: int) -> npt.NDArray[np.uint8]:
        level = round(100 + 50 * values["jaw.width"]) + (options["helmet"] == "open")
        return np.full((image_px, image_px, 3), level, np.uint8)

    game = types.ModuleType("my_game")
    game.__dict__.update(SCHEMA_JSON=block("json").encode(), draw=draw)
    monkeypatch.setitem(sys.modules, "my_game", game)
    space: dict[str, type] = {}
    exec(compile(block("python"), "docs/own_character.md", "exec"), space)
    engine = space["KnightEngine"]()
    images = engine.render(np.array([[-1.0], [1.0]], np.float32), np.array([[0], [1]], np.uint8), 16)
    assert images.shape == (2, 16, 16, 3) and images.dtype == np.uint8
    assert images[:, 0, 0, 0].tolist() == [50, 151]
    assert engine_features(engine) == ()
    engine.close()
