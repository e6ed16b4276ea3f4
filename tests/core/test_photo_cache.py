"""The cache of aligned photos: complete, resumable, honest about what it left out, never mixed up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.align import cache as cache_module
from core.align.cache import PhotoCache, build_cache
from core.align.face import align_photo
from engine_bridge.errors import DatasetError

TEMPLATE = np.array([[93, 115], [163, 115], [128, 155], [103, 185], [153, 185]], np.float32)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, astronaut: NDArray[np.uint8], grace_hopper: Path) -> Path:
    """Two people with four good photos between them, one broken file and one picture without a face."""
    folder = tmp_path_factory.mktemp("people")
    (folder / "eileen").mkdir()
    (folder / "grace").mkdir()
    Image.fromarray(astronaut).save(folder / "eileen" / "1.png")
    Image.fromarray(astronaut[::2, ::2]).save(folder / "eileen" / "2.png")
    Image.fromarray(astronaut[:, ::-1]).save(folder / "eileen" / "3.png")
    shutil.copy(grace_hopper, folder / "grace" / "1.jpg")
    (folder / "grace" / "broken.jpg").write_bytes(b"hello")
    Image.new("RGB", (90, 90)).save(folder / "grace" / "wall.png")
    (folder / "grace" / "notes.txt").write_text("not a photo")
    return folder


@pytest.fixture(scope="module")
def built(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cache")
    build_cache(people, out, TEMPLATE)
    return out


def test_every_usable_photo_is_there_with_its_person(built: Path) -> None:
    cache = PhotoCache.open(built)
    assert cache.people == ("eileen", "grace")
    assert cache.photos == ("eileen/1.png", "eileen/2.png", "eileen/3.png", "grace/1.jpg")
    assert cache.identity.tolist() == [0, 0, 0, 1]
    assert set(cache.skipped) == {"grace/broken.jpg", "grace/wall.png"}
    assert "not a picture" in cache.skipped["grace/broken.jpg"] and "No face" in cache.skipped["grace/wall.png"]


def test_the_arrays_are_what_alignment_gives(built: Path, people: Path) -> None:
    cache = PhotoCache.open(built)
    assert cache.images.shape == (4, 256, 256, 3) and cache.images.dtype == np.uint8
    assert cache.points.shape == (4, 478, 3) and cache.geometry.shape == (4, 468, 3)
    assert cache.embeddings.shape == (4, 128) and cache.blendshapes.shape == (4, 52) and cache.yaw.shape == (4,)
    with Image.open(people / "eileen" / "1.png") as image:
        alone = align_photo(np.array(image), TEMPLATE)
    assert np.abs(cache.images[0].astype(int) - alone.image).max() <= 1
    assert np.abs(cache.points[0] - alone.points478).max() < 0.05
    assert np.array_equal(cache.template, TEMPLATE)


def test_embeddings_tell_people_apart(built: Path) -> None:
    embeddings = PhotoCache.open(built).embeddings
    assert np.linalg.norm(embeddings[0] - embeddings[1]) < 0.5 < np.linalg.norm(embeddings[0] - embeddings[3])


def test_a_finished_cache_is_opened_and_not_made_again(
    built: Path, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "_run_parts", None)
    assert len(build_cache(people, built, TEMPLATE).photos) == 4


def test_a_killed_run_resumes_after_its_last_whole_part(
    people: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "_PART_PHOTOS", 2)
    original, calls = cache_module._batch, []

    def killed_at_the_second(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return original(*arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(cache_module, "_batch", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        build_cache(people, tmp_path, TEMPLATE)
    with pytest.raises(DatasetError, match="no finished photo cache"):
        PhotoCache.open(tmp_path)
    told: list[tuple[int, int]] = []
    cache = build_cache(people, tmp_path, TEMPLATE, progress=lambda done, total: told.append((done, total)))
    assert len(calls) == 4, "the first part of three was kept"
    assert told[-1] == (6, 6)
    whole = PhotoCache.open(built)
    assert cache.photos == whole.photos and cache.skipped == whole.skipped
    assert np.abs(cache.images.astype(int) - whole.images).max() <= 1
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json"] * 2 + [".npy"] * 10


def test_another_template_or_other_photos_are_refused(built: Path, people: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="another template"):
        build_cache(people, built, TEMPLATE + 1)
    fewer = tmp_path / "fewer" / "eileen"
    fewer.mkdir(parents=True)
    shutil.copy(people / "eileen" / "1.png", fewer)
    with pytest.raises(DatasetError, match="another photos"):
        build_cache(fewer.parent, built, TEMPLATE)


def test_a_folder_without_photos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no photos"):
        build_cache(tmp_path, tmp_path / "out", TEMPLATE)


def test_a_cache_of_another_version_is_refused(built: Path, tmp_path: Path) -> None:
    card = json.loads((built / "cache.json").read_text(encoding="utf-8"))
    (tmp_path / "cache.json").write_text(json.dumps(card | {"version": 99}), encoding="utf-8")
    with pytest.raises(DatasetError, match="version 99"):
        PhotoCache.open(tmp_path)
