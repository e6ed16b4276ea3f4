"""From photos to one character: judged, read around what is held, several combined, with variations where wished."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from core import threads
from core.gate import Finding, GateReport, inspect
from core.holding import Hold
from core.perception.appearance import REGIONS
from core.perception.features import FaceFeatures
from core.reconstruct import Read, Reconstructor
from core.refine import Refiner
from core.seeing import Seen
from core.several import together
from core.variations import draw_candidates, most_different, second_choices
from engine_bridge.errors import InputError

# What is told of the colours found, and from which regions: both cheeks and the forehead are skin without a beard.
_COLOURS = {
    "skin": ("cheeks", "forehead"),
    "lips": ("upper lip", "lower lip"),
    "brows": ("brows",),
    "eyes": ("irises",),
}


@dataclass(frozen=True, eq=False)
class Wish:
    """How the photos shall be read; `current` (P,) and `current_choices` (C,) are what `hold` holds."""

    hold: Hold
    face: int = 0
    group: str = ""
    variations: int = 0
    current: NDArray[np.float32] | None = None
    current_choices: NDArray[np.uint8] | None = None


@dataclass(frozen=True, eq=False)
class Photo:
    """One photo, judged and read."""

    seen: Seen
    report: GateReport
    read: Read

    @property
    def features(self) -> FaceFeatures:
        """What the frozen networks say of it."""
        assert self.read.features is not None  # Solver takes no encoder
        return self.read.features


@dataclass(frozen=True, eq=False)
class Solved:
    """The character: parameters (P,), choices (C,). `photo` is the one that counted most, `weights` (N,) how much each
    did, `findings` what people should know, `colours` names -> sRGB in [0, 1], `variations` other characters."""

    parameters: NDArray[np.float32]
    choices: NDArray[np.uint8]
    photo: Photo
    weights: NDArray[np.float32]
    findings: tuple[Finding, ...]
    colours: dict[str, tuple[float, float, float]]
    groups: dict[str, float]
    variations: tuple[tuple[NDArray[np.float32], NDArray[np.uint8]], ...]
    timings_ms: dict[str, float]


class Solver:
    """A bundle's reconstructor with all that an import may wish for; may be used from several threads."""

    def __init__(self, reconstructor: Reconstructor) -> None:
        """Raises InputError for a reconstructor that uses the paper's encoder, which has no features to work with."""
        if reconstructor.identity_net is None:
            raise InputError("The paper's encoder can neither refine nor combine photos; use the method 'reader'.")
        self._identity_net = reconstructor.identity_net
        self.reconstructor = reconstructor
        self.schema = reconstructor.schema
        names = reconstructor.bundle.card.get("groups") or ()
        count = len(reconstructor.bundle.reader.archetype)
        self.groups = tuple(map(str, names)) if len(names) == count else tuple(f"group {n + 1}" for n in range(count))
        self._refiner: Refiner | None = None
        # A photo is judged while it is read: where nobody else waits, a second core is idle.
        self._beside = ThreadPoolExecutor(threads.cores(), thread_name_prefix="judge")

    @property
    def refiner(self) -> Refiner:
        """Made when first needed: it draws the archetypes."""
        if self._refiner is None:
            one = self.reconstructor
            self._refiner = Refiner(one.bundle, one.landmark_net, self._identity_net)
        return self._refiner

    def solve(self, looked: Sequence[Photo | InputError], wish: Wish) -> Solved:
        """One photo, or several of one person, as `look_together` gives them; InputError says why none can be used."""
        shares = self.shares(wish.group)
        good = [one for one in looked if isinstance(one, Photo)]
        if not good:
            raise next(one for one in looked if isinstance(one, InputError))
        if len(looked) == 1:
            leading, parameters, weights = good[0], good[0].read.parameters, np.ones(1, np.float32)
            findings = leading.report.findings
        else:
            leading, parameters, weights, findings = self._combined(looked, good)
        parameters, choices = wish.hold.apply(parameters, leading.read.choices, wish.current, wish.current_choices)
        timings_ms = dict(leading.seen.timings_ms)
        for one in good[1:] if len(looked) > 1 else ():
            for stage, value in one.seen.timings_ms.items():
                timings_ms[stage] = timings_ms.get(stage, 0.0) + value
        timings_ms["reconstruct"] = sum(one.read.read_ms for one in good)
        started = time.perf_counter()
        others = self._variations(leading, parameters, choices, wish, shares) if wish.variations else ()
        if wish.variations:
            timings_ms["variations"] = (time.perf_counter() - started) * 1000
        told = {name: float(share) for name, share in zip(self.groups, leading.read.groups, strict=False)}
        return Solved(parameters, choices, leading, weights, findings, _colours(leading), told, others, timings_ms)

    def look(self, data: bytes, face: int = 0, shares: NDArray[np.float32] | None = None) -> Photo:
        """Decode, align, judge and read one photo; InputError says why it cannot be used."""
        return self._judged_and_read([self.reconstructor.see(data, face)], [shares])[0]

    def look_together(
        self, photos: Sequence[tuple[bytes, int, NDArray[np.float32] | None]]
    ) -> list[Photo | InputError]:
        """The same of several photos, each with its face and its shares: at once where a device gains from that."""
        if self.reconstructor.batch_photos == 1:
            return [self._look_or_error(*photo) for photo in photos]
        seen = self.reconstructor.see_together(
            [data for data, _, _ in photos], [face for _, face, _ in photos], self._beside
        )
        good = [(one, shares) for one, (_, _, shares) in zip(seen, photos, strict=True) if isinstance(one, Seen)]
        looked = iter(self._judged_and_read([one for one, _ in good], [shares for _, shares in good]))
        return [one if isinstance(one, InputError) else next(looked) for one in seen]

    def _look_or_error(self, data: bytes, face: int, shares: NDArray[np.float32] | None) -> Photo | InputError:
        try:
            return self.look(data, face, shares)
        except InputError as error:
            return error

    def _judged_and_read(self, seen: Sequence[Seen], shares: Sequence[NDArray[np.float32] | None]) -> list[Photo]:
        judging = [self._beside.submit(self._judge, one) for one in seen]
        found: list[Photo] = []
        for one, read, judged in zip(
            seen, self.reconstructor.read([s.face for s in seen], shares), judging, strict=True
        ):
            report, spent_ms = judged.result()
            found.append(Photo(replace(one, timings_ms={**one.timings_ms, "judge": spent_ms}), report, read))
        return found

    def _judge(self, seen: Seen) -> tuple[GateReport, float]:
        """What is wrong with the photo, and the milliseconds that this took."""
        started = time.perf_counter()
        report = inspect(seen.rgb, seen.face, self.reconstructor.landmark_net)
        if seen.notes:
            notes = tuple(Finding("file", "note", words) for words in seen.notes)
            report = replace(report, findings=(*notes, *report.findings))
        return report, (time.perf_counter() - started) * 1000

    def shares(self, group: str) -> NDArray[np.float32] | None:
        """A group's name as shares (G,) of the archetypes, None for ""; InputError for one that the bundle lacks."""
        if not group:
            return None
        if group not in self.groups:
            raise InputError(f"The bundle knows no group '{group}'; it knows {', '.join(self.groups)}.")
        return np.array([name == group for name in self.groups], np.float32)

    def _combined(
        self, looked: Sequence[Photo | InputError], good: Sequence[Photo]
    ) -> tuple[Photo, NDArray[np.float32], NDArray[np.float32], tuple[Finding, ...]]:
        """The photo that counts most, the parameters (P,), each photo's weight (N,), and what is to be said."""
        one = self.reconstructor
        readings = one.half_range(np.stack([photo.read.parameters for photo in good])).numpy()
        middle = one.bundle.reader.embedding_mean.numpy()
        embeddings = np.stack([photo.features.embeddings[0].numpy() - middle for photo in good])
        found = together(readings, embeddings, np.array([photo.report.weight for photo in good], np.float32))
        weights, findings, position = np.zeros(len(looked), np.float32), [], 0
        for number, entry in enumerate(looked):
            which = f"Photo {number + 1} of {len(looked)}"
            if isinstance(entry, InputError):
                findings.append(Finding("unusable", "serious", f"{which} was left out: {entry}"))
                continue
            weights[number] = found.weights[position]
            if position in found.strangers:
                words = f"{which} does not look like the person of the others and was left out; check whose it is."
                findings.append(Finding("stranger", "serious", words))
            position += 1
        if found.doubtful:
            words = "The two photos may show two people; add a third, or leave one out."
            findings.append(Finding("stranger", "serious", words))
        leading = good[int(np.argmax(found.weights))]
        parameters = one.schema_units(torch.from_numpy(found.parameters))
        return leading, parameters, weights, (*findings, *leading.report.findings)

    def _variations(
        self,
        photo: Photo,
        parameters: NDArray[np.float32],
        choices: NDArray[np.uint8],
        wish: Wish,
        shares: NDArray[np.float32] | None,
    ) -> tuple[tuple[NDArray[np.float32], NDArray[np.uint8]], ...]:
        one, features = self.reconstructor, photo.features
        groups = None if shares is None else torch.from_numpy(shares)[None]
        start = one.half_range(parameters)
        drawn = one.schema_units(draw_candidates(one.bundle.reader, features, groups, start))
        drawn, _ = wish.hold.apply(drawn, np.tile(choices, (len(drawn), 1)), wish.current, choices)
        every = np.concatenate([parameters[None], drawn])
        pictures = np.concatenate([one.imitate(row[None]) for row in every])
        target, half = self.refiner.target(features, groups), one.half_range(every)
        archetypes = self.refiner.imitated_archetypes
        distance = self.refiner.distance
        losses = np.array(
            [distance(target, as_tensor(pictures[n]), half[n][None], archetypes) for n in range(len(every))]
        )
        taken = most_different(pictures, losses, 0, wish.variations)
        with torch.no_grad():
            others = second_choices(one.bundle.reader(features, groups), choices)
        others = [row for row in others if not wish.hold.choices[row != choices].any()]
        # Every other variation shows another hair style, say, where the photo leaves that open.
        return tuple(
            (every[index], others[(place // 2) % len(others)] if others and place % 2 else choices)
            for place, index in enumerate(taken)
        )


def as_tensor(picture: NDArray[np.uint8]) -> torch.Tensor:
    """A picture (H,W,3) uint8 -> (1,3,H,W) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float() / 255


def _colours(photo: Photo) -> dict[str, tuple[float, float, float]]:
    features = photo.features
    order, values = list(REGIONS), features.colours[0].numpy()
    found = {name: values[[order.index(region) for region in regions]].mean(0) for name, regions in _COLOURS.items()}
    found["hair"] = features.hair[0].numpy()
    return {name: (float(red), float(green), float(blue)) for name, (red, green, blue) in found.items()}
