"""docs/own_character.md: its example of an engine is one that the host can run, and its schema is one we read."""

from __future__ import annotations

import re
import sys
import types
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from engine_bridge.engines import engine_features
from engine_bridge.schema import CharacterSchema

PAGE = (Path(__file__).resolve().parent.parent / "docs/own_character.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_schema_on_the_page_is_a_schema() -> None:
    schema = CharacterSchema.from_json(block("json").encode())
    assert schema.names == ("jaw.width",) and schema.choices[0].options == ("none", "open")


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
