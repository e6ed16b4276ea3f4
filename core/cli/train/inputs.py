"""What a training of E, D and R starts from: captures, imitator, constants, photos and the nets that judge."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.train.sources import counter, open_data

if TYPE_CHECKING:
    from core.align.cache import PhotoCache
    from core.models.imitator import Imitator
    from core.train.captures import Captures
    from core.train.config import ReconstructorConfig
    from core.train.landmark_map import Constants
    from core.train.photos import Photos
    from core.train.processes import Team
    from core.train.reconstructor import ReconstructorRun
    from core.train.references import References
    from data_capture.reader import Dataset

# Settings that name files of this machine; a card goes out to others.
_PATHS = ("start_from", "prior", "identity_net", "geometry_net")


def add_photo_arguments(parser: argparse.ArgumentParser) -> None:
    """Where photos come from, and where they are kept aligned."""
    parser.add_argument(
        "--photos", type=Path, required=True, metavar="DIR", help="photos, one subfolder a person, or all in one folder"
    )
    parser.add_argument("--photo-cache", type=Path, default=None, metavar="DIR", help="(default: OUT/photos)")


@dataclass(frozen=True)
class Inputs:
    """Everything but the settings."""

    dataset: Dataset
    cache: Path
    captures: Captures
    references: References
    imitator: Imitator
    constants: Constants
    photo_cache: PhotoCache
    photos: Photos
    out: Path  # where the judges' descriptions are kept
    team: Team

    def run(self, config: ReconstructorConfig, out: Path) -> ReconstructorRun:
        """A training with these settings in the folder `out`."""
        from core.train.reconstructor import ReconstructorRun

        return ReconstructorRun(
            self.imitator,
            self.captures,
            self.photos,
            self.constants,
            self.references,
            config,
            out,
            self.cache,
            judges=self._judges(config),
            team=self.team,
        )

    def _judges(self, config: ReconstructorConfig) -> Any:
        """The nets that the settings name in the place of the shipped ones; None where they name none."""
        if not (config.identity_net or config.geometry_net):
            return None
        from core.perception.geometry import LandmarkNet
        from core.perception.identity import IdentityNet
        from core.train.judges import Judge, geometry_judge, identity_judge
        from core.train.reconstructor_step import Judges
        from core.train.schedule import choose_device
        from core.train.supplied_judges import load_supplied, supplied_judge

        device = choose_device(config.device)

        def judge(kind: str, given: str) -> Judge:
            net = load_supplied(kind, given, device, not config.expression_removed)
            tell = counter(f"faces described by {net.name}")
            with self.team.one_after_the_other():
                return supplied_judge(net, self.photos, self.captures, self.constants, self.out, device, tell)

        return Judges(
            judge("identity", config.identity_net)
            if config.identity_net
            else identity_judge(IdentityNet.load().to(device), self.photos, self.constants),
            judge("geometry", config.geometry_net)
            if config.geometry_net
            else geometry_judge(LandmarkNet.load().to(device), self.photos, self.constants),
        )

    def facts(self, config: ReconstructorConfig) -> dict[str, Any]:
        """What a card says of data and settings."""
        return {
            "config": {**asdict(config), **{name: Path(getattr(config, name)).name for name in _PATHS}},
            "data": {**asdict(self.dataset.info), "samples": len(self.captures)},
            "photos": {
                "people": len(self.photos.rows_of),
                "photos": self.photos.train_count,
                "held_out_people": len(self.photos.held_out_people),
                "skipped": len(self.photo_cache.skipped),
                "below_quality": self.photos.dropped,
            },
        }


def open_inputs(args: argparse.Namespace, config: ReconstructorConfig, team: Team) -> Inputs:
    """Open everything and align the photos if need be; raises InputError, DatasetError or EngineError."""
    from core.align.cache import build_cache
    from core.align.quality import QualityLimits
    from core.models.reader import Reader
    from core.threads import cores
    from core.train.landmark_map import Constants
    from core.train.photos import Photos
    from core.train.reader import photo_features
    from core.train.results import load_imitator, load_result

    dataset, cache, captures, references = open_data(args, team)
    imitator = load_imitator(args.out, captures.schema)
    constants = Constants(**load_result(args.out, "constants", captures.schema)[0])
    folder = args.photo_cache or args.out / "photos"
    with team.one_after_the_other():
        template = constants.template.numpy()
        photo_cache = build_cache(args.photos, folder, template, cores(), counter("photos aligned"))
    if photo_cache.skipped and team.leads:
        name, why = next(iter(photo_cache.skipped.items()))
        total = len(photo_cache.skipped) + len(photo_cache.photos)
        print(f"{len(photo_cache.skipped)} of {total} photos cannot be used; the first, {name}: {why}")
    limits = QualityLimits(config.least_face_px, config.least_sharpness, config.most_yaw_deg, config.least_presence)
    photos = Photos(photo_cache, config.held_out_people, config.expression_removed, limits)
    if config.suggestion_weight:
        tensors, facts = load_result(args.out, "reader", captures.schema)
        photos.suggest(Reader(tensors)(photo_features(photo_cache)).parameters, config.person_share)
        if team.leads:
            print(f"Photos are taught what the reader says, which explains {facts['fit']['explained']:.3f} of renders.")
    return Inputs(dataset, cache, captures, references, imitator, constants, photo_cache, photos, Path(args.out), team)
