"""What one render of a session asked for, what came of it, and what it still lacks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.errors import DeadlineExceeded, EngineError, Refused, SchemaError
from engine_bridge.protocol import Fail, Frame, Job, sample_digest
from engine_bridge.scene import Scene
from engine_bridge.truth import TruthMap, truth_dtype, truth_fault, truth_shape


class Batch:
    """Checked parameters (N, P) and choices (N, C) in one scene, on their way through an engine.

    `images` (N, image_px, image_px, 3) and `truth`, an array of (N, ...) for each of `channels`, fill up as frames are
    taken; frames are matched by request id and index, never by order.
    """

    def __init__(
        self,
        parameters: npt.NDArray[np.float32],
        choices: npt.NDArray[np.uint8],
        image_px: int,
        scene: Scene,
        channels: tuple[str, ...],
    ) -> None:
        count = len(parameters)
        self._parameters = parameters
        self._choices = choices
        self._missing: set[tuple[int, int]] = set()  # (request id, index)
        self.image_px = image_px
        self.scene = scene
        self.channels = channels
        self.images = np.zeros((count, image_px, image_px, 3), np.uint8)
        self.truth: dict[str, npt.NDArray[Any]] = {
            channel: np.zeros((count, *truth_shape(channel, image_px)), truth_dtype(channel)) for channel in channels
        }
        self.unsent = count

    @property
    def done(self) -> bool:
        """Whether every sample is here."""
        return not self.unsent and not self._missing

    def next_job(self, request_id: int, most: int, deadline_ms: int) -> Job:
        """The next samples that no job asked for yet, at most `most`."""
        start = len(self.images) - self.unsent
        rows = range(start, start + min(most, self.unsent))
        self.unsent -= len(rows)
        self._missing |= {(request_id, row) for row in rows}
        span = slice(rows.start, rows.stop)
        return Job(
            request_id,
            tuple(rows),
            self.image_px,
            deadline_ms,
            self._parameters[span],
            self._choices[span],
            scene=self.scene.to_wire(),
            truth=self.channels,
        )

    def take(self, answer: Frame | Fail) -> bool:
        """Store an answer; False for one that nobody waits for, left over from a render that gave up.

        Raises what the engine's failure means, and EngineError for a frame that is not what was asked for.
        """
        index = answer.index
        if (answer.request_id, index) not in self._missing:
            return False
        if isinstance(answer, Fail):
            if answer.code == "parameters":
                raise SchemaError(f"The engine refused sample {index}: {answer.reason}")
            if answer.code == "scene":
                raise Refused(f"The engine refused the scene: {answer.reason}")
            if answer.code == "deadline":
                raise DeadlineExceeded(f"The engine did not finish sample {index} in time; allow more.")
            raise EngineError(f"The engine could not render sample {index} ({answer.code}): {answer.reason}")
        if answer.sha256 != sample_digest(self._parameters[index], self._choices[index]):
            raise EngineError(f"The engine drew sample {index} from other parameters than it was sent; restart it.")
        if answer.pixels.shape != self.images.shape[1:]:
            raise EngineError(f"The engine drew {answer.pixels.shape}, {self.images.shape[1:]} was asked for.")
        for channel in self.channels:
            values: TruthMap | None = getattr(answer, channel)
            fault = truth_fault(channel, values, self.image_px)
            if fault or values is None:
                raise EngineError(fault)
            self.truth[channel][index] = values
        self.images[index] = answer.pixels
        self._missing.discard((answer.request_id, index))
        return True
