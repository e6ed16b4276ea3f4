"""Fixed means of both domains, of people who are not the ones measured: what photo and render are compared after.

A mean of the very people who are measured knows them; one of training people does not, and stays the same from one
measurement to the next. It belongs to one bundle, for another one's characters have another mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.evaluate.geometry_error import EXPRESSIONS, FaceShapes, face_shapes
from core.evaluate.likeness import Faces, person_mean
from core.evaluate.npz import read_npz, write_npz
from core.perception.geometry import MESH_POINTS
from engine_bridge.errors import InputError

FORMAT = "facebridge-means 1"
_SHAPES = {
    "photo_embedding": (128,),
    "render_embedding": (128,),
    "photo_geometry": (1, MESH_POINTS, 3),
    "render_geometry": (1, MESH_POINTS, 3),
    "photo_expression": (1, EXPRESSIONS),
    "render_expression": (1, EXPRESSIONS),
}


@dataclass(frozen=True)
class DomainMeans:
    """Mean SFace embedding (128,) and shape (one row) of photos and of the renders made from them.

    Each of `people` weighs the same; `bundle` is the name of the bundle that made the characters.
    """

    photo_embedding: NDArray[np.float32]
    render_embedding: NDArray[np.float32]
    photo_shape: FaceShapes
    render_shape: FaceShapes
    people: int
    photos: int
    bundle: str

    @property
    def described(self) -> str:
        """Whose means they are, for a table."""
        return f"{self.people} other people ({self.photos} photos)"

    def save(self, path: Path) -> None:
        """Write one .npz, whole or not at all; InputError when it cannot be written."""
        write_npz(
            path,
            format=np.array(FORMAT),
            bundle=np.array(self.bundle),
            people=np.array(self.people),
            photos=np.array(self.photos),
            photo_embedding=self.photo_embedding,
            render_embedding=self.render_embedding,
            photo_geometry=self.photo_shape.geometry,
            render_geometry=self.render_shape.geometry,
            photo_expression=self.photo_shape.expression,
            render_expression=self.render_shape.expression,
        )

    @classmethod
    def load(cls, path: Path, bundle: str) -> DomainMeans:
        """Read what `save` wrote, for characters of the bundle of this name; InputError says what does not fit."""
        try:
            arrays = read_npz(path)
        except ValueError as error:
            raise InputError(
                f"The means {path} cannot be read ({error}); make them with facebridge evaluate means."
            ) from error
        if str(arrays.get("format")) != FORMAT:
            raise InputError(f"{path} holds no means of this version; make them with facebridge evaluate means.")
        for name, shape in _SHAPES.items():
            if name not in arrays or arrays[name].shape != shape or not np.isfinite(arrays[name]).all():
                raise InputError(f"{path} lacks finite numbers {name} {shape}; make it again.")
        if str(arrays["bundle"]) != bundle:
            raise InputError(
                f"{path} holds means of the bundle '{arrays['bundle']}', but '{bundle}' is measured; "
                "make them with facebridge evaluate means and this bundle."
            )
        return cls(
            arrays["photo_embedding"],
            arrays["render_embedding"],
            FaceShapes(arrays["photo_geometry"], arrays["photo_expression"]),
            FaceShapes(arrays["render_geometry"], arrays["render_expression"]),
            int(arrays["people"]),
            int(arrays["photos"]),
            bundle,
        )


def domain_means(photos: Faces, renders: Faces, identity: NDArray[np.integer], bundle: str) -> DomainMeans:
    """The means of photos of person identity[i] (N,) and of renders[i] made from them; both need landmarks.

    Photos whose face or whose render's face was not found are left out; InputError when none is left.
    """
    usable = photos.found & renders.found
    if not usable.any() or photos.points is None or renders.points is None:
        raise InputError("Means need photos whose characters show a face; give a folder of people's photos.")
    people = np.asarray(identity)[usable]
    seen, drawn = photos.rows(usable), renders.rows(usable)
    everybody = np.ones(len(people), bool)
    assert seen.points is not None and drawn.points is not None  # They come with those that were chosen from.
    return DomainMeans(
        person_mean(seen, people).astype(np.float32),
        person_mean(drawn, people).astype(np.float32),
        face_shapes(seen.points).person_mean(people, everybody),
        face_shapes(drawn.points).person_mean(people, everybody),
        len(np.unique(people)),
        len(people),
        bundle,
    )
