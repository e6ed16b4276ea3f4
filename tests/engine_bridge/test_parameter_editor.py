"""The editor: one undo step a gesture, redo, locks that hold against everything, and what reset returns to."""

from __future__ import annotations

import pytest

from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from engine_bridge.parameter_editor import MOST_STEPS, ParameterEditor
from engine_bridge.parameter_edits import Character, apply_edits, parse_edit

SCHEMA = engine_schema("embedded")


def changed(*texts: str) -> Character:
    return apply_edits(SCHEMA, Character.neutral(SCHEMA), map(parse_edit, texts)).character


def test_a_drag_is_one_step_and_two_drags_are_two() -> None:
    editor = ParameterEditor(SCHEMA)
    for value in (0.1, 0.2, 0.3):
        editor.set("nose.width", value, gesture="drag")
    editor.end_gesture()
    editor.set("nose.width", 0.4, gesture="drag")
    assert editor.undoable.endswith(" +0.40")
    editor.undo()
    assert editor.character.same(changed("nose.width=0.3"))
    editor.undo()
    assert editor.character.same(changed()) and editor.undo() == "" and not editor.undoable
    editor.redo()
    assert editor.character.same(changed("nose.width=0.3"))
    editor.redo()
    assert editor.character.same(changed("nose.width=0.4")) and editor.redo() == ""


def test_a_new_edit_ends_what_could_be_done_again_and_an_edit_without_effect_is_no_step() -> None:
    editor = ParameterEditor(SCHEMA)
    editor.set("nose.width", 1.0)
    editor.undo()
    editor.set("nose.width", 0.0)
    assert editor.redoable and not editor.undoable
    editor.set("hair.style", "long")
    assert not editor.redoable


def test_an_undone_drag_does_not_swallow_the_next_edit_of_its_name() -> None:
    editor = ParameterEditor(SCHEMA)
    editor.set("nose.width", 1.0, gesture="drag")
    editor.set("nose.hump", 1.0, gesture="other")
    editor.undo()
    editor.set("nose.width", 2.0, gesture="drag")
    editor.undo()
    assert editor.character.same(changed("nose.width=1"))


def test_locks_hold_against_edits_resets_and_loads() -> None:
    editor = ParameterEditor(SCHEMA)
    editor.set("nose.width", 1.0)
    editor.lock("nose")
    with pytest.raises(InputError, match="locked"):
        editor.set("nose.width", 0.0)
    editor.load(changed("nose=2", "lips=1"), "imported a photo")
    assert editor.character.same(changed("nose.width=1", "lips=1"))
    editor.reset()
    assert editor.character.same(changed("nose.width=1", "lips=1"))
    assert editor.is_locked("nose") and not editor.is_locked("lips")
    editor.unlock("nose.width")
    assert not editor.is_locked("nose") and editor.is_locked("nose.hump")


def test_reset_returns_to_what_was_loaded_and_to_neutral_when_asked() -> None:
    editor = ParameterEditor(SCHEMA)
    editor.load(changed("lips=1"), "opened a preset")
    editor.edit(parse_edit("lips+=0.5"))
    editor.set("hair.style", "long")
    editor.reset("lips")
    assert editor.character.same(changed("lips=1", "hair.style=long"))
    editor.reset("lips", neutral=True)
    assert editor.character.same(changed("hair.style=long"))
    editor.reset()
    assert editor.character.same(changed("lips=1")) and editor.undoable == "reset everything"


def test_undoing_a_load_also_undoes_where_reset_leads() -> None:
    editor = ParameterEditor(SCHEMA)
    editor.load(changed("lips=1"), "imported a photo")
    editor.undo()
    editor.set("nose.width", 1.0)
    editor.reset()
    assert editor.character.same(changed())
    editor.undo()
    editor.undo()
    editor.load(changed("lips=2"), "imported another")
    editor.undo()
    editor.redo()
    editor.set("nose.width", 1.0)
    editor.reset()
    assert editor.character.same(changed("lips=2"))


def test_the_mirror_link_moves_both_sides_as_one_step() -> None:
    editor = ParameterEditor(SCHEMA)
    editor.mirror = True
    assert set(editor.set("ear.left.size", 1.5).changed) == {"ear.left.size", "ear.right.size"}
    editor.undo()
    assert editor.character.same(changed())


def test_steps_are_bounded() -> None:
    editor = ParameterEditor(SCHEMA)
    for number in range(MOST_STEPS + 5):
        editor.set("nose.width", (number % 2) + 0.5)
    undone = 0
    while editor.undo():
        undone += 1
    assert undone == MOST_STEPS
