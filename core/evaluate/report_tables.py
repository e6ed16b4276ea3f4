"""The tables and curves of a report: each figure beside its aim, what bounds it, and what the paper has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.evaluate import paper
from core.evaluate.gradients import GradientFigures
from core.evaluate.html_charts import Curve, line_chart
from core.evaluate.imitation_figures import SWEEPS, Imitation
from core.evaluate.people import Verified
from core.html import charts, paragraph, table

if TYPE_CHECKING:
    from core.evaluate.report import PeopleReport

_REGIMES = {"uniform": "uniform cube", "near_neutral": "near neutral", "sweeps": "sweeps", "photos": "photos"}
_AIMS = {"uniform": "0.85, goal 0.95", "near_neutral": "0.80, goal 0.95"}


def likeness_section(measured: PeopleReport) -> str:
    """Every figure of characters beside its bound, chance and aim, and two curves over the photos."""
    figures = measured.figures
    likeness, retrieval, shape, agreed = figures.likeness, figures.retrieval, figures.geometry, figures.consistency
    chance = 1 / retrieval.people
    rows = [
        ("its person the nearest (rank 1)", f"{retrieval.rank_1:.1%}", f"chance {chance:.1%}", "15 %, goal 50 %"),
        (
            "among the five nearest (rank 5)", f"{retrieval.rank_5:.1%}", f"chance {min(1.0, 5 * chance):.1%}",
            "40 %, goal 80 %",
        ),
        ("closer to its own person than to another", f"{likeness.closer_share:.1%}", "chance 50 %", ""),
        (
            "  95 % interval", f"{likeness.closer_share_low:.1%} to {likeness.closer_share_high:.1%}",
            f"the photo itself {likeness.photo_closer_share:.1%}", "",
        ),
        (
            "cosine between different people's renders", f"{likeness.render_cosine:.3f}",
            f"photos {likeness.photo_cosine:.3f}", "at most 0.7",
        ),
        (
            "cosine between renders of one person's photos", f"{likeness.own_render_cosine:.3f}", "", "",
        ),
        ("cheek lightness, rank correlation", f"{likeness.lightness_correlation:.3f}", "", "0.7"),
        ("skin colour, median CIEDE2000", f"{figures.skin_difference:.1f}", "", "at most 6"),
    ]  # fmt: skip
    if shape is not None:
        rows += [
            (
                "landmark geometry error, cm", f"{shape.error_cm:.3f}",
                f"another's character {shape.stranger_cm:.3f}, one mean face {shape.mean_face_cm:.3f}", "",
            ),
            ("  without expression, cm", f"{shape.without_expression_cm:.3f}", "", ""),
            ("outline overlap (IoU), median", f"{shape.outline_overlap:.3f}", "", ""),
        ]  # fmt: skip
    if agreed is not None:
        rows.append(("share of the parameters' variance that is the person's", f"{agreed.person_share:.1%}", "", ""))
    note = (
        f"{likeness.anchors} photos of {likeness.people} people, {measured.people.skipped} left out,"
        f" {likeness.renders_without_face} renders without a face. Photos and renders are compared after the means of"
        f" {figures.means}."
    )
    ranked, bound = _sorted(measured.likeness), _sorted(measured.photo_likeness)
    seen = np.isfinite(measured.lightness).all(1)
    curves = charts(
        [
            line_chart(
                "Likeness of each photo's character, sorted",
                "photos",
                "nearer to its person than to others by this cosine",
                [
                    Curve("render", list(range(len(ranked))), ranked),
                    Curve("the photo itself", list(range(len(bound))), bound, dashed=True, paired=True),
                ],
            ),
            line_chart(
                "Cheek lightness",
                "photo, L*",
                "render, L*",
                [
                    Curve(
                        "photos",
                        measured.lightness[seen, 0].tolist(),
                        measured.lightness[seen, 1].tolist(),
                        dots=True,
                    )
                ],
                from_data=True,
            ),
        ]
    )
    return paragraph(note) + table(("figure", "ours", "beside", "aim"), rows) + curves


def verification_section(verified: Verified | None) -> str:
    """Ours on these people under the paper's systems on its four tests."""
    rows = [
        (method, "", *("-" if value is None else f"{value:.4f}" for value in values))
        for method, values in paper.VERIFICATION.items()
    ]
    blank = ("",) * len(paper.COLUMNS)
    if verified is not None:
        rows += [
            ("ours: parameters", f"{verified.parameters:.3f}", *blank),
            ("ours: SFace of the renders", f"{verified.renders:.3f}", *blank),
            ("SFace of the photos (upper bound)", f"{verified.photos:.3f}", *blank),
        ]
    note = (
        "Accuracy of ten folds by the paper's protocol. The paper's columns are its own tests; ours is measured on the"
        " people of this report, in folds by person, the mean of eight draws. facebridge evaluate verification measures"
        " LFW, CFP and AgeDB where they are at hand."
    )
    if verified is None:
        note += " There are fewer than twenty people here, too few for ten folds."
    ours = range(len(paper.VERIFICATION), len(rows))
    return paragraph(note) + table(("system", "these people", *paper.COLUMNS), rows, ours=ours)


