"""What the photo gate is judged by: labels of photos, spoilings with a known fault, and counting right and wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks import gate
from core.evaluate.gate_cases import MEASURE, TUNE, read_labels, spoiled
from core.evaluate.gate_spoils import SPOILINGS
from core.gate import CODES
from engine_bridge.errors import DatasetError

LABELS = Path(gate.__file__).parent / "data" / "gate_labels.csv"


def test_no_labelled_person_is_in_both_halves_and_every_label_is_a_code() -> None:
    labels = read_labels(LABELS)
    people = {part: {label.person for label in labels if label.part == part} for part in (TUNE, MEASURE)}
    assert len(labels) >= 2000 and len({label.photo for label in labels}) == len(labels)
    assert {label.part for label in labels} <= {TUNE, MEASURE} and not people[TUNE] & people[MEASURE]
    assert {label.photo.split("/")[0] for label in labels if label.part == TUNE} == {"train"}
    assert {code for label in labels for code in label.seen} <= set(CODES)


def test_what_is_no_code_is_no_label(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("photo,part,labeller,covered,cover-kind\na/1/b.jpg,tune,3,1,hand\n", encoding="utf-8")
    (label,) = read_labels(path)
    assert (label.seen, label.labeller, label.person) == ({"covered": True}, "3", "1")


def test_an_empty_label_is_uncertain(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("photo,part,smile,dark\n1/a.jpg,tune,1,\n1/b.jpg,tune,0,1\n", encoding="utf-8")
    assert [label.seen for label in read_labels(path)] == [{"smile": True}, {"smile": False, "dark": True}]


@pytest.mark.parametrize("text", [None, "", "name,smile\na.jpg,1\n"])
def test_a_file_that_holds_no_labels_is_refused(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match="give a CSV file"):
        read_labels(path)


def test_a_spoiled_photo_has_its_fault_and_leaves_out_what_may_come_with_it(astronaut: NDArray[np.uint8]) -> None:
    cases = {case.name.partition(": ")[2]: case for case in spoiled("a", astronaut, TUNE, {"smile": True}, 3)}
    assert cases.keys() == {way.name for way in SPOILINGS}
    for way in SPOILINGS:
        case = cases[way.name]
        assert not way.code or case.truth[way.code] is True
        assert not set(way.may) & case.truth.keys()
        assert case.truth.get("smile") is (None if "smile" in way.may else True)
        assert np.array_equal(case.photo, astronaut) == (way.name in ("unchanged", "face of 105 to 130 px"))


def test_a_fault_that_is_there_already_is_not_made_again(astronaut: NDArray[np.uint8]) -> None:
    assert not any("light 3 to 8" in case.name for case in spoiled("a", astronaut, TUNE, {"dark": True}, 3))


def test_precision_and_recall_count_only_what_is_known() -> None:
    table = gate.Table()
    for truth, said in (({"dark": True}, {"dark", "smile"}), ({"dark": True}, set()), ({"dark": False}, {"dark"})):
        table.add(truth, said)
    count = table.counts["dark"]
    assert (count.precision, count.recall, count.faults, count.faultless) == (0.5, 0.5, 2, 1)
    assert list(table.lines(CODES))[2:] == ["| dark | 0.50 | 0.50 | 2 | 1 | 1 | 1 |"]
