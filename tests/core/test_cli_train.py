"""`facebridge train` on the command line: profiles are said, pieces end with 0, bad input costs one sentence."""

from __future__ import annotations

import argparse
import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from core.cli.main import main
from core.cli.train import imitator as imitator_stage
from core.cli.train import reconstructor as reconstructor_stage
from core.cli.train.sources import settings
from core.train.processes import Team
from core.train.profiles import IMITATORS
from tests.core.training import IMITATOR, NARROW, captures_of, references_of


@dataclass(frozen=True)
class Info:
    """What a result says of its data."""

    seed: int = 0


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Small captures in the place of a dataset's, a small profile, and the arguments that every call needs."""
    dataset = SimpleNamespace(info=Info())
    monkeypatch.setattr("core.models.imitator.CHANNELS", NARROW)
    monkeypatch.setattr(
        imitator_stage, "open_data", lambda args, team: (dataset, tmp_path, captures_of(), references_of())
    )
    monkeypatch.setitem(IMITATORS, "cpu", dataclasses.replace(IMITATOR, steps=2))
    return ["train", "imitator", "--data", str(tmp_path / "data"), "--out", str(tmp_path / "run"), "--threads", "1"]


def test_an_imitator_is_trained_and_its_settings_and_figures_are_kept(
    opened: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*opened, "--profile", "cpu", "--lr", "0.002"]) == 0
    said = capsys.readouterr()
    assert "Settings of the cpu profile." in said.err and "The imitator lies in" in said.out
    facts = json.loads((tmp_path / "run" / "imitator.json").read_text())
    assert facts["config"]["lr"] == 0.002 and facts["figures"]["regimes"]["mixture"]["samples"] == 3
    assert facts["data"] == {"seed": 0, "samples": 12}


def test_a_piece_ends_with_0_before_anything_is_finished_and_the_same_command_goes_on(
    opened: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*opened, "--profile", "cpu", "--stop-after", "0.00001"]) == 0
    said = capsys.readouterr()
    assert "the same command goes on from here" in said.err and "lies in" not in said.out
    assert not (tmp_path / "run" / "imitator.safetensors").exists()
    assert main([*opened, "--profile", "cpu"]) == 0
    assert "Going on from step" in capsys.readouterr().err and (tmp_path / "run" / "imitator.safetensors").exists()


def test_other_settings_than_the_checkpoint_s_cost_one_sentence(
    opened: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*opened, "--profile", "cpu", "--stop-after", "0.00001"]) == 0
    capsys.readouterr()
    assert main([*opened, "--profile", "cpu", "--batch", "2"]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("facebridge: error: The checkpoint in") and "--batch 4 (now 2)" in error


@pytest.mark.parametrize(("cuda", "profile"), [(False, "cpu"), (True, "gpu")])
def test_the_default_profile_is_the_machine_s_and_is_said(
    cuda: bool, profile: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    args = argparse.Namespace(profile=None, threads=1)
    config, team = settings(IMITATORS, args)
    assert config == dataclasses.replace(IMITATORS[profile], threads=1) and team == Team()
    assert f"Settings of the {profile} profile (the default" in capsys.readouterr().err


def test_a_reconstructor_without_an_imitator_says_which_stage_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.cli.train import inputs

    found = (SimpleNamespace(info=Info()), tmp_path, captures_of(), references_of())
    monkeypatch.setattr(inputs, "open_data", lambda args, team: found)
    given = ["--data", "d", "--photos", "p", "--out", str(tmp_path / "run"), "--profile", "cpu", "--threads", "1"]
    for stage in ("reconstructor", "ablation"):
        assert main(["train", stage, *given]) == 1
        assert "run facebridge train imitator" in capsys.readouterr().err


def test_the_ablation_refuses_a_loss_that_its_settings_do_not_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--data", "d", "--photos", "p", "--out", str(tmp_path), "--profile", "paper", "--threads", "1"]
    assert main(["train", "ablation", *given, "--only", "domain", "prior"]) == 1
    said = capsys.readouterr().err
    assert "--only names 'prior'; the losses of these settings are restored, domain, contrastive, consistency" in said


def test_the_ablation_trains_each_variant_once_and_goes_on_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.cli.train import ablation
    from core.train.reconstruction_figures import ReconstructorFigures

    trained: list[tuple[str, float, int]] = []

    class Training:
        """A run that ends at once, or is stopped where the test says so."""

        def __init__(self, config: Any, out: Path) -> None:
            trained.append((out.name, config.domain_weight, config.steps))
            self.finished = not (out.name == "without-domain" and stop)

        def train(self) -> Any:
            figures = ReconstructorFigures(0.1, 0.2, 8, 0.3, 0.4, 0.5, 0.6, 0.7)
            return (None, figures) if self.finished else None

    monkeypatch.setattr(ablation, "open_inputs", lambda *given: SimpleNamespace(run=Training))
    given = ["--data", "d", "--photos", "p", "--out", str(tmp_path), "--profile", "paper", "--threads", "1"]
    stop = True
    assert main(["train", "ablation", *given, "--only", "domain", "--steps", "7"]) == 0
    assert "lies in" not in capsys.readouterr().out
    stop = False
    assert main(["train", "ablation", *given, "--only", "domain", "--steps", "7"]) == 0
    assert trained == [("everything", 0.01, 7), ("without-domain", 0.0, 7), ("without-domain", 0.0, 7)]
    said = capsys.readouterr().out
    assert "| without domain | 0.100 | 0.200 | 0.300 |" in said and (tmp_path / "ablation" / "table.json").exists()


def test_the_reconstructor_s_own_stage_keeps_what_it_was_made_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.cli.train.inputs import Inputs

    photos: Any = SimpleNamespace(
        embedding_mean=torch.zeros(128), geometry_mean=torch.zeros(468, 3), colour_mean=torch.zeros(10, 3),
        rows_of={0: [1]}, train_count=1, held_out_people=[], dropped={"too small": 2},
    )  # fmt: skip

    class Known(Inputs):
        """Inputs whose training is done."""

        def run(self, config: Any, out: Path) -> Any:
            figures = SimpleNamespace(to_dict=lambda: {"verification_auc": 0.5})
            return SimpleNamespace(train=lambda: (torch.nn.Linear(1, 1), figures))

    cache: Any = SimpleNamespace(skipped={"a": "b"})
    dataset: Any = SimpleNamespace(info=Info())
    nothing: Any = None
    known = Known(
        dataset,
        tmp_path,
        captures_of(),
        references_of(),
        nothing,
        nothing,
        cache,
        photos,
        tmp_path,
        Team(),
    )
    monkeypatch.setattr(reconstructor_stage, "open_inputs", lambda *given: known)
    given = ["--data", "d", "--photos", "p", "--out", str(tmp_path), "--profile", "paper", "--threads", "1"]
    assert main(["train", "reconstructor", *given, "--start-from", "/somewhere/private/run"]) == 0
    assert "E, D and R lie in" in capsys.readouterr().out
    facts = json.loads((tmp_path / "reconstructor.json").read_text())
    assert facts["photos"]["below_quality"] == {"too small": 2} and facts["photos"]["skipped"] == 1
    assert facts["config"]["start_from"] == "run", "a folder of this machine is not the card's business"
    assert (tmp_path / "photo-means.safetensors").exists()
