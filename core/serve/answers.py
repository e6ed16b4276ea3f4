"""Answers: a bundle, and an engine if one is attached, behind the messages of the service and the command line."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from core.bundle import Bundle
from core.drawing import Drawer, stacked
from core.gate import cut_thumbnails
from core.holding import Hold
from core.reconstruct import Reconstructor
from core.refine import RefineConfig, Target
from core.refine import Refined as Best
from core.serve.request import files_of
from core.solve import Solved, Solver, Wish, as_tensor
from engine_bridge.errors import InputError, SchemaError
from engine_bridge.protocol import (
    MAX_STEPS,
    MAX_VARIATIONS,
    SERVICE_FEATURES,
    Compare,
    Compared,
    Error,
    Import,
    Imported,
    Progress,
    Refine,
    Refined,
)


class Answers:
    """Implements core.serve.answerer.Answerer; every method may run in several threads at once."""

    def __init__(
        self,
        reconstructor: Reconstructor,
        drawer: Drawer | None = None,
        imitated_previews: bool = False,
        previews: bool = True,
    ) -> None:
        """`drawer` draws this bundle's character; the caller closes it. With `imitated_previews` it draws turned views
        and judges refinements, but previews of imports are the imitator's. Without `previews` imports have none: the
        caller adds them with `previewed`."""
        self._one = reconstructor
        self._imitated_previews = imitated_previews or drawer is None
        self._previews = previews
        self._solver = Solver(reconstructor)
        self._drawer = drawer
        self._drawn_archetypes: dict[bytes, torch.Tensor] = {}
        self.schema = reconstructor.schema
        self.bundle = reconstructor.bundle_name
        self.batch_photos = reconstructor.batch_photos
        self.features = tuple(name for name in SERVICE_FEATURES if name != "engine" or drawer is not None)

    @classmethod
    def load(cls, bundle: Path | None = None, device: str = "cpu", drawer: Drawer | None = None) -> Answers:
        """A bundle folder (None: the shipped one), warmed up; raises BundleError, or InputError for the device."""
        reconstructor = Reconstructor(Bundle.load(bundle), device=device)
        reconstructor.warm_up()
        answers = cls(reconstructor, drawer)
        if drawer is not None:
            drawer.draw(answers.schema.defaults[None], answers.schema.default_choices[None])
        return answers

    def digest(self) -> str:
        """Of the bundle: core.bundle.Bundle.digest."""
        return self._one.bundle.digest()

    def imports(self, jobs: Sequence[Import]) -> Iterator[Imported | Error]:
        """One answer for each job, in order, each as soon as it is there."""
        together = 1 if self.batch_photos == 1 else len(jobs)
        for start in range(0, len(jobs), together):
            yield from self._together(jobs[start : start + together])

    def refine(self, job: Refine, tell: Callable[[Progress], None], stop: Callable[[], bool]) -> Refined | Error:
        """Search until the steps or the budget are spent, or `stop()`; `tell` gets the best so far."""
        try:
            return self._refine(job, tell, stop)
        except (InputError, SchemaError) as error:
            return Error(job.request_id, "input", str(error))

    def compare(self, job: Compare) -> Compared | Error:
        """The pictures that the job asks for."""
        from core.serve.comparisons import compared  # spares the start a third of a second, SciPy's

        try:
            return compared(job, self._one, self._draw, self._drawer)
        except (InputError, SchemaError) as error:
            return Error(job.request_id, "input", str(error))

    def close(self) -> None:
        """Nothing is held beyond memory: the drawer is its owner's."""

    def _together(self, jobs: Sequence[Import]) -> Iterator[Imported | Error]:
        """Answers of jobs whose photos are looked at together."""
        wishes: list[Wish | Error] = []
        photos: list[tuple[bytes, int, NDArray[np.float32] | None]] = []
        for job in jobs:
            try:
                wish, files = self._wish(job), files_of(job)
                shares = self._solver.shares(wish.group)
            except (InputError, SchemaError) as error:
                wishes.append(Error(job.request_id, "input", str(error)))
            else:
                wishes.append(wish)
                photos += [(data, wish.face, shares) for data in files]
        looked = iter(self._solver.look_together(photos))
        for job, wish in zip(jobs, wishes, strict=True):
            if isinstance(wish, Error):
                yield wish
                continue
            mine = [next(looked) for _ in range(max(1, len(job.lengths)))]
            try:
                yield self._imported(job, self._solver.solve(mine, wish))
            except InputError as error:
                yield Error(job.request_id, "input", str(error))

    def _imported(self, job: Import, solved: Solved) -> Imported:
        seen = solved.photo.seen
        several = seen.face.faces > 1 and job.pictures
        others = solved.variations
        found = Imported(
            job.request_id,
            self.schema.hash,
            seen.face.faces,
            tuple(finding.words for finding in solved.findings),
            solved.timings_ms,
            solved.parameters,
            solved.choices,
            seen.face.image if job.pictures else None,
            digest=hashlib.sha256(job.photo).hexdigest(),
            bundle=self.bundle,
            face=seen.face.face,
            codes=tuple(finding.code for finding in solved.findings),
            severities=tuple(finding.severity for finding in solved.findings),
            measures={name: float(value) for name, value in solved.photo.report.measures.items()},
            colours={
                f"{name}.{part}": value
                for name, rgb in solved.colours.items()
                for part, value in zip(("red", "green", "blue"), rgb, strict=True)
            },
            groups=solved.groups,
            confidence=self._one.confidence.copy(),
            boxes=seen.face.boxes,
            thumbnails=stacked(list(cut_thumbnails(seen.rgb, seen.face.boxes))) if several else None,
            weights=solved.weights if job.lengths else None,
            variations=np.stack([row[0] for row in others]) if others else None,
            variation_choices=np.stack([row[1] for row in others]) if others else None,
        )
        return self.previewed(found) if job.pictures and self._previews else found

    def previewed(self, found: Imported) -> Imported:
        """An import without previews, with them: of the character and of its variations."""
        started = time.perf_counter()
        parameters, choices = found.parameters[None], found.choices[None]
        others = None
        if found.variations is not None and found.variation_choices is not None:
            others = len(found.variations)
            parameters = np.concatenate([parameters, found.variations])
            choices = np.concatenate([choices, found.variation_choices])
        pictures, drawn_by = (self._imitated if self._imitated_previews else self._draw)(parameters, choices)
        return dataclasses.replace(
            found,
            preview=pictures[0],
            variation_previews=stacked(list(pictures[1:])) if others else None,
            drawn_by=drawn_by,
            timings_ms={**found.timings_ms, "draw": (time.perf_counter() - started) * 1000},
        )

    def _wish(self, job: Import) -> Wish:
        if job.variations > MAX_VARIATIONS:
            raise InputError(f"{job.variations} variations were asked for, expected at most {MAX_VARIATIONS}.")
        if job.lengths and job.face:
            raise InputError("A face can be chosen in one photo only, not in several of one person; send face 0.")
        current = None if job.current is None else self.schema.check(job.current)
        choices = None if job.current_choices is None else self.schema.check_choices(job.current_choices)
        hold = Hold.of(self.schema, job.locked, job.mirrored)
        return Wish(hold, job.face, job.group, job.variations, current, choices)

    def _draw(self, parameters: NDArray[np.float32], choices: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], str]:
        """(N,256,256,3) by the engine, or by the imitator where there is none or it is out of order; and by whom."""
        drawn = None if self._drawer is None else self._drawer.draw(parameters, choices)
        return self._imitated(parameters, choices) if drawn is None else (drawn, "engine")

    def _imitated(self, parameters: NDArray[np.float32], _choices: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], str]:
        # One by one, so that a picture does not depend on its neighbours.
        return np.concatenate([self._one.imitate(row[None]) for row in parameters]), "imitator"

    def _refine(self, job: Refine, tell: Callable[[Progress], None], stop: Callable[[], bool]) -> Refined:
        if not 1 <= job.steps <= MAX_STEPS:
            raise InputError(f"{job.steps} steps were asked for, expected 1 to {MAX_STEPS}.")
        began, digest = time.perf_counter(), hashlib.sha256(job.photo).hexdigest()
        given, choices = self.schema.check(job.parameters), self.schema.check_choices(job.choices)
        hold, shares = Hold.of(self.schema, job.locked, job.mirrored), self._solver.shares(job.group)
        photo = self._solver.look(job.photo, job.face, shares)
        groups = None if shares is None else torch.from_numpy(shares)[None]
        looked, start, due = time.perf_counter(), hold.mirror(given), began + job.budget_ms / 1000
        ended, told_at = "steps", 0.0

        def enough(_: int) -> bool:
            nonlocal ended
            if time.perf_counter() >= due:
                ended = "budget"
            return ended == "budget" or stop()

        def report(best: Best) -> None:
            nonlocal told_at
            now = time.perf_counter()
            if now - told_at < job.every_ms / 1000 or best.steps == job.steps:
                return
            told_at, parameters = now, self._restored(best.parameters, given, hold)
            picture = self._one.imitate(parameters[None])[0] if job.pictures else None
            elapsed_ms = (now - began) * 1000
            tell(Progress(job.request_id, digest, best.steps, job.steps, best.loss_before, best.loss_after, elapsed_ms,
                          parameters, picture))  # fmt: skip

        found = self._solver.refiner.refine(
            photo.features,
            self._one.half_range(start),
            RefineConfig(steps=job.steps),
            enough,
            groups=groups,
            free=torch.from_numpy(hold.free),
            partners=torch.from_numpy(hold.partners),
            progress=report,
        )
        searched = time.perf_counter()
        parameters = self._restored(found.parameters, given, hold)
        before, after, judge, kept, render = found.loss_before, found.loss_after, "imitator", found.steps > 0, None
        target = self._solver.refiner.target(photo.features, groups)
        judged = None if stop() else self._judged(target, np.stack([start, parameters]), choices)
        if judged is not None:
            (before, after), judge, pictures = judged[0], "engine", judged[1]
            render = pictures[1] if after < before else pictures[0]
        kept = after < before
        if not kept:
            parameters, after = start, before
        timings_ms = {
            "look": (looked - began) * 1000,
            "search": (searched - looked) * 1000,
            "engine": (time.perf_counter() - searched) * 1000,
        }
        preview = self._one.imitate(parameters[None])[0] if job.pictures else None
        return Refined(
            job.request_id, self.schema.hash, digest, self.bundle, found.steps, ended, judge, kept, before, after,
            timings_ms, parameters, choices, preview, render if job.pictures else None,
        )  # fmt: skip

    def _restored(self, found: torch.Tensor, given: NDArray[np.float32], hold: Hold) -> NDArray[np.float32]:
        """A search's parameters in the schema's units; what is held is the given value bit for bit."""
        return np.where(hold.parameters, given, self._one.schema_units(found)).astype(np.float32)

    def _judged(
        self, target: Target, parameters: NDArray[np.float32], choices: NDArray[np.uint8]
    ) -> tuple[tuple[float, float], NDArray[np.uint8]] | None:
        """Distances to the photo of two characters (2,P) in the engine's own pictures, and these; None without one."""
        if self._drawer is None:
            return None
        refiner, half = self._solver.refiner, self._one.half_range(parameters)
        drawn = self._drawer.draw(parameters, np.stack([choices, choices]))
        archetypes = self._engine_archetypes(choices)
        if drawn is None or archetypes is None:
            return None
        before, after = (
            refiner.distance(target, as_tensor(drawn[n]), half[n][None], archetypes) for n in range(len(drawn))
        )
        return (before, after), drawn

    def _engine_archetypes(self, choices: NDArray[np.uint8]) -> torch.Tensor | None:
        """(G,F) features of the archetypes as the engine draws them with these choices; kept for the next search."""
        key = choices.tobytes()
        if key not in self._drawn_archetypes:
            assert self._drawer is not None
            half = self._one.bundle.reader.archetype
            drawn = self._drawer.draw(self._one.schema_units(half), np.tile(choices, (len(half), 1)))
            if drawn is None:
                return None
            with torch.no_grad():
                rows = [self._solver.refiner.features(as_tensor(drawn[n]), half[n][None]) for n in range(len(half))]
            self._drawn_archetypes[key] = torch.cat(rows)
        return self._drawn_archetypes[key]
