"""The report: one page that stands alone, photos only by choice, worst first, and its headline as the last line."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from core.cli import main
from core.evaluate.characters import ImportedPeople
from core.evaluate.gradients import GradientFigures
from core.evaluate.imitation_figures import GroupFigures, Imitation, ParameterFigures, Perceived, PictureFigures
from core.evaluate.likeness import Faces
from core.evaluate.people import PeopleFigures, measure_people
from core.evaluate.report import PeopleReport, Report, headline, make_report
from core.evaluate.report_cases import BEST, MIDDLE, WORST, Missed, likeness_of_each, shown_characters
from core.evaluate.report_refined import RefinedCase
from tests.core.bundles import save_random_bundle

PEOPLE, EACH = 20, 2
IDENTITY = np.repeat(np.arange(PEOPLE), EACH)
NAN = float("nan")


def imitation(photos: bool = True) -> Imitation:
    pictures = PictureFigures(64, 0.845, 24.6, 21.0, 26.5, 0.66, {"sface": Perceived(0.05, 0.7)})
    names = ("uniform", "near_neutral", "sweeps", *(("photos",) if photos else ()))
    gradient = GradientFigures(2, 0.41, 0.11, 0.52, 0.3, 0.02, ("iris.ring",))
    group = GroupFigures(2, 0.8, 0.6, 0.3, 0.4, pictures, {name: 0.8 for name in names if name != "sweeps"})
    parameters = (
        ParameterFigures("nose.width", "nose", 0.9, 0.8, 0.4, 0.5, 0.6),
        ParameterFigures("iris.ring", "eyes", NAN, NAN, NAN, NAN, NAN),
    )
    regimes = dict.fromkeys(names, pictures)
    groups = {"nose": group}
    return Imitation(
        regimes, 0.797, 0.31, 0.63, gradient, gradient, groups, parameters, ("nose.width",), ("iris.ring",)
    )


def faces(seed: int, noise: float) -> Faces:
    """Embeddings near their person's, the more noise the further."""
    person = np.random.default_rng(0).standard_normal((PEOPLE, 128))[IDENTITY]
    values = person + noise * np.random.default_rng(seed).standard_normal(person.shape)
    unit = (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)
    cheeks = np.stack([np.linspace(30, 80, len(IDENTITY)), np.full(40, 12.0), np.full(40, 15.0)], 1)
    return Faces(unit, cheeks.astype(np.float32), np.ones(len(IDENTITY), bool))


@pytest.fixture(scope="module")
def measured() -> PeopleReport:
    rng = np.random.default_rng(3)
    pictures = [
        rng.integers(0, 255, (len(IDENTITY), 1, 1, 3), np.uint8).repeat(256, 1).repeat(256, 2) for _ in range(3)
    ]
    seen, drawn = faces(1, 0.2), faces(2, 1.0)
    parameters = rng.standard_normal((len(IDENTITY), 12)).astype(np.float32)
    people = ImportedPeople(
        names=tuple(f"<person {person}>/{k}.jpg" for k, person in enumerate(IDENTITY)),
        identity=IDENTITY,
        aligned=pictures[0],
        points=np.zeros((len(IDENTITY), 478, 3), np.float32),
        parameters=parameters,
        choices=np.zeros((len(IDENTITY), 1), np.uint8),
        renders=pictures[1],
        plain=pictures[1],
        imitated=pictures[2],
        skipped=1,
    )
    likeness = likeness_of_each(seen, drawn, IDENTITY)
    return PeopleReport(
        measure_people(seen, drawn, parameters, IDENTITY, np.full(len(IDENTITY), 31.0)),
        people,
        likeness,
        likeness_of_each(seen, seen, IDENTITY),
        np.stack([seen.lightness, drawn.lightness], 1).astype(np.float64),
        tuple(shown_characters(likeness, IDENTITY)),
    )


def report(measured: PeopleReport | None, include_photos: bool = False) -> Report:
    picture = np.zeros((256, 256, 3), np.uint8)
    missed = {"uniform": [Missed(picture, picture + 9, 29.0)]}
    card = {"name": "head", "licence": "a <licence> & more", "figures": {"psnr": 31.2}}
    return make_report("head 1", card, imitation(), missed, measured, include_photos, {"command": "facebridge"})


