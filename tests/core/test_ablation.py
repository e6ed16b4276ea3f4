"""The ablation removes each loss that is used, keeps what is finished, and writes one table of the figures."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from core.train.ablation import EVERYTHING, LOSSES, load_figures, save_figures, variants, write_table
from core.train.config import ReconstructorConfig
from core.train.profiles import RECONSTRUCTORS
from core.train.reconstruction_figures import ReconstructorFigures

FIGURES = ReconstructorFigures(0.5, 0.25, 40, 0.75, 0.125, float("nan"), 0.3, 0.6)


def test_each_loss_that_has_a_weight_is_removed_once_and_nothing_else_changes() -> None:
    config = ReconstructorConfig(prior_weight=0.1)
    found = variants(config)
    assert [variant.name for variant in found] == [
        EVERYTHING, "without restored", "without domain", "without contrastive", "without consistency", "without prior",
    ]  # fmt: skip
    assert found[0].config == config
    for variant in found[1:]:
        setting = LOSSES[variant.name.removeprefix("without ")]
        assert dataclasses.replace(variant.config, **{setting: getattr(config, setting)}) == config
    assert len(variants(RECONSTRUCTORS["cpu"])) == 1 + len(LOSSES)


def test_a_finished_variant_is_kept_until_its_settings_change(tmp_path: Path) -> None:
    everything, without, *_ = variants(ReconstructorConfig(steps=7))
    save_figures(tmp_path, without, FIGURES)
    assert load_figures(tmp_path, everything) is None
    kept = load_figures(tmp_path, without)
    assert kept is not None and kept["verification_auc"] == 0.75 and kept["lightness_correlation"] is None
    later = dataclasses.replace(without, config=dataclasses.replace(without.config, stop_after=3.0, threads=2))
    assert load_figures(tmp_path, later) == kept
    other = dataclasses.replace(without, config=dataclasses.replace(without.config, steps=8))
    assert load_figures(tmp_path, other) is None


def test_the_table_has_a_line_a_variant_with_blanks_where_nothing_is_known(tmp_path: Path) -> None:
    chosen = variants(ReconstructorConfig(steps=7))[:2]
    save_figures(tmp_path, chosen[0], FIGURES)
    text = write_table(tmp_path, chosen)
    assert text == (tmp_path / "table.md").read_text()
    lines = text.splitlines()
    assert "steps 7" in lines[0] and lines[2].startswith("| training | explained change |")
    assert lines[4] == "| everything | 0.500 | 0.250 | 0.750 | 0.125 |  | 0.300 | 0.600 |"
    assert lines[5] == "| without restored |  |  |  |  |  |  |  |"
    document = json.loads((tmp_path / "table.json").read_text())
    assert document["variants"]["everything"]["parameter_spread"] == 0.3
    assert document["variants"]["without restored"] is None and document["settings"]["steps"] == 7
