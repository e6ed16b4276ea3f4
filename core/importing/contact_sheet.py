"""The contact sheet of an import run: one HTML file with every photo, its character, and what was said about it.

The file carries its pictures, needs no script and no network, prints, and shows hostile file names as plain text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.html import escape, picture
from engine_bridge.parameter_diff import Difference, standing_out
from engine_bridge.parameter_edits import Character
from engine_bridge.schema import CharacterSchema

PICTURE_PX = 256
STANDING_OUT = 6
"""Parameters listed for each photo."""
_FAILED, _FINE = "failed", "fine"
_ORDER = (_FAILED, "serious", "warning", "note", _FINE)
_TITLES = {
    _FAILED: "Could not be imported",
    "serious": "Look at these first",
    "warning": "With warnings",
    "note": "With notes",
    _FINE: "Nothing to remark",
}
_STYLE = """
:root { color-scheme: light; --ink: #1c1e21; --soft: #626a73; --line: #dcdfe3; --ground: #fff; --tint: #f4f5f7;
  --serious: #b3261e; --warning: #9a5b00; --note: #4b5a6b; --bar: #4c6ef5; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 64px; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 4px; }
h2 { font-size: 1.1rem; margin: 36px 0 10px; }
h2 span { color: var(--soft); font-weight: 400; }
.soft { color: var(--soft); font-size: .9rem; margin: 0; }
nav { display: flex; flex-wrap: wrap; gap: 8px; margin: 16px 0 0; }
nav a { color: inherit; text-decoration: none; border: 1px solid var(--line); border-radius: 999px;
  padding: 3px 12px; font-size: .88rem; }
nav b { font-variant-numeric: tabular-nums; }
article { display: grid; grid-template-columns: minmax(0, 1.9fr) minmax(250px, 1fr); gap: 18px; padding: 14px 0;
  border-top: 1px solid var(--line); break-inside: avoid; }
.pictures { display: flex; gap: 6px; align-items: flex-start; }
figure { margin: 0; flex: 1 1 0; min-width: 0; max-width: 256px; }
figure img { display: block; width: 100%; height: auto; border-radius: 5px; background: var(--tint); }
figcaption { color: var(--soft); font-size: .74rem; padding-top: 3px; }
h3 { font-size: .95rem; line-height: 1.2; margin: 0 0 6px; overflow-wrap: anywhere; }
article .soft { font-size: .82rem; margin: 0 0 8px; }
ul { list-style: none; margin: 0 0 10px; padding: 0; font-size: .86rem; }
li { padding: 2px 0 2px 10px; border-left: 3px solid var(--line); margin: 0 0 5px; overflow-wrap: anywhere; }
li b { display: block; font-size: .7rem; letter-spacing: .05em; text-transform: uppercase; }
li.serious { border-color: var(--serious); } li.serious b { color: var(--serious); }
li.warning { border-color: #e39a1d; } li.warning b { color: var(--warning); }
li.note { border-color: #aab4bf; } li.note b { color: var(--note); }
.out { display: grid; grid-template-columns: minmax(0, 1fr) 74px 3.2em; gap: 2px 8px; align-items: center;
  font-size: .78rem; color: var(--soft); margin: 0; }
.out span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.out i { font-style: normal; text-align: right; font-variant-numeric: tabular-nums; }
.track { position: relative; height: 5px; border-radius: 3px; background: #e6e8ec; }
.track u { position: absolute; top: 0; bottom: 0; border-radius: 3px; background: var(--bar); }
.failed { display: block; padding: 8px 0; }
@media (max-width: 760px) { article { grid-template-columns: 1fr; } }
@media print {
  main { max-width: none; padding: 0; } nav { display: none; } h2 { break-after: avoid; }
  body { font-size: 11px; } figure { max-width: 42mm; } article { padding: 8px 0; gap: 12px;
    grid-template-columns: minmax(0, 1.7fr) minmax(0, 1fr); }
  .track, .track u, li { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


class Advice(Protocol):
    """One fault of a photo, as the client's `Advice` and the gate's `Finding` have it."""

    @property
    def severity(self) -> str:
        """ "note", "warning" or "serious"."""
        ...

    @property
    def words(self) -> str:
        """A sentence."""
        ...


@dataclass(frozen=True)
class SheetRow:
    """One photo of the run, already HTML, so that a run's pictures need not stay in memory; see `sheet_row`."""

    kind: str
    html: str


def sheet_row(
    photo: str,
    pictures: Sequence[tuple[str, NDArray[np.uint8]]],
    advice: Sequence[Advice],
    schema: CharacterSchema,
    character: Character,
) -> SheetRow:
    """A photo's row: file name, captioned pictures (256,256,3) uint8, advice, and what stands out in its character."""
    shown = "".join(
        f"<figure>{picture(image, f'{caption} of {photo}', PICTURE_PX)}"
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for caption, image in pictures
    )
    ordered = sorted(advice, key=lambda each: _rank(each.severity))
    said = "".join(
        f'<li class="{_severity(each.severity)}"><b>{_severity(each.severity)}</b>{escape(each.words)}</li>'
        for each in ordered
    )
    options = " · ".join(
        f"{escape(choice.label)}: {escape(choice.options[int(value)])}"
        for choice, value in zip(schema.choices, character.choices, strict=True)
    )
    far = "".join(_bar(each) for each in standing_out(schema, character, STANDING_OUT))
    told = f"<ul>{said}</ul>" if said else ""
    chosen = f'<p class="soft">{options}</p>' if options else ""
    html = (
        f'<article><div class="pictures">{shown}</div><div><h3>{escape(photo)}</h3>{told}{chosen}'
        f'<div class="out">{far}</div></div></article>'
    )
    return SheetRow(_severity(ordered[0].severity) if ordered else _FINE, html)


def failed_row(photo: str, error: str) -> SheetRow:
    """The row of a photo that could not be used, and the sentence that says why."""
    html = (
        f'<article class="failed"><h3>{escape(photo)}</h3>'
        f'<ul><li class="serious"><b>not imported</b>{escape(error)}</li></ul></article>'
    )
    return SheetRow(_FAILED, html)


def contact_sheet(title: str, rows: Sequence[SheetRow], lead: str = "", worst_first: bool = True) -> bytes:
    """The whole file, UTF-8 HTML; `lead` is a line below the title, such as the bundle's name and licence.

    With `worst_first` photos are grouped by what was said about them, otherwise they stay in the order given.
    """
    groups = {kind: [row for row in rows if row.kind == kind] for kind in _ORDER}
    sections = [(kind, _TITLES[kind], group) for kind, group in groups.items() if group]
    counts = "".join(_count(kind if worst_first else "", name, len(group)) for kind, name, group in sections)
    if worst_first:
        body = "".join(
            f'<section id="{kind}"><h2>{escape(name)} <span>{len(group)}</span></h2>'
            f"{''.join(row.html for row in group)}</section>"
            for kind, name, group in sections
        )
    else:
        body = f"<section><h2>{len(rows)} photos</h2>{''.join(row.html for row in rows)}</section>"
    nothing = '<p class="soft">The run had no photos.</p>' if not rows else ""
    page = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>"
        f'<p class="soft">{escape(lead)}</p><nav>{counts}</nav>{body}{nothing}</main></body></html>\n'
    )
    return page.encode("utf-8", "replace")


def _count(target: str, name: str, photos: int) -> str:
    text = f"<b>{photos}</b> {escape(name.lower())}"
    return f'<a href="#{target}">{text}</a>' if target else f"<a>{text}</a>"


def _bar(each: Difference) -> str:
    """A parameter's label, its share of the way from the default to the end of its range, and its value."""
    left, width = 50 + min(0.0, each.share) * 100, abs(each.share) * 100
    return (
        f'<span title="{escape(each.name)}">{escape(each.label)}</span>'
        f'<div class="track"><u style="left:{max(0.0, left):.0f}%;width:{min(50.0, width):.0f}%"></u></div>'
        f"<i>{each.new:+.2f}</i>"
    )


def _severity(text: str) -> str:
    return text if text in ("serious", "warning", "note") else "note"


def _rank(severity: str) -> int:
    return _ORDER.index(_severity(severity))
