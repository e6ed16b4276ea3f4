"""Photos imported, drawn and described in parts: what is left out, what is kept in a cache, and when it is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from core.evaluate import described as module
from core.evaluate.described import Describer, empty_faces, fingerprint, photos_of_people
from core.evaluate.sface import SFace
from engine_bridge.errors import DatasetError, InputError
from tests.core import bundles


class CoarseSFace(nn.Module):
    """Mean colours of an 8 x 5 grid in place of an embedding."""

    def forward(self, crops: Tensor) -> Tensor:
        return nn.functional.pad(nn.functional.adaptive_avg_pool2d(crops, (8, 5)).flatten(1), (0, 8))


class FaceForEverybody:
    """An engine that draws one picture, and counts what it drew."""

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        self.picture, self.drawn = picture, 0

    def render(self, parameters: NDArray[np.float32], choices: NDArray[np.uint8], **_: Any) -> NDArray[np.uint8]:
        assert len(parameters) == len(choices)
        self.drawn += len(parameters)
        return np.stack([self.picture] * len(parameters))


@pytest.fixture(scope="module")
def portrait(astronaut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(astronaut[:256, 96:352])


@pytest.fixture
def people(tmp_path: Path, portrait: NDArray[np.uint8], grace_hopper: Path) -> Path:
    root = tmp_path / "people"
    for person in ("collins", "hopper"):
        (root / person).mkdir(parents=True)
    Image.fromarray(portrait).save(root / "collins" / "a.png")
    Image.fromarray(portrait[:, ::-1]).save(root / "collins" / "b.png")
    (root / "collins" / "c.jpg").write_bytes(b"no picture")
    (root / "collins" / "notes.txt").write_text("no photo")
    shutil.copy(grace_hopper, root / "hopper" / "a.jpg")
    return root


def describer(engine: FaceForEverybody | None) -> Describer:
    sface = None if engine is None else cast(SFace, CoarseSFace())
    return Describer(bundles.coarse(), sface, cast(Any, engine))


def ignore(done: int, total: int) -> None:
    assert 0 <= done <= total


def test_every_photo_is_described_or_said_to_be_left_out(people: Path, portrait: NDArray[np.uint8]) -> None:
    names = photos_of_people(people)
    assert names == ("collins/a.png", "collins/b.png", "collins/c.jpg", "hopper/a.jpg")
    assert photos_of_people(people, 1) == ("collins/a.png", "hopper/a.jpg")
    found = describer(FaceForEverybody(portrait)).folder(people, names, None, "key", ignore)
    assert found.names == ("collins/a.png", "collins/b.png", "hopper/a.jpg")
    assert found.identity.tolist() == [0, 0, 1] and list(found.skipped) == ["collins/c.jpg"]
    assert found.photos.found.all() and found.renders.found.all()
    assert found.parameters.shape[0] == 3 and not np.array_equal(found.parameters[0], found.parameters[2])
    # One render for everybody, and a photo a person.
    assert np.allclose(found.renders.embeddings[0], found.renders.embeddings[2])
    assert not np.allclose(found.photos.embeddings[0], found.photos.embeddings[2], atol=1e-3)
    assert found.renders.points is not None and np.isfinite(found.renders.points).all()


def test_a_picture_has_the_same_parameters_as_its_file(people: Path, portrait: NDArray[np.uint8]) -> None:
    importer = describer(None)
    found = importer.pictures(["file", "pixels"], [(people / "collins" / "a.png").read_bytes(), portrait])
    assert np.array_equal(found.parameters[0], found.parameters[1])
    assert not found.photos.found.any() and np.isnan(found.renders.cheeks).all()


def test_finished_parts_are_not_made_again(
    people: Path, portrait: NDArray[np.uint8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PART_PHOTOS", 3)
    names, cache = photos_of_people(people), tmp_path / "cache"
    engine = FaceForEverybody(portrait)
    first = describer(engine).folder(people, names, cache, "key", ignore)
    assert engine.drawn == 3
    (cache / "part-00001.npz").unlink()  # killed before it was written
    again = describer(engine).folder(people, names, cache, "key", ignore)
    assert engine.drawn == 4
    assert again.names == first.names and again.skipped == first.skipped
    assert np.array_equal(again.parameters, first.parameters)
    assert np.array_equal(again.renders.embeddings, first.renders.embeddings)
    # What was drawn serves those who do not look at renders, and not the other way round.
    alone = describer(None).folder(people, names, cache, "key", ignore)
    assert np.array_equal(alone.parameters, first.parameters)
    describer(None).folder(people, names, tmp_path / "undrawn", "key", ignore)
    with pytest.raises(DatasetError, match="without renders"):
        describer(engine).folder(people, names, tmp_path / "undrawn", "key", ignore)
    with pytest.raises(DatasetError, match="another bundle"):
        describer(engine).folder(people, names, cache, "other", ignore)
    with pytest.raises(DatasetError, match="other photos"):
        describer(engine).folder(people, names[:2], cache, "key", ignore)
    (cache / "part-00000.npz").write_bytes(b"torn")
    with pytest.raises(DatasetError, match="delete it and measure again"):
        describer(engine).folder(people, names, cache, "key", ignore)


def test_folders_without_photos_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no photos"):
        photos_of_people(tmp_path)
    with pytest.raises(InputError, match="expected layout"):
        describer(None).folder(tmp_path, [], None, "key", ignore)
    with pytest.raises(InputError, match="cannot be read"):
        describer(None).folder(tmp_path, ["absent.jpg"], None, "key", ignore)


def test_a_bundle_is_known_by_its_weights_and_not_by_its_card(tmp_path: Path) -> None:
    for name in ("card.json", "imitator.safetensors"):
        (tmp_path / name).write_bytes(name.encode())
    before = fingerprint(tmp_path)
    (tmp_path / "card.json").write_text("figures were added")
    assert fingerprint(tmp_path) == before
    (tmp_path / "imitator.safetensors").write_bytes(b"trained again")
    assert fingerprint(tmp_path) != before


def test_faces_that_were_not_looked_for_are_not_found() -> None:
    nothing = empty_faces(3)
    assert not nothing.found.any() and nothing.points is not None and torch.from_numpy(nothing.points).isnan().all()
