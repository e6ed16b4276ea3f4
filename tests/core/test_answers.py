"""Answers: every message of the service computed by a bundle of random weights, with and without an engine."""

from __future__ import annotations

import hashlib
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core import threads
from core.bundle import Bundle
from core.drawing import Drawer
from core.reconstruct import TORCH_THREADS, Reconstructor
from core.serve.answers import Answers
from engine_bridge.client.results import ImportResult, import_result, refine_result
from engine_bridge.engines import engine_schema
from engine_bridge.errors import EngineError
from engine_bridge.protocol import COMPARISONS, Compare, Compared, Error, Import, Imported, Progress, Refine, Refined
from engine_bridge.session import EngineSession
from tests.core.bundles import save_random_bundle
from tests.core.photo_files import Picture, encoded

SCHEMA = engine_schema("pattern")
NEUTRAL, CHOICES = SCHEMA.defaults, SCHEMA.default_choices


class Engine:
    """Draws one flat picture, grey for the neutral character and brighter for others; or nothing at all."""

    def __init__(self, broken: bool = False) -> None:
        self.broken = broken
        self.drawn: list[NDArray[np.float32]] = []

    def draw(self, parameters: NDArray[np.float32], choices: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        self.drawn.append(parameters)
        level = np.clip(100 + 10 * np.abs(parameters).mean(1), 0, 255).astype(np.uint8)
        picture = np.broadcast_to(level[:, None, None, None], (len(parameters), 256, 256, 3))
        return None if self.broken else picture.copy()

    def use(self, draw: object) -> None:
        return None


@pytest.fixture(scope="module")
def reconstructor(tmp_path_factory: pytest.TempPathFactory) -> Reconstructor:
    threads.configure(TORCH_THREADS)
    return Reconstructor(Bundle.load(save_random_bundle(tmp_path_factory.mktemp("answers") / "random")))


@pytest.fixture(scope="module")
def answers(reconstructor: Reconstructor) -> Answers:
    return Answers(reconstructor)


@pytest.fixture(scope="module")
def photo(astronaut: Picture) -> bytes:
    return encoded(astronaut, "JPEG")


def with_engine(reconstructor: Reconstructor, engine: Engine) -> Answers:
    return Answers(reconstructor, cast(Drawer, engine))


def imported(answers: Answers, job: Import) -> ImportResult:
    (answer,) = answers.imports([job])
    assert isinstance(answer, Imported), answer
    return import_result(answer, SCHEMA, hashlib.sha256(job.photo).hexdigest())


def test_an_import_says_all_that_a_panel_shows(answers: Answers, photo: bytes) -> None:
    found = imported(answers, Import(1, "", 1000, True, photo))
    assert found.bundle == "random 1" and found.drawn_by == "imitator"
    assert found.confidence is not None and found.confidence.shape == (SCHEMA.count,)
    assert set(found.colours) == {"skin", "lips", "brows", "eyes", "hair"}
    assert all(0 <= part <= 1 for rgb in found.colours.values() for part in rgb)
    assert sum(found.groups.values()) == pytest.approx(1.0)
    assert found.boxes is not None and len(found.boxes) == found.faces == 1 and found.thumbnails is None
    assert set(found.timings_ms) == {"decode", "align", "judge", "reconstruct", "draw"}
    assert found.measures["face_px"] > 100


def test_two_faces_come_with_thumbnails_and_either_may_be_taken(answers: Answers, astronaut: Picture) -> None:
    small = np.array(Image.fromarray(astronaut).resize((384, 384)))
    both = np.concatenate([astronaut, np.pad(small, ((64, 64), (0, 0), (0, 0)), mode="edge")], axis=1)
    data = encoded(both, "PNG")
    large, little = (imported(answers, Import(1, "", 1000, True, data, face=face)) for face in (0, 1))
    assert large.faces == little.faces == 2 and little.face == 1
    assert large.thumbnails is not None and large.thumbnails.shape == (2, 64, 64, 3)
    assert large.boxes is not None and large.boxes[0, 0] < 512 < large.boxes[1, 0]
    assert not np.array_equal(large.parameters, little.parameters)
    assert "several-faces" in [one.code for one in large.advice]


def test_a_given_group_changes_what_is_read(answers: Answers, photo: bytes) -> None:
    first, second = (imported(answers, Import(1, "", 1, False, photo, group=f"group {n}")) for n in (1, 2))
    assert not np.array_equal(first.parameters, second.parameters)
    assert first.groups == {"group 1": 1.0, "group 2": 0.0}


def test_variations_differ_and_are_the_same_for_the_same_photo(answers: Answers, photo: bytes) -> None:
    job = Import(1, "", 1, True, photo, locked=(SCHEMA.names[0],), variations=4, current=NEUTRAL)
    found, again = imported(answers, job), imported(answers, job)
    rows = np.stack([one.parameters for one in found.variations])
    assert len(rows) == 4 == len(np.unique(rows, axis=0))
    assert (rows[:, 0] == NEUTRAL[0]).all()
    assert np.array_equal(rows, np.stack([one.parameters for one in again.variations]))
    assert all(one.preview is not None and one.preview.shape == (256, 256, 3) for one in found.variations)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"group": "cats"}, "no group 'cats'; it knows group 1, group 2"),
        ({"locked": ("beak",)}, "beak"),
        ({"locked": (SCHEMA.names[0],)}, "current values are missing"),
        ({"current": np.zeros(3, np.float32)}, "shape"),
        ({"variations": 9}, "at most 8"),
        ({"face": 1}, "1"),
        ({"lengths": (5, 5)}, "10 bytes were announced"),
        ({"lengths": (0,)}, "announced"),
    ],
)
def test_a_wish_that_cannot_be_met_is_an_error_in_words(
    wish: dict[str, object], said: str, answers: Answers, photo: bytes
) -> None:
    (answer,) = answers.imports([Import(7, "", 1, False, photo, **wish)])  # pyright: ignore[reportArgumentType]
    assert isinstance(answer, Error) and (answer.request_id, answer.code) == (7, "input")
    assert said in answer.message


