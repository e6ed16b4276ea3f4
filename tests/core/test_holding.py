"""Locks hold values bit for bit, mirror partners become equal, and what is missing is said."""

from __future__ import annotations

import numpy as np
import pytest

from core.holding import Hold
from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError

SCHEMA = engine_schema("embedded")
PAIRED = next(index for index, one in enumerate(SCHEMA.parameters) if one.mirror is not None)
PARTNER = SCHEMA.index(SCHEMA.parameters[PAIRED].mirror or "")
NOSE = [index for index, one in enumerate(SCHEMA.parameters) if one.group == "nose"]
FOUND = np.linspace(-1, 1, SCHEMA.count, dtype=np.float32)
CURRENT = np.full(SCHEMA.count, 0.1, np.float32)
OTHER = np.array([2, 1], np.uint8)


def test_a_locked_group_and_choice_stay_and_the_rest_is_what_was_found() -> None:
    hold = Hold.of(SCHEMA, ("nose", "hair.style"))
    parameters, choices = hold.apply(FOUND, SCHEMA.default_choices, CURRENT, OTHER)
    assert parameters[NOSE].tobytes() == CURRENT[NOSE].tobytes()
    others = np.setdiff1d(np.arange(SCHEMA.count), NOSE)
    assert parameters[others].tobytes() == FOUND[others].tobytes()
    assert choices.tolist() == [2, int(SCHEMA.default_choices[1])]
    assert not hold.nothing and Hold.of(SCHEMA).nothing


def test_partners_get_their_mean_or_the_locked_ones_value() -> None:
    mirrored = Hold.of(SCHEMA, (), mirrored=True).mirror(FOUND)
    assert mirrored[PAIRED] == mirrored[PARTNER] == pytest.approx((FOUND[PAIRED] + FOUND[PARTNER]) / 2)
    single = [index for index, one in enumerate(SCHEMA.parameters) if one.mirror is None]
    assert np.array_equal(mirrored[single], FOUND[single])
    hold = Hold.of(SCHEMA, (SCHEMA.names[PARTNER],), mirrored=True)
    held, _ = hold.apply(FOUND, SCHEMA.default_choices, CURRENT, None)
    assert held[PAIRED] == held[PARTNER] == CURRENT[PARTNER]
    assert not hold.free[PAIRED] and not hold.free[PARTNER] and hold.free.sum() == SCHEMA.count - 2


def test_many_rows_are_held_alike() -> None:
    rows, chosen = np.stack([FOUND, -FOUND]), np.tile(SCHEMA.default_choices, (2, 1))
    parameters, choices = Hold.of(SCHEMA, ("nose",)).apply(rows, chosen, CURRENT, None)
    assert (parameters[:, NOSE] == CURRENT[NOSE]).all() and choices.shape == (2, 2)


def test_a_lock_without_its_value_or_with_an_unknown_name_is_refused() -> None:
    with pytest.raises(InputError, match="current values are missing"):
        Hold.of(SCHEMA, ("nose",)).apply(FOUND, SCHEMA.default_choices, None, None)
    with pytest.raises(InputError, match="current values are missing"):
        Hold.of(SCHEMA, ("hair.style",)).apply(FOUND, SCHEMA.default_choices, CURRENT, None)
    with pytest.raises(InputError, match="beak"):
        Hold.of(SCHEMA, ("beak",))
