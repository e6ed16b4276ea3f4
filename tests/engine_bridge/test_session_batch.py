"""One render of a session: what each wrong answer of an engine means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine_bridge.errors import DeadlineExceeded, EngineError, FaceBridgeError, Refused, SchemaError
from engine_bridge.protocol import Fail, Frame, sample_digest
from engine_bridge.scene import Scene
from engine_bridge.session_batch import Batch

ROWS, CHOICES = np.zeros((2, 3), np.float32), np.zeros((2, 0), np.uint8)
SCENE = Scene(roll_deg=5)
GOOD = Frame(
    1, 0, sample_digest(ROWS[0], CHOICES[0]), 1.0, np.full((4, 4, 3), 9, np.uint8), depth=np.ones((4, 4), np.float32)
)


def sent() -> Batch:
    """A batch of two samples, both of them under way."""
    batch = Batch(ROWS, CHOICES, 4, SCENE, ("depth",))
    job = batch.next_job(1, 8, 1000)
    assert (job.indices, job.scene, job.truth) == ((0, 1), {"roll_deg": 5.0}, ("depth",))
    return batch


def test_a_batch_is_done_when_every_sample_is_here() -> None:
    batch = sent()
    assert batch.take(GOOD)
    assert not batch.done
    assert not batch.take(GOOD), "nobody waits for it any more"
    assert not batch.take(replace(GOOD, request_id=2, index=1)), "it answers an older request"
    assert batch.take(replace(GOOD, index=1, sha256=sample_digest(ROWS[1], CHOICES[1])))
    assert batch.done
    assert (batch.images == 9).all()
    assert (batch.truth["depth"] == 1).all()


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (replace(GOOD, depth=None), EngineError, "gave no depth"),
        (replace(GOOD, depth=np.ones((4, 5), np.float32)), EngineError, "depth is float32 (4, 5); float32 (4, 4)"),
        (replace(GOOD, sha256="0" * 64), EngineError, "from other parameters than it was sent"),
        (replace(GOOD, pixels=np.zeros((4, 5, 3), np.uint8)), EngineError, "drew (4, 5, 3), (4, 4, 3) was asked for"),
        (Fail(1, 0, "scene", "no camera here"), Refused, "The engine refused the scene: no camera here"),
        (Fail(1, 0, "parameters", "too wide"), SchemaError, "refused sample 0: too wide"),
        (Fail(1, 0, "deadline", ""), DeadlineExceeded, "did not finish sample 0 in time"),
        (Fail(1, 0, "a code from the future", "who knows"), EngineError, "(a code from the future): who knows"),
    ],
)
def test_a_wrong_answer_is_an_error_in_words(answer: Frame | Fail, error: type[FaceBridgeError], words: str) -> None:
    with pytest.raises(error) as caught:
        sent().take(answer)
    assert words in str(caught.value)
