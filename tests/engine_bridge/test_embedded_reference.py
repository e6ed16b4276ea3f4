"""The embedded engine draws what it drew when it was released, whoever makes the OpenGL driver."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from engine_bridge.engines import SceneEngine, open_engine

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def reference_picture(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    return importlib.import_module("reference_picture")


def test_every_driver_draws_the_reference_within_one_level_on_average(reference_picture: ModuleType) -> None:
    engine = open_engine("embedded")
    assert isinstance(engine, SceneEngine)
    drawn = reference_picture.draw(engine).astype(np.int16)
    with Image.open(reference_picture.PICTURE) as picture:
        wanted = np.asarray(picture.convert("RGB")).astype(np.int16)
    apart = np.abs(drawn - wanted).mean((0, 2)).reshape(len(reference_picture.FACES), -1).mean(1)
    assert apart.max() <= 1.0, f"mean absolute difference per face, in 1/255: {apart.round(2).tolist()}"


def test_the_faces_of_the_reference_are_far_apart(reference_picture: ModuleType) -> None:
    with Image.open(reference_picture.PICTURE) as picture:
        faces = np.split(np.asarray(picture.convert("RGB")).astype(np.int16), len(reference_picture.FACES), 1)
    least = min(float(np.abs(faces[0] - face).mean()) for face in faces[1:])
    assert least > 5.0, "the tolerance could not tell two faces apart"
