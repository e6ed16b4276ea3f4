"""The table finds what is invisible, half dead, doubled or dependent, and passes what is not."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt

from data_capture.influence import Change, Halves
from data_capture.parameter_table import CRITERIA, Table, build_table, faults, is_seen, steps
from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.schema import CharacterSchema, Parameter

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
NAMES = ("broad", "twin", "one-sided", "iris", "faint", "still", "colour of what is not there", "density")
PX = 64


def flawed(parameters: Floats) -> Bytes:
    """(N, 8) parameters -> (N, 64, 64, 3): every flaw that the table knows, each on its own pixels."""
    images = np.full((len(parameters), PX, PX, 3), 100.0)
    for image, (broad, twin, one, iris, faint, _, colour, density) in zip(images, parameters.tolist(), strict=True):
        image[:32] += 8.0 * broad + 8.02 * twin
        image[40:48] += 9.0 * max(0.0, one)
        image[50:54, 10:15, 2] += 12.0 * iris
        image[55:58] += 0.8 * faint
        image[60:64] -= np.array([4.0, 8.0, 8.0]) * (density + 2.5) / 2.0
        image[60:64, :, 0] += 9.0 * colour * (density > 0)
    return np.round(np.clip(images, 0.0, 255.0)).astype(np.uint8)


def flawed_schema() -> CharacterSchema:
    groups = ["shape"] * 4 + ["paint"] * 4
    pairs = zip(NAMES, groups, strict=True)
    parameters = (Parameter(name, group, name, "A.", -2.5, 2.5, 0.0, None, "shape") for name, group in pairs)
    return CharacterSchema("flawed", "1", tuple(parameters))


def flawed_table() -> Table:
    return build_table(flawed, flawed_schema(), 6, 0)


def test_every_flaw_is_found_and_named_under_its_criterion() -> None:
    failures = flawed_table().failures()
    assert list(failures) == list(CRITERIA)
    assert [line.partition(":")[0] for line in failures["invisible"]] == ["faint", "still"]
    assert [line.partition(":")[0] for line in failures["dead half"]] == ["one-sided"]
    assert [line.partition(":")[0] for line in failures["near-duplicate"]] == ["broad and twin"]
    assert failures["rank"][0].endswith("on the neutral face, wanted 7") and "random face 5" in failures["rank"][-1]


def test_a_small_patch_of_strong_change_counts_as_visible() -> None:
    (iris,) = (row for row in flawed_table().rows if row.name == "iris")
    assert iris.faults == () and iris.mean < 1.0 and iris.area_px == 20.0 and iris.contrast == 20.0


def test_a_parameter_that_needs_another_is_judged_where_the_other_is_there() -> None:
    rows = {row.name: row for row in flawed_table().rows}
    assert rows["colour of what is not there"].judged_on == "random"
    assert "invisible" not in rows["colour of what is not there"].faults
    assert rows["still"].judged_on == "neutral"


def test_without_random_faces_a_dependent_parameter_is_invisible() -> None:
    rows = {row.name: row for row in build_table(flawed, flawed_schema(), 0, 0).rows}
    assert rows["colour of what is not there"].faults == ("invisible",)


def test_a_sound_character_passes_and_the_progress_bar_ends_at_its_end() -> None:
    engine, calls = PatternEngine(), [0]

    def draw(parameters: Floats) -> Bytes:
        return engine.render(parameters, np.zeros((len(parameters), 1), np.uint8), 64)

    def count() -> None:
        calls[0] += 1

    table = build_table(draw, engine.schema, 2, 7, count)
    assert table.failures() == {} and table.ranks == (12, 12, 12)
    assert calls[0] == steps(engine.schema, 2)


def test_the_text_names_every_parameter_under_its_group_and_the_json_holds_the_same_failures() -> None:
    table = flawed_table()
    lines = table.text().splitlines()
    assert lines[0] == "[shape]" and "[paint]" in lines
    for name in NAMES:
        assert sum(line.startswith(name) for line in lines) == 1
    (still,) = (line for line in lines if line.startswith("still"))
    assert still.endswith("<- invisible")
    document = json.loads(json.dumps(table.document()))
    assert document["failures"] == table.failures() and [row["name"] for row in document["rows"]] == list(NAMES)
    assert document["limits"]["duplicate_cosine"] == 0.98


def test_a_change_must_be_both_strong_and_wide_enough_to_be_seen() -> None:
    assert is_seen(Change(96.0, 6.0, 16.0))
    assert not is_seen(Change(96.0, 5.9, 16.3)) and not is_seen(Change(900.0, 60.0, 15.0))


def test_a_half_that_does_a_tenth_of_the_other_is_dead_though_it_can_be_seen() -> None:
    strong, weak = Change(90_000.0, 30.0, 3000.0), Change(8_000.0, 4.0, 2000.0)
    assert faults(Halves(strong, weak, strong)) == ("dead half",)
    assert faults(Halves(strong, strong, strong)) == ()
    assert faults(Halves(strong, None, strong)) == ()
