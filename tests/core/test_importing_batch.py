"""A run over photos: JSON and picture for each good one, one sentence for each bad one, and never half a result."""

from __future__ import annotations

import errno
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.importing.batch import Outcome, import_photos
from core.importing.sheet import CAPTION_PX, compose
from core.importing.sources import Found
from engine_bridge.engines import engine_schema
from engine_bridge.errors import EngineError, InputError
from engine_bridge.parameter_file import read_parameters

SCHEMA = engine_schema("pattern")
GREEN = np.tile(np.array([0, 200, 0], np.uint8), (16, 16, 1))


class FirstByte:
    """A source that makes a parameter of the photo's first byte, and refuses b"bad"."""

    schema = SCHEMA
    bundle = "tiny 1"
    max_photo_bytes = 100

    def __init__(self) -> None:
        self.slots: list[str] = []

    def find(self, photo: bytes, slot: str) -> Found:
        self.slots.append(slot)
        if photo == b"bad":
            raise InputError("The file is no picture.")
        vector = np.full(SCHEMA.count, photo[0] / 100, np.float32)
        grey, dark = np.full((16, 16, 3), 100, np.uint8), np.full((16, 16, 3), 20, np.uint8)
        return Found(vector, np.ones(1, np.uint8), grey, dark, 2, ("2 faces were found.",), {"align": 1.23456})

    def close(self) -> None: ...


def photos(folder: Path, **contents: bytes) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, data in contents.items():
        (folder / f"{name}.jpg").write_bytes(data)
    return [folder / f"{name}.jpg" for name in contents]


def draw(parameters: NDArray[np.float32], choices: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return GREEN


def test_the_json_is_a_parameter_file_that_says_where_it_came_from(tmp_path: Path) -> None:
    given = photos(tmp_path, anna=bytes([150]))
    assert import_photos(given, tmp_path / "out", FirstByte(), draw, lambda outcome: None) == 0
    path = tmp_path / "out" / "anna.json"
    vector, choices = read_parameters(path, SCHEMA)
    assert np.allclose(vector, 1.5) and choices.tolist() == [1]
    document = json.loads(path.read_text("utf-8"))
    assert (document["photo"], document["bundle"], document["faces"]) == ("anna.jpg", "tiny 1", 2)
    assert (document["warnings"], document["timings_ms"]) == (["2 faces were found."], {"align": 1.23})


def test_the_picture_shows_photo_character_and_imitator_side_by_side(tmp_path: Path) -> None:
    import_photos(photos(tmp_path, anna=bytes([1])), tmp_path / "out", FirstByte(), draw, lambda outcome: None)
    with Image.open(tmp_path / "out" / "anna.png") as picture:
        pixels = np.asarray(picture)
    middle = CAPTION_PX + 8
    assert [pixels[middle, x].tolist() for x in (8, 28, 48)] == [[100, 100, 100], [0, 200, 0], [20, 20, 20]]


def test_without_an_engine_the_picture_has_two_parts(tmp_path: Path) -> None:
    import_photos(photos(tmp_path, anna=bytes([1])), tmp_path / "out", FirstByte(), None, lambda outcome: None)
    with Image.open(tmp_path / "out" / "anna.png") as picture:
        assert picture.size == (36, 16 + CAPTION_PX)


def test_each_caption_stands_over_its_picture() -> None:
    sheet = np.asarray(Image.open(io.BytesIO(compose([("photo", np.zeros((64, 64, 3), np.uint8))] * 2))), np.int16)
    assert (sheet[:CAPTION_PX, :64] > 100).any() and (sheet[:CAPTION_PX, 68:] > 100).any()


def test_a_bad_photo_is_passed_over_and_counted(tmp_path: Path) -> None:
    given = photos(tmp_path, a=bytes([1]), b=b"bad", c=bytes(101), d=bytes([2]))
    seen: list[Outcome] = []
    source = FirstByte()
    assert import_photos(given, tmp_path / "out", source, draw, seen.append) == 2
    assert [outcome.error is None for outcome in seen] == [True, False, False, True]
    assert "no picture" in str(seen[1].error) and "at most" in str(seen[2].error)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.json", "a.png", "d.json", "d.png"]
    assert len(set(source.slots)) == len(source.slots)


def test_a_full_disk_ends_the_run_in_one_sentence_and_leaves_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = photos(tmp_path, a=bytes([1]), b=bytes([2]))
    whole, written = os.fsync, list[int]()

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) > 3:  # the first photo fits, and the second one's first file
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"Cannot write .*b\.png: No space left on device"):
        import_photos(given, tmp_path / "out", FirstByte(), draw, lambda outcome: None)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.json", "a.png"]


def test_an_engine_that_dies_ends_the_run_and_leaves_no_half(tmp_path: Path) -> None:
    def dying(parameters: NDArray[np.float32], choices: NDArray[np.uint8]) -> NDArray[np.uint8]:
        raise EngineError("The engine process exited with code 1.")

    with pytest.raises(EngineError):
        import_photos(photos(tmp_path, a=bytes([1])), tmp_path / "out", FirstByte(), dying, lambda outcome: None)
    assert not (tmp_path / "out").exists()
