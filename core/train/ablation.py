"""Ablations: what becomes of the figures when each loss is removed in turn, and the table that says so (Table 5)."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

from core.files import write_atomically
from core.train.config import ReconstructorConfig
from core.train.reconstruction_figures import ReconstructorFigures

FORMAT, VERSION = "facebridge-ablation", 1
FOLDER = "ablation"
"""Inside the run folder; each variant is trained in a folder of its own in there."""
EVERYTHING = "everything"
# What a variant is called -> the setting that goes to 0: the paper's four losses, then ours.
LOSSES = {
    "restored": "restored_weight",
    "domain": "domain_weight",
    "contrastive": "contrastive_weight",
    "consistency": "consistency_weight",
    "parameter": "parameter_weight",
    "appearance": "appearance_weight",
    "suggestion": "suggestion_weight",
    "prior": "prior_weight",
}
# Heading -> (field of the figures, decimals).
COLUMNS = {
    "explained change": ("render_explained_change", 3),
    "parameter r": ("parameter_correlation", 3),
    "verification AUC": ("verification_auc", 3),
    "identity cosine": ("identity_cosine", 3),
    "cheek lightness": ("lightness_correlation", 3),
    "spread": ("parameter_spread", 3),
    "look-alike": ("look_alike_cosine", 3),
}


@dataclass(frozen=True)
class Variant:
    """One training of the table."""

    name: str
    config: ReconstructorConfig


def variants(config: ReconstructorConfig) -> list[Variant]:
    """The training with everything, then without each loss that has a weight; same seed, steps and data order."""
    found = [Variant(EVERYTHING, config)]
    for name, setting in LOSSES.items():
        if getattr(config, setting):
            found.append(Variant(f"without {name}", dataclasses.replace(config, **{setting: 0.0})))
    return found


def folder(out: Path, variant: Variant) -> Path:
    """Where a variant is trained."""
    return Path(out) / variant.name.replace(" ", "-")


def save_figures(out: Path, variant: Variant, figures: ReconstructorFigures) -> None:
    """Keep what a finished variant scored."""
    # A figure that the held-out people cannot give is no number, and JSON has only null for that.
    known = {name: None if isnan(value) else value for name, value in figures.to_dict().items()}
    document = {"config": dataclasses.asdict(variant.config), "figures": known}
    write_atomically(folder(out, variant) / "figures.json", json.dumps(document, indent=1).encode())


def load_figures(out: Path, variant: Variant) -> dict[str, float | None] | None:
    """What a variant scored, or None if it is not finished or was another one."""
    path = folder(out, variant) / "figures.json"
    if not path.exists():
        return None
    document = json.loads(path.read_text(encoding="utf-8"))
    same = _learned(document["config"]) == _learned(dataclasses.asdict(variant.config))
    return document["figures"] if same else None


def write_table(out: Path, chosen: list[Variant]) -> str:
    """Write OUT/table.json and OUT/table.md of the finished variants; the markdown."""
    rows = {variant.name: load_figures(out, variant) for variant in chosen}
    config = chosen[0].config
    settings = {"steps": config.steps, "batch": config.batch, "seed": config.seed, "optimizer": config.optimizer}
    document = {"format": FORMAT, "version": VERSION, "settings": settings, "variants": rows}
    text = markdown(rows, settings)
    write_atomically(Path(out) / "table.json", json.dumps(document, indent=1).encode())
    write_atomically(Path(out) / "table.md", text.encode())
    return text


def markdown(rows: dict[str, dict[str, float | None] | None], settings: dict[str, Any]) -> str:
    """A table of one line a variant, on renders and on photos of people that no training saw."""
    said = ", ".join(f"{name} {value}" for name, value in settings.items())
    lines = [
        f"Each loss removed in turn ({said}); figures on held-out renders (first two) and people.",
        "",
        f"| training | {' | '.join(COLUMNS)} |",
        f"|---|{'---:|' * len(COLUMNS)}",
    ]
    for name, figures in rows.items():
        found = [((figures or {}).get(key), digits) for key, digits in COLUMNS.values()]
        values = ["" if value is None else f"{value:.{digits}f}" for value, digits in found]
        lines.append(f"| {name} | {' | '.join(values)} |")
    return "\n".join(lines) + "\n"


def _learned(config: dict[str, Any]) -> dict[str, Any]:
    """The settings that decide what is learned."""
    from core.train.checkpoint import MAY_CHANGE

    return {name: value for name, value in config.items() if name not in MAY_CHANGE}
