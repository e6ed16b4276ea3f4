"""The quality filter drops what nobody should learn from and says why; folders without identities are used too."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core.align.cache import PhotoCache, build_cache
from core.align.quality import Quality, QualityLimits, counted, sharpness, told
from core.train.photos import Photos
from engine_bridge.errors import DatasetError
from tests.core.test_photo_cache import TEMPLATE
from tests.core.test_train_inputs import photo_cache


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory, astronaut: NDArray[np.uint8], grace_hopper: Path) -> Path:
    """A cache of a folder without subfolders: a good portrait, the same out of focus, a tiny one, and a good one."""
    folder, out = tmp_path_factory.mktemp("flat"), tmp_path_factory.mktemp("cache")
    portrait = Image.fromarray(astronaut)
    portrait.save(folder / "1-good.png")
    portrait.filter(ImageFilter.GaussianBlur(3)).save(folder / "2-soft.png")
    portrait.resize((256, 256)).save(folder / "3-tiny.png")
    shutil.copy(grace_hopper, folder / "4-good.jpg")
    build_cache(folder, out, TEMPLATE)
    return out


def test_a_flat_folder_makes_every_photo_a_person_of_its_own(flat: Path) -> None:
    cache = PhotoCache.open(flat)
    assert not cache.identities and cache.people == cache.photos and cache.identity.tolist() == [0, 1, 2, 3]


def test_blur_and_size_are_measured_and_counted_in_the_card(flat: Path) -> None:
    cache = PhotoCache.open(flat)
    assert cache.sharpness is not None and cache.face_px is not None and cache.presence is not None
    assert cache.sharpness[1] < 0.5 * cache.sharpness[0]
    assert cache.face_px[2] == pytest.approx(cache.face_px[0] / 2, rel=0.1)
    assert (cache.presence > 0.8).all()
    limits = QualityLimits(face_px=60, sharpness=float(cache.sharpness[1]) * 1.01)
    assert cache.quality().faults(limits) == ["", "too blurred", "too small", ""]
    card = json.loads((flat / "cache.json").read_text())
    assert card["below_usual_quality"] == counted(cache.quality().faults(QualityLimits()))
    assert card["below_usual_quality"]["too small"] == 1


def test_a_cache_from_before_quality_was_measured_opens_and_is_judged_by_what_it_holds(
    flat: Path, tmp_path: Path
) -> None:
    whole = PhotoCache.open(flat)
    for path in flat.iterdir():
        if path.stem not in ("face_px", "presence", "sharpness"):
            shutil.copy(path, tmp_path)
    old = PhotoCache.open(tmp_path)
    assert old.face_px is None and old.sharpness is None and old.presence is None
    assert np.allclose(old.quality().sharpness, whole.quality().sharpness)
    assert "too small" not in old.quality().faults(QualityLimits())


def test_the_first_reason_counts_and_the_sentence_names_all() -> None:
    quality = Quality(
        sharpness=np.array([0.1, 0.0, 0.0], np.float32),
        yaw_deg=np.array([0.0, -50.0, 3.0], np.float32),
        presence=np.array([0.9, 0.9, 0.2], np.float32),
    )
    faults = quality.faults(QualityLimits())
    assert faults == ["", "turned too far", "hardly a face"]
    assert quality.faults(QualityLimits.none()) == ["", "", ""]
    sentence = told(counted(faults), 3)
    assert sentence == "2 of 3 aligned photos are not learned from: 1 turned too far, 1 hardly a face."
    assert told({}, 3) == "0 of 3 aligned photos are not learned from."
    assert sharpness(np.zeros((0, 256, 256, 3), np.uint8)).shape == (0,)


def test_dropped_photos_are_in_no_batch_and_are_said() -> None:
    cache = photo_cache(6, 3)
    yaw = np.zeros(18, np.float32)
    yaw[[0, 4, 16]] = 80.0
    cache = dataclasses.replace(cache, yaw=yaw)
    photos = Photos(cache, held_out_people=1, limits=QualityLimits())
    assert photos.dropped == {"turned too far": 3}
    used = {row for rows in photos.rows_of.values() for row in rows.tolist()} | set(photos.held_out_rows.tolist())
    assert used == set(range(18)) - {0, 4, 16} and photos.train_count + len(photos.held_out_rows) == 15
    assert photos.remarks(4) == ["3 of 18 aligned photos are not learned from: 3 turned too far."]
    everything = dataclasses.replace(cache, yaw=np.full(18, 80.0, np.float32))
    with pytest.raises(DatasetError, match=r"Fewer than two people .* \(18 of 18 .* turned too far\); add photos"):
        Photos(everything, held_out_people=1, limits=QualityLimits())


def test_without_identities_batches_are_of_any_photos_and_the_contrastive_loss_is_said_to_be_off() -> None:
    cache = dataclasses.replace(photo_cache(12, 1), photos=tuple(f"{i}.jpg" for i in range(12)))
    photos = Photos(cache, held_out_people=2)
    assert not photos.paired
    rows = photos.pairs(3, np.random.default_rng(0))
    assert len(set(rows.tolist())) == 6 and not set(rows.tolist()) & set(photos.held_out_rows.tolist())
    said = " ".join(photos.remarks(64))
    assert "contrastive loss is off" in said and "only 10 photos" in said


def test_one_person_and_fewer_photos_than_a_batch_cost_a_sentence_each() -> None:
    with pytest.raises(DatasetError, match="All photos show one person"):
        Photos(photo_cache(1, 5), held_out_people=0)
    with pytest.raises(DatasetError, match="put them all into one folder"):
        Photos(photo_cache(4, 1), held_out_people=0)
    remarks = Photos(photo_cache(4, 2), held_out_people=1).remarks(64)
    assert remarks == ["There are only pairs of 3 people to learn from, so a step takes fewer photos than --batch 64."]
