"""The slider page: draws a StudioSession with NiceGUI, and hands every movement on to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from nicegui import events, ui
from nicegui.element import Element

from core.studio.editing import groups_of
from core.studio.inspector import Inspector
from core.studio.look import SCRIPT, STYLE
from core.studio.session import StudioSession
from core.studio.views import MODES, NEEDS_PHOTO
from core.studio.widgets import TYPED, block, button, image, say, switch, tell

PHOTO_TYPES = ".jpg,.jpeg,.png,.webp,.bmp,.tif,.tiff"
_TOUCH_S = 0.01  # changes that come together are drawn together


class StudioPage:
    """One open tab; several show the same character."""

    def __init__(self, session: StudioSession) -> None:
        self.session = session
        self._loop = asyncio.get_running_loop()
        self._pending = False
        ui.add_css(STYLE)
        ui.add_body_html(f"<script>{SCRIPT}</script>")
        ui.add_body_html(
            '<div class="fb-offline"><p>The studio has ended, or cannot be reached.<br>'
            "Start it again with <code>facebridge studio</code>; saved presets are safe.</p></div>"
        )
        with block("fb-app"):
            self._top()
            with block("fb-left"):
                self._photo = PhotoCard(session)
                block("fb-caption", "Character")
                self._groups = {group: self._group(group) for group in groups_of(session.schema)}
            self._stage = StagePanel(session)
            self._inspector = Inspector(session, "nose" if "nose" in self._groups else next(iter(self._groups)))
            with block("fb-foot"):
                self._status = ui.html("", sanitize=False).classes("status").props("role=status data-mark=status")
                self._facts = ui.html("", sanitize=False)
        ui.keyboard(self._key, ignore=["input", "textarea", "select"])
        self._end = session.listen(self._touch)
        ui.context.client.on_delete(self._end)
        self._refresh()

    def _top(self) -> None:
        session = self.session
        with ui.element("header").classes("fb-top"):
            with block("fb-brand"):
                ui.html("FaceBridge <span>Studio</span>", sanitize=False)
            self._name = ui.element("input").classes("fb-name").props("placeholder='Unnamed character' data-mark=name")
            self._name.props["aria-label"] = "Name of the character"
            self._name.on("input", js_handler=TYPED)
            self._name.on("change", self._renamed, js_handler="(e) => emit(e.target.value)")
            block("fb-gap")
            self._undo = button(session.undo, "undo", kind="icon", tip="Undo", mark="undo")
            self._redo = button(session.redo, "redo", kind="icon", tip="Redo", mark="redo")
            block("fb-sep")
            self._mirror = button(
                lambda: session.set_mirror(not session.editor.mirror),
                "flip",
                "Mirror",
                tip="Left and right move together",
                mark="mirror",
            )
            button(
                session.reset, "replay", "Reset", tip="Back to what was imported or opened; locks stay", mark="reset"
            )
            block("fb-sep")
            opened = button(None, "folder_open", "Open", tip="Open a preset", mark="open")
            opened.on("click", js_handler="() => facebridge.choose('.json')")
            saved = ui.element("a").classes("fb-button main").props("href=/preset download data-mark=save")
            with saved:
                ui.icon("save_alt")
                ui.html("Save", tag="span", sanitize=False)

    def _group(self, group: str) -> tuple[Element, Element, Element]:
        with block("fb-group") as row:
            row.props["data-group"] = group
            title = block("title", group, "button").props("type=button")
            title.on("click", lambda _: self._show(group), args=[])
            count = ui.html("", sanitize=False).classes("count")
            targets = self.session.names_of(group)
            lock = button(lambda: self.session.toggle_lock(*targets), "lock_open", kind="small", tip="Lock the group")
        return row, count, lock

    def _show(self, group: str) -> None:
        self._inspector.show(group)
        self._refresh()

    def _renamed(self, event: events.GenericEventArguments) -> None:
        self.session.rename(str(event.args))

    def _key(self, event: events.KeyEventArguments) -> None:
        if event.action.keydown and (event.modifiers.ctrl or event.modifiers.meta):
            if event.key in ("z", "Z"):
                (self.session.redo if event.modifiers.shift else self.session.undo)()
            elif event.key in ("y", "Y"):
                self.session.redo()

    def _touch(self) -> None:
        """Called from any thread."""

        def soon() -> None:
            if not self._pending:
                self._pending = True
                self._loop.call_later(_TOUCH_S, self._refresh)

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(soon)

    def _refresh(self) -> None:
        self._pending = False
        session = self.session
        editor = session.editor
        tell(self._name, "value", session.name)
        for element, words in ((self._undo, editor.undoable), (self._redo, editor.redoable)):
            switch(element, "off", not words)
        switch(self._mirror, "on", editor.mirror)
        changed = session.changed()
        for group, (row, count, lock) in self._groups.items():
            names = session.names_of(group)
            switch(row, "on", group == self._inspector.group and not self._inspector.searching)
            say(count, str(len(changed.intersection(names)) or ""))
            switch(lock, "on", editor.locked.issuperset(names))
        self._photo.refresh()
        self._stage.refresh()
        self._inspector.refresh(changed)
        for kind in ("busy", "error"):
            switch(self._status, kind, session.status.kind == kind)
        say(self._status, session.status.words)
        took = "" if session.shot is None else f"drawn in {session.shot.took_ms:.0f} ms"
        service = session.service or (
            "no import service" if session.service_error else "import service is starting ..."
        )
        say(self._facts, "  ·  ".join(filter(None, (took, session.engine, service))))


class PhotoCard:
    """The photo, what was said about it, other faces and other readings of it, and the search from there."""

    def __init__(self, session: StudioSession) -> None:
        self.session = session
        self._shown: object = self
        self._drop = ui.element("button").classes("fb-drop").props("type=button data-mark=photo")
        self._drop.props["aria-label"] = "Photo: drop one here or click to choose"
        self._drop.on("click", js_handler=f"() => facebridge.choose('{PHOTO_TYPES}')")
        self._about = block("")
        self._refine: Element | None = None

    def refresh(self) -> None:
        """Bring the card in step."""
        session, photo = self.session, self.session.photo
        switch(self._drop, "busy", session.reading)
        state = (photo, session.service_error, session.searching, session.can)
        if state == self._shown:
            return
        self._shown = state
        switch(self._drop, "filled", photo is not None)
        self._drop.clear()
        with self._drop:
            if photo is not None and photo.aligned is not None:
                image(f"/aligned/{id(photo)}", "The photo, aligned")
                block("over", photo.name)
            else:
                with block("empty"):
                    ui.icon("add_photo_alternate")
                    block("", "Drop a photo here", "b")
                    block("", "or click to choose one", "span")
        self._about.clear()
        with self._about:
            if session.service_error and photo is None:
                with block("fb-advice"):
                    block("serious", f"Photos cannot be read: {session.service_error}")
            if photo is not None:
                self._say_all()

    def _say_all(self) -> None:
        session, photo = self.session, self.session.photo
        assert photo is not None
        if photo.advice:
            with block("fb-advice").props("data-mark=advice"):
                for each in sorted(photo.advice, key=lambda a: ("serious", "warning", "note").index(a.severity)):
                    block(each.severity, each.words)
        if photo.thumbnails is not None and len(photo.thumbnails) > 1:
            block("fb-caption tight", "Faces in the photo")
            self._strip("face", len(photo.thumbnails), session.choose_face, photo.face)
        if any(each.preview is not None for each in photo.variations):
            block("fb-caption tight", "Other readings")
            self._strip("variation", len(photo.variations), session.take_variation)
        if session.searching:
            button(session.stop, "stop", "Stop, keep the best", "wide", mark="stop")
            return
        with block("fb-pair"):
            if "refine" in session.can:
                tip = "Search for a closer likeness from here; locked parameters stay"
                button(session.refine, "auto_fix_high", "Refine", "wide", tip, "refine")
            if "variations" in session.can and not photo.variations:
                tip = "Other plausible characters for this photo, to choose from"
                button(session.vary, "groups_2", "Others", "wide", tip, "vary")

    def _strip(self, kind: str, count: int, take: Callable[[int], None], current: int = -1) -> None:
        with block("fb-strip"):
            for number in range(count):
                choice = button(partial(take, number), mark=f"{kind} {number}")
                choice.classes(remove="fb-button")
                with choice:
                    image(f"/{kind}/{id(self.session.photo)}/{number}", f"{kind} {number + 1}")
                switch(choice, "on", number == current)


class StagePanel:
    """The picture, and how it is looked at."""

    def __init__(self, session: StudioSession) -> None:
        self.session = session
        self._modes: dict[str, Element] = {}
        with ui.element("main").classes("fb-stage"):
            with block("fb-views"):
                for mode, title in MODES.items():
                    self._modes[mode] = button(self._looker(mode), text=title, mark=f"view {mode}")
            with block("fb-canvas"):
                self._waiting = block("waiting", "The engine is starting ...")
                self._picture = image("", "The character").props("data-mark=picture")
            with block("fb-under"):
                self._blend = block("fb-under-part").style("display: contents")
                with self._blend:
                    ui.html("photo", sanitize=False)
                    ui.slider(min=0, max=1, step=0.01, value=session.view.t, on_change=self._blended)
                    ui.html("character", sanitize=False)
                self._sign = button(
                    lambda: session.look(signed=not session.view.signed),
                    "contrast",
                    "Lighter and darker only",
                    mark="signed",
                )
                self._legend = ui.html("", sanitize=False)

    def refresh(self) -> None:
        """Bring the stage in step."""
        session, view = self.session, self.session.view
        photo = session.photo is not None and session.photo.aligned is not None
        for mode, made in self._modes.items():
            switch(made, "on", mode == view.mode)
            switch(made, "off", mode in NEEDS_PHOTO and not photo)
        shot = session.shot
        self._waiting.set_visibility(shot is None)
        self._picture.set_visibility(shot is not None)
        if shot is not None:
            tell(self._picture, "src", f"/shot/{shot.version}{'d' if shot.draft else ''}")
            tell(self._picture, "data-version", str(shot.version))
            tell(self._picture, "data-draft", str(shot.draft).lower())
        self._blend.set_visibility(view.mode == "blend" and photo)
        self._sign.set_visibility(view.mode == "difference" and photo)
        switch(self._sign, "on", view.signed)
        same = session.editor.character.same(session.editor.home)
        words = {
            "outline": "The character's outline over the photo" if photo else "",
            "turned": "" if same else "The amber line is where the outline was; blue is new",
        }.get(view.mode, "")
        say(self._legend, words)

    def _looker(self, mode: str) -> Callable[[], None]:
        return lambda: self.session.look(mode=mode)

    def _blended(self, event: events.ValueChangeEventArguments[float | None]) -> None:
        if event.value is not None:
            self.session.look(t=float(event.value))
