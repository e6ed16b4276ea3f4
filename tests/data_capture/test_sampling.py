"""Tests of data_capture.sampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_capture import sampling
from engine_bridge.engines.pattern import pattern_schema
from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema, Choice, Parameter

WITHOUT_FACES = ("mixture", "uniform")
SCHEMA = pattern_schema()


def _wide_schema() -> CharacterSchema:
    """Forty parameters whose default is not the middle of their range, and two choices."""
    parameters = tuple(
        Parameter(f"p{k:02d}", "g", f"P {k}", "A parameter.", -1.0, 3.0, 0.5, None, "shape") for k in range(40)
    )
    choices = tuple(
        Choice(name, name, "A choice.", tuple(f"o{k}" for k in range(count)), "o0")
        for name, count in (("a", 3), ("b", 5))
    )
    return CharacterSchema("wide", "1", parameters, choices)


@pytest.mark.parametrize("mode", WITHOUT_FACES)
def test_a_sample_depends_on_its_seed_and_index_and_on_nothing_else(mode: str) -> None:
    block = sampling.sample_block(SCHEMA, 5, [9, 2, 700], mode)
    for row, index in enumerate([9, 2, 700]):
        assert np.array_equal(block[row], sampling.parameters(SCHEMA, 5, index, mode))
    assert len({row.tobytes() for row in block}) == 3
    assert not np.array_equal(block, sampling.sample_block(SCHEMA, 6, [9, 2, 700], mode))


def test_the_numbers_of_a_seed_never_change_between_releases() -> None:
    values = sampling.sample_block(SCHEMA, 1, [0, 1, 2, 12345], "mixture")
    expected = {
        0: [-2.2396667, 1.225439, -1.2686697],
        1: [-0.20309232, -0.05031024, 0.03861164],
    }
    for index, start in expected.items():
        np.testing.assert_allclose(values[index][:3], start, rtol=0, atol=1e-6)


def test_seed_zero_is_a_seed_and_not_a_request_for_chance() -> None:
    first, second = (sampling.sample_block(SCHEMA, 0, range(4)) for _ in range(2))
    assert np.array_equal(first, second)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**64 - 1), index=st.integers(0, 2**40), mode=st.sampled_from(WITHOUT_FACES))
def test_every_sample_is_accepted_by_the_schema(seed: int, index: int, mode: str) -> None:
    schema = _wide_schema()
    values = sampling.parameters(schema, seed, index, mode)
    assert values.dtype == np.float32
    assert np.array_equal(schema.check(values), values)
    schema.check_choices(sampling.choices(schema, seed, index, "random"))


def test_uniform_sampling_fills_the_whole_range_evenly() -> None:
    values = sampling.sample_block(_wide_schema(), 1, range(2000), "uniform")
    quarters = np.histogram(values, bins=4, range=(-1.0, 3.0))[0] / values.size
    np.testing.assert_allclose(quarters, 0.25, atol=0.01)


def test_a_third_each_of_the_mixture_is_cube_scaled_cube_and_sparse_edits() -> None:
    schema = _wide_schema()
    values = sampling.sample_block(schema, 1, range(3000), "mixture")
    moved = values != schema.defaults
    reach = np.abs(values - schema.defaults).max(axis=1)
    few = moved.sum(axis=1) <= sampling.MOST_EDITS
    assert 1 / 6 - 0.03 < few.mean() < 1 / 6 + 0.03  # the half of the sparse third that has no base
    assert moved[few].sum(axis=1).min() == 1
    assert moved[few].sum(axis=1).max() == sampling.MOST_EDITS
    # Only a scaled cube moves everything and yet nothing far; its factor is log-uniform down to 0.05.
    near = ~few & (reach < 0.5 * 2.5)
    assert 0.15 < near.mean() < 0.35
    assert reach[~few].min() < 0.2
    assert (reach > 0.9 * 2.5).mean() > 1 / 3  # the cube itself, and large single edits


def test_more_edits_than_parameters_are_not_asked_for() -> None:
    schema = CharacterSchema("one", "1", _wide_schema().parameters[:1])
    assert sampling.sample_block(schema, 1, range(50)).shape == (50, 1)


def test_default_choices_are_the_schemas_and_random_ones_take_every_option() -> None:
    schema = _wide_schema()
    assert np.array_equal(sampling.choice_block(schema, 1, range(3)), np.tile(schema.default_choices, (3, 1)))
    drawn = sampling.choice_block(schema, 1, range(300), "random")
    assert [sorted(set(column)) for column in drawn.T.tolist()] == [[0, 1, 2], [0, 1, 2, 3, 4]]


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_outside_64_bits_is_refused_with_its_value(seed: int) -> None:
    with pytest.raises(InputError, match=str(seed)):
        sampling.parameters(SCHEMA, seed, 0)


def test_an_unknown_sampling_or_choice_mode_or_index_is_refused() -> None:
    with pytest.raises(InputError, match="'cube'"):
        sampling.parameters(SCHEMA, 1, 0, "cube")
    with pytest.raises(InputError, match="'all'"):
        sampling.choices(SCHEMA, 1, 0, "all")
    with pytest.raises(InputError, match="-1"):
        sampling.parameters(SCHEMA, 1, -1)
