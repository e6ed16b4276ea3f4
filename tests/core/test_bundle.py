"""Bundles: saved whole, loaded with every check, and packed from a run folder with an honest card."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from core.bundle import FILES, SHIPPED, Bundle, _factored, constant_shapes
from core.models.imitator import Imitator
from core.models.regressor import Reconstructor
from core.train.packing import CELEBA_LICENCE, UNSTATED, pack_bundle
from core.train.results import bounds, load_imitator, load_result, load_schema, save_result
from engine_bridge.engines import engine_schema
from engine_bridge.errors import BundleError, InputError, SchemaMismatch
from tests.core.readers import random_reader


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    schema = engine_schema("pattern")
    torch.manual_seed(0)
    constants = {name: torch.rand(shape) for name, shape in constant_shapes(schema.count).items()}
    imitator = Imitator(*bounds(schema), neutral=torch.rand(3, 256, 256)).eval()
    reconstructor = Reconstructor(*bounds(schema)).eval()
    reader = random_reader(schema.count, choices={0: len(schema.choices[0].options)})
    return Bundle(schema, imitator, reconstructor, reader, constants, {"name": "pattern", "version": "1"})


@pytest.fixture
def folder(bundle: Bundle, tmp_path: Path) -> Path:
    bundle.save(tmp_path / "b")
    return tmp_path / "b"


def test_a_bundle_comes_back_as_it_was_within_half_floats(bundle: Bundle, folder: Path) -> None:
    loaded = Bundle.load(folder)
    assert loaded.schema.hash == bundle.schema.hash
    assert (loaded.card["name"], loaded.card["version"]) == ("pattern", "1")
    parameters = torch.from_numpy(np.linspace(-2.5, 2.5, bundle.schema.count, dtype=np.float32))[None]
    with torch.no_grad():
        assert (loaded.imitator(parameters) - bundle.imitator(parameters)).abs().max() < 5e-3
    assert torch.equal(loaded.constants["embedding_mean"], bundle.constants["embedding_mean"])
    assert loaded.template.shape == (5, 2) and loaded.template.dtype == np.float32
    assert torch.equal(loaded.reader.feature_mean, bundle.reader.feature_mean)
    assert (loaded.reader.weight - bundle.reader.weight).abs().max() < 1e-3
    modules = (loaded.imitator, loaded.reconstructor, loaded.reader)
    assert not any(m.training or any(p.requires_grad for p in m.parameters()) for m in modules)
    assert all(p.dtype == torch.float32 for m in modules for p in m.parameters())


def test_the_neutral_picture_comes_back_exactly(bundle: Bundle, tmp_path: Path) -> None:
    drawn = (torch.rand(3, 256, 256) * 255).round() / 255
    with torch.no_grad():
        bundle.imitator.neutral.copy_(drawn)
    bundle.save(tmp_path / "exact")
    assert torch.equal(Bundle.load(tmp_path / "exact").imitator.neutral, drawn)


@pytest.mark.parametrize("size", [(128, 128), (256, 255)])
def test_a_neutral_picture_of_another_size_is_refused(folder: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size).save(folder / "neutral.png")
    with pytest.raises(BundleError, match=f"RGB {size[0]} x {size[1]}, expected RGB 256 x 256"):
        Bundle.load(folder)


def test_a_damaged_neutral_picture_is_refused(folder: Path) -> None:
    (folder / "neutral.png").write_bytes((folder / "neutral.png").read_bytes()[:900])
    with pytest.raises(BundleError, match=r"neutral\.png cannot be read"):
        Bundle.load(folder)


def test_the_shipped_bundle_fits_its_budget() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 14_500_000


def test_the_landmark_map_comes_back_within_a_tenth_of_a_pixel() -> None:
    weight = Bundle.load().constants["landmark_weight"]
    again = _factored(Bundle.load().constants)
    rebuilt = (again["landmark_left"].float() @ again["landmark_right"].float()).view_as(weight)
    assert float((weight - rebuilt).square().sum(0).div(3).mean().sqrt()) < 0.1


def test_loading_does_not_disturb_random_numbers(folder: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    Bundle.load(folder)
    assert torch.equal(torch.rand(3), expected)


def test_saving_again_replaces_and_leaves_nothing_behind(bundle: Bundle, folder: Path) -> None:
    replace(bundle, card={**bundle.card, "version": "2"}).save(folder)
    assert Bundle.load(folder).card["version"] == "2"
    assert [p.name for p in folder.parent.iterdir()] == ["b"]
    assert sorted(p.name for p in folder.iterdir()) == sorted(FILES)


def test_a_folder_of_something_else_is_not_overwritten(bundle: Bundle, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BundleError, match="not a bundle"):
        bundle.save(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BundleError, match=f"no {name}"):
        Bundle.load(folder)


@pytest.mark.parametrize("name", [n for n in FILES if n.endswith("safetensors")])
def test_truncated_weights_are_refused(folder: Path, name: str) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(BundleError, match="cannot be read"):
        Bundle.load(folder)


def test_a_schema_that_is_not_the_cards_is_refused(folder: Path) -> None:
    data = json.loads((folder / "schema.json").read_text())
    data["version"] = "other"
    (folder / "schema.json").write_text(json.dumps(data))
    with pytest.raises(BundleError, match="do not belong together"):
        Bundle.load(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "zip"}, "not the card"),
        ({"format_version": 99}, "format version 99"),
    ],
)
def test_foreign_cards_are_refused(folder: Path, change: dict[str, object], message: str) -> None:
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**card, **change}))
    with pytest.raises(BundleError, match=message):
        Bundle.load(folder)


def test_tensors_of_the_wrong_name_shape_or_value_are_refused_by_name(folder: Path) -> None:
    path = folder / "imitator.safetensors"
    good = load_file(path)
    cases = [
        ({k: v for k, v in good.items() if k != "first.bias"}, "first.bias is missing|first.bias"),
        ({**good, "extra": torch.zeros(1)}, "unknown tensor extra"),
        ({**good, "first.bias": torch.zeros(3)}, r"first.bias .*shape \(3,\)"),
        ({**good, "first.bias": torch.full_like(good["first.bias"], float("nan"))}, "first.bias .*not finite"),
    ]
    for tensors, message in cases:
        save_file(tensors, path)
        with pytest.raises(BundleError, match=message):
            Bundle.load(folder)


def test_a_reader_of_another_character_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    replace(bundle, reader=random_reader(bundle.schema.count + 1)).save(tmp_path / "b")
    with pytest.raises(BundleError, match="reads 13 parameters, but the character has 12"):
        Bundle.load(tmp_path / "b")


def test_weights_beyond_half_floats_are_refused_and_nothing_is_written(bundle: Bundle, tmp_path: Path) -> None:
    imitator = Imitator(*bounds(bundle.schema))
    with torch.no_grad():
        imitator.first.bias[0] = 1e6
    with pytest.raises(BundleError, match="half floats"):
        replace(bundle, imitator=imitator).save(tmp_path / "b")
    assert not list(tmp_path.iterdir())


def run_folder(bundle: Bundle, folder: Path) -> Path:
    schema = bundle.schema
    own = {n: t for n, t in bundle.constants.items() if not n.startswith("photo_")}
    means = {n: t for n, t in bundle.constants.items() if n.startswith("photo_")}
    facts = {"figures": {"explained": 0.8}, "config": {"steps": 1}, "data": {"samples": 3}}
    save_result(folder, "imitator", bundle.imitator.state_dict(), facts, schema)
    save_result(folder, "constants", own, {"fit": {"error_px": 2.0}}, schema)
    save_result(folder, "photo-means", means, {}, schema)
    facts_of_reader = {"fit": {"explained": 0.2}, "groups": ["woman", "man"]}
    save_result(folder, "reader", bundle.reader.state_dict(), facts_of_reader, schema)
    photos = {**facts, "photos": {"people": 2, "photos": 8}}
    save_result(folder, "reconstructor", bundle.reconstructor.state_dict(), photos, schema)
    return folder


def test_a_packed_bundle_says_what_it_was_made_from(bundle: Bundle, tmp_path: Path) -> None:
    packed = pack_bundle(run_folder(bundle, tmp_path), photos_name="CelebA, aligned")
    assert packed.card["licence"] == CELEBA_LICENCE and "non-commercial" in CELEBA_LICENCE
    assert packed.card["photos"] == {"source": "CelebA, aligned", "people": 2, "photos": 8}
    assert packed.card["figures"]["imitator"] == {"explained": 0.8}
    assert packed.card["figures"]["reader"] == {"explained": 0.2} and packed.card["groups"] == ["woman", "man"]
    assert packed.card["name"] == bundle.schema.character
    packed.save(tmp_path / "out")
    loaded = Bundle.load(tmp_path / "out")
    assert torch.equal(loaded.constants["photo_embedding_mean"], bundle.constants["photo_embedding_mean"])
    assert pack_bundle(tmp_path).card["licence"] == UNSTATED
    assert pack_bundle(tmp_path, licence="CC0").card["licence"] == "CC0"


def test_a_stage_that_did_not_run_or_ran_for_another_character_is_named(bundle: Bundle, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="train imitator"):
        load_schema(tmp_path)
    run_folder(bundle, tmp_path)
    (tmp_path / "reconstructor.safetensors").unlink()
    with pytest.raises(InputError, match="train reconstructor"):
        pack_bundle(tmp_path)
    facts = json.loads((tmp_path / "imitator.json").read_text())
    (tmp_path / "imitator.json").write_text(json.dumps({**facts, "schema": "0" * 64}))
    with pytest.raises(SchemaMismatch, match="same character"):
        load_imitator(tmp_path, bundle.schema)
    (tmp_path / "constants.safetensors").write_bytes(b"torn")
    with pytest.raises(InputError, match="cannot be read"):
        load_result(tmp_path, "constants", bundle.schema)
