"""The layouts of LFW, CFP and AgeDB in small, and what is said of folders that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.evaluate.layouts import AGE_GAP_YEARS, read_layout
from core.evaluate.verification import FOLDS
from engine_bridge.errors import InputError


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")


def lfw(root: Path) -> Path:
    """Ten folds of one pair of each kind: fold k has the people A_k and B_k."""
    lines = [f"{FOLDS}\t1"]
    for fold in range(FOLDS):
        for name in (f"A_{fold}", f"B_{fold}"):
            for number in (1, 2):
                touch(root / name / f"{name}_{number:04d}.jpg")
        lines += [f"A_{fold}\t1\t2", f"A_{fold}\t2\tB_{fold}\t1"]
    (root / "pairs.txt").write_text("\n".join(lines) + "\n")
    return root


def cfp(root: Path) -> Path:
    frontal, profile = [], []
    for person in range(1, 21):
        for number in (1, 2):
            touch(root / f"Data/Images/{person:03d}/frontal/{number:02d}.jpg")
            frontal.append(f"../Data/Images/{person:03d}/frontal/{number:02d}.jpg")
        touch(root / f"Data/Images/{person:03d}/profile/01.jpg")
        profile.append(f"../Data/Images/{person:03d}/profile/01.jpg")
    protocol = root / "Protocol"
    protocol.mkdir()
    for side, paths in (("F", frontal), ("P", profile)):
        text = "".join(f"{number} {path}\n" for number, path in enumerate(paths, 1))
        (protocol / f"Pair_list_{side}.txt").write_text(text)
    for fold in range(FOLDS):
        a, b = 2 * fold + 1, 2 * fold + 2  # two people
        for test, same, different in (
            ("FF", f"{2 * a - 1},{2 * a}", f"{2 * a},{2 * b}"),
            ("FP", f"{2 * a},{a}", f"{2 * a},{b}"),
        ):
            folder = protocol / "Split" / test / f"{fold + 1:02d}"
            folder.mkdir(parents=True)
            (folder / "same.txt").write_text(same + "\n")
            (folder / "diff.txt").write_text(different + "\n")
    return root


def test_lfw_pairs_are_those_of_the_file_in_its_folds(tmp_path: Path) -> None:
    layout = read_layout("lfw", lfw(tmp_path))
    (pairs,) = layout.pairs(np.ones(len(layout.names), bool))["LFW"]
    assert layout.fixed and len(pairs) == 2 * FOLDS and pairs.same.sum() == FOLDS
    shown = [(layout.names[a], layout.names[b]) for a, b in zip(pairs.first, pairs.second, strict=True)]
    assert shown[6] == ("A_3/A_3_0001.jpg", "A_3/A_3_0002.jpg") and pairs.same[6] and pairs.fold[6] == 3
    assert shown[7] == ("A_3/A_3_0002.jpg", "B_3/B_3_0001.jpg") and not pairs.same[7]


def test_pairs_of_photos_that_cannot_be_used_are_left_out(tmp_path: Path) -> None:
    layout = read_layout("lfw", lfw(tmp_path))
    usable = np.array([name != "A_3/A_3_0001.jpg" for name in layout.names])
    (pairs,) = layout.pairs(usable)["LFW"]
    assert len(pairs) == 2 * FOLDS - 1 and (pairs.fold == 3).sum() == 1


def test_cfp_has_two_tests_and_the_second_side_of_one_is_the_profile(tmp_path: Path) -> None:
    layout = read_layout("cfp", cfp(tmp_path))
    tests = layout.pairs(np.ones(len(layout.names), bool))
    assert list(tests) == ["CFP_FF", "CFP_FP"]
    (pairs,) = tests["CFP_FP"]
    assert len(pairs) == 2 * FOLDS and set(pairs.fold.tolist()) == set(range(FOLDS))
    assert all("/frontal/" in layout.names[row] for row in pairs.first)
    assert all("/profile/" in layout.names[row] for row in pairs.second)
    people = [[layout.names[row].split("/")[2] for row in side] for side in (pairs.first, pairs.second)]
    assert [a == b for a, b in zip(*people, strict=True)] == pairs.same.tolist()


def test_agedb_pairs_are_thirty_years_apart_and_drawn_by_seed(tmp_path: Path) -> None:
    number = 0
    for person in range(24):
        for age in (20, 30, 50, 60):
            touch(tmp_path / f"{number}_Person{chr(65 + person)}_{age}_{'mf'[person % 2]}.jpg")
            number += 1
    touch(tmp_path / "readme.txt")
    layout = read_layout("agedb", tmp_path)
    usable = np.ones(len(layout.names), bool)
    usable[5] = False
    draws, again = (layout.pairs(usable)["AgeDB"] for _ in range(2))
    assert len(draws) == 8 and np.array_equal(draws[3].first, again[3].first)
    assert not np.array_equal(draws[0].first, draws[1].first)
    for pairs in draws:
        assert usable[pairs.first].all() and usable[pairs.second].all()
        first, second = ([layout.names[row].split("_") for row in side] for side in (pairs.first, pairs.second))
        assert all(abs(int(a[2]) - int(b[2])) == AGE_GAP_YEARS for a, b in zip(first, second, strict=True))
        assert [a[1] == b[1] for a, b in zip(first, second, strict=True)] == pairs.same.tolist()
        assert set(pairs.fold[pairs.same].tolist()) == set(range(FOLDS))


def test_a_folder_of_people_takes_the_folders_as_people(tmp_path: Path) -> None:
    for person in range(20):
        for number in range(3):
            touch(tmp_path / f"p{person:02d}" / f"{number}.png")
    touch(tmp_path / "p00" / "notes.txt")
    layout = read_layout("people", tmp_path)
    assert len(layout.names) == 60 and not layout.fixed
    draws = layout.pairs(np.ones(60, bool))["people"]
    assert len(draws) == 8
    people = [[layout.names[row].split("/")[0] for row in side] for side in (draws[0].first, draws[0].second)]
    assert [a == b for a, b in zip(*people, strict=True)] == draws[0].same.tolist()


def test_what_is_missing_or_garbled_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="layout 'lwf' is unknown"):
        read_layout("lwf", tmp_path)
    with pytest.raises(InputError, match=r"pairs\.txt cannot be read"):
        read_layout("lfw", tmp_path)
    with pytest.raises(InputError, match="no photos named N_Name_age_gender"):
        read_layout("agedb", tmp_path)
    with pytest.raises(InputError, match="holds no photos"):
        read_layout("people", tmp_path)
    root = lfw(tmp_path / "lfw")
    (root / "A_3" / "A_3_0002.jpg").unlink()
    with pytest.raises(InputError, match=r"A_3_0002\.jpg is missing"):
        read_layout("lfw", root)
    (root / "pairs.txt").write_text("A 1 2\n")
    with pytest.raises(InputError, match="begins with 'A 1 2'"):
        read_layout("lfw", root)
    (root / "pairs.txt").write_text("10 1\nA 1 2\n")
    with pytest.raises(InputError, match="has 1 pairs, expected 20"):
        read_layout("lfw", root)
    (root / "pairs.txt").write_text("10 1\n" + "A one two\n" * 20)
    with pytest.raises(InputError, match="has the line 'A one two'"):
        read_layout("lfw", root)
    root = cfp(tmp_path / "cfp")
    (root / "Protocol" / "Split" / "FP" / "04" / "same.txt").write_text("1,400\n")
    with pytest.raises(InputError, match="has the line '1,400'"):
        read_layout("cfp", root)
