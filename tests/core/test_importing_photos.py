"""Which photos an import means and what its results are called: nothing of the user's is ever overwritten by them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.importing.photos import find_photos, printable, read_photo_file, result_stems
from engine_bridge.errors import InputError


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_a_folder_means_its_photos_in_order_without_hidden_files_and_subfolders(tmp_path: Path) -> None:
    touch(*(tmp_path / name for name in ("b.JPG", "a.png", "notes.txt", ".hidden.jpg", "below/c.jpg")))
    found, missing = find_photos([tmp_path], tmp_path / "out")
    assert [path.name for path in found] == ["a.png", "b.JPG"]
    assert missing == []


def test_a_named_file_is_taken_whatever_its_suffix_and_each_photo_once(tmp_path: Path) -> None:
    touch(tmp_path / "portrait.dat", tmp_path / "a.jpg")
    found, _ = find_photos([tmp_path / "portrait.dat", tmp_path / "a.jpg", tmp_path], tmp_path / "out")
    assert [path.name for path in found] == ["portrait.dat", "a.jpg"]


def test_what_is_not_there_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg")
    (tmp_path / "empty").mkdir()
    given = [tmp_path / "gone.jpg", tmp_path / "empty", tmp_path / "a.jpg"]
    found, missing = find_photos(given, tmp_path / "out")
    assert found == [tmp_path / "a.jpg"]
    assert "gone.jpg: There is no such file" in str(missing[0])
    assert "empty: The folder holds no photo" in str(missing[1])


def test_results_do_not_go_into_the_folder_of_photos_that_is_imported(tmp_path: Path) -> None:
    touch(tmp_path / "a.jpg")
    with pytest.raises(InputError, match="choose another"):
        find_photos([tmp_path], tmp_path / "." / "")


def test_photos_of_one_name_get_numbers(tmp_path: Path) -> None:
    photos = [tmp_path / name for name in ("1/anna.jpg", "2/anna.png", "3/Anna.jpg", "anna-2.jpg", "bert.jpg")]
    assert result_stems(photos, tmp_path / "out") == ["anna", "anna-2", "Anna-3", "anna-2-2", "bert"]


def test_a_photo_that_lies_in_the_output_folder_is_not_overwritten(tmp_path: Path) -> None:
    touch(tmp_path / "anna.png", tmp_path / "bert.jpg")
    assert result_stems([tmp_path / "anna.png", tmp_path / "bert.jpg"], tmp_path) == ["anna-2", "bert"]


def test_a_file_is_read_up_to_the_limit_and_no_further(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(bytes(1000))
    assert read_photo_file(path, 1000) == bytes(1000)
    with pytest.raises(InputError, match="at most"):
        read_photo_file(path, 999)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_photo_file(tmp_path / "gone.jpg", 10)


def test_a_name_that_is_no_utf_8_can_still_be_printed() -> None:
    assert printable(os.fsdecode(b"anna\xff.jpg")).encode("utf-8") in (b"anna?.jpg", b"anna\xc3\xbf.jpg")