def test_bad_jobs_do_not_harm_the_good_ones_beside_them(answers: Answers, photo: bytes) -> None:
    jobs = [Import(1, "", 1, False, b"rubbish"), Import(2, "", 1, False, photo), Import(3, "", 1, False, b"")]
    found = list(answers.imports(jobs))
    assert [(answer.kind, answer.request_id) for answer in found] == [("error", 1), ("imported", 2), ("error", 3)]


def refine(face: bytes, **changes: object) -> Refine:
    fields: dict[str, object] = {"steps": 3, "every_ms": 1, "photo": face, "parameters": NEUTRAL, "choices": CHOICES}
    return Refine(5, "", 60_000, True, **{**fields, **changes})  # pyright: ignore[reportArgumentType]


def test_refining_tells_the_best_so_far_and_keeps_what_is_nearer(answers: Answers, photo: bytes) -> None:
    told: list[Progress] = []
    found = answers.refine(refine(photo, locked=(SCHEMA.names[0],)), told.append, lambda: False)
    assert isinstance(found, Refined)
    result = refine_result(found, SCHEMA, hashlib.sha256(photo).hexdigest())
    assert result.judge == "imitator" and result.step == 3 and result.ended == "steps"
    assert result.kept == (result.loss < result.loss_before) is True
    assert result.parameters[0] == NEUTRAL[0] and not np.array_equal(result.parameters, NEUTRAL)
    assert [one.step for one in told] == [0, 1, 2] and told[0].preview is not None
    losses = [one.loss for one in told]
    assert losses == sorted(losses, reverse=True)


def test_a_spent_budget_and_a_stop_end_the_search_at_the_next_step(answers: Answers, photo: bytes) -> None:
    spent = answers.refine(refine(photo, steps=1000, budget_ms=1), lambda _: None, lambda: False)
    assert isinstance(spent, Refined) and spent.ended == "budget" and spent.step <= 1
    stopped = answers.refine(refine(photo, steps=1000), lambda _: None, lambda: True)
    assert isinstance(stopped, Refined) and stopped.step <= 1


