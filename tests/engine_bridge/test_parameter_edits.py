"""Edits: what a target means, what ranges, locks and mirror partners do to it, and what is refused in which words."""

from __future__ import annotations

import numpy as np
import pytest

from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from engine_bridge.parameter_edits import (
    Character,
    Edit,
    Rules,
    apply_edit,
    apply_edits,
    compact_locks,
    expand_locks,
    parse_edit,
    restore,
    select,
)

SCHEMA = engine_schema("embedded")
NEUTRAL = Character.neutral(SCHEMA)


def value(character: Character, name: str) -> float:
    return float(character.parameters[SCHEMA.index(name)])


def edited(*texts: str, character: Character = NEUTRAL, **rules: object) -> Character:
    held = Rules(**rules)  # pyright: ignore[reportArgumentType]
    return apply_edits(SCHEMA, character, map(parse_edit, texts), held).character


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("nose.width=0.4", Edit("nose.width", "=", 0.4)),
        (" nose.width = -1e-1 ", Edit("nose.width", "=", -0.1)),
        ("eye.*.size+=0.2", Edit("eye.*.size", "+=", 0.2)),
        ("lips-=1", Edit("lips", "-=", 1.0)),
        ("make-up-=1", Edit("make-up", "-=", 1.0)),
        ("make-up=default", Edit("make-up", "=", "default")),
        ("chin and neck.*=0", Edit("chin and neck.*", "=", 0.0)),
        ("hair.style=long", Edit("hair.style", "=", "long")),
    ],
)
def test_an_edit_is_read_from_text(text: str, edit: Edit) -> None:
    assert parse_edit(text) == edit


@pytest.mark.parametrize("text", ["", "nose.width", "=1", "nose.width=", "nose.width+=wide", "+=1", "nose.width 0.4"])
def test_text_that_is_no_edit_is_refused_in_words(text: str) -> None:
    with pytest.raises(InputError, match="The edit"):
        parse_edit(text)


def test_a_target_is_a_name_a_group_a_wildcard_or_all_of_a_group() -> None:
    assert select(SCHEMA, "nose.width") == ("nose.width",)
    assert select(SCHEMA, "Nose") == select(SCHEMA, "nose") == SCHEMA.groups["nose"]
    assert select(SCHEMA, "chin and neck.*") == SCHEMA.groups["chin and neck"]
    assert select(SCHEMA, "eye.*.size") == ("eye.left.size", "eye.right.size")
    # A wildcard is about names, and a group that is called so joins: the style is a choice called hair.style.
    assert select(SCHEMA, "hair.*") == (*SCHEMA.groups["hair"], "hair.style")


@pytest.mark.parametrize(("target", "near"), [("nose.widht", "nose.width"), ("philtrum", "mouth.philtrum")])
def test_an_unknown_target_suggests_the_nearest(target: str, near: str) -> None:
    with pytest.raises(InputError, match=rf"'{target}' \(did you mean '{near}'"):
        select(SCHEMA, target)


def test_values_are_set_and_moved_and_put_back() -> None:
    character = edited("nose.width=0.4", "nose.width+=0.25", "eye.*.size-=0.5", "hair.style=long")
    assert value(character, "nose.width") == pytest.approx(0.65)
    assert value(character, "eye.left.size") == value(character, "eye.right.size") == -0.5
    assert SCHEMA.choice_mapping(character.choices)["hair.style"] == "long"
    back = edited("nose.*=default", "eyes=default", "hair.style=default", character=character)
    assert back.same(NEUTRAL) and not character.same(NEUTRAL)


def test_a_value_out_of_range_is_refused_with_the_range_or_clamped_when_asked() -> None:
    with pytest.raises(InputError, match=r"'nose.width' would be 3, expected a number from -2.5 to 2.5"):
        edited("nose.width=3")
    with pytest.raises(InputError, match="would be nan"):
        edited("nose.width=nan", clamp=True)
    step = apply_edit(SCHEMA, NEUTRAL, parse_edit("nose+=9"), Rules(clamp=True))
    assert step.clamped == SCHEMA.groups["nose"] and value(step.character, "nose.hump") == 2.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hair.style=lnog", r"did you mean 'long'\?\), expected one of bald"),
        ("hair.style+=1", "takes '='"),
        ("nose.width=wide", "expected a number"),
        ("hair.*=0.1", "'hair.style' was given '0.1'"),
    ],
)
def test_a_value_that_does_not_suit_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        edited(text)


def test_edits_hold_together_or_not_at_all() -> None:
    before = NEUTRAL.parameters.copy()
    with pytest.raises(InputError):
        edited("nose.width=1", "nose.width=9")
    assert np.array_equal(NEUTRAL.parameters, before)


def test_a_mirror_partner_follows_on_request_unless_it_is_meant_itself_or_locked() -> None:
    assert value(edited("eye.left.size=1"), "eye.right.size") == 0
    assert value(edited("eye.left.size=1", mirror=True), "eye.right.size") == 1
    uneven = edited("eye.left.size=1")
    moved = edited("eye.*.size+=0.5", character=uneven, mirror=True)
    assert (value(moved, "eye.left.size"), value(moved, "eye.right.size")) == (1.5, 0.5)
    held = edited("eye.left.size=1", mirror=True, locked=frozenset({"eye.right.size"}))
    assert value(held, "eye.right.size") == 0


def test_a_locked_name_is_refused_and_a_locked_part_of_many_is_passed_over() -> None:
    rules = Rules(locked=expand_locks(SCHEMA, ["nose.width", "hair.style"]))
    with pytest.raises(InputError, match=r"'nose\.width' is locked"):
        apply_edit(SCHEMA, NEUTRAL, parse_edit("nose.width=1"), rules)
    with pytest.raises(InputError, match=r"'hair\.style' is locked"):
        apply_edit(SCHEMA, NEUTRAL, parse_edit("hair.style=long"), rules)
    step = apply_edit(SCHEMA, NEUTRAL, parse_edit("nose=1"), rules)
    assert step.skipped == ("nose.width",)
    assert set(step.changed) == set(SCHEMA.groups["nose"]) - {"nose.width"}
    with pytest.raises(InputError, match="All 20 of 'nose' are locked"):
        apply_edit(SCHEMA, NEUTRAL, parse_edit("nose=1"), Rules(locked=expand_locks(SCHEMA, ["nose"])))


def test_restoring_takes_values_from_elsewhere_past_locks() -> None:
    other = edited("nose=1", "lips=1", "hair.style=long")
    step = restore(SCHEMA, NEUTRAL, "*", other, Rules(locked=expand_locks(SCHEMA, ["lips"])))
    assert step.character.same(edited("nose=1", "hair.style=long"))
    assert step.skipped == SCHEMA.groups["lips"]


def test_locks_are_written_as_groups_where_they_can_be() -> None:
    locked = expand_locks(SCHEMA, ["lips", "nose.width", "base"])
    assert compact_locks(SCHEMA, locked) == ("lips", "nose.width", "base")
    assert expand_locks(SCHEMA, compact_locks(SCHEMA, locked)) == locked
