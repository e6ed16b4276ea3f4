"""Pictures whose faults are known, for judging the photo gate: engine faces, spoiled photos, photos labelled by eye.

No truth comes from a measure of the gate: an engine was told pose, light and expression, a spoiling was applied, and
labels were written by a person. A fault that nobody knows of is left out of a case's truth.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.align.face import find_landmarks
from core.archetypes import load_archetypes, neutral_archetype, shipped_archetypes
from core.evaluate.gate_spoils import SPOILINGS, face_size_px
from core.gate.findings import CODES
from core.photo import decode_photo
from data_capture.sampling import choice_block, sample_block
from engine_bridge.errors import DatasetError, InputError
from engine_bridge.scene import Scene
from engine_bridge.session import EngineSession

Pixels = NDArray[np.uint8]
TUNE, MEASURE = "tune", "measure"
"""The parts: judges and limits are fitted on one and measured on the other; nobody is in both."""
ENGINE_PX = 320
_SURELY_LARGE_PX = 100
_UNLABELLED = ("compressed", "blown-out", "out-of-frame")
"""Faults that photos have so rarely that those of a folder count as free of them."""
_POSED = ("turned", "tilted", "side-light", "smile", "open-mouth", "closed-eyes", "expression")
_UNKNOWN = {"lit from the side": ("blown-out",), "tilted": ("closed-eyes",)}
"""What a scene may bring as well: light of four times the usual, lids seen from above."""


@dataclass(frozen=True)
class Case:
    """One picture: its name, pixels, which half it belongs to, and code -> whether the gate must say it."""

    name: str
    photo: Pixels
    part: str
    truth: Mapping[str, bool]


def spoiled(name: str, photo: Pixels, part: str, known: Mapping[str, bool], seed: int) -> Iterator[Case]:
    """One photo in every way of SPOILINGS; `known` is the truth about the photo itself. Nothing where no face is."""
    points = find_landmarks([photo])[0]
    if isinstance(points, InputError):
        return
    size_known = {"small": False} if face_size_px(points) >= _SURELY_LARGE_PX else {}
    for number, way in enumerate(SPOILINGS):
        if way.code in known and known[way.code] is not False:
            continue
        random = np.random.default_rng((seed, number))
        truth = {code: value for code, value in {**size_known, **known}.items() if code not in way.may}
        if way.code:
            truth[way.code] = True
        yield Case(f"{name}: {way.name}", way.spoil(photo, points, random), part, truth)


def engine_cases(engine: str, people: int, seed: int, parts: tuple[str, ...] = (TUNE, MEASURE)) -> Iterator[Case]:
    """Faces of an engine with set pose, light and expression, and the plain one of each in every way of SPOILINGS.

    Every second of the `people` belongs to a half of `parts`.
    """
    with EngineSession.start(engine, image_px=ENGINE_PX) as session:
        schema = session.schema
        path = shipped_archetypes(schema.character)
        known = neutral_archetype(schema) if path is None else load_archetypes(path, schema)
        numbers = list(range(people))
        away = sample_block(schema, seed, numbers, "mixture") - schema.defaults
        choices = choice_block(schema, seed, numbers, "random")
        for number in numbers:
            part = (TUNE, MEASURE)[number % 2]
            if part not in parts:
                continue
            random = np.random.default_rng((seed, number))
            mean = known.parameters[number // 2 % len(known.groups)]
            face = np.clip(mean + 0.3 * away[number], schema.minimum, schema.maximum).astype(np.float32)
            calm = dict.fromkeys((*_POSED, "several-faces", *_UNLABELLED, "covered", "dark", "blurred"), False)
            for name, code, scene in _scenes(random):
                photo = session.render(face[None], choices[[number]], scene=scene)[0]
                truth = {**calm, **({code: True} if code else {})}
                if name == "plain":
                    yield from spoiled(f"engine {number}", photo, part, truth, seed + number)
                else:
                    sure = {c: fault for c, fault in truth.items() if c not in _UNKNOWN.get(name, ())}
                    yield Case(f"engine {number}: {name}", photo, part, sure)


def _scenes(random: np.random.Generator) -> Iterator[tuple[str, str, Scene]]:
    """Name, the code that the gate must say, and the scene; near the limits (30 and 25 degrees) nothing is drawn."""

    def scene(**set_fields: object) -> Scene:
        calm = {
            "yaw_deg": random.uniform(-12, 12),
            "pitch_deg": random.uniform(-8, 8),
            "light_yaw_deg": random.uniform(-20, 20),
            "background": tuple(random.uniform(0.05, 0.95, 3).tolist()),
        }
        return Scene(**{**calm, **set_fields})

    def either(low: float, high: float) -> float:
        return float(random.uniform(low, high) * random.choice((-1, 1)))

    def face(*names: str, low: float, high: float) -> dict[str, float]:
        return dict.fromkeys(names, float(random.uniform(low, high)))

    smile, blink = ("mouthSmileLeft", "mouthSmileRight"), ("eyeBlinkLeft", "eyeBlinkRight")
    yield "plain", "", scene()
    yield "turned", "turned", scene(yaw_deg=either(34, 55))
    yield "turned a little", "", scene(yaw_deg=either(15, 26))
    yield "tilted", "tilted", scene(pitch_deg=either(29, 42))
    yield "tilted a little", "", scene(pitch_deg=either(10, 20))
    yield "lit from the side", "side-light", scene(light_yaw_deg=either(75, 95), light_intensity=random.uniform(2.5, 4))
    yield "smiling", "smile", scene(expression=face(*smile, low=0.6, high=1))
    yield "smiling faintly", "", scene(expression=face(*smile, low=0, high=0.15))
    yield "mouth open", "open-mouth", scene(expression=face("jawOpen", low=0.35, high=0.9))
    yield "lips apart", "", scene(expression=face("jawOpen", low=0, high=0.05))
    yield "eyes closed", "closed-eyes", scene(expression=face(*blink, low=0.85, high=1))
    yield "eyes half open", "", scene(expression=face(*blink, low=0, high=0.3))
    yield "lips pursed", "expression", scene(expression=face("mouthPucker", low=0.8, high=1))


@dataclass(frozen=True)
class Label:
    """What a person saw in a photo: its path in the folder, its part, code -> seen, uncertain ones left out, and who
    that was (labellers differ in where they draw a line)."""

    photo: str
    part: str
    seen: Mapping[str, bool]
    labeller: str = ""

    @property
    def person(self) -> str:
        """Who is shown: the name of the photo's folder."""
        return self.photo.split("/")[-2]


