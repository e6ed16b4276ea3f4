"""The right side of the page: search, and the sliders of a group or of what was found."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from nicegui import events, ui
from nicegui.element import Element

from core.studio.editing import CHOICES
from core.studio.session import StudioSession
from core.studio.widgets import TYPED, TYPED_AND_TOLD, block, button, say, switch, tell, text_of
from engine_bridge.errors import FaceBridgeError
from engine_bridge.schema import Choice, Parameter

_gestures = itertools.count(1)


class Inspector:
    """Lists rows for what is chosen, and keeps them in step with the session."""

    def __init__(self, session: StudioSession, group: str) -> None:
        self._session, self.group, self._text = session, group, ""
        self._rows: dict[str, SliderRow | OptionsRow] = {}
        with ui.element("aside").classes("fb-right"):
            with block("fb-search"):
                ui.icon("search").style("font-size: 17px")
                self._field = ui.element("input").props('type=search placeholder="Search parameters" data-mark=search')
                self._field.props["aria-label"] = "Search parameters"
                self._field.on("input", self._search, js_handler=TYPED_AND_TOLD, throttle=0.15)
            with block("fb-head"):
                with block("title"):
                    self._title = ui.html("", tag="b", sanitize=False).style("font-weight: inherit")
                    self._count = ui.html("", tag="span", sanitize=False)
                self._lock = button(self._lock_all, "lock_open", kind="small", tip="Lock these", mark="lock-group")
                self._reset = button(self._reset_all, "replay", kind="small", tip="Reset these", mark="reset-group")
            self._list = block("fb-rows")
        self.show(group)

    def show(self, group: str) -> None:
        """List a group; leaves the search."""
        self.group, self._text = group, ""
        tell(self._field, "value", "")
        self._fill()

    @property
    def searching(self) -> bool:
        """Whether it lists what was found rather than a group."""
        return bool(self._text.strip())

    def refresh(self, changed: frozenset[str]) -> None:
        """Bring what is listed in step; `changed` are the names that reset would change."""
        for name, row in self._rows.items():
            row.refresh(name in changed)
        held = bool(self._rows) and all(name in self._session.editor.locked for name in self._rows)
        switch(self._lock, "on", held)

    def _fill(self) -> None:
        names = self._session.names_of(self.group, self._text)
        say(self._title, "Found" if self.searching else self.group)
        say(self._count, str(len(names)))
        parameters = {each.name: each for each in self._session.schema.parameters}
        choices = {each.name: each for each in self._session.schema.choices}
        self._list.clear()
        self._rows = {}
        with self._list:
            if not names:
                block(
                    "fb-empty", f"Nothing is called “{self._text.strip()[:40]}”. Try a part of the face, such as nose."
                )
            for name in names:
                if name in choices:
                    self._rows[name] = OptionsRow(self._session, choices[name])
                else:
                    self._rows[name] = SliderRow(self._session, parameters[name], self.searching)
        self.refresh(self._session.changed())

    def _search(self, event: events.GenericEventArguments) -> None:
        text = event.args if isinstance(event.args, str) else ""
        if text != self._text:
            self._text = text[:80]
            with self._field.props.suspend_updates():
                self._field.props["value"] = text
            self._fill()

    def _lock_all(self) -> None:
        if self._rows:
            self._session.toggle_lock(*self._rows)

    def _reset_all(self) -> None:
        if not self.searching and self.group != CHOICES:
            self._session.reset(self.group)
            return
        for name in self._rows:
            self._session.reset(name)


class _Row:
    """What rows have in common: a label with its lock and its way back."""

    def __init__(self, session: StudioSession, name: str) -> None:
        self._session, self.name = session, name
        self._box: Element
        self._lock: Element

    def _head(self, label: str, description: str, where: str = "") -> None:
        with block("fb-label") as text:
            ui.html(
                text_of(label) + (f'<span class="where">{text_of(where)}</span>' if where else ""),
                tag="span",
                sanitize=False,
            )
            ui.tooltip(description).props("delay=500 anchor='top left' self='bottom left'")
        text.on("dblclick", lambda _: self._session.reset(self.name), args=[])
        button(lambda: self._session.reset(self.name), "replay", kind="small reset", tip="Reset")
        self._lock = button(lambda: self._session.toggle_lock(self.name), "lock_open", kind="small", tip="Lock")
        self._lock.props["data-mark"] = f"lock {self.name}"

    def _state(self, changed: bool) -> None:
        locked = self.name in self._session.editor.locked
        switch(self._box, "locked", locked)
        switch(self._lock, "on", locked)
        switch(self._box, "changed", changed)


class SliderRow(_Row):
    """One parameter."""

    def __init__(self, session: StudioSession, parameter: Parameter, with_group: bool) -> None:
        super().__init__(session, parameter.name)
        self._gesture = ""
        with block("fb-row") as self._box:
            self._box.props["data-name"] = parameter.name
            with block("fb-line"):
                self._head(parameter.label, parameter.description, parameter.group if with_group else "")
                with block("fb-guess"):
                    ui.html("guess", tag="span", sanitize=False)
                    ui.tooltip("The photo says little about this one: look for yourself.").props("delay=300")
                self._value = ui.element("input").classes("fb-value").props("type=text inputmode=decimal")
                self._value.props["aria-label"] = f"{parameter.label}, value"
                self._value.on("input", js_handler=TYPED)
                self._value.on("change", self._typed, js_handler="(e) => emit(e.target.value)")
            low, high = parameter.minimum, parameter.maximum
            self._slider = ui.slider(min=low, max=high, step=0.01, value=self._now(), on_change=self._moved)
            self._slider.style(f"--zero: {100 * (parameter.default - low) / (high - low):.2f}%")
            self._slider.props["aria-label"] = parameter.label
            self._slider.on("change", self._let_go)

    def refresh(self, changed: bool) -> None:
        """Bring the row in step with the session; the slider under the hand already is."""
        value = self._now()
        if self._slider.value != value:
            self._slider.set_value(value)
        tell(self._value, "value", f"{round(value, 2) + 0.0:+.2f}")  # never "-0.00"
        tell(self._slider, "disable", self.name in self._session.editor.locked)
        switch(self._box, "guessed", self._session.guessed(self.name))
        self._state(changed)

    def _now(self) -> float:
        return round(float(self._session.value(self.name)), 4)

    def _moved(self, event: events.ValueChangeEventArguments[float | None]) -> None:
        if event.value is not None:
            self._move(float(event.value))

    def _move(self, value: float) -> None:
        if abs(value - self._now()) < 1e-4:
            return  # told by us, or told already
        self._gesture = self._gesture or f"{self.name} {next(_gestures)}"
        self._session.set(self.name, value, self._gesture)

    def _let_go(self, event: events.GenericEventArguments) -> None:
        # The last movement may still be held back by the slider's throttle; as a step of its own it would need a second
        # undo. When it comes it finds its value set already.
        if isinstance(event.args, int | float):
            self._move(float(event.args))
        self._gesture = ""
        self._session.end_gesture()

    def _typed(self, event: events.GenericEventArguments) -> None:
        try:
            self._session.set(self.name, float(str(event.args).replace(",", ".").strip()))
        except ValueError:
            pass  # what was there comes back below
        except FaceBridgeError as error:
            self._session.failed(str(error))
        self._value.props["value"] = ""
        self.refresh(self.name in self._session.changed())


class OptionsRow(_Row):
    """One choice, an option beside the other."""

    def __init__(self, session: StudioSession, choice: Choice) -> None:
        super().__init__(session, choice.name)
        self._buttons: dict[str, Element] = {}
        with block("fb-row") as self._box:
            self._box.props["data-name"] = choice.name
            with block("fb-line"):
                self._head(choice.label, choice.description)
            with block("fb-options"):
                for option in choice.options:
                    self._buttons[option] = button(self._taker(option), text=option)

    def refresh(self, changed: bool) -> None:
        """Bring the row in step with the session."""
        now = self._session.value(self.name)
        for option, made in self._buttons.items():
            switch(made, "on", option == now)
        self._state(changed)

    def _taker(self, option: str) -> Callable[[], None]:
        return lambda: self._session.set(self.name, option)
