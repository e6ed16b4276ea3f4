"""The photo gate: every fault is found where it was made and not where it was not, in words with number and remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.align.face import align_photo, find_landmarks, shared_net
from core.bundle import Bundle
from core.evaluate.gate_spoils import SPOILINGS, Spoiling
from core.gate import CODES, SEVERITIES, GateReport, inspect
from core.gate.gate import LEAST_WEIGHT, judge
from core.gate.judges import LOOKS_AT, sure_name
from core.photo import decode_photo
from engine_bridge.engines.embedded.engine import EmbeddedEngine
from engine_bridge.errors import InputError
from engine_bridge.scene import Scene

Pixels = NDArray[np.uint8]
FAULTLESS: Mapping[str, float] = {
    "faces": 1, "face_px": 200, "yaw_deg": 3, "pitch_deg": -2, "roll_deg": 5, "outside": 0, "presence": 1, "smile": 0.1,
    "open_mouth": 0.01, "closed_eyes": 0.1, "expression": 0.05, "dark": 0.7, "blown_out": 0, "side_light": 0.2,
    "detail": 0.8, "blockiness": 1.02, "covered": 0.01, "dark_glasses": 0,
    **{sure_name(code): 0.02 for code in LOOKS_AT},
}  # fmt: skip
FAULTS: Mapping[str, Mapping[str, float]] = {
    "several-faces": {"faces": 3},
    "small": {"face_px": 70},
    "blurred": {"detail": 0.4},
    "compressed": {"blockiness": 1.5},
    "turned": {"yaw_deg": -38, "sure_turned": 0.9},
    "tilted": {"pitch_deg": 29},
    "out-of-frame": {"outside": 0.12, "sure_out_of_frame": 0.9},
    "covered": {"covered": 0.2, "sure_covered": 0.84},
    "dark": {"dark": 0.25},
    "blown-out": {"blown_out": 0.4},
    "side-light": {"side_light": -2, "sure_side_light": 0.7},
    "smile": {"smile": 0.8, "sure_smile": 0.99},
    "open-mouth": {"open_mouth": 0.1, "sure_open_mouth": 0.6},
    "closed-eyes": {"closed_eyes": 0.7, "sure_closed_eyes": 0.5},
    "expression": {"expression": 0.9, "sure_expression": 0.8},
}
BOTH = {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0}
SCENES: Mapping[str, Scene] = {
    "": Scene(),
    "turned": Scene(yaw_deg=40),
    "tilted": Scene(pitch_deg=-36),
    "side-light": Scene(light_yaw_deg=90, light_intensity=3.5),
    "smile": Scene(expression=BOTH),
    "open-mouth": Scene(expression={"jawOpen": 0.8}),
    "closed-eyes": Scene(expression={"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}),
    "expression": Scene(expression={"mouthPucker": 1.0}),
}


@lru_cache(maxsize=1)
def template() -> NDArray[np.float32]:
    return Bundle.load().template


def report_on(photo: Pixels, face: int = 0) -> GateReport:
    return inspect(photo, align_photo(photo, template(), shared_net(), face), shared_net())


def codes(report: GateReport) -> set[str]:
    return {finding.code for finding in report.findings}


@pytest.fixture(scope="module")
def renders() -> Iterator[Mapping[str, Pixels]]:
    """The neutral character in every scene."""
    engine = EmbeddedEngine()
    try:
        parameters, choices = engine.schema.defaults[None], engine.schema.default_choices[None]
        yield {
            code: np.asarray(engine.render_scene(parameters, choices, 192, scene, ()).images[0])
            for code, scene in SCENES.items()
        }
    finally:
        engine.close()


@pytest.fixture(scope="module")
def hopper(grace_hopper: Path) -> Pixels:
    return decode_photo(grace_hopper.read_bytes())


@pytest.fixture(scope="module")
def seen(renders: Mapping[str, Pixels]) -> Mapping[str, GateReport]:
    """The report on each render."""
    return {code: report_on(photo) for code, photo in renders.items()}


@pytest.fixture(scope="module")
def plain(astronaut: Pixels) -> GateReport:
    return report_on(astronaut)


@pytest.fixture(scope="module")
def points(astronaut: Pixels) -> NDArray[np.float32]:
    found = find_landmarks([astronaut])[0]
    assert not isinstance(found, InputError)
    return found


@pytest.mark.parametrize("code", [code for code in SCENES if code])
def test_what_the_engine_was_told_is_found_and_nothing_of_it_in_the_plain_render(
    code: str, seen: Mapping[str, GateReport]
) -> None:
    assert code in codes(seen[code])
    assert code not in codes(seen[""])


@pytest.mark.parametrize("way", [way for way in SPOILINGS if way.code], ids=lambda way: way.name)
def test_what_was_done_to_a_photo_is_found_and_nothing_of_it_in_the_photo_itself(
    way: Spoiling, astronaut: Pixels, points: NDArray[np.float32], plain: GateReport
) -> None:
    assert way.code in codes(report_on(way.spoil(astronaut, points, np.random.default_rng(2))))
    assert way.code not in codes(plain)


def test_dark_glasses_are_said_to_be_glasses(astronaut: Pixels, points: NDArray[np.float32]) -> None:
    worn = astronaut.copy()
    size = float(np.ptp(points[:, 1]))
    rows, columns = np.ogrid[: worn.shape[0], : worn.shape[1]]
    for corners in ((33, 133), (362, 263)):
        x, y = points[list(corners), :2].mean(0)
        worn[((columns - x) / (0.19 * size)) ** 2 + ((rows - y - 0.04 * size) / (0.15 * size)) ** 2 < 1] = (20, 16, 14)
    words = [finding.words for finding in report_on(worn).findings if finding.code == "covered"]
    assert len(words) == 1 and words[0].startswith("Dark glasses hide the eyes")


def test_several_faces_are_a_note_that_says_which_was_taken(astronaut: Pixels, hopper: Pixels) -> None:
    side = 512
    canvas = np.full((max(side, len(hopper)), side + hopper.shape[1], 3), 90, np.uint8)
    near = Image.fromarray(np.ascontiguousarray(astronaut[:340, 50:390])).resize((side, side))
    canvas[:side, :side], canvas[: len(hopper), side:] = np.asarray(near), hopper
    for face, which in ((0, "the largest"), (1, "number 1 by size")):
        finding = report_on(canvas, face).findings[0]
        assert (finding.code, finding.severity) == ("several-faces", "note")
        assert f"2 faces were found; {which} was taken" in finding.words


def test_a_faultless_photo_counts_fully_and_nothing_is_said() -> None:
    report = judge(FAULTLESS)
    assert report.findings == () and report.weight == 1


def test_every_code_has_a_fault_here() -> None:
    assert set(FAULTS) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_one_fault_is_one_finding_with_its_number_and_a_remedy(code: str) -> None:
    (finding,) = judge({**FAULTLESS, **FAULTS[code]}).findings
    assert finding.code == code and finding.severity in SEVERITIES
    assert re.search(r"\d", finding.words) and re.search(r"; use a |; use the |: choose ", finding.words)
    assert finding.words[0].isupper() or finding.words[0].isdigit()
    assert finding.words.endswith(".") and len(finding.words) < 200


@pytest.mark.parametrize(
    ("fault", "number"), [("turned", "38"), ("small", "70"), ("out-of-frame", "12"), ("covered", "84")]
)
def test_the_number_in_the_words_is_the_one_measured(fault: str, number: str) -> None:
    (finding,) = judge({**FAULTLESS, **FAULTS[fault]}).findings
    assert number in re.findall(r"\d+", finding.words)


def test_a_stronger_fault_is_serious_and_counts_less() -> None:
    some, far = (judge({**FAULTLESS, "yaw_deg": yaw, "sure_turned": 0.9}) for yaw in (28, 50))
    assert [report.findings[0].severity for report in (some, far)] == ["warning", "serious"]
    assert 1 > some.weight > far.weight > 0


def test_a_judge_decides_and_the_measure_only_says_how_far() -> None:
    assert judge({**FAULTLESS, "yaw_deg": 38, "sure_turned": 0.49}).findings == ()
    (finding,) = judge({**FAULTLESS, "yaw_deg": 12, "sure_turned": 0.5}).findings
    assert (finding.code, finding.severity) == ("turned", "warning") and "12 degrees" in finding.words


def test_no_word_on_closed_eyes_where_blur_hides_them() -> None:
    report = judge({**FAULTLESS, **FAULTS["closed-eyes"], "detail": 0.2})
    assert [finding.code for finding in report.findings] == ["blurred"]


def test_what_is_said_to_be_there_is_not_said_to_be_nothing() -> None:
    (finding,) = judge({**FAULTLESS, "open_mouth": 0, "sure_open_mouth": 0.7}).findings
    assert "by 1 % of" in finding.words


def test_each_fault_takes_from_the_weight_and_none_takes_it_all() -> None:
    found: dict[str, float] = {}
    weight = 1.0
    for code in CODES:
        found |= FAULTS[code]
        report = judge({**FAULTLESS, **found})
        assert report.weight < weight or code == "several-faces" or report.weight == LEAST_WEIGHT
        weight = report.weight
    assert weight == LEAST_WEIGHT > 0


def test_smiling_and_turned_photos_count_less_than_the_calm_one(seen: Mapping[str, GateReport]) -> None:
    calm, turned, smile = (seen[code].weight for code in ("", "turned", "smile"))
    assert 1 >= calm > smile and calm > turned > 0


def test_findings_come_in_the_order_of_the_codes() -> None:
    every = {key: value for fault in FAULTS.values() for key, value in fault.items()}
    assert [finding.code for finding in judge({**FAULTLESS, **every}).findings] == list(CODES)


def test_all_measures_are_finite_numbers(plain: GateReport) -> None:
    measures = plain.measures
    assert measures.keys() == FAULTLESS.keys()
    assert all(isinstance(value, float) and np.isfinite(value) for value in measures.values())
