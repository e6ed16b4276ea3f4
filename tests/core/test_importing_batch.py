"""A run over photos: JSON and picture for each good one, one sentence for each bad one, and never half a result."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.importing.batch import SHEET, TABLE, Draw, Orders, Outcome, Run
from core.importing.sheet import CAPTION_PX, compose
from core.importing.sources import Tell
from engine_bridge.client import Advice, ImportResult, RefineProgress, RefineResult, Variation, Wishes
from engine_bridge.client.wishes import Photos
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
    at_once = 1

    def __init__(self) -> None:
        self.slots: list[str] = []
        self.refined: list[bytes] = []

    def find(self, photos: Photos, slot: str, wishes: Wishes) -> ImportResult:
        self.slots.append(slot)
        several = not isinstance(photos, bytes)
        photo = photos if isinstance(photos, bytes) else photos[0]
        if photo == b"bad":
            raise InputError("The file is no picture.")
        vector = np.full(SCHEMA.count, photo[0] / 100).astype(np.float32)
        grey, dark = np.full((16, 16, 3), 100, np.uint8), np.full((16, 16, 3), 20, np.uint8)
        words = "2 faces were found."
        other = Variation(vector * np.float32(0.5), np.zeros(1, np.uint8), dark)
        return ImportResult(
            vector,
            np.ones(1, np.uint8),
            2,
            (words,),
            {"align": 1.23456},
            grey,
            dark,
            advice=(Advice("several-faces", "note", words),),
            confidence=np.full(SCHEMA.count, 0.25, np.float32),
            colours={"skin": (0.5, 0.25, 0.125)},
            weights=np.array([0.5, 1.0], np.float32) if several else None,
            variations=(other,) * wishes.variations,
        )

    def refine(self, photo: bytes, found: ImportResult, wishes: Wishes, steps: int, tell: Tell) -> RefineResult:
        self.refined.append(photo)
        moved = found.parameters + np.float32(0.5)
        return RefineResult(
            moved, found.choices, True, "engine", 2.0, 1.0, steps, "steps", "", {"search": 5.0}, None, None
        )

    def close(self) -> None: ...


def photos(folder: Path, **contents: bytes) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, data in contents.items():
        (folder / f"{name}.jpg").write_bytes(data)
    return [folder / f"{name}.jpg" for name in contents]


def draw(parameters: NDArray[np.float32], choices: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return GREEN


def run(
    given: list[Path], out: Path, source: FirstByte, drawing: Draw | None, report: Callable[[Outcome], None]
) -> int:
    return Run(out, source, drawing, report).each(given)


class AtOnce(FirstByte):
    """Waits at each photo until another is found beside it; then the first of the two goes on last."""

    at_once = 2

    def __init__(self) -> None:
        super().__init__()
        self._both = threading.Barrier(2)

    def find(self, photos: Photos, slot: str, wishes: Wishes) -> ImportResult:
        self._both.wait(10)
        if photos[0] == 1:
            time.sleep(0.05)
        return super().find(photos, slot, wishes)


def test_photos_that_are_found_at_once_are_reported_in_their_order(tmp_path: Path) -> None:
    given = photos(tmp_path, anna=b"\1", bert=b"bad", cleo=b"\1", dora=b"\2")
    told: list[Outcome] = []
    assert run(given, tmp_path / "out", AtOnce(), draw, told.append) == 1
    assert [outcome.photo.stem for outcome in told] == ["anna", "bert", "cleo", "dora"]
    assert [outcome.error is not None for outcome in told] == [False, True, False, False]
    assert read_parameters(tmp_path / "out" / "cleo.json", SCHEMA)[0][0] == pytest.approx(0.01)


def test_the_json_is_a_parameter_file_that_says_where_it_came_from(tmp_path: Path) -> None:
    given = photos(tmp_path, anna=bytes([150]))
    assert run(given, tmp_path / "out", FirstByte(), draw, lambda outcome: None) == 0
    path = tmp_path / "out" / "anna.json"
    vector, choices = read_parameters(path, SCHEMA)
    assert np.allclose(vector, 1.5) and choices.tolist() == [1]
    document = json.loads(path.read_text("utf-8"))
    assert (document["photo"], document["bundle"], document["faces"]) == ("anna.jpg", "tiny 1", 2)
    assert (document["warnings"], document["timings_ms"]) == (["2 faces were found."], {"align": 1.23})


def test_the_picture_shows_photo_character_and_imitator_side_by_side(tmp_path: Path) -> None:
    run(photos(tmp_path, anna=bytes([1])), tmp_path / "out", FirstByte(), draw, lambda outcome: None)
    with Image.open(tmp_path / "out" / "anna.png") as picture:
        pixels = np.asarray(picture)
    middle = CAPTION_PX + 8
    assert [pixels[middle, x].tolist() for x in (8, 28, 48)] == [[100, 100, 100], [0, 200, 0], [20, 20, 20]]


def test_without_an_engine_the_picture_has_two_parts(tmp_path: Path) -> None:
    run(photos(tmp_path, anna=bytes([1])), tmp_path / "out", FirstByte(), None, lambda outcome: None)
    with Image.open(tmp_path / "out" / "anna.png") as picture:
        assert picture.size == (36, 16 + CAPTION_PX)


def test_each_caption_stands_over_its_picture() -> None:
    sheet = np.asarray(Image.open(io.BytesIO(compose([("photo", np.zeros((64, 64, 3), np.uint8))] * 2))), np.int16)
    assert (sheet[:CAPTION_PX, :64] > 100).any() and (sheet[:CAPTION_PX, 68:] > 100).any()


def test_a_bad_photo_is_passed_over_and_counted(tmp_path: Path) -> None:
    given = photos(tmp_path, a=bytes([1]), b=b"bad", c=bytes(101), d=bytes([2]))
    seen: list[Outcome] = []
    source = FirstByte()
    assert run(given, tmp_path / "out", source, draw, seen.append) == 2
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
        run(given, tmp_path / "out", FirstByte(), draw, lambda outcome: None)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.json", "a.png"]


def test_an_engine_that_dies_ends_the_run_and_leaves_no_half(tmp_path: Path) -> None:
    def dying(parameters: NDArray[np.float32], choices: NDArray[np.uint8]) -> NDArray[np.uint8]:
        raise EngineError("The engine process exited with code 1.")

    with pytest.raises(EngineError):
        run(photos(tmp_path, a=bytes([1])), tmp_path / "out", FirstByte(), dying, lambda outcome: None)
    assert not (tmp_path / "out").exists()


def test_the_json_says_how_sure_each_parameter_is_and_which_colours_were_found(tmp_path: Path) -> None:
    run(photos(tmp_path, anna=bytes([150])), tmp_path / "out", FirstByte(), draw, lambda outcome: None)
    document = json.loads((tmp_path / "out" / "anna.json").read_text("utf-8"))
    assert set(document["confidence"].values()) == {0.25}
    assert document["colours"] == {"skin": [0.5, 0.25, 0.125]}
    assert document["advice"] == [{"code": "several-faces", "severity": "note", "words": "2 faces were found."}]


def test_the_overview_lists_the_good_photos_and_the_bad_ones(tmp_path: Path) -> None:
    out = tmp_path / "out"
    job = Run(out, FirstByte(), draw, lambda outcome: None)
    assert job.write_overview() == ()
    job.each(photos(tmp_path, anna=bytes([150]), bad=b"bad"))
    assert job.write_overview() == (out / SHEET, out / TABLE)
    page = (out / SHEET).read_text("utf-8")
    assert "anna.jpg" in page and "The file is no picture." in page and page.count("<img") == 3
    rows = list(csv.DictReader(io.StringIO((out / TABLE).read_text("utf-8-sig"))))
    assert [row["photo"] for row in rows] == ["anna.jpg", "bad.jpg"]
    assert float(rows[0][SCHEMA.names[0]]) == 1.5 and rows[1]["error"] == "The file is no picture."


def test_variations_are_files_of_their_own_beside_one_picture_of_all(tmp_path: Path) -> None:
    job = Run(tmp_path / "out", FirstByte(), draw, lambda outcome: None, Orders(Wishes(variations=2)))
    assert job.each(photos(tmp_path, anna=bytes([100]))) == 0
    found = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert found == ["anna.json", "anna.png", "anna.variation-1.json", "anna.variation-2.json", "anna.variations.png"]
    assert np.allclose(read_parameters(tmp_path / "out" / "anna.variation-2.json", SCHEMA)[0], 0.5)
    with Image.open(tmp_path / "out" / "anna.variations.png") as picture:
        assert picture.size == (4 * 16 + 3 * 4, 16 + CAPTION_PX)


def test_several_photos_of_one_person_make_one_character_refined_by_the_photo_that_counts_most(tmp_path: Path) -> None:
    source, out = FirstByte(), tmp_path / "out"
    job = Run(out, source, draw, lambda outcome: None, Orders(refine_steps=7))
    assert job.together(photos(tmp_path, anna=bytes([100]), berta=bytes([200]))) == 0
    assert sorted(path.name for path in out.iterdir()) == ["anna.json", "anna.png"]
    document = json.loads((out / "anna.json").read_text("utf-8"))
    assert document["photos"] == {"anna.jpg": 0.5, "berta.jpg": 1.0}
    assert source.refined == [bytes([200])]
    assert document["refined"] == {"steps": 7, "kept": True, "judge": "engine", "before": 2.0, "after": 1.0}
    assert np.allclose(read_parameters(out / "anna.json", SCHEMA)[0], 1.5)


def test_a_search_that_is_interrupted_keeps_its_best_so_far_and_ends_the_run(tmp_path: Path) -> None:
    class Interrupted(FirstByte):
        def refine(self, photo: bytes, found: ImportResult, wishes: Wishes, steps: int, tell: Tell) -> RefineResult:
            tell(RefineProgress(3, steps, 2.0, 1.5, 10.0, found.parameters + np.float32(0.25), None))
            raise KeyboardInterrupt

    out = tmp_path / "out"
    job = Run(out, Interrupted(), draw, lambda outcome: None, Orders(refine_steps=9))
    with pytest.raises(KeyboardInterrupt):
        job.each(photos(tmp_path, anna=bytes([100]), berta=bytes([100])))
    assert sorted(path.name for path in out.iterdir()) == ["anna.json", "anna.png"]
    assert np.allclose(read_parameters(out / "anna.json", SCHEMA)[0], 1.25)
    refined = json.loads((out / "anna.json").read_text("utf-8"))["refined"]
    assert refined == {"steps": 3, "kept": True, "judge": "imitator", "interrupted": True, "before": 2.0, "after": 1.5}
