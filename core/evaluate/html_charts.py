"""Charts as inline SVG: curves over an axis, and points of two kinds in the plane."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.html import escape

COLOURS = ("#1f6feb", "#d1495b", "#2a9d5c", "#b7791f", "#6b4fbb")
_WIDTH, _HEIGHT = 420, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 22, 12, 40
_TEXT = 'font-family="system-ui, sans-serif" font-size="11" fill="#5b6570"'


@dataclass(frozen=True)
class Curve:
    """A named line: x and y of equal length; NaN leaves a gap. `dashed` marks what is only there to compare with, and
    takes the colour of the curve before it with `paired`; `dots` draws points that no line joins."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    dashed: bool = False
    dots: bool = False
    paired: bool = False


def line_chart(
    title: str, x_name: str, y_name: str, curves: Sequence[Curve], log_x: bool = False, from_data: bool = False
) -> str:
    """A figure with axes, curves and their names; with `log_x` 0 stands at the left end, before the first power. The
    vertical axis holds 0, unless `from_data`."""
    places = [[_placed(value, log_x) for value in curve.x] for curve in curves]
    finite_x = [value for values in places for value in values]
    finite_y = [value for curve in curves for value in curve.y if math.isfinite(value)]
    if not finite_x or not finite_y:
        return f"<figure><figcaption>{escape(title)}: nothing could be measured.</figcaption></figure>"
    low_x, high_x = min(finite_x), max(finite_x)
    ticks_y = _ticks(min(finite_y) if from_data else min(0.0, *finite_y), max(finite_y))
    low_y, high_y = ticks_y[0], ticks_y[-1]

    def left(value: float) -> float:
        share = (value - low_x) / (high_x - low_x) if high_x > low_x else 0.5
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def top(value: float) -> float:
        return _TOP + (high_y - value) / (high_y - low_y) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [_grid_line(_LEFT, top(y), _WIDTH - _RIGHT, top(y)) for y in ticks_y]
    parts += [_text(_LEFT - 6, top(y) + 4, _number(y), "end") for y in ticks_y]
    marks = _log_marks(curves) if log_x else _ticks(low_x, high_x)
    for mark in marks:
        place = _placed(mark, log_x)
        if low_x <= place <= high_x:
            parts.append(_text(left(place), _HEIGHT - _BOTTOM + 16, _number(mark), "middle"))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, x_name, "middle"))
    colours = _colours(curves)
    for curve, xs, colour in zip(curves, places, colours, strict=True):
        dash = ' stroke-dasharray="4 4"' if curve.dashed else ""
        for piece in _pieces(xs, curve.y):
            if curve.dots:
                parts += [_dot(left(x), top(y), colour) for x, y in piece]
                continue
            points = " ".join(f"{left(x):.1f},{top(y):.1f}" for x, y in piece)
            parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.8"{dash} points="{points}"/>')
    names = [(curve.name, colour, curve.dashed) for curve, colour in zip(curves, colours, strict=True)]
    return _figure(f"{title} ({y_name})", "".join(parts), _HEIGHT, names)


def scatter(title: str, kinds: Sequence[tuple[str, NDArray[np.floating]]], side: int = 220) -> str:
    """Points (N, 2) of a few kinds without axes: only who lies beside whom counts."""
    every = np.concatenate([points for _, points in kinds])
    low, high = every.min(0), every.max(0)
    scale = (side - 16) / max(float((high - low).max()), 1e-9)
    parts = [f'<rect x="0.5" y="0.5" width="{side - 1}" height="{side - 1}" fill="none" stroke="#dfe3e8"/>']
    names = [(name, COLOURS[number % len(COLOURS)], False) for number, (name, _) in enumerate(kinds)]
    for (_, points), (_, colour, _) in zip(kinds, names, strict=True):
        parts += [_dot(x, y, colour) for x, y in (points - low) * scale + 8]
    return _figure(title, "".join(parts), side, names, side)


def _colours(curves: Sequence[Curve]) -> list[str]:
    numbers = np.cumsum([0 if curve.paired else 1 for curve in curves]) - 1
    return [COLOURS[max(int(number), 0) % len(COLOURS)] for number in numbers]


def _figure(title: str, content: str, height: int, names: Sequence[tuple[str, str, bool]], width: int = _WIDTH) -> str:
    """`names`: name, colour, and whether the line is dashed."""
    legend = " ".join(
        f'<span style="color:{colour}">{"&#9476;&#9476;" if dashed else "&#9632;"} {escape(name)}</span>'
        for name, colour, dashed in names
    )
    return (
        f'<figure><svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">{content}</svg>'
        f"<figcaption>{escape(title)}<br/>{legend}</figcaption></figure>"
    )


def _placed(value: float, log_x: bool) -> float:
    """Where a value stands on the axis; on a logarithmic one 0 stands where 10 does and everything else after it."""
    return math.log10(max(value, 10.0)) if log_x else float(value)


def _log_marks(curves: Sequence[Curve]) -> list[float]:
    largest = max(max(curve.x) for curve in curves)
    return [0.0, *(10.0**k for k in range(2, int(math.log10(max(largest, 10.0))) + 1))]


def _ticks(low: float, high: float) -> list[float]:
    """Four to seven round numbers that enclose low and high."""
    span = max(high - low, 1e-9)
    unit = 10.0 ** math.floor(math.log10(span / 4))
    step = next(unit * factor for factor in (1, 2, 5, 10) if span / (unit * factor) <= 6)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 10) for k in range(first, max(last, first + 1) + 1)]


def _pieces(xs: Sequence[float], ys: Sequence[float]) -> list[list[tuple[float, float]]]:
    """The curve without its gaps."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(xs, ys, strict=True):
        if math.isfinite(y):
            pieces[-1].append((x, y))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _grid_line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dfe3e8"/>'


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{colour}" fill-opacity="0.65"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {_TEXT}>{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{value:g}"
