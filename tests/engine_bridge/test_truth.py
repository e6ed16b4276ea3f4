"""Truth maps: a good one passes, and each way of being wrong is said in words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from engine_bridge.truth import SEGMENTS, TRUTH_CHANNELS, truth_dtype, truth_fault, truth_shape


def good(channel: str) -> npt.NDArray[np.uint8] | npt.NDArray[np.float32]:
    """A map of zeros for a picture of 4 px."""
    return np.zeros(truth_shape(channel, 4), truth_dtype(channel))


@pytest.mark.parametrize("channel", TRUTH_CHANNELS)
def test_a_map_of_the_documented_layout_is_good(channel: str) -> None:
    assert truth_fault(channel, good(channel), 4) == ""


def changed(channel: str, value: float) -> npt.NDArray[np.uint8] | npt.NDArray[np.float32]:
    """The same with one value changed."""
    values = good(channel)
    values[0, 1] = value
    return values


@pytest.mark.parametrize(
    ("channel", "values", "words"),
    [
        ("depth", None, "gave no depth, which was asked for"),
        ("depth", good("depth")[:3], "depth is float32 (3, 4); float32 (4, 4) was asked for"),
        ("depth", good("depth").astype(np.float64), "depth is float64 (4, 4); float32"),
        ("depth", changed("depth", np.nan), "depth has a value that is not finite"),
        ("depth", changed("depth", -2), "depth has -2 cm"),
        ("segmentation", changed("segmentation", len(SEGMENTS)), "has class 10; 0 to 9 exist"),
        ("segmentation", good("depth"), "segmentation is float32 (4, 4); uint8"),
        ("points", good("points")[:467], "points is float32 (467, 5); float32 (468, 5)"),
        ("points", changed("points", np.inf), "points has a value that is not finite"),
    ],
)
def test_a_wrong_map_is_described(
    channel: str, values: npt.NDArray[np.uint8] | npt.NDArray[np.float32] | None, words: str
) -> None:
    assert words in truth_fault(channel, values, 4)


def test_points_may_lie_outside_the_picture() -> None:
    assert truth_fault("points", changed("points", -100), 4) == ""