def imitation_section(found: Imitation) -> str:
    """Regimes, sweeps and derivatives, every group, and every parameter as a sorted curve."""
    networks = sorted({name for figures in found.regimes.values() for name in figures.perceived})
    head = ["regime", "pictures", "explained change", "aim", "PSNR dB", "10th percentile", "whole picture dB", "SSIM"]
    rows: list[list[str]] = []
    for name, figures in found.regimes.items():
        row = [_REGIMES.get(name, name), str(figures.samples), f"{figures.explained_change:.3f}", _AIMS.get(name, "")]
        row += [f"{figures.psnr_db:.1f}", f"{figures.psnr_p10_db:.1f}", f"{figures.psnr_picture_db:.1f}"]
        row.append(f"{figures.ssim:.3f}")
        for network in networks:
            seen = figures.perceived.get(network)
            row += [f"{seen.distance:.4f}", f"{seen.explained_change:.2f}"] if seen else ["-", "-"]
        rows.append(row)
    for network in networks:
        head += [f"{network} distance", "explained"]
    note = (
        "Explained change is 1 - |G(p)-I(p)|² / |I(neutral)-I(p)|² over the head: 1 is exact, 0 is what the"
        " neutral picture alone would score. PSNR is measured over the head, with its tenth percentile, and over the"
        " whole picture (aim on photos: 32 dB)."
    )
    parts = [paragraph(note), table(head, rows), _sweeps(found), charts(_curves(found)), _groups(found)]
    parts.append(paragraph("Weakest sweeps: " + ", ".join(found.weakest) + "."))
    if found.unseen:
        parts.append(paragraph("Sweeps that change no pixel: " + ", ".join(found.unseen) + "."))
    if found.gradient_neutral and found.gradient_neutral.below_noise:
        names = ", ".join(found.gradient_neutral.below_noise)
        parts.append(paragraph(f"Derivatives below 8-bit noise at neutral, not counted: {names}."))
    return "".join(parts)


def _sweeps(found: Imitation) -> str:
    rows = [
        ("sweep correlation, median", f"{found.sweep_correlation:.3f}", "0.80, goal 0.95"),
        ("  tenth percentile", f"{found.sweep_correlation_p10:.3f}", ""),
        ("sweep explained change, median", f"{found.sweep_explained_change:.3f}", ""),
    ]
    for name, gradient in (("at neutral", found.gradient_neutral), ("near neutral", found.gradient_near)):
        rows += _gradient(name, gradient) if gradient else []
    return table(("one parameter at a time", "ours", "aim"), rows)


def _gradient(where: str, found: GradientFigures) -> list[tuple[str, str, str]]:
    return [
        (f"derivative {where}, cosine with the engine's, median", f"{found.cosine:.3f}", ""),
        ("  tenth percentile", f"{found.cosine_p10:.3f}", ""),
        ("  pointing the wrong way", f"{found.wrong_way:.1%}", ""),
        ("  difference over the same step, cosine, median", f"{found.same_step:.3f}", ""),
        ("  size beside the engine's, median", f"{found.gain:.2f}", "1"),
    ]


def _curves(found: Imitation) -> list[str]:
    def curve(name: str, key: str, dashed: bool = False) -> Curve:
        values = _sorted(np.array([getattr(parameter, key) for parameter in found.parameters]))
        return Curve(name, list(range(len(values))), values, dashed)

    sweeps = [curve("correlation", "sweep_correlation"), curve("explained change", "sweep_explained_change")]
    figures = [line_chart("Sweeps of every parameter, each curve sorted", "parameters", "1 is exact", _floored(sweeps))]
    if found.gradient_neutral:
        slopes = [
            curve("derivative near neutral", "gradient_near"),
            curve("derivative at neutral", "gradient_neutral"),
            curve("difference over the same step", "gradient_same_step", dashed=True),
        ]
        figures.append(line_chart("Derivatives of every parameter, each curve sorted", "parameters", "cosine", slopes))
    return figures


def _floored(curves: Sequence[Curve]) -> list[Curve]:
    """A few parameters that are barely seen explain far less than nothing; the axis ends at -1."""
    return [Curve(each.name, each.x, [max(value, -1.0) for value in each.y], each.dashed) for each in curves]


def _groups(found: Imitation) -> str:
    others = [name for name in found.regimes if name != SWEEPS]
    head = ["group", "parameters", "sweep correlation", "sweep explained", "sweep SSIM", "derivative near neutral"]
    rows = [
        [
            name, str(group.parameters), f"{group.sweep_correlation:.3f}", f"{group.sweep_explained_change:.3f}",
            f"{group.sweeps.ssim:.3f}", f"{group.gradient_near:.3f}",
            *(f"{group.explained_where_it_acts[other]:.3f}" for other in others),
        ]
        for name, group in found.groups.items()
    ]  # fmt: skip
    caption = (
        "Medians over each group's parameters; on the right the explained change of the other regimes where the group"
        " moves the picture"
    )
    return table([*head, *(_REGIMES.get(name, name) for name in others)], rows, caption)


def _sorted(values: NDArray[np.float64]) -> list[float]:
    return np.sort(values[np.isfinite(values)]).tolist()
