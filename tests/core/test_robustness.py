"""What is left of likeness: known answers for figures of spoiled photos, and characters that an engine turns."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cli.evaluate.robustness import _table, first_of_each
from core.evaluate import robustness
from core.evaluate.described import Described, Describer, empty_faces
from core.evaluate.likeness import Faces
from core.evaluate.robustness import import_spoiled, measure_scenes, measure_spoiled
from core.evaluate.spoil import PARTS, mask_title
from engine_bridge.scene import Scene

PEOPLE, EACH = 24, 4
IDENTITY = np.repeat(np.arange(PEOPLE), EACH)
NAMES = [f"{person}/{row}" for row, person in enumerate(IDENTITY)]


def faces(embeddings: NDArray[np.floating[Any]]) -> Faces:
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    count = len(unit)
    blank = empty_faces(count)
    return Faces(unit.astype(np.float32), blank.cheeks, np.ones(count, bool), blank.points)


def known(noise: float, size: int = 128) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(PEOPLE, size))[IDENTITY] + noise * rng.normal(size=(len(IDENTITY), size))
    return values.astype(np.float32)


def described(parameters: NDArray[np.float32], renders: NDArray[np.float32], kept: NDArray[np.bool_]) -> Described:
    names = tuple(name for name, there in zip(NAMES, kept, strict=True) if there)
    skipped = {name: "no face" for name in NAMES if name not in names}
    choices = np.zeros((len(names), 0), np.uint8)
    return Described(names, parameters[kept], choices, empty_faces(len(names)), faces(renders[kept]), skipped)


@pytest.fixture(autouse=True)
def _two_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robustness, "DRAWS", 2)


def test_kept_is_the_share_above_chance_and_lost_photos_are_a_coins_toss() -> None:
    everybody = np.ones(len(NAMES), bool)
    half = np.tile([True, True, False, True], PEOPLE)
    rng = np.random.default_rng(1)
    found = measure_spoiled(
        faces(known(0.2)),
        IDENTITY,
        NAMES,
        {
            "clean": described(known(0.2, 32), known(0.2), everybody),
            "lost": described(known(0.2, 32), known(0.2), half),
            "noise": described(
                rng.normal(size=(96, 32)).astype(np.float32), rng.normal(size=(96, 128)).astype(np.float32), everybody
            ),
        },
    )
    clean, lost, noise = found.values()
    assert clean.accuracy is not None and clean.accuracy > 0.97 and clean.kept == pytest.approx(1.0)
    assert (
        clean.own_cosine == pytest.approx(1.0, abs=1e-5) and clean.lost == 0 and clean.closer_kept == pytest.approx(1)
    )
    # Of six pairs of four photos, three are without the lost one.
    assert lost.accuracy is not None and lost.accuracy == pytest.approx(0.5 + 0.5 * 0.53, abs=0.05)
    assert lost.lost == PEOPLE and lost.closer_share == pytest.approx(0.75, abs=0.02)
    assert noise.kept is not None and abs(noise.kept) < 0.25 and abs(noise.own_cosine) < 0.1
    assert noise.as_dict()["accuracy"] == noise.accuracy


def test_when_hardly_a_face_is_found_the_accuracy_is_chance_and_few_people_have_none() -> None:
    alone = np.zeros(len(NAMES), bool)
    alone[:3] = True
    everybody = np.ones(len(NAMES), bool)
    conditions = {
        "clean": described(known(0.2, 32), known(0.2), everybody),
        "black": described(known(0.2, 32), known(0.2), alone),
    }
    assert measure_spoiled(faces(known(0.2)), IDENTITY, NAMES, conditions)["black"].accuracy == 0.5
    conditions["gone"] = described(known(0.2, 32), known(0.2), np.zeros(len(NAMES), bool))
    gone = measure_spoiled(faces(known(0.2)), IDENTITY, NAMES, conditions)["gone"]
    assert (gone.accuracy, gone.closer_share, gone.lost) == (0.5, 0.0, len(NAMES)) and np.isnan(gone.own_cosine)
    few = IDENTITY // 2  # twelve people
    assert measure_spoiled(faces(known(0.2)), few, NAMES, conditions)["clean"].accuracy is None


class Importer:
    """In place of a describer: reads the character back out of the picture, as far as the picture still tells."""

    sface = cast(Any, "SFace")

    def pictures(self, names: list[str], pictures: list[Any], photos: bool = True) -> Described:
        assert not photos
        values = np.array([picture[0, 0, :].astype(np.float32) for picture in pictures])
        there = np.array([bool(picture[1, 1, 0]) for picture in pictures])
        kept = tuple(name for name, good in zip(names, there, strict=True) if good)
        blank = np.zeros((len(kept), 0), np.uint8)
        renders = faces(np.pad(values[there], ((0, 0), (0, 125))) + 1.0) if kept else empty_faces(0)
        return Described(kept, values[there], blank, empty_faces(len(kept)), renders, {})


class Turning:
    """In place of an engine: writes the parameters into the picture; at 30 degrees noise instead, at 60 no face."""

    def render(self, parameters: NDArray[np.float32], choices: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
        pictures = np.zeros((len(parameters), 2, 2, 3), np.uint8)
        rng = np.random.default_rng(int(abs(scene.yaw_deg or 0)))
        noise = rng.integers(0, 200, parameters.shape)
        pictures[:, 0, 0] = parameters if not scene.yaw_deg else noise
        pictures[:, 1, 1] = scene.yaw_deg != 60
        return pictures


def test_known_characters_keep_what_the_scene_leaves_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = np.random.default_rng(2).integers(0, 200, (40, 3)).astype(np.float32)

    def embedded(pictures: NDArray[np.uint8], sface: object) -> Faces:
        return faces(np.pad(pictures[:, 0, 0].astype(np.float32), ((0, 0), (0, 125))) + 1.0)

    monkeypatch.setattr(robustness, "describe_faces", embedded)
    scenes = {"as captured": Scene(), "turned": Scene(yaw_deg=30), "gone": Scene(yaw_deg=60)}
    told: list[tuple[int, int]] = []
    found = measure_scenes(
        cast(Describer, Importer()),
        cast(Any, Turning()),
        parameters,
        np.zeros((40, 0), np.uint8),
        scenes,
        lambda done, total: told.append((done, total)),
    )
    whole, turned, gone = found.values()
    assert whole.parameters == pytest.approx(1.0) and whole.parameters_kept == 1.0 and whole.cosine_kept == 1.0
    assert whole.cosine == pytest.approx(1.0, abs=1e-5) and whole.lost == 0
    assert turned.parameters < 0.1 and turned.cosine < 0.4 and turned.lost == 0
    assert (gone.parameters, gone.cosine, gone.lost) == (0.0, 0.0, 40)
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_photos_are_spoiled_one_by_one_before_they_are_imported() -> None:
    aligned = np.arange(20, dtype=np.uint8)[:, None, None, None].repeat(2, 1).repeat(2, 2).repeat(3, 3) + np.uint8(1)
    points = np.zeros((20, 478, 3), np.float32)
    names = [str(row) for row in range(20)]
    found = import_spoiled(
        cast(Describer, Importer()), names, aligned, points, lambda photo, _: photo + np.uint8(5), lambda *_: None
    )
    assert found.names == tuple(names) and found.parameters[:, 0].tolist() == [row + 6 for row in range(20)]


def test_rows_are_the_first_of_each_person() -> None:
    assert first_of_each([3, 3, 3, 1, 3, 1], 2) == [0, 1, 3, 5]
    assert first_of_each([3, 3], None) == [0, 1]


def test_the_table_states_the_papers_share_beside_ours() -> None:
    spoiled = {
        "clean": robustness.Spoiled(0.75, 1.0, 0.7, 1.0, 1.0, 0),
        "mask upper, 60 x 40 px": robustness.Spoiled(0.7, 0.8, 0.66, 0.8, 0.911, 3),
        "glasses": robustness.Spoiled(None, None, 0.66, 0.8, 0.911, 3),
    }
    scenes = {"as captured": robustness.Seen(0.61, 1.0, 0.83, 1.0, 0)}
    whole = {mask_title(part, "a fifth"): robustness.Spoiled(0.6, 0.3, 0.6, 0.5, 0.5, 0) for part in PARTS}
    assert _table({**spoiled, **whole}, scenes).splitlines()[7].split() == [
        "three",
        "masks,",
        "a",
        "fifth",
        "30.0%",
        "87.8%",
    ]
    lines = _table(spoiled, scenes).splitlines()
    # (0.8473 - 0.5) / (0.8983 - 0.5)
    assert lines[2].split()[-7:] == ["0.700", "80.0%", "87.2%", "66.0%", "80.0%", "0.911", "3"]
    assert lines[3].split()[1:4] == ["-", "-", "-"]
    assert lines[6].split()[-5:] == ["0.610", "100.0%", "0.830", "100.0%", "0"]


def test_every_scene_is_one_that_engines_know() -> None:
    first, *rest = robustness.SCENES.values()
    assert first == Scene() and all(scene.features() for scene in rest)
