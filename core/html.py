"""Pieces of a self-contained HTML page: tables, pictures as data URIs, and the page that holds them.

Everything is well-formed XML too, so that a test can parse it strictly; nothing is fetched from anywhere.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

PICTURE_PX = 160
"""Side of a picture in a grid: three beside each other fill a phone of 400 px at twice its pixels."""
_QUALITY = 80
_STYLE = """
:root { color-scheme: light; --ink: #1d2125; --soft: #5b6570; --line: #dfe3e8; --ground: #fff; --tint: #f5f7f9;
  --accent: #1f6feb; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 8px 0 4px; }
h2 { font-size: 1.25rem; margin: 44px 0 6px; padding-top: 12px; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 24px 0 6px; }
p { max-width: 70ch; margin: 6px 0 12px; }
.soft, figcaption, caption { color: var(--soft); font-size: .875rem; }
nav { margin: 12px 0; font-size: .9rem; } nav a { margin-right: 14px; color: var(--accent); white-space: nowrap; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 10px; margin: 16px 0; }
.card { background: var(--tint); border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; }
.card b { display: block; font-size: 1.45rem; font-variant-numeric: tabular-nums; line-height: 1.25; }
.card span { display: block; font-size: .85rem; } .card .soft { font-size: .78rem; }
.wide { overflow-x: auto; margin: 10px 0 18px; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 6px; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap;
  vertical-align: top; }
th:first-child, td:first-child { text-align: left; white-space: pre-wrap; min-width: 10em; }
td.text { white-space: normal; text-align: left; min-width: 16em; max-width: 60em; overflow-wrap: anywhere; }
thead th { color: var(--soft); font-weight: 600; white-space: normal; vertical-align: bottom; }
tr.ours td { background: #eef5ff; font-weight: 600; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 16px; }
figure { margin: 8px 0; } svg { width: 100%; height: auto; display: block; }
.planes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 180px), 1fr)); gap: 12px; }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, var(--case)), 1fr)); gap: 16px; }
.case { display: flex; gap: 3px; } .case div { flex: 1 1 0; min-width: 0; max-width: 160px; }
.case img { width: 100%; height: auto; display: block; border-radius: 4px; }
.case span { font-size: .72rem; color: var(--soft); }
"""


@dataclass(frozen=True)
class Headline:
    """One figure that stands at the top: its value as text, what it is, and what it is measured against."""

    value: str
    name: str
    beside: str = ""


def escape(text: object) -> str:
    """Text that HTML shows as it is; characters that XML does not allow are left out."""
    shown = "".join(char for char in str(text) if char in "\t\n\r" or ord(char) >= 32)
    return html.escape(shown)


def page(title: str, lead: str, headlines: Sequence[Headline], sections: Sequence[tuple[str, str]]) -> str:
    """The whole document: `sections` are (heading, content that is HTML already)."""
    links = " ".join(f'<a href="#part-{k}">{escape(name)}</a>' for k, (name, _) in enumerate(sections))
    cards = "".join(
        f'<div class="card"><b>{escape(each.value)}</b><span>{escape(each.name)}</span>'
        f'<span class="soft">{escape(each.beside)}</span></div>'
        for each in headlines
    )
    body = "".join(
        f'<section id="part-{k}"><h2>{escape(name)}</h2>{content}</section>'
        for k, (name, content) in enumerate(sections)
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"/>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>"
        f'<p class="soft">{escape(lead)}</p><nav>{links}</nav><div class="cards">{cards}</div>'
        f"{body}</main></body></html>\n"
    )


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "", ours: Sequence[int] = (), text: int = -1
) -> str:
    """Rows of texts under `head`; rows numbered in `ours` stand out, and column `text` holds prose."""
    titles = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join(
        ('<tr class="ours">' if k in ours else "<tr>")
        + "".join(('<td class="text">' if j == text else "<td>") + escape(cell) + "</td>" for j, cell in enumerate(row))
        + "</tr>"
        for k, row in enumerate(rows)
    )
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    shown = f"<thead><tr>{titles}</tr></thead>" if any(head) else ""
    return f'<div class="wide"><table>{above}{shown}<tbody>{lines}</tbody></table></div>'


def picture(image: NDArray[np.uint8], alt: str, px: int = PICTURE_PX) -> str:
    """An RGB picture (H, W, 3) as an <img> that carries its own WebP."""
    small = Image.fromarray(image).resize((px, px), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=_QUALITY, method=4)
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f'<img alt="{escape(alt)}" width="{px}" height="{px}" loading="lazy" src="data:image/webp;base64,{data}"/>'


def case(pictures: Sequence[tuple[str, NDArray[np.uint8]]], caption: str) -> str:
    """Pictures beside each other, each with its name, and one line below."""
    shown = "".join(f"<div>{picture(image, name)}<span>{escape(name)}</span></div>" for name, image in pictures)
    return f'<figure><div class="case">{shown}</div><figcaption>{escape(caption)}</figcaption></figure>'


def grid(cases: Sequence[str]) -> str:
    """Cases, as many beside each other as there is room for, of at least 115 px a picture."""
    pictures = max((each.count("<img") for each in cases), default=1)
    return f'<div class="cases" style="--case: {115 * pictures}px">{"".join(cases)}</div>'


def charts(figures: Sequence[str]) -> str:
    """Charts beside each other where there is room."""
    return f'<div class="charts">{"".join(figures)}</div>'


def document(values: Mapping[str, Any]) -> str:
    """Nested values by name, such as a bundle's card, as a table of paths and texts."""
    rows = [(name, text) for name, text in flattened(values)]
    return table(("", ""), rows, text=1)


def flattened(values: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """{"a": {"b": 1}} -> [("a.b", "1")]; lists of plain values are one text."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        path = f"{before}{name}"
        if isinstance(value, Mapping):
            found += flattened(value, f"{path}.")
        elif isinstance(value, list | tuple):
            found.append((path, ", ".join(_short(each) for each in value)))
        else:
            found.append((path, _short(value)))
    return found


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        return " ".join(_short(each) for each in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
