"""The domain gap as a page: curves over training, Figure 4's planes, and Figure 7's pictures, of one run or two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.evaluate.domain import SPACES, Gap, RunGap
from core.evaluate.html_charts import Curve, line_chart, scatter
from core.html import Headline, case, charts, grid, page, paragraph, table

_LABELS = {"f": "feature f", "p": "parameters p"}


def domain_page(runs: Mapping[str, RunGap], include_photos: bool) -> str:
    """`runs`: what each is called -> what was measured; photos are shown only with `include_photos`."""
    return page(
        "FaceBridge: the gap between photos and renders",
        "Held-out photos and held-out captures, seen by the encoder, decoder and regressor while they were trained.",
        [
            Headline(f"{gap.mmd:.3f}", f"squared MMD of {space}, {name}", f"mixed: {gap.mixed_mmd:.3f}")
            for name, run in runs.items()
            for space, gap in run.over_time[-1].spaces.items()
        ],
        [
            ("Over training", _over_time(runs)),
            ("Figure 4: photos and renders in the plane", _planes(runs)),
            ("Figure 7: what the imitator draws of photos", _drawn(runs, include_photos)),
        ],
    )


def domain_rows(runs: Mapping[str, RunGap]) -> list[dict[str, Any]]:
    """One plain row for each run, space and step, for text and JSON."""
    return [
        {"run": name, "space": space, "step": each.step, **vars(gap)}
        for name, run in runs.items()
        for space in SPACES
        for each in run.over_time
        for gap in (each.spaces[space],)
    ]


def _over_time(runs: Mapping[str, RunGap]) -> str:
    figures = [
        line_chart(
            f"{_LABELS[space]}: {what}",
            "steps",
            unit,
            [curve for name, run in runs.items() for curve in _curves(name, run, space, *keys)],
            log_x=True,
        )
        for space in SPACES
        for what, unit, keys in (
            ("squared MMD", "dashed: domains mixed", ("mmd", "mixed_mmd")),
            ("nearest neighbour of the same domain", "share; dashed: mixed", ("neighbours", "mixed_neighbours")),
        )
    ]
    head = ("run", "space", "step", "MMD", "mixed", "neighbours alike", "mixed")
    rows = [
        (
            row["run"], row["space"], str(row["step"]), f"{row['mmd']:.4f}", f"{row['mixed_mmd']:.4f}",
            f"{row['neighbours']:.3f}", f"{row['mixed_neighbours']:.3f}",
        )
        for row in domain_rows(runs)
    ]  # fmt: skip
    return (
        paragraph(
            "Training lowers the MMD; it never looks at neighbours. Both are shown beside what perfectly mixed domains"
            " of as many faces give."
        )
        + charts(figures)
        + table(head, rows)
    )


def _curves(name: str, run: RunGap, space: str, key: str, mixed: str) -> list[Curve]:
    steps = [float(each.step) for each in run.over_time]
    gaps: list[Gap] = [each.spaces[space] for each in run.over_time]
    return [
        Curve(name, steps, [getattr(gap, key) for gap in gaps]),
        Curve(f"{name}, mixed", steps, [getattr(gap, mixed) for gap in gaps], dashed=True, paired=True),
    ]


def _planes(runs: Mapping[str, RunGap]) -> str:
    parts: list[str] = []
    for name, run in runs.items():
        for space in SPACES:
            figures = [
                scatter(
                    f"after {step} steps" + (", the end" if number == len(run.planes[space]) else ""),
                    [("photos", photos), ("renders", renders)],
                )
                for number, (step, photos, renders) in enumerate(run.planes[space], 1)
            ]
            parts.append(
                paragraph(f"{name}, {_LABELS[space]}, by t-SNE") + f'<div class="planes">{"".join(figures)}</div>'
            )
    return "".join(parts)


def _drawn(runs: Mapping[str, RunGap], include_photos: bool) -> str:
    first = next(iter(runs.values()))
    cases: list[str] = []
    for row in range(len(first.drawn)):
        pictures = [("photo", first.photos[row])] if include_photos else []
        pictures += [(name, run.drawn[row]) for name, run in runs.items()]
        cases.append(case(pictures, f"held-out photo {row + 1}"))
    note = "" if include_photos else paragraph("The photos themselves are left out; --include-photos shows them.")
    return note + grid(cases)
