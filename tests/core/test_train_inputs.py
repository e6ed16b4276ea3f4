"""What goes into training: decoded captures, references, augmentation, regional colours, landmark map and photos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.align.cache import PhotoCache
from core.perception.appearance import CHEEKS, REGIONS, lightness, region_colours
from core.train import augment
from core.train.captures import change_from_neutral, head_mask, open_captures
from core.train.landmark_map import fit_landmarks
from core.train.photos import Photos, without_expression
from core.train.references import cube, open_references, sweep_parameters
from engine_bridge.engines import open_engine
from engine_bridge.errors import DatasetError


@dataclass
class FakeDataset:
    """The part of a dataset that training reads, kept in memory; counts how often images are decoded."""

    count: int
    image_px: int = 256
    seed: int = 3
    decoded: int = 0

    def __post_init__(self) -> None:
        self.schema = open_engine("pattern").schema
        self.info = SimpleNamespace(
            seed=self.seed, sampling="mixture", choices="random", engine="pattern", engine_version="1"
        )

    def __len__(self) -> int:
        return self.count

    def parameters(self) -> np.ndarray:
        return np.arange(self.count * self.schema.count, dtype=np.float32).reshape(self.count, -1) / 1000

    def choices(self) -> np.ndarray:
        return (np.arange(self.count) % 3 == 1).astype(np.uint8)[:, None]

    def images(self, rows: np.ndarray) -> np.ndarray:
        self.decoded += len(rows)
        flat = np.asarray(rows, np.uint8)[:, None, None, None]
        return np.broadcast_to(flat, (len(rows), self.image_px, self.image_px, 3)).copy()


def test_captures_are_decoded_once_grow_and_leave_out_other_choices(tmp_path: Path) -> None:
    first = FakeDataset(5)
    captures = open_captures(first, tmp_path)  # pyright: ignore[reportArgumentType]
    assert first.decoded == 5 and len(captures) == 3 + 0
    assert captures.rows.tolist() == [0, 2, 3]
    grown = FakeDataset(9)
    captures = open_captures(grown, tmp_path)  # pyright: ignore[reportArgumentType]
    assert grown.decoded == 4 and captures.rows.tolist() == [0, 2, 3, 5, 6, 8]
    parameters, images = captures.batch(np.array([1, 5]))
    assert torch.equal(parameters, torch.from_numpy(grown.parameters()[[2, 8]]))
    assert images.shape == (2, 3, 256, 256)
    assert images[:, 0, 0, 0].mul(255).tolist() == pytest.approx([2.0, 8.0])


def test_an_interrupted_decoding_goes_on_where_it_was(tmp_path: Path) -> None:
    dataset = FakeDataset(4)
    open_captures(dataset, tmp_path)  # pyright: ignore[reportArgumentType]
    with open(tmp_path / "images.u8", "ab") as file:
        file.write(b"torn")
    grown = FakeDataset(6)
    captures = open_captures(grown, tmp_path)  # pyright: ignore[reportArgumentType]
    assert grown.decoded == 2 and captures.images[5].min() == captures.images[5].max() == 5


def test_the_cache_of_another_dataset_and_another_size_are_refused(tmp_path: Path) -> None:
    open_captures(FakeDataset(2), tmp_path)  # pyright: ignore[reportArgumentType]
    with pytest.raises(DatasetError, match="another --cache"):
        open_captures(FakeDataset(2, seed=4), tmp_path)  # pyright: ignore[reportArgumentType]
    with pytest.raises(DatasetError, match="capture at 256 px"):
        open_captures(FakeDataset(2, image_px=64), tmp_path / "other")  # pyright: ignore[reportArgumentType]
    with pytest.raises(DatasetError, match="empty"):
        open_captures(FakeDataset(0), tmp_path / "third")  # pyright: ignore[reportArgumentType]


def test_change_from_neutral_and_the_head_mask_are_measured(tmp_path: Path) -> None:
    captures = open_captures(FakeDataset(9), tmp_path)  # pyright: ignore[reportArgumentType]
    neutral = np.full((256, 256, 3), 5, np.uint8)
    change = change_from_neutral(captures, neutral, tmp_path)
    assert change == pytest.approx(((captures.rows - 5) / 255.0) ** 2, rel=1e-5)
    assert np.array_equal(change_from_neutral(captures, neutral, tmp_path), change)
    assert head_mask(captures, neutral).all() and not head_mask(captures, neutral, samples=0).any()


def test_references_are_drawn_once_and_kept(tmp_path: Path) -> None:
    engine = open_engine("pattern")
    drawn: list[int] = []

    def render(parameters: np.ndarray) -> np.ndarray:
        drawn.append(len(parameters))
        return engine.render(parameters, np.zeros((len(parameters), 1), np.uint8), 32)

    first = open_references(engine.schema, tmp_path, lambda: render, per_regime=3)
    again = open_references(engine.schema, tmp_path, lambda: pytest.fail("drawn again"), per_regime=3)
    assert sum(drawn) == 1 + 2 * 3 + 2 * engine.schema.count
    assert np.array_equal(first.sweeps[1], again.sweeps[1])
    near, uniform = first.regimes["near_neutral"][0], first.regimes["uniform"][0]
    assert np.abs(near).max() <= 0.5 + 1e-6 < np.abs(uniform).max()


def test_sweeps_move_one_parameter_to_each_end() -> None:
    schema = open_engine("pattern").schema
    rows = sweep_parameters(schema)
    assert rows.shape == (2 * schema.count, schema.count)
    assert (np.count_nonzero(rows, axis=1) == 1).all()
    assert rows[6, 3] == schema.minimum[3] and rows[7, 3] == schema.maximum[3]
    assert np.abs(cube(schema, np.random.default_rng(0), 50, 0.1)).max() <= 0.25 + 1e-6


def test_degraded_images_stay_in_range_and_strength_zero_changes_nothing() -> None:
    torch.manual_seed(0)
    images = torch.rand(3, 3, 64, 64)
    assert augment.degrade(images, 0.0) is images
    changed = augment.degrade(images, 1.0)
    assert changed.shape == images.shape and changed.min() >= 0 and changed.max() <= 1
    assert (changed - images).abs().mean() > 0.01
    torch.manual_seed(0)
    again = torch.rand(3, 3, 64, 64)
    assert torch.equal(augment.degrade(again, 1.0), changed)


def test_jpeg_keeps_flat_colours_and_loses_fine_noise() -> None:
    torch.manual_seed(0)
    flat = torch.tensor([0.8, 0.4, 0.2]).view(1, 3, 1, 1).expand(2, 3, 32, 32)
    assert (augment.jpeg(flat, 1.0) - flat).abs().max() < 0.05
    noise = (0.5 + 0.02 * torch.randn(2, 3, 32, 32)).clamp(0, 1)
    assert augment.jpeg(noise, 1.0).std() < 0.7 * noise.std()


def test_only_the_flat_background_is_replaced() -> None:
    torch.manual_seed(1)
    render = torch.full((8, 3, 32, 32), 0.3)
    render[:, :, 8:24, 8:24] = 0.9
    changed = augment.replace_background(render, torch.full((3,), 0.3))
    assert (changed[:, :, 10:22, 10:22] == 0.9).all()
    corners = (changed[:, :, 0, 0] - 0.3).abs().amax(1)
    assert (corners > 0.02).any()
    scenes = torch.rand(2, 3, 32, 32)
    assert augment.replace_background(render, torch.full((3,), 0.3), scenes).shape == render.shape


def test_blurred_borders_leave_the_middle_alone() -> None:
    torch.manual_seed(2)
    images = torch.rand(6, 3, 64, 64)
    changed = augment.blur_borders(images, chance=1.0)
    assert torch.equal(changed[:, :, 17:47, 17:47], images[:, :, 17:47, 17:47])
    assert all(not torch.equal(a, b) for a, b in zip(changed, images, strict=True))
    assert torch.equal(augment.blur_borders(images, chance=0.0), images)


def test_regional_colours_are_read_where_the_landmarks_are() -> None:
    images = torch.zeros(1, 3, 64, 64)
    images[:, 0, :, 32:] = 1.0
    points = torch.full((1, 478, 2), 16.0)
    points[:, list(REGIONS["cheeks"])] = 48.0
    colours = region_colours(images, points)
    assert colours.shape == (1, len(REGIONS), 3)
    assert colours[0, CHEEKS].tolist() == [1.0, 0.0, 0.0]
    assert colours[0, :CHEEKS].abs().max() == 0.0
    assert lightness(torch.ones(3)) == pytest.approx(1.0)


def test_the_landmark_map_recovers_a_linear_relation() -> None:
    rng = torch.Generator().manual_seed(0)
    inputs = torch.rand(120, 6, generator=rng) * 2 - 1
    truth, bias = torch.randn(6, 478, 2, generator=rng), torch.full((478, 2), 100.0)
    points = bias + torch.einsum("bp,pnc->bnc", inputs, truth) + 0.01 * torch.randn(120, 478, 2, generator=rng)
    weight, found_bias, fit = fit_landmarks(inputs, points, doubted=2)
    assert (weight - truth).abs().max() < 0.05 and (found_bias - bias).abs().max() < 0.05
    assert fit.error_px < 0.05 < 0.5 < fit.neutral_error_px and (fit.renders, fit.doubted) == (120, 2)


def photo_cache(people: int, each: int) -> PhotoCache:
    rng = np.random.default_rng(0)
    count = people * each
    return PhotoCache(
        images=rng.integers(0, 255, (count, 256, 256, 3), np.uint8),
        points=rng.uniform(40, 200, (count, 478, 3)).astype(np.float32),
        identity=np.repeat(np.arange(people, dtype=np.int32), each),
        embeddings=rng.standard_normal((count, 128)).astype(np.float32),
        geometry=rng.standard_normal((count, 468, 3)).astype(np.float32),
        blendshapes=rng.uniform(0, 1, (count, 52)).astype(np.float32),
        yaw=np.zeros(count, np.float32),
        template=np.zeros((5, 2), np.float32),
        people=tuple(f"p{i}" for i in range(people)),
        photos=tuple(f"p{i // each}/{i}.jpg" for i in range(count)),
        skipped={},
    )


def test_photo_batches_are_pairs_of_training_people_only() -> None:
    photos = Photos(photo_cache(6, 3), held_out_people=2)
    held = set(photos.held_out_people.tolist())
    assert len(held) == 2 and photos.train_count == 12
    rng = np.random.default_rng(1)
    for _ in range(5):
        batch = photos.batch(3, rng)
        people = batch.people.tolist()
        assert people[::2] == people[1::2] and len(set(people)) == 3 and not held & set(people)
        assert batch.images.shape == (6, 3, 256, 256) and not torch.equal(batch.images[0], batch.images[1])
    assert set(photos.people[photos.held_out_rows].tolist()) == held


def test_a_photo_is_taught_a_share_of_what_its_person_s_photos_say_on_average() -> None:
    photos = Photos(photo_cache(6, 3), held_out_people=2)
    drawn = torch.rand(len(photos.images), 4)
    found = drawn.clone()
    photos.suggest(found, person_share=0.25)
    rows = next(iter(photos.rows_of.values()))
    assert torch.allclose(photos.suggested[rows], 0.75 * drawn[rows] + 0.25 * drawn[rows].mean(0))
    # People whom training holds out keep what their own photo says, and the finding itself is not changed.
    assert torch.equal(photos.suggested[photos.held_out_rows], drawn[photos.held_out_rows])
    assert torch.equal(found, drawn)


def test_too_few_people_or_photos_are_refused() -> None:
    with pytest.raises(DatasetError, match="3 people"):
        Photos(photo_cache(3, 2), held_out_people=2)
    with pytest.raises(DatasetError, match="pairs"):
        Photos(photo_cache(4, 1), held_out_people=0)


def test_expression_is_taken_out_of_geometry() -> None:
    rng = np.random.default_rng(0)
    blendshapes = rng.uniform(0, 1, (400, 52)).astype(np.float32)
    effect = rng.standard_normal((52, 468 * 3)).astype(np.float32)
    shape = 0.1 * rng.standard_normal((400, 468, 3)).astype(np.float32)
    geometry = (shape + (blendshapes @ effect).reshape(400, 468, 3)).astype(np.float32)
    cleaned = without_expression(geometry, blendshapes, np.arange(300))[300:]
    assert float(cleaned.var(0).mean()) < 0.1 * float(geometry[300:].var(0).mean())
