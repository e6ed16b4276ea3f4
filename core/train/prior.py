"""A prior of real faces: parameter vectors that photos' parameters should be distributed like (equation 6, p-space).

Captures are drawn from the cube, on whose shell no real face lies; drawn against them, the domain loss pulls photos
there. A file of parameters that real people's characters have takes their place in p-space.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema

LEAST_ROWS = 16
_FURTHEST = 2.0  # half-ranges: what lies further was not measured in them


def read_prior(path: Path, schema: CharacterSchema) -> NDArray[np.float32]:
    """(N, P) in half-range units from the defaults: `parameters` of an npz file, or, in the schema's units, `values`
    of a file of known faces (`facebridge train reader` leaves faces.npz). InputError for anything else.

    Where the file names a `schema` (its hash), it has to be this one.
    """
    try:
        with open(path, "rb") as file:
            if not zipfile.is_zipfile(file):  # numpy leaves a file that it cannot open half constructed
                raise ValueError("it is not an npz file")
            file.seek(0)
            with np.load(file, allow_pickle=False) as saved:
                if "values" in saved:  # known faces, see data_capture.faces
                    reach = np.maximum(schema.maximum - schema.defaults, schema.defaults - schema.minimum)
                    values = ((saved["values"] - schema.defaults) / reach).astype(np.float32)
                else:
                    values = np.asarray(saved["parameters"], np.float32)
                made_for = str(saved["schema"]) if "schema" in saved else schema.hash
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(
            f"The prior {path} cannot be read ({error}); expected an npz file with 'parameters' (N, {schema.count}) in"
            " half-range units, or the faces.npz of facebridge train reader."
        ) from error
    if made_for != schema.hash:
        raise InputError(
            f"The prior {path} was made for schema {made_for[:12]}, not for {schema.hash[:12]}; make it again."
        )
    if values.ndim != 2 or values.shape[1] != schema.count or len(values) < LEAST_ROWS:
        raise InputError(
            f"The prior {path} holds parameters {values.shape}, expected at least {LEAST_ROWS} rows of {schema.count}."
        )
    if not np.isfinite(values).all() or float(np.abs(values).max()) > _FURTHEST:
        raise InputError(f"The prior {path} holds parameters beyond {_FURTHEST:g} half-ranges; they lie within 1.")
    return values
