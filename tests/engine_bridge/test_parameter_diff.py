"""Differences come largest first, in shares of a range; a search finds by words of names, labels and descriptions."""

from __future__ import annotations

import pytest

from engine_bridge.engines import engine_schema
from engine_bridge.parameter_diff import diff, search, standing_out
from engine_bridge.parameter_edits import Character, apply_edits, parse_edit

SCHEMA = engine_schema("embedded")
NEUTRAL = Character.neutral(SCHEMA)


def changed(*texts: str) -> Character:
    return apply_edits(SCHEMA, NEUTRAL, map(parse_edit, texts)).character


def test_differences_come_largest_first_with_group_and_share() -> None:
    found = diff(SCHEMA, changed("nose.width=0.5"), changed("nose.width=-0.5", "lips.gloss=2", "hair.style=bald"))
    assert [(each.name, each.group) for each in found.parameters] == [("lips.gloss", "lips"), ("nose.width", "nose")]
    assert [each.share for each in found.parameters] == pytest.approx([0.4, -0.2])
    assert [(each.name, each.old, each.new) for each in found.choices] == [("hair.style", "short", "bald")]
    assert found.to_document()["parameters"][1]["old"] == 0.5


def test_equal_characters_and_the_rounding_of_a_file_are_no_difference() -> None:
    near = Character(NEUTRAL.parameters + 5e-7, NEUTRAL.choices)
    assert not diff(SCHEMA, NEUTRAL, near) and not standing_out(SCHEMA, NEUTRAL, 3)


def test_what_stands_out_is_farthest_from_the_default() -> None:
    found = standing_out(SCHEMA, changed("nose=0.1", "nose.hump=-1", "chin.width=0.7"), 2)
    assert [each.name for each in found] == ["nose.hump", "chin.width"]


def test_a_search_needs_every_word_and_prefers_names_and_labels() -> None:
    assert search(SCHEMA, "NOSE wid")[0] == "nose.width"
    assert set(search(SCHEMA, "eye left size")) >= {"eye.left.size"}
    assert "hair.style" in search(SCHEMA, "hair style") and "hair.style" in search(SCHEMA, "buzz")
    found = search(SCHEMA, "wid")
    # "Widens the root between the eyes" is only in a description, so it comes after every width in a name.
    assert found.index("nose.width") < found.index("asymmetry.skull")
    assert search(SCHEMA, "zzz") == () and len(search(SCHEMA, " ")) == SCHEMA.count + len(SCHEMA.choices)