def read_labels(path: Path) -> list[Label]:
    """A CSV file with the columns photo, part and one a code: 1 seen, 0 not seen, empty uncertain.

    Photos are paths below the folder that holds all of them. Other columns, but for `labeller`, are for people.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"The labels {path} cannot be read ({error}); give a CSV file of labels.") from error
    if not rows or not {"photo", "part"} <= rows[0].keys():
        raise DatasetError(f"The labels {path} lack the columns photo and part; give a CSV file that has them.")
    codes = [name for name in rows[0] if name in CODES]
    return [
        Label(
            row["photo"],
            row["part"],
            {code: row[code] == "1" for code in codes if row[code] in ("0", "1")},
            row.get("labeller") or "",
        )
        for row in rows
    ]


def labelled_cases(photos: Path, labels: list[Label]) -> Iterator[Case]:
    """The labelled photos as they are; DatasetError when one is missing."""
    for label in labels:
        yield Case(label.photo, _read(photos / label.photo), label.part, label.seen)


def spoiled_cases(photos: Path, labels: list[Label], count: int, seed: int) -> Iterator[Case]:
    """As many of the labelled photos, drawn at random, in every way of SPOILINGS."""
    chosen = np.random.default_rng(seed).permutation(len(labels))[:count]
    for number in sorted(chosen.tolist()):
        label = labels[number]
        known = {**label.seen, **dict.fromkeys(_UNLABELLED, False)}
        yield from spoiled(label.photo, _read(photos / label.photo), label.part, known, seed + number)


def unlabelled_cases(photos: Path, count: int, seed: int) -> Iterator[Case]:
    """Photos of a folder that nobody labelled, drawn at random, in every way of SPOILINGS: only what is done to them
    is known, so that a finding on the photo itself counts as a false alarm for what is done to others."""
    names = sorted(path.relative_to(photos).as_posix() for path in photos.glob("*/*.jpg"))
    chosen = np.random.default_rng(seed).permutation(len(names))[:count]
    judged = {way.code for way in SPOILINGS if way.code} - {"small"}
    for number in sorted(chosen.tolist()):
        yield from spoiled(
            names[number], _read(photos / names[number]), MEASURE, dict.fromkeys(judged, False), seed + number
        )


def _read(path: Path) -> Pixels:
    try:
        return decode_photo(path.read_bytes())
    except OSError as error:
        raise DatasetError(f"The photo {path} cannot be read ({error}); give the folder that was labelled.") from error
