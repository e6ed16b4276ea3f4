"""The few elements that the page is built of; each is told again only what changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element

Click = Callable[[], object]

# Vue sets an input's value again whenever anything on the page changes; what is being typed must be that value.
TYPED = "(e) => { element.props.value = e.target.value; }"
TYPED_AND_TOLD = "(e) => { element.props.value = e.target.value; emit(e.target.value); }"


def button(
    click: Click | None, icon: str = "", text: str = "", kind: str = "", tip: str = "", mark: str = ""
) -> Element:
    """A button of the page's own look; `mark` is its data-mark, by which tests find it."""
    made = ui.element("button").classes(f"fb-button {kind}").props("type=button")
    if mark:
        made.props["data-mark"] = mark
    if tip:
        made.props["aria-label"] = tip
    if click is not None:
        made.on("click", lambda _: click(), args=[])
    with made:
        if icon:
            ui.icon(icon)
        if text:
            ui.html(text_of(text), tag="span", sanitize=False)
        if tip:
            ui.tooltip(tip).props("delay=400")
    return made


def image(address: str, alt: str = "") -> Element:
    """A picture by its address."""
    made = ui.element("img")
    made.props["src"] = address
    made.props["alt"] = alt
    return made


def block(classes: str, text: str = "", tag: str = "div") -> Element:
    """An element with plain text."""
    made = ui.element(tag).classes(classes)
    if text:
        with made:
            ui.html(text_of(text), tag="span", sanitize=False)
    return made


def text_of(text: str) -> str:
    """Text as HTML shows it."""
    from html import escape

    return escape(text)


def switch(element: Element, name: str, on: bool) -> None:
    """Give or take a class, without a message when nothing changes."""
    if on != (name in element.classes):
        element.classes(add=name) if on else element.classes(remove=name)


def tell(element: Element, prop: str, value: Any) -> None:
    """Set a property, without a message when nothing changes."""
    if element.props.get(prop) != value:
        element.props[prop] = value


def say(element: Element, text: str) -> None:
    """Set the text of a `block` made with text, or of ui.html, without a message when nothing changes."""
    if isinstance(element, ui.html) and element.content != (shown := text_of(text)):
        element.set_content(shown)
