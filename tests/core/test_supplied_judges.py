"""Judges with supplied weights: described once, kept, centred per domain, and used in a training step."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from core.perception.deep3d import Deep3D
from core.perception.lightcnn import LightCNN
from core.train.photos import Photos
from core.train.supplied_judges import Supplied, load_supplied, supplied_judge
from engine_bridge.errors import InputError
from tests.core.test_train_inputs import photo_cache
from tests.core.training import captures_of, constants_of

CPU = torch.device("cpu")


def test_a_supplied_net_is_named_with_its_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    path = tmp_path / "weights.pth.tar"
    torch.save({"state_dict": LightCNN().state_dict()}, path)
    net = load_supplied("identity", f"lightcnn:{path}", CPU, expression=False)
    assert net.name == "lightcnn" and net.weights == path
    for kind, given in (("identity", "deep3d:x"), ("geometry", "lightcnn:x"), ("geometry", "deep3d")):
        with pytest.raises(InputError, match=rf"--{kind}-net is '{given}'; it must be .*:FILE"):
            load_supplied(kind, given, CPU, expression=False)


def test_expression_coefficients_are_compared_only_where_expression_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    monkeypatch.setattr(Deep3D, "load", classmethod(lambda cls, path: cls()))
    points = 60 + 130 * torch.rand(1, 478, 2)
    for expression, size in ((False, 80), (True, 144)):
        net = load_supplied("geometry", f"deep3d:{tmp_path}", CPU, expression)
        with torch.no_grad():
            assert net.describe(torch.rand(1, 3, 256, 256), points).shape == (1, size)


def test_descriptions_are_kept_until_the_weights_or_the_photos_change(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.write_bytes(b"first")
    asked: list[int] = []

    def describe(images: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
        assert points.shape[:2] == (len(images), 478)
        asked.append(len(images))
        return images.mean((2, 3))

    captures, photos = captures_of(), Photos(photo_cache(6, 2), held_out_people=2)
    told: list[tuple[int, int]] = []

    def judge(of: Photos = photos):
        net = Supplied("test", describe, weights)
        return supplied_judge(net, of, captures, constants_of(captures), tmp_path, CPU, lambda *n: told.append(n))

    found = judge()
    assert sum(asked) == len(photos.images) + len(captures) and told[-1] == (24, 24)
    everything = torch.from_numpy(np.array(photos.images)).float().div(255).mean((1, 2))
    assert torch.allclose(found.photos, everything, atol=1e-5)
    assert torch.allclose(found.photo_mean, everything[torch.from_numpy(photos.train_rows)].mean(0), atol=1e-5)
    rendered = captures.batch(np.arange(len(captures)))[1].mean((0, 2, 3))
    assert torch.allclose(found.render_mean, rendered, atol=1e-5)
    spread = (everything[torch.from_numpy(photos.train_rows)] - found.photo_mean).square().sum(-1).mean()
    assert found.unit == pytest.approx(float(spread), rel=1e-3)
    asked.clear()
    assert torch.equal(judge().photos, found.photos) and not asked
    weights.write_bytes(b"second")
    judge()
    assert asked
    asked.clear()
    cache = dataclasses.replace(photo_cache(6, 2), photos=tuple(f"q/{i}" for i in range(12)))
    judge(Photos(cache, held_out_people=2))
    assert asked
