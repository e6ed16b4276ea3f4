"""The domain gap: far for domains apart, at the mixed level for one domain cut in two, and a page that shows it."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from core.cli import main
from core.evaluate.domain import embed, gap
from core.models.imitator import Imitator
from core.models.regressor import Reconstructor
from core.train.results import bounds, save_result
from core.train.snapshots import Snapshots
from engine_bridge.engines import engine_schema

SCHEMA = engine_schema("pattern")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two run folders with snapshots of the same faces, `with` and `without`, and one of other faces, `other`."""
    folder = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 255, (8, 256, 256, 3), np.uint8)
    torch.manual_seed(0)
    model, imitator = Reconstructor(*bounds(SCHEMA)), Imitator(*bounds(SCHEMA))
    for name in ("with", "without", "other"):
        save_result(folder / name, "imitator", imitator.state_dict(), {}, SCHEMA)
        snapshots = Snapshots(folder / name, faces[:3] if name != "other" else faces[2:5], faces[5:], steps=(0,))
        snapshots.maybe(0, model)
        snapshots.final(model)
    return folder


def test_domains_apart_are_told_from_one_domain_cut_in_two() -> None:
    generator = torch.Generator().manual_seed(0)
    faces = torch.randn(80, 6, generator=generator)
    mixed, apart = gap(faces[:40], faces[40:]), gap(faces[:40], faces[40:] + 5.0)
    assert mixed.mmd < 2 * mixed.mixed_mmd < 0.2 < apart.mmd
    assert apart.neighbours == 1.0 and abs(mixed.neighbours - mixed.mixed_neighbours) < 0.2
    assert mixed.mixed_neighbours == pytest.approx(2 * 40 * 39 / (80 * 79))
    assert gap(faces[:10], faces[10:40]).mixed_neighbours == pytest.approx((90 + 30 * 29) / (40 * 39))


def test_clusters_stay_apart_in_the_plane_and_the_embedding_is_repeatable() -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal((24, 5)) + np.repeat([[0.0], [30.0]], 12, axis=0)
    plane = embed(values)
    assert plane.shape == (24, 2) and np.array_equal(plane, embed(values))
    middles = plane.reshape(2, 12, 2).mean(1)
    spread = np.linalg.norm(plane.reshape(2, 12, 2) - middles[:, None], axis=2).max()
    assert np.linalg.norm(middles[0] - middles[1]) > spread


def test_two_runs_stand_side_by_side_and_photos_appear_only_by_choice(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # One of them as `train ablation` leaves it: beside the others of its kind, below what they share.
    shutil.move(runs / "without" / "snapshots", runs / "with" / "ablation" / "without-domain" / "snapshots")
    without = runs / "with" / "ablation" / "without-domain"
    words = ["evaluate", "domain", "--run", str(runs / "with"), "--without", str(without)]
    assert main.main([*words, "--out", str(tmp_path / "a.html"), "--report", str(tmp_path / "a.json")]) == 0
    text = capsys.readouterr().out
    assert text.count("without the domain loss") == 4 and "a.html" in text
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    root = ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>"))
    assert len(root.findall(".//img")) == 2 * 3 and "http" not in page.replace("http-equiv", "")
    assert page.count("after 0 steps") == 2 * 2 * 2 * 2  # aria-label and caption, runs, spaces, start and end
    assert main.main([*words, "--include-photos", "--out", str(tmp_path / "b.html")]) == 0
    root = ElementTree.fromstring((tmp_path / "b.html").read_text(encoding="utf-8").removeprefix("<!DOCTYPE html>"))
    assert [image.get("alt") for image in root.findall(".//img")].count("photo") == 3


def test_runs_of_other_photos_and_folders_without_snapshots_are_refused(
    runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "domain", "--run", str(runs / "with"), "--out", str(tmp_path / "page.html")]
    assert main.main([*words, "--without", str(runs / "other")]) == 1
    assert "other photos" in capsys.readouterr().err
    assert main.main(["evaluate", "domain", "--run", str(tmp_path)]) == 1
    assert "run facebridge train imitator" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()
