"""A bundle's report: one self-contained page of figures beside their aims and the paper's, curves, and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluate.characters import ImportedPeople
from core.evaluate.imitation_figures import PHOTOS, Imitation
from core.evaluate.people import PeopleFigures
from core.evaluate.report_cases import Case, Missed
from core.evaluate.report_refined import RefinedCase
from core.evaluate.report_tables import imitation_section, likeness_section, verification_section
from core.html import Headline, case, document, escape, grid, page, paragraph


@dataclass(frozen=True)
class PeopleReport:
    """What was measured of a folder of people, and what is shown of it: likeness (N,) of each photo's character and of
    the photo itself in its place, cheek lightness L* (N, 2) of photo and render, and the chosen cases."""

    figures: PeopleFigures
    people: ImportedPeople
    likeness: NDArray[np.float64]
    photo_likeness: NDArray[np.float64]
    lightness: NDArray[np.float64]
    cases: tuple[Case, ...]
    refined: Mapping[int, RefinedCase] = field(default_factory=dict)
    """Row of a case -> what refining made of it, where that was done."""


@dataclass(frozen=True)
class Report:
    """The page, the figures for report.json, and the headline as one line."""

    html: str
    figures: dict[str, Any]
    headline: str


def make_report(
    name: str,
    card: Mapping[str, Any],
    imitation: Imitation,
    missed: Mapping[str, list[Missed]],
    measured: PeopleReport | None,
    include_photos: bool,
    how: Mapping[str, str],
) -> Report:
    """`name` and `card` are the bundle's; `missed`: regime -> the imitator's worst there; `how`: what was run on what.

    Photos, and the names of their files, appear only with `include_photos`.
    """
    sections: list[tuple[str, str]] = []
    if measured is not None:
        sections += [
            ("Likeness through the engine", likeness_section(measured)),
            ("Verification beside the paper", verification_section(measured.figures.verification)),
            ("Characters, the least like first", _characters(measured, include_photos)),
        ]
    sections += [
        ("The imitator against its engine", imitation_section(imitation)),
        ("Where the imitator is furthest off", _missed(missed)),
        ("The bundle's card", document(card)),
        ("How this was measured", document(how)),
    ]
    people = None if measured is None else measured.figures
    lead = "Measured on what the engine draws; likeness by SFace, a network that training never sees."
    return Report(
        page(f"FaceBridge report: {name}", lead, _cards(imitation, people), sections),
        {
            "bundle": dict(card),
            "measured": dict(how),
            "people": None if people is None else people.as_dict(),
            "imitator": imitation.as_dict(),
        },
        headline(imitation, people),
    )


def headline(imitation: Imitation, people: PeopleFigures | None) -> str:
    """The most telling figures in one line, for a terminal."""
    parts: list[str] = []
    if people is not None:
        retrieval, verified = people.retrieval, people.verification
        parts = [
            f"retrieval rank-1 {100 * retrieval.rank_1:.1f} % rank-5 {100 * retrieval.rank_5:.1f} %",
            f"verification {verified.parameters:.3f}" if verified else "verification needs 20 people",
            f"siblings {people.likeness.render_cosine:.2f}",
        ]
    regimes = imitation.regimes
    best = regimes.get(PHOTOS) or regimes["near_neutral"]
    parts.append(f"imitator {best.psnr_picture_db:.1f} dB")
    parts.append(
        f"explained {regimes['uniform'].explained_change:.2f} uniform, {regimes['near_neutral'].explained_change:.2f}"
        " near neutral"
    )
    parts.append(f"sweeps {imitation.sweep_correlation:.2f}")
    return " · ".join(parts)


def _cards(imitation: Imitation, people: PeopleFigures | None) -> list[Headline]:
    cards: list[Headline] = []
    if people is not None:
        chance = 1 / people.retrieval.people
        cards += [
            Headline(f"{people.retrieval.rank_1:.1%}", "retrieval, rank 1", f"chance {chance:.1%}"),
            Headline(f"{people.retrieval.rank_5:.1%}", "retrieval, rank 5", f"chance {min(1.0, 5 * chance):.1%}"),
        ]
        if people.verification:
            photos = f"photos by SFace: {people.verification.photos:.3f}"
            cards.append(Headline(f"{people.verification.parameters:.3f}", "verification by parameters", photos))
        cards += [
            Headline(
                f"{people.likeness.render_cosine:.2f}",
                "cosine between different people's renders",
                f"photos: {people.likeness.photo_cosine:.2f}",
            ),
            Headline(f"{people.likeness.lightness_correlation:.2f}", "cheek lightness, rank correlation"),
            Headline(f"{people.skin_difference:.1f}", "skin colour, CIEDE2000"),
        ]
    for name, label in (("uniform", "uniform"), ("near_neutral", "near neutral"), (PHOTOS, "photos' characters")):
        if name in imitation.regimes:
            figures = imitation.regimes[name]
            cards.append(
                Headline(
                    f"{figures.explained_change:.3f}",
                    f"imitator, explained change, {label}",
                    f"{figures.psnr_picture_db:.1f} dB",
                )
            )
    cards.append(
        Headline(
            f"{imitation.sweep_correlation:.3f}",
            "imitator, sweep correlation",
            f"tenth percentile {imitation.sweep_correlation_p10:.2f}",
        )
    )
    if imitation.gradient_near:
        cards.append(
            Headline(f"{imitation.gradient_near.cosine:.2f}", "imitator, cosine of derivatives", "near neutral")
        )
    return cards


def _characters(measured: PeopleReport, include_photos: bool) -> str:
    people, cases = measured.people, []
    for each in measured.cases:
        pictures = [("photo", people.aligned[each.row])] if include_photos else []
        pictures += [("engine", people.renders[each.row]), ("imitator", people.imitated[each.row])]
        caption = f"{each.place} of {each.of}, likeness {each.likeness:+.2f}"
        if each.row in measured.refined:
            refined = measured.refined[each.row]
            pictures.append(("refined", refined.picture))
            caption += f", refined {refined.likeness:+.2f}"
        cases.append(case(pictures, f"{caption}, {people.names[each.row]}" if include_photos else caption))
    note = (
        "One photo of each person, sorted by likeness: how much nearer the render is to other photos of its person than"
        " to photos of others, by SFace. The imitator knows the default hair only."
    )
    if measured.refined:
        note += " Refined: after a search through the imitator, as the engine draws it."
    if not include_photos:
        note += " The photos themselves are left out; --include-photos shows them."
    return paragraph(note) + grid(cases)


def _missed(missed: Mapping[str, list[Missed]]) -> str:
    parts: list[str] = []
    for regime, pictures in missed.items():
        cases = [
            case(
                (("engine", each.engine), ("imitator", each.imitator), ("difference x 4", each.difference)),
                f"{each.psnr_db:.1f} dB",
            )
            for each in pictures
        ]
        parts.append(f"<h3>{escape(regime.replace('_', ' '))}</h3>" + grid(cases))
    return "".join(parts)
