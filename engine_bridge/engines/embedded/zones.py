"""Which parts of the skin's shader each patch of skin needs, so that no pixel pays for what it cannot show."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine_bridge.engines.embedded.hair import NEUTRAL, hairline

Array = npt.NDArray[np.float64]

FEATURES = ("LINES", "SPOTS", "REGIONS", "BROWS", "SCALP")
LINES, SPOTS, REGIONS, BROWS, SCALP = (1 << k for k in range(len(FEATURES)))
# One program each; a patch takes the one with the fewest features among those that have all it needs.
PROGRAMS = (
    0,
    SPOTS,
    SCALP | REGIONS,
    LINES | SCALP,
    LINES | SPOTS,
    LINES | REGIONS | SPOTS,
    LINES | REGIONS | BROWS | SPOTS,
    LINES | SPOTS | REGIONS | BROWS | SCALP,
)


def feature_names(mask: int) -> tuple[str, ...]:
    """The macros that a program defines."""
    return tuple(name for k, name in enumerate(FEATURES) if mask >> k & 1)


def needs(unrolled: Array, beard: Array, lines: Array) -> npt.NDArray[np.int64]:
    """(N,) bit masks of what may show at points (N, 2) of the face map; `beard` and `lines` (N,) are at their most."""
    s, t = unrolled[:, 0], unrolled[:, 1]
    lips = (s < 0.30) & (t > 6.42) & (t < 6.82)
    lids = (s < 0.54) & (t > 7.08) & (t < 7.50)
    ears = (s > 0.98) & (t > 6.70) & (t < 7.60)
    freckles = (s < 0.64) & (np.abs(t - 6.99) < 0.28)
    # The lowest hairline lies 0.13 + 0.11 dm below the neutral one, and hair grows 0.06 dm in front of it.
    scalp = (t > hairline(s, NEUTRAL) - 0.34) | (s > 0.86)
    found = np.zeros(len(s), np.int64)
    for mask, where in (
        (LINES, (lines > 0.004) | lips),
        (SPOTS, freckles | (beard > 0.0)),
        (REGIONS, lips | lids | ears),
        (BROWS, (s < 0.58) & (t > 7.30) & (t < 7.68)),
        (SCALP, scalp),
    ):
        found[where] |= mask
    return found


def assign(
    triangles: npt.NDArray[np.int32], point_needs: npt.NDArray[np.int64], programs: tuple[int, ...] = PROGRAMS
) -> dict[int, npt.NDArray[np.int32]]:
    """Program -> its triangles (T, 3)."""
    wanted = np.bitwise_or.reduce(point_needs[triangles], axis=1)
    order = sorted(programs, key=lambda mask: mask.bit_count())
    chosen = np.array([next(p for p in order if p & mask == mask) for mask in range(1 << len(FEATURES))])[wanted]
    return {mask: triangles[chosen == mask] for mask in programs if (chosen == mask).any()}
