"""Which face each sample shows: parameters and choices as a pure function of (seed, index).

The generator is counter-based (Philox 4x64: the key is the seed, the counter is the index), so neither the order of
the work, nor the worker, nor a retry changes a sample. Only its raw 64-bit words are used, because numpy promises
their stream for ever and does not promise that of `Generator.uniform`.

Uniform sampling is the paper's. In hundreds of dimensions nearly all of the cube's mass lies in a thin shell far from
neutral, and photographs land near neutral; the mixture therefore gives each third of the samples to

- the cube, uniformly;
- the cube shrunk towards the defaults by a factor drawn log-uniformly from [0.05, 1];
- sparse edits: 1 to 12 parameters uniform in their range, the others at their default or, half of the time, in the
  cube shrunk by a factor drawn uniformly from [0, 0.3].

The sampling `faces` gives two fifths of the samples to the neighbourhood of faces that were read from photos
(data_capture.faces), for an imitator must be most exact where photos land, and the rest to the mixture.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data_capture.faces import KnownFaces
from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema

SAMPLINGS = ("mixture", "uniform", "faces")
CHOICE_MODES = ("default", "random")

SMALLEST_SCALE = 0.05
LARGEST_BASE_SCALE = 0.3
MOST_EDITS = 12

# The high word of Philox's 128-bit key: parameters and choices never share a stream.
_PARAMETER_STREAM = 0
_CHOICE_STREAM = 1
_FACE_STREAM = 2
# Decisions drawn before the per-parameter numbers: regime, scale, number of edits, base or not, base scale.
_DECISIONS = 5

# Around a known face: share of samples; how far from its centre, as a factor of how far the face is; noise beside it.
FACE_SHARE = 0.4
FACE_SCALES = (0.3, 1.3)
FACE_NOISE = 0.08  # standard deviation, in units of half a parameter's range

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


def parameters(
    schema: CharacterSchema, seed: int, index: int, sampling: str = "mixture", faces: KnownFaces | None = None
) -> Floats:
    """The parameters of one sample, float32 (P,), each within its range.

    Raises InputError for a negative or too large seed or index, an unknown sampling, or `faces` without faces.
    """
    return sample_block(schema, seed, [index], sampling, faces)[0]


def choices(schema: CharacterSchema, seed: int, index: int, mode: str = "default") -> Bytes:
    """The choices of one sample as option indices, uint8 (C,): the defaults, or each drawn uniformly."""
    return choice_block(schema, seed, [index], mode)[0]


def sample_block(
    schema: CharacterSchema,
    seed: int,
    indices: Sequence[int],
    sampling: str = "mixture",
    faces: KnownFaces | None = None,
) -> Floats:
    """The parameters of several samples, float32 (N, P); row k equals `parameters(schema, seed, indices[k])`."""
    if sampling not in SAMPLINGS:
        raise InputError(f"The sampling is {sampling!r}, expected one of {', '.join(SAMPLINGS)}.")
    low, high, default = (values.astype(np.float64) for values in (schema.minimum, schema.maximum, schema.defaults))
    count = schema.count
    draws = _uniform(seed, indices, _DECISIONS + 3 * count, _PARAMETER_STREAM)
    decisions, body = draws[:, :_DECISIONS], draws[:, _DECISIONS:]
    cube = low + body[:, :count] * (high - low)
    if sampling == "uniform":
        return _within(schema, cube)

    regime = np.floor(decisions[:, 0] * 3).astype(np.int64)
    # Rounding keeps the last bit of this machine's power function out of the dataset.
    log_scale = np.round(SMALLEST_SCALE ** (1 - decisions[:, 1]), 4)
    base_scale = np.where(decisions[:, 3] < 0.5, LARGEST_BASE_SCALE * decisions[:, 4], 0.0)
    scale = np.choose(regime, (np.ones(len(draws)), log_scale, base_scale))
    values = default + scale[:, None] * (cube - default)

    edits = 1 + np.floor(decisions[:, 2] * min(MOST_EDITS, count)).astype(np.int64)
    # The parameters with the smallest of P random keys are a uniformly drawn subset.
    rank = np.argsort(np.argsort(body[:, 2 * count :], axis=1, kind="stable"), axis=1, kind="stable")
    edited = (regime == 2)[:, None] & (rank < edits[:, None])
    values = np.where(edited, low + body[:, count : 2 * count] * (high - low), values)
    if sampling == "faces":
        values = _around_faces(schema, seed, indices, values, faces)
    return _within(schema, values)


def choice_block(schema: CharacterSchema, seed: int, indices: Sequence[int], mode: str = "default") -> Bytes:
    """The choices of several samples, uint8 (N, C)."""
    if mode not in CHOICE_MODES:
        raise InputError(f"The choices are {mode!r}, expected one of {', '.join(CHOICE_MODES)}.")
    if mode == "default" or not schema.choices:
        return np.tile(schema.default_choices, (len(indices), 1))
    options = np.array([len(choice.options) for choice in schema.choices], np.float64)
    draws = _uniform(seed, indices, len(options), _CHOICE_STREAM)
    return np.floor(draws * options).astype(np.uint8)


def _around_faces(
    schema: CharacterSchema,
    seed: int,
    indices: Sequence[int],
    otherwise: npt.NDArray[np.float64],
    faces: KnownFaces | None,
) -> npt.NDArray[np.float64]:
    """Of the rows (N, P) the share FACE_SHARE replaced by points near a known face."""
    if faces is None:
        raise InputError("The sampling 'faces' needs known faces; give the file that facebridge train reader wrote.")
    draws = _uniform(seed, indices, 3 + 4 * schema.count, _FACE_STREAM)
    chosen = np.floor(draws[:, 1] * len(faces.values)).astype(np.int64)
    low, high = FACE_SCALES
    scale = (low + draws[:, 2] * (high - low))[:, None]
    # The sum of four uniform numbers, centred, has variance 1/3 and is near enough to normal; its arithmetic is exact.
    bell = (draws[:, 3:].reshape(len(draws), 4, schema.count).sum(1) - 2.0) * np.sqrt(3.0)
    reach = np.maximum(schema.maximum - schema.defaults, schema.defaults - schema.minimum).astype(np.float64)
    centre = faces.centres[chosen]
    near = centre + scale * (faces.values[chosen] - centre) + FACE_NOISE * bell * reach
    return np.where((draws[:, 0] < FACE_SHARE)[:, None], near, otherwise)


def check_seed(seed: int) -> int:
    """The seed itself; raises InputError unless it is from 0 to 2^64 - 1 (0 is a seed like any other)."""
    if not 0 <= seed < 1 << 64:
        raise InputError(f"The seed is {seed}, expected a whole number from 0 to {(1 << 64) - 1}.")
    return seed


def _uniform(seed: int, indices: Sequence[int], count: int, stream: int) -> npt.NDArray[np.float64]:
    """(N, count) numbers in [0, 1); every index owns 2^64 counter values, so no two samples ever overlap."""
    key = check_seed(seed) | stream << 64
    words = np.empty((len(indices), count), np.uint64)
    for row, index in enumerate(indices):
        if not 0 <= index < 1 << 62:
            raise InputError(f"The sample index is {index}, expected a whole number from 0.")
        words[row] = np.random.Philox(key=key, counter=int(index) << 64).random_raw(count)
    return (words >> np.uint64(11)).astype(np.float64) * np.float64(2.0**-53)


def _within(schema: CharacterSchema, values: npt.NDArray[np.float64]) -> Floats:
    return np.clip(values.astype(np.float32), schema.minimum, schema.maximum)