class Sources(HTMLParser):
    """What a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [str(value) for name, value in attrs if name in ("src", "href", "data", "srcset", "action")]
        self.scripts += tag in ("script", "link", "iframe", "object")


def test_the_page_is_well_formed_and_fetches_nothing(measured: PeopleReport) -> None:
    page = report(measured, include_photos=True).html
    root = ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>"))
    sources = Sources()
    sources.feed(page)
    assert sources.scripts == 0 and sources.found
    assert all(each.startswith(("data:image/webp;base64,", "#part-")) for each in sources.found)
    assert "url(" not in page and "@import" not in page
    anchors = {f"#{section.get('id')}" for section in root.findall(".//section")}
    assert {each for each in sources.found if each.startswith("#")} == anchors


def test_photos_and_their_names_appear_only_by_choice(measured: PeopleReport) -> None:
    shown = 3 * WORST + 3 * (PEOPLE - WORST)  # of 20 people all are shown
    for include, pictures in ((True, shown), (False, shown * 2 // 3)):
        page = report(measured, include).html
        root = ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>"))
        assert len(root.findall(".//img")) == pictures + 3
        assert ("&lt;person " in page) is include
        assert [image.get("alt") for image in root.findall(".//img")].count("photo") == (PEOPLE if include else 0)
    assert "--include-photos" in report(measured).html


def test_refined_characters_stand_beside_the_others(measured: PeopleReport) -> None:
    row = measured.cases[0].row
    refined = {row: RefinedCase(measured.people.renders[row], 0.987)}
    page = report(replace(measured, refined=refined)).html
    assert page.count(">refined</span>") == 1 and "refined +0.99" in page and "search through the imitator" in page


def test_the_paper_the_card_and_every_part_are_on_the_page(measured: PeopleReport) -> None:
    page = report(measured).html
    for text in ("FastF2P", "0.9480", "ours: parameters", "a &lt;licence&gt; &amp; more", "figures.psnr", "iris.ring"):
        assert text in page
    alone = report(None)
    assert "FastF2P" not in alone.html and "explained change" in alone.html
    assert alone.figures["people"] is None and alone.figures["imitator"]["sweep_correlation"] == 0.797


def test_the_headline_states_the_figures_of_people_and_imitator(measured: PeopleReport) -> None:
    figures: PeopleFigures = measured.figures
    line = headline(imitation(), figures)
    assert line.startswith(f"retrieval rank-1 {100 * figures.retrieval.rank_1:.1f} % rank-5 ")
    assert figures.verification is not None and f"verification {figures.verification.parameters:.3f}" in line
    assert line.endswith("imitator 26.5 dB · explained 0.84 uniform, 0.84 near neutral · sweeps 0.80")
    assert headline(imitation(False), None).startswith("imitator 26.5 dB")


def test_likeness_of_each_puts_faithful_characters_above_strangers() -> None:
    seen, drawn = faces(1, 0.1), faces(2, 0.1)
    swapped = Faces(np.roll(drawn.embeddings, EACH, 0), drawn.cheeks, drawn.found)
    good, bad = likeness_of_each(seen, drawn, IDENTITY), likeness_of_each(seen, swapped, IDENTITY)
    assert (good > 0.8).all() and (bad < 0.3).all()
    unseen = Faces(drawn.embeddings, drawn.cheeks, np.arange(len(IDENTITY)) != 4)
    assert np.isnan(likeness_of_each(seen, unseen, IDENTITY)).nonzero()[0].tolist() == [4]


def test_of_many_people_the_worst_some_middle_and_the_best_are_shown_once_each() -> None:
    people = 50
    identity = np.repeat(np.arange(people), 2)
    likeness = np.random.default_rng(0).uniform(-1, 1, 2 * people)
    likeness[0] = np.nan
    cases = shown_characters(likeness, identity)
    assert len(cases) == WORST + MIDDLE + BEST and [each.likeness for each in cases] == sorted(
        each.likeness for each in cases
    )
    assert cases[0].place == 1 and cases[-1].place == people == cases[-1].of
    assert len({identity[each.row] for each in cases}) == len(cases) and 0 not in {each.row for each in cases}
    assert shown_characters(np.full(4, np.nan), np.array([0, 0, 1, 1])) == []


def test_the_command_writes_both_files_and_ends_with_the_headline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.models.imitator.CHANNELS", (24, 24, 16, 16, 8, 8))
    words = ["evaluate", "report", "--bundle", str(save_random_bundle(tmp_path / "bundle")), "--engine", "pattern"]
    words += ["--samples", "2", "--no-gradients", "--out", str(tmp_path / "out")]
    assert main.main(words) == 0
    assert capsys.readouterr().out.strip().splitlines()[-1].startswith("imitator ")
    figures = json.loads((tmp_path / "out" / "report.json").read_text())
    assert figures["imitator"]["regimes"]["uniform"]["samples"] == 2 and figures["people"] is None
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert str(tmp_path) not in page and page.count("<img") == 2 * 2 * 3
    assert main.main([*words, "--photos", str(tmp_path / "absent")]) == 1
    assert "There is no folder" in capsys.readouterr().err
    assert main.main([*words, "--refine-steps", "5000"]) == 1
    assert "expected 0 to" in capsys.readouterr().err
