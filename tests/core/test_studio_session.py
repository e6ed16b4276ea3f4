"""The studio without a browser: edits, locks, presets, photos, searches, and what is said when something is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.studio.editing import groups_of
from core.studio.session import GUESSED, MAX_PHOTO_BYTES, StudioSession
from core.studio.stage import Shot
from core.studio.views import Scenery
from engine_bridge.client import Advice, ImportResult, RefineProgress, RefineResult, Variation
from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from engine_bridge.parameter_edits import Character
from engine_bridge.parameter_file import Preset, parse_preset
from tests.core.browser import outside_of_pytest

SCHEMA = engine_schema("embedded")
WIDTH = SCHEMA.index("nose.width")
ALIGNED = np.full((256, 256, 3), 90, np.uint8)


class Stage:
    """Notes what it is asked to draw."""

    def __init__(self) -> None:
        self.asked: list[Scenery] = []

    def ask(self, scenery: Scenery) -> int:
        self.asked.append(scenery)
        return len(self.asked)


class Importer:
    """Notes what is asked for; the test answers."""

    def __init__(self) -> None:
        self.photos: list[tuple[bytes, Character, tuple[str, ...], int, Callable[[ImportResult | str], None]]] = []
        self.searches: list[tuple[Any, ...]] = []
        self.cancelled = 0
        self.variations, self.mirrored = 0, False

    def import_photo(
        self,
        photo: bytes,
        character: Character,
        locked: tuple[str, ...],
        face: int,
        done: Any,
        variations: int = 0,
        mirrored: bool = False,
    ) -> None:
        self.variations, self.mirrored = variations, mirrored
        self.photos.append((photo, character, locked, face, done))

    def refine(
        self,
        photo: bytes,
        character: Character,
        locked: tuple[str, ...],
        face: int,
        progress: Any,
        done: Any,
        budget_s: float = 30.0,
        mirrored: bool = False,
    ) -> None:
        self.searches.append((photo, character, locked, face, progress, done))

    def cancel(self) -> None:
        self.cancelled += 1


class Studio:
    """A session with a stage and an importer that do nothing by themselves."""

    def __init__(self, preset: Preset | None = None) -> None:
        self.session = StudioSession(SCHEMA, preset)
        self.stage, self.importer = Stage(), Importer()
        self.heard = 0
        self.session.attach(self.stage, self.importer)
        self.session.listen(self._hear)

    def _hear(self) -> None:
        self.heard += 1

    @property
    def shown(self) -> Scenery:
        return self.stage.asked[-1]

    def answer(self, answer: ImportResult | str, photo: int = -1) -> None:
        self.importer.photos[photo][-1](answer)


@pytest.fixture
def studio() -> Studio:
    return Studio()


def found(value: float = 1.0, **more: Any) -> ImportResult:
    parameters = np.full(SCHEMA.count, value, np.float32)
    choices = SCHEMA.choice_vector({"hair.style": "long"})
    return ImportResult(parameters, choices, 1, (), {"all": 120.0}, ALIGNED, None, **more)


def progress(value: float, loss: float) -> RefineProgress:
    return RefineProgress(5, 200, 1.0, loss, 90.0, np.full(SCHEMA.count, value, np.float32), None)


def test_a_slider_changes_what_is_drawn_and_undo_brings_it_back(studio: Studio) -> None:
    assert len(studio.stage.asked) == 1  # the first picture, without anybody's doing
    for value in (0.2, 0.6):
        studio.session.set("nose.width", value, "drag 1")
    studio.session.end_gesture()
    assert studio.shown.character.parameters[WIDTH] == pytest.approx(0.6)
    studio.session.undo()
    assert studio.shown.character.parameters[WIDTH] == 0 and not studio.session.editor.undoable
    studio.session.redo()
    assert studio.session.value("nose.width") == pytest.approx(0.6) and len(studio.stage.asked) == 5
    assert studio.heard == 4


def test_a_lock_refuses_in_words_and_draws_nothing(studio: Studio) -> None:
    studio.session.toggle_lock("nose.width")
    studio.session.set("nose.width", 1.0)
    assert "'nose.width' is locked" in studio.session.status.words and studio.session.status.kind == "error"
    assert studio.session.value("nose.width") == 0 and len(studio.stage.asked) == 1
    studio.session.toggle_lock("nose.width")
    studio.session.set("nose.width", 1.0)
    assert studio.session.value("nose.width") == 1 and studio.session.status.words == ""


def test_locking_a_group_of_which_a_part_is_locked_locks_the_rest(studio: Studio) -> None:
    studio.session.toggle_lock("nose.width")
    studio.session.toggle_lock(*SCHEMA.groups["nose"])
    assert studio.session.editor.is_locked("nose")
    studio.session.toggle_lock(*SCHEMA.groups["nose"])
    assert not studio.session.editor.locked


def test_groups_begin_with_the_choices_and_count_what_changed(studio: Studio) -> None:
    assert groups_of(SCHEMA)[:2] == ("style", "person")
    studio.session.set("hair.style", "bald")
    studio.session.set("nose.width", 1.0)
    assert studio.session.changed() == {"hair.style", "nose.width"}
    assert studio.session.names_of("style") == ("hair.style", "base")
    assert studio.session.names_of("style", "nose wid")[0] == "nose.width"
    studio.session.reset("nose")
    assert studio.session.value("nose.width") == 0 and studio.session.value("hair.style") == "bald"


def test_a_preset_goes_out_and_comes_back_with_name_and_locks(studio: Studio) -> None:
    studio.session.rename('Zoë / "1"')
    studio.session.set("nose.width", 1.25)
    studio.session.toggle_lock("lips")
    name, data = studio.session.preset_file()
    assert name == "Zoë - -1-.json" and json.loads(data)["locks"] == ["lips"]
    other = Studio()
    other.session.open_preset(data, name)
    assert other.session.name == 'Zoë / "1"' and other.session.editor.is_locked("lips")
    assert other.session.value("nose.width") == 1.25 and other.session.editor.undoable
    again = Studio(parse_preset(data, SCHEMA, name))
    assert again.session.preset_file() == (name, data) and not again.session.editor.undoable


def test_a_file_that_is_no_preset_is_refused_in_words(studio: Studio) -> None:
    studio.session.open_preset(b"{}", "notes.json")
    assert studio.session.status.words.startswith("notes.json is not a parameter file")
    assert len(studio.stage.asked) == 1


def test_a_photo_is_read_with_what_is_locked_and_becomes_one_step(studio: Studio) -> None:
    studio.session.set("nose.width", -1.0)
    studio.session.toggle_lock("nose", "hair.style")
    studio.session.set_mirror(True)
    studio.session.import_photo(b"jpeg", "Ada L.jpg")
    assert studio.session.reading and studio.session.status.kind == "busy"
    data, character, locked, face, _ = studio.importer.photos[0]
    assert (data, locked, face) == (b"jpeg", ("nose", "hair.style"), 0) and character.parameters[WIDTH] == -1
    assert studio.importer.mirrored
    advice = (Advice("blurred", "warning", "The photo is blurred."),)
    sure = np.ones(SCHEMA.count, np.float32)
    sure[WIDTH] = GUESSED - 0.01
    assert not studio.session.guessed("nose.width")
    studio.answer(found(advice=advice, bundle="head 9", confidence=sure))
    assert studio.session.guessed("nose.width") and not studio.session.guessed("lips.gloss")
    session = studio.session
    assert not session.reading and session.photo is not None and session.photo.advice == advice
    assert session.value("nose.width") == -1 and session.value("hair.style") == "short"  # locked
    assert session.value("lips.gloss") == 1 and session.name == "Ada L"
    assert studio.shown.photo is ALIGNED
    assert json.loads(session.preset_file()[1])["photo"] == "Ada L.jpg"
    session.undo()
    assert session.value("lips.gloss") == 0


def test_the_newest_photo_wins(studio: Studio) -> None:
    studio.session.import_photo(b"one", "1.jpg")
    studio.session.import_photo(b"two", "2.jpg")
    studio.answer("A newer photo overtook this one.", 0)
    studio.answer(found(0.5), 0)
    assert studio.session.reading and studio.session.photo is None
    studio.answer(found(1.5), 1)
    assert studio.session.value("lips.gloss") == 1.5 and studio.session.photo is not None
    assert studio.session.photo.name == "2.jpg"


def test_a_photo_that_cannot_be_used_changes_nothing_and_is_named(studio: Studio) -> None:
    studio.session.import_photo(b"x", "wall.jpg")
    studio.answer("No face was found.")
    assert studio.session.status.words == "wall.jpg: No face was found." and studio.session.photo is None
    for data in (b"", bytes(MAX_PHOTO_BYTES + 1)):
        studio.session.import_photo(data, "big.jpg")
        assert studio.session.status.kind == "error" and "big.jpg" in studio.session.status.words
    assert len(studio.importer.photos) == 1 and not studio.session.reading


def test_views_that_need_a_photo_show_the_character_until_there_is_one(studio: Studio) -> None:
    studio.session.look(mode="blend", t=0.3)
    assert studio.shown.view.mode == "character"
    studio.session.import_photo(b"x", "a.jpg")
    studio.answer(found())
    assert (studio.shown.view.mode, studio.shown.view.t) == ("blend", 0.3)
    with pytest.raises(InputError, match="no view 'upside'"):
        studio.session.look(mode="upside")


def test_another_face_and_another_reading_can_be_taken(studio: Studio) -> None:
    session = studio.session
    session.vary()  # there is no photo yet
    session.import_photo(b"x", "two people.jpg")
    session.vary()  # it is being read
    assert len(studio.importer.photos) == 1 and studio.importer.variations == 0
    studio.answer(found(0.5))
    session.vary()
    other = Variation(np.full(SCHEMA.count, -1, np.float32), SCHEMA.default_choices, None)
    studio.answer(found(0.9, variations=(other,)))
    assert studio.importer.variations > 0 and session.value("lips.gloss") == 0.5
    session.take_variation(0)
    assert session.value("lips.gloss") == -1
    session.take_variation(7)
    session.choose_face(0)
    assert len(studio.importer.photos) == 2
    session.choose_face(1)
    assert studio.importer.photos[2][0] == b"x" and studio.importer.photos[2][3] == 1


def test_a_search_shows_the_best_so_far_and_stopping_keeps_it(studio: Studio) -> None:
    session = studio.session
    session.refine()
    assert not session.searching  # there is no photo yet
    session.import_photo(b"x", "a.jpg")
    studio.answer(found(0.0))
    session.refine()
    tell, done = studio.importer.searches[0][4:6]
    tell(progress(0.5, loss=0.8))
    assert studio.shown.character.parameters[0] == 0.5 and session.value("lips.gloss") == 0
    assert "20% closer" in session.status.words
    session.stop()
    assert session.value("lips.gloss") == 0.5 and studio.importer.cancelled == 1 and not session.searching
    tell(progress(2.0, loss=0.1))
    done("The request was cancelled.")
    assert session.value("lips.gloss") == 0.5 and session.status.kind == "quiet"


@pytest.mark.parametrize("kept", [True, False])
def test_a_search_that_ends_is_taken_only_if_it_is_closer(studio: Studio, kept: bool) -> None:
    session = studio.session
    session.import_photo(b"x", "a.jpg")
    studio.answer(found(0.0))
    session.refine()
    value = np.full(SCHEMA.count, 0.7 if kept else 0.0, np.float32)
    result = RefineResult(
        value, SCHEMA.default_choices, kept, "engine", 1.0, 0.6, 50, "steps", "b", {}, preview=None, render=None
    )
    studio.importer.searches[0][5](result)
    assert session.value("lips.gloss") == pytest.approx(0.7 if kept else 0.0) and not session.searching
    assert ("40% closer, judged by the engine" if kept else "stays as it was") in session.status.words


def test_pictures_and_faults_of_the_engine_reach_the_listener(studio: Studio) -> None:
    assert studio.session.status.words == "The engine is starting ..."
    studio.session.shown(Shot(1, b"jpeg", False, 80.0))
    assert studio.session.status.words == "" and studio.session.shot is not None and studio.heard == 1
    studio.session.failed("The engine died.")
    assert studio.session.status.kind == "error"
    studio.session.service_failed("nobody there")
    studio.session.service_ready("head 9", ("refine",))
    assert (studio.session.service, studio.session.service_error, studio.session.can) == ("head 9", "", ("refine",))


def test_the_studio_never_loads_torch() -> None:
    code = "import sys, core.studio.page, core.studio.routes, core.studio.server; print('torch' in sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=outside_of_pytest())
    assert done.stdout == "False\n"