def test_an_engine_judges_and_what_is_no_nearer_in_its_own_picture_is_not_kept(
    reconstructor: Reconstructor, photo: bytes
) -> None:
    engine = Engine()
    judged = with_engine(reconstructor, engine)
    found = judged.refine(refine(photo), lambda _: None, lambda: False)
    assert isinstance(found, Refined) and found.judge == "engine" and found.render is not None
    before, after = engine.drawn[0]
    assert np.array_equal(before, NEUTRAL)
    # The engine draws both alike, or the second further off: then nothing was won, and the artist's values stay.
    if not found.kept:
        assert np.array_equal(found.parameters, NEUTRAL) and found.loss == found.loss_before
    else:
        assert np.array_equal(found.parameters, after) and found.loss < found.loss_before
    assert "engine" in judged.features and "engine" not in Answers(reconstructor).features


def test_an_engine_that_is_out_of_order_leaves_the_imitator_to_draw_and_judge(
    reconstructor: Reconstructor, photo: bytes
) -> None:
    broken = with_engine(reconstructor, Engine(broken=True))
    assert imported(broken, Import(1, "", 1, True, photo)).drawn_by == "imitator"
    found = broken.refine(refine(photo), lambda _: None, lambda: False)
    assert isinstance(found, Refined) and found.judge == "imitator"
    answer = broken.compare(compare(photo, ("silhouette",)))
    assert isinstance(answer, Error) and "out of order" in answer.message


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"steps": 0}, "expected 1 to 1000"), ({"group": "cats"}, "no group"), ({"locked": ("beak",)}, "beak"),
     ({"parameters": np.full(SCHEMA.count, 99, np.float32)}, "is 99"), ({"photo": b"rubbish"}, "not a picture")],
)  # fmt: skip
def test_a_search_that_cannot_begin_is_an_error_in_words(
    changes: dict[str, object], said: str, answers: Answers, photo: bytes
) -> None:
    answer = answers.refine(refine(photo, **changes), lambda _: None, lambda: False)
    assert isinstance(answer, Error) and answer.code == "input" and said in answer.message


def compare(photo: bytes, kinds: tuple[str, ...], **changes: object) -> Compare:
    return Compare(6, 1000, kinds, photo=photo, parameters=NEUTRAL, choices=CHOICES, **changes)  # pyright: ignore[reportArgumentType]


def test_comparisons_are_made_as_asked(answers: Answers, photo: bytes) -> None:
    found = answers.compare(compare(photo, ("side", "blend", "difference"), blend=0.0))
    assert isinstance(found, Compared) and found.drawn_by == "imitator" and found.silhouette is None
    assert found.side is not None and found.side.shape[1] > 512
    aligned = imported(answers, Import(1, "", 1, True, photo)).aligned
    assert found.blend is not None and aligned is not None and np.array_equal(found.blend, aligned)
    assert found.difference is not None and found.difference.shape[1] == 256


@pytest.mark.parametrize(
    ("kinds", "changes", "said"),
    [(COMPARISONS, {}, "needs an engine"), (("mirror",), {}, "'mirror' is unknown"), ((), {}, "unknown"),
     (("blend",), {"blend": 1.5}, "is 1.5")],
)  # fmt: skip
def test_a_comparison_that_cannot_be_made_is_an_error_in_words(
    kinds: tuple[str, ...], changes: dict[str, object], said: str, answers: Answers, photo: bytes
) -> None:
    answer = answers.compare(compare(photo, kinds, **changes))
    assert isinstance(answer, Error) and said in answer.message


def test_the_pattern_engine_draws_and_a_dead_one_is_started_again() -> None:
    drawer = Drawer("pattern", SCHEMA)
    try:
        first = drawer.draw(NEUTRAL[None], CHOICES[None], 64)
        assert first is not None and first.shape == (1, 64, 64, 3)

        def dies(session: EngineSession) -> None:
            raise EngineError("The engine process exited with code 9.")

        assert drawer.use(dies) is None and drawer.failures == 1 and "code 9" in str(drawer.problem)
        again = drawer.draw(NEUTRAL[None], CHOICES[None], 64)
        assert again is not None and np.array_equal(first, again)
    finally:
        drawer.close()
    assert drawer.draw(NEUTRAL[None], CHOICES[None], 64) is None
