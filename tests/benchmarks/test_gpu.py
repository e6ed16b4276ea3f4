"""The scripts for a machine with a GPU, on the CPU with tiny sizes: they measure, pack, cut, join and go on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from benchmarks.gpu import measure, photos, pieces, train
from benchmarks.gpu.limits import Cost, cost_of
from benchmarks.gpu.pieces import END_S, Budget, cut, join
from core.models.imitator import Imitator
from core.models.regressor import Reconstructor
from core.train.results import bounds
from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from tests.core.test_train_inputs import photo_cache
from tests.core.training import NARROW


def test_costs_are_those_that_the_design_states() -> None:
    limits = bounds(engine_schema("embedded"))
    drawn = cost_of(Imitator(*limits), torch.zeros(1, engine_schema("embedded").count))
    found = cost_of(Reconstructor(*limits).eval(), torch.zeros(1, 3, 256, 256))
    assert drawn.macs == pytest.approx(0.51e9, rel=0.05)
    assert found.macs == pytest.approx(2.34e9, rel=0.01)


def test_limits_are_photos_that_arithmetic_and_memory_allow() -> None:
    layer = nn.Conv2d(3, 8, 3, padding=1)
    cost = cost_of(layer, torch.zeros(1, 3, 10, 10))
    assert cost == Cost(3 * 8 * 9 * 100, 2 * (3 + 8) * 100)
    arithmetic, memory = cost.photos_per_s(tflops=1.0, tb_per_s=2.0, passes=3.0)
    assert arithmetic == pytest.approx(1e12 / (2 * cost.macs * 3)) and memory == pytest.approx(2e12 / (cost.bytes * 3))


def test_measuring_on_a_cpu_fills_every_line_and_says_what_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measure, "VARIANTS", {"fp32": (False, "off"), "bf16 compiled": (True, "default")})
    monkeypatch.setattr(measure, "WARM_UP", 0)
    monkeypatch.setattr("core.models.imitator.CHANNELS", NARROW)

    def no_compiler(self: nn.Module, mode: str) -> None:
        raise RuntimeError(f"no compiler for {mode}\nand a long trace")

    monkeypatch.setattr(nn.Module, "compile", no_compiler)
    given = ["--out", str(tmp_path), "--device", "cpu", "--batches", "1", "--seconds", "0", "--tflops", "0.1"]
    assert measure.main([*given, "--only", "imitator", "import"]) == 0
    document = json.loads((tmp_path / "measure.json").read_text())
    lines = {(rate["part"], rate["variant"]): rate for rate in document["rates"]}
    assert len(lines) == 4
    for part in ("imitator", "import"):
        assert lines[part, "fp32"]["photos_per_s"] == pytest.approx(1e3 / lines[part, "fp32"]["step_ms"])
        assert lines[part, "fp32"]["arithmetic_limit"] > 0 and lines[part, "fp32"]["remark"] == ""
        assert lines[part, "bf16 compiled"]["step_ms"] is None
        assert lines[part, "bf16 compiled"]["remark"] == "no compiler for default"
    assert "no compiler for default" in capsys.readouterr().out


def test_a_whole_step_of_the_reconstructor_is_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "VARIANTS", {"fp32": (False, "off")})
    monkeypatch.setattr(measure, "timed", lambda step, batch, *rest: (step() or 1.0, 2.0))
    found = measure.Measurement(torch.device("cpu"), 0.0, 400.0, 3.35)
    found.reconstructor(4)
    (rate,) = found.rates
    assert rate.remark == "" and (rate.step_ms, rate.photos_per_s) == (1.0, 2.0)


def test_files_are_cut_and_joined_and_damage_is_noticed(tmp_path: Path) -> None:
    root, out, back = tmp_path / "root", tmp_path / "out", tmp_path / "back"
    (root / "run").mkdir(parents=True)
    contents = {"run/large": bytes(range(256)) * 4, "run/empty": b"", "small": b"abc"}
    for name, data in contents.items():
        (root / name).write_bytes(data)
    assert cut([root / name for name in contents], root, out, 500) == 3 + 1 + 1
    assert max(path.stat().st_size for path in out.glob("piece-*")) == 500
    join(out, back)
    assert {name: (back / name).read_bytes() for name in contents} == contents
    (out / "piece-001").write_bytes(b"x" * 500)
    with pytest.raises(InputError, match=r"pieces of run/large .* damaged"):
        join(out, back)
    (out / "piece-001").unlink()
    with pytest.raises(InputError, match="no whole set of pieces"):
        join(out, back)


def test_pieces_never_lead_out_of_their_folder(tmp_path: Path) -> None:
    (tmp_path / pieces.LIST).write_text(json.dumps([{"path": "../x", "pieces": [], "sha256": ""}]))
    with pytest.raises(InputError, match="outside"):
        join(tmp_path, tmp_path / "root")


def test_a_budget_ends_what_resumes_and_begins_nothing_when_it_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], []

    def ran(command: list[str], check: bool, timeout: float | None) -> None:
        asked.append((command[len(pieces.FACEBRIDGE) :], timeout))
        if "slow" in command:
            raise subprocess.TimeoutExpired(command, timeout or 0.0)

    monkeypatch.setattr(subprocess, "run", ran)
    budget = Budget(2.0, now=lambda: now[0])
    assert budget.facebridge("train", "x", resumes=True) and asked == [(["train", "x"], 120.0 - END_S)]
    assert not budget.facebridge("slow", resumes=True)
    assert budget.facebridge("train") and asked[-1] == (["train"], None)
    now[0] = 60.0
    assert budget.stop_after() == ("--stop-after", f"{(60 - END_S) / 60:.3f}")
    now[0] = 119.0
    count = len(asked)
    assert budget.left_s == 0.0 and not budget.facebridge("train") and len(asked) == count


def test_a_training_goes_through_its_stages_and_leaves_what_can_be_carried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.torch import load_file, save_file

    work, out = tmp_path / "work", tmp_path / "out"
    asked: list[str] = []

    def facebridge(self: Budget, *arguments: object, resumes: bool = False) -> bool:
        asked.append(" ".join(str(each) for each in arguments[:2]) if arguments[0] == "train" else str(arguments[0]))
        run = work / "run"
        if arguments[0] == "train":
            (run / "ablation").mkdir(parents=True, exist_ok=True)
            if arguments[1] == "ablation":
                (run / "ablation" / "table.md").write_text("| table |")
            else:
                save_file({"w": torch.ones(64)}, run / f"{arguments[1]}.safetensors")
                (run / f"{arguments[1]}.json").write_text("{}")
        return True

    monkeypatch.setattr(Budget, "facebridge", facebridge)
    where = ["--work", str(work), "--out", str(out)]
    assert train.main(["imitator", *where, "--", "--batch", "8"]) == 0
    with pytest.raises(SystemExit, match="--photos is missing"):
        train.main(["reconstructor", *where])
    asked.clear()
    assert train.main(["reconstructor", *where, "--photos", "p"]) == 0
    assert asked == ["capture", "train constants", "train reader", "train reconstructor", "train ablation"]
    assert train.main(["imitator", "--work", str(tmp_path / "fresh"), "--out", str(out), "--resume", str(out)]) == 0
    taken = tmp_path / "fresh" / "run"
    assert load_file(taken / "imitator.safetensors")["w"].dtype == torch.float16
    assert (taken / "ablation" / "table.md").read_text() == "| table |"
    assert asked[-1] == "capture", "a finished imitator is not trained again"


def test_packed_photos_lie_by_person_and_look_the_same(tmp_path: Path) -> None:
    cache = photo_cache(2, 2)
    smooth = np.full((4, 256, 256, 3), 90, np.uint8)
    smooth[:, 64:128] = 200
    import dataclasses

    total = photos.pack(dataclasses.replace(cache, images=smooth), tmp_path)
    files = sorted(tmp_path.glob("*/*.webp"))
    assert [path.parent.name for path in files] == ["p0", "p0", "p1", "p1"]
    assert total == sum(path.stat().st_size for path in files)
    with Image.open(files[0]) as image:
        assert np.abs(np.asarray(image).astype(int) - smooth[0]).mean() < 3
