"""The reader: recovers what acts linearly on features, around the archetype of the group that a face belongs to."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from core.archetypes import Archetypes, load_archetypes, neutral_archetype
from core.models.reader import Reader
from core.perception.features import FaceFeatures
from core.train.labels import UNKNOWN, read_labels
from core.train.reader import MIN_RENDERS, People, ReaderConfig, fit_reader
from engine_bridge.engines import engine_schema
from engine_bridge.errors import BundleError, DatasetError, InputError
from tests.core.readers import random_reader

SCHEMA = engine_schema("pattern")
COUNT = SCHEMA.count
REGIONS = 10
SYMMETRIC = ReaderConfig(directions=8, ridge=1.0, gain=1.0, asymmetry=1.0)


def faces(parameters: torch.Tensor, offset: torch.Tensor | float, seed: int = 0) -> FaceFeatures:
    """Features that parameters (N, P) in half-ranges move linearly, on top of a constant (N, 1) of the domain."""
    draw = torch.Generator().manual_seed(seed)
    geometry = parameters @ torch.randn(COUNT, 468 * 3, generator=draw)
    colours = 0.02 * parameters @ torch.randn(COUNT, REGIONS * 3, generator=draw)
    embedding = parameters @ torch.randn(COUNT, 128, generator=draw)
    return FaceFeatures(
        embedding + offset,
        (geometry - offset).unflatten(1, (468, 3)),
        (0.5 + colours).unflatten(1, (REGIONS, 3)),
        0.5 + colours[:, :3],
        torch.rand(len(parameters), 52, generator=draw),
    )


def uniform(count: int, seed: int, scale: float = 1.0) -> torch.Tensor:
    return scale * (2.0 * torch.rand(count, COUNT, generator=torch.Generator().manual_seed(seed)) - 1.0)


def everyone(count: int) -> People:
    return People(np.arange(count) // 2, np.arange(count) < count - 20, np.zeros(count, np.int64), {})


def test_photos_get_the_parameters_that_made_their_features_whatever_constant_sets_the_domains_apart() -> None:
    known, hidden = uniform(600, 1), uniform(300, 2, 0.5)
    photos = faces(hidden, 3.0)
    reader, fit = fit_reader(
        faces(known, 0.0), known, photos, everyone(300), neutral_archetype(SCHEMA), SCHEMA, SYMMETRIC
    )
    found = reader(photos).parameters
    expected = hidden - hidden[:280].mean(0)
    assert fit.explained > 0.9 and np.isnan(fit.group_accuracy)
    assert torch.corrcoef(torch.stack([found.flatten(), expected.flatten()]))[0, 1] > 0.95


def test_each_group_is_read_around_its_own_archetype() -> None:
    known, hidden = uniform(600, 1), uniform(300, 2, 0.3)
    group = np.arange(300) // 2 % 2
    # The groups differ by a constant of their embedding that has nothing to do with any parameter.
    shift = torch.zeros(300, 128)
    shift[:, 0] = 40.0 * torch.from_numpy(group).float()
    photos = faces(hidden, 0.0)
    photos = dataclasses.replace(photos, embeddings=photos.embeddings + shift)
    presets = np.stack([SCHEMA.defaults, SCHEMA.defaults]).astype(np.float32)
    presets[0, 0], presets[1, 0] = SCHEMA.minimum[0], SCHEMA.maximum[0]
    gains = np.ones((2, COUNT), np.float32)
    gains[:, 0] = 0.0
    archetypes = Archetypes(("a", "b"), presets, gains)
    people = dataclasses.replace(everyone(300), group=group.astype(np.int64))
    reader, fit = fit_reader(faces(known, 0.0), known, photos, people, archetypes, SCHEMA, SYMMETRIC)
    reading = reader(photos)
    assert fit.group_accuracy == 1.0
    assert torch.equal(reading.groups.argmax(1), torch.from_numpy(group))
    # A gain of 0 holds the parameter at its archetype.
    assert float((reading.parameters[:, 0] - torch.from_numpy(2.0 * group - 1.0)).abs().mean()) < 0.1
    others = torch.corrcoef(torch.stack([reading.parameters[:, 1:].flatten(), hidden[:, 1:].flatten()]))[0, 1]
    assert others > 0.9


def test_labelled_choices_are_read_from_embeddings() -> None:
    known, hidden = uniform(400, 1), uniform(300, 2)
    photos = faces(hidden, 0.0)
    label = (photos.embeddings[:, 3] > 0).long().numpy()
    label[:10] = UNKNOWN
    people = dataclasses.replace(everyone(300), options={0: label})
    options = len(SCHEMA.choices[0].options)
    reader, fit = fit_reader(faces(known, 0.0), known, photos, people, neutral_archetype(SCHEMA), SCHEMA)
    assert reader.choices == (0,) and reader(photos).choices[0].shape == (300, options)
    assert fit.choice_accuracy[SCHEMA.choices[0].name] > 0.75


def test_too_few_renders_and_groups_without_photos_are_refused() -> None:
    known = uniform(MIN_RENDERS - 1, 1)
    photos = faces(uniform(60, 2), 0.0)
    with pytest.raises(DatasetError, match="more --samples"):
        fit_reader(faces(known, 0.0), known, photos, everyone(60), neutral_archetype(SCHEMA), SCHEMA)
    two = Archetypes(("a", "b"), np.stack([SCHEMA.defaults] * 2), np.ones((2, COUNT), np.float32))
    nobody = dataclasses.replace(everyone(60), group=np.full(60, UNKNOWN, np.int64))
    known = uniform(MIN_RENDERS, 1)
    with pytest.raises(DatasetError, match="No training photo has a label"):
        fit_reader(faces(known, 0.0), known, photos, nobody, two, SCHEMA)


def test_what_expression_adds_is_taken_out_of_the_geometry() -> None:
    reader = random_reader(COUNT)
    still = faces(uniform(3, 1), 0.0)
    smiling = dataclasses.replace(still, blendshapes=torch.ones(3, 52))
    assert not torch.allclose(reader.shape(still), reader.shape(smiling))
    # Renders have none, so that nothing is taken out of them.
    assert reader.shape(dataclasses.replace(still, blendshapes=None)).isfinite().all()


def test_readings_stay_inside_the_range() -> None:
    found = random_reader(COUNT, gain=3.0)(faces(uniform(50, 2), 0.0))
    assert float(found.parameters.abs().max()) == 1.0
    assert torch.allclose(found.groups.sum(1), torch.ones(50))


def test_tensors_that_do_not_belong_together_are_refused() -> None:
    tensors = dict(random_reader(COUNT, choices={0: 3}).state_dict())
    with pytest.raises(BundleError, match="gain has shape"):
        Reader({**tensors, "gain": torch.ones(3, COUNT)})
    with pytest.raises(BundleError, match="'weight'"):
        Reader({name: value for name, value in tensors.items() if name != "weight"})
    with pytest.raises(BundleError, match="unknown"):
        Reader({**tensors, "unknown": torch.ones(1)})


def archetype_file(folder: Path, text: str) -> Path:
    path = folder / "archetypes.json"
    path.write_text('{"format": "facebridge-archetypes", "version": 1, ' + text + "}", encoding="utf-8")
    return path


def test_archetypes_are_read_with_gains_by_pattern(tmp_path: Path) -> None:
    first, second = SCHEMA.names[:2]
    path = archetype_file(
        tmp_path,
        f'"gains": {{"*": 0.5}}, "groups": {{"a": {{"parameters": {{"{first}": {SCHEMA.maximum[0]}}},'
        f' "gains": {{"{second}": 0}}}}, "b": {{"parameters": {{}}}}}}',
    )
    found = load_archetypes(path, SCHEMA)
    assert found.groups == ("a", "b")
    assert found.parameters[0, 0] == SCHEMA.maximum[0] and found.parameters[1, 0] == SCHEMA.defaults[0]
    assert found.gains[0, 1] == 0 and found.gains[1, 1] == 0.5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"groups": {}', "name no group"),
        ('"groups": {"a": {}}', "has no 'parameters'"),
        ('"groups": {"a": {"parameters": {"moon": 1}}}', "'moon', which the character does not have"),
        (f'"groups": {{"a": {{"parameters": {{"{SCHEMA.names[0]}": 99}}}}}}', "to 99, expected a number"),
        ('"gains": {"moon.*": 1}, "groups": {"a": {"parameters": {}}}', "matches nothing"),
        ('"gains": {"*": -1}, "groups": {"a": {"parameters": {}}}', "expected 0 to 4"),
    ],
)
def test_a_wrong_archetype_is_refused_in_words(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        load_archetypes(archetype_file(tmp_path, text), SCHEMA)


def test_the_shipped_archetypes_fit_the_embedded_character() -> None:
    from core.archetypes import shipped_archetypes

    schema = engine_schema("embedded")
    path = shipped_archetypes(schema.character)
    assert path is not None and load_archetypes(path, schema).groups == ("woman", "man")


def test_labels_name_people_groups_and_choices(tmp_path: Path) -> None:
    choice = SCHEMA.choices[0]
    table = tmp_path / "labels.csv"
    table.write_text(f"person,group,{choice.name}\nann,b,{choice.options[1]}\nbob,,\nstranger,a,\n", encoding="utf-8")
    group, options = read_labels(table, ["ann", "bob", "cid"], ["a", "b"], SCHEMA)
    assert group.tolist() == [1, UNKNOWN, UNKNOWN]
    assert options[0].tolist() == [1, UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name,group\nann,a\n", "no column 'person'"),
        ("person,moon\nann,a\n", "column 'moon'"),
        ("person,group\nann,c\n", "say 'c' under 'group' of ann, expected a, b"),
    ],
)
def test_wrong_labels_are_refused_in_words(tmp_path: Path, text: str, reason: str) -> None:
    table = tmp_path / "labels.csv"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        read_labels(table, ["ann"], ["a", "b"], SCHEMA)
