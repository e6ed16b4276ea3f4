"""Aligns photos: finds the face, its 478 landmarks, and the similarity that lays it over the neutral render.

The template is five points (x, y) of the neutral render in 256-px coordinates, top-left corner at (0, 0): centre of
the subject's right eye (mean of its corners), centre of the left eye, tip of the nose, right and left mouth corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from torch import Tensor

from core.perception.detector import SURE_SCORE, Face
from core.perception.geometry import CROP_PX, SIGHT, LandmarkNet, Roi, roi_from_faces, roi_from_points
from core.perception.warp import apply, fit_similarity, invert, sample
from engine_bridge.errors import InputError

ALIGNED_PX = 256
TEMPLATE_POINTS = 5
_EYES = ((33, 133), (362, 263))
_NOSE_TIP = 1
_MOUTH_CORNERS = (61, 291)

MIN_FACE_PX = 40
"""A face narrower than this is refused: the landmarker works on guesses."""
_PRESENCE = 0.5
# Detections tried, largest first: one that the landmarker does not confirm is a poster, a pattern or half a face.
_CANDIDATES = 3
# How many pixels outside the photo (in the aligned picture) until the mirrored border is fully blurred.
_BORDER_BLEND_PX = 16
_BORDER_BLUR_PX = 8


@dataclass(frozen=True)
class AlignedFace:
    """A face laid over the template.

    image: (256,256,3) uint8 RGB. matrix: (2,3) float32, photo px -> aligned px. points478: (478,3) float32 aligned
    px (z in the same unit, towards the back). faces: how many were found.
    yaw_degrees: positive when the subject looks to the left side of the picture. size_px: face width in the photo.
    presence: probability, by the landmarker, that its crop shows a face. boxes: (faces,4) float32 photo px (left, top,
    right, bottom) of all faces found, the largest first; they may reach beyond the photo. face: which of them this is.
    sight: (SIGHT,) what the landmarker made of its crop (`LandmarkNet.seen`).
    """

    image: NDArray[np.uint8]
    matrix: NDArray[np.float32]
    points478: NDArray[np.float32]
    faces: int
    yaw_degrees: float
    size_px: float
    presence: float = 1.0
    boxes: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    face: int = 0
    sight: NDArray[np.float32] = field(default_factory=lambda: np.zeros(SIGHT, np.float32))


@lru_cache(maxsize=1)
def shared_net() -> LandmarkNet:
    """One landmark network a process, loaded when first needed."""
    return LandmarkNet.load()


def template_points(landmarks: Tensor) -> Tensor:
    """Landmarks (B,478,2+) -> the five template points (B,5,2)."""
    points = landmarks[..., :2]
    eyes = [points[:, list(corners)].mean(1) for corners in _EYES]
    return torch.stack([*eyes, points[:, _NOSE_TIP], *(points[:, corner] for corner in _MOUTH_CORNERS)], 1)


def check_template(template: ArrayLike) -> NDArray[np.float32]:
    """The template as float32 (5,2); InputError when it is anything else."""
    points = np.asarray(template, np.float32)
    if points.shape != (TEMPLATE_POINTS, 2) or not np.isfinite(points).all():
        raise InputError(
            f"The alignment template has shape {points.shape}, but five finite (x, y) points are expected: "
            "make it with template_from_render."
        )
    return points


def template_from_render(image: NDArray[np.uint8], net: LandmarkNet | None = None) -> NDArray[np.float32]:
    """The five template points (5,2) float32 in 256-px coordinates, found in the neutral render (H,W,3) uint8.

    InputError when the render shows no face.
    """
    found = _find([image], net or shared_net())[0]
    if isinstance(found, InputError):
        raise found
    points = template_points(found.landmarks[None])[0].numpy()
    scale = np.array([ALIGNED_PX / image.shape[1], ALIGNED_PX / image.shape[0]], np.float32)
    return (points * scale).astype(np.float32)


def align_photo(
    rgb: NDArray[np.uint8], template: ArrayLike, net: LandmarkNet | None = None, face: int = 0
) -> AlignedFace:
    """Aligns one face of one photo (H,W,3) uint8 onto the template (5,2): the largest, or the `face`-th after it.

    InputError when no such face is found or it is too small. `net` defaults to one that the process shares.
    """
    result = align_photos([rgb], template, net, [face])[0]
    if isinstance(result, InputError):
        raise result
    return result


def align_photos(
    photos: Sequence[NDArray[np.uint8]],
    template: ArrayLike,
    net: LandmarkNet | None = None,
    faces: Sequence[int] | None = None,
) -> list[AlignedFace | InputError]:
    """Aligns many photos together: for each its largest face, or the error that says why there is none.

    `faces` chooses others, for each photo one by its number from 0, the largest. Whatever it says, `boxes` are the
    same, so a number may be chosen from those of an earlier call.
    """
    target = torch.from_numpy(check_template(template))
    net = net or shared_net()
    results: list[AlignedFace | InputError] = []
    with torch.inference_mode():
        for photo, found in zip(photos, _find(photos, net, faces), strict=True):
            results.append(found if isinstance(found, InputError) else _aligned(photo, found, target, net))
    return results


def find_landmarks(
    images: Sequence[NDArray[np.uint8]], net: LandmarkNet | None = None
) -> list[NDArray[np.float32] | InputError]:
    """Landmarks (478,3) px of the largest face of each picture, or the error that says why there is none."""
    found = _find(images, net or shared_net())
    return [face if isinstance(face, InputError) else face.landmarks.numpy() for face in found]


@dataclass(frozen=True)
class _Found:
    """One face of a photo: landmarks (478,3) in photo px, how sure it is one, all faces, what the
    landmarker made of it (SIGHT,), and which of them it is."""

    landmarks: Tensor
    presence: float
    faces: list[Face]
    sight: Tensor
    face: int = 0


@torch.inference_mode()
def _find(
    photos: Sequence[NDArray[np.uint8]], net: LandmarkNet, faces: Sequence[int] | None = None
) -> list[_Found | InputError]:
    """The largest face of each photo, or the one of `faces`, or the error that says why there is none.

    The largest is the first that the landmarker confirms; smaller ones count where the detector is sure.
    """
    chosen = faces or [0] * len(photos)
    for photo in photos:
        if photo.ndim != 3 or photo.shape[2] != 3 or photo.dtype != np.uint8:
            raise InputError(f"A photo is {photo.dtype} {photo.shape}, but uint8 (height, width, 3) is expected.")
    candidates = net.detect_all(photos) if photos else []
    results: list[_Found | InputError] = [
        _no_face(photo, bool(found)) for photo, found in zip(photos, candidates, strict=True)
    ]
    for rank in range(_CANDIDATES):
        open_cases = [i for i, found in enumerate(results) if isinstance(found, InputError)]
        open_cases = [i for i in open_cases if len(candidates[i]) > rank]
        if not open_cases:
            break
        landed = _land([photos[i] for i in open_cases], [candidates[i][rank] for i in open_cases], net)
        for index, points, present, sight in zip(open_cases, landed[0], landed[1].tolist(), landed[2], strict=True):
            if present >= _PRESENCE:
                largest, *smaller = candidates[index][rank:]
                sure = [largest, *(other for other in smaller if other.score >= SURE_SCORE)]
                results[index] = _Found(points, present, sure, sight)
    for index, (found, face) in enumerate(zip(results, chosen, strict=True)):
        if face and isinstance(found, _Found):
            results[index] = _other_face(photos[index], found, face, net)
    return results


def _other_face(photo: NDArray[np.uint8], found: _Found, face: int, net: LandmarkNet) -> _Found | InputError:
    """Another of the faces found in a photo, by its number."""
    count = len(found.faces)
    if face < 0:
        return InputError(f"Face number {face} was asked for; faces are numbered from 0, the largest.")
    if face >= count:
        known = "only one face, number 0" if count == 1 else f"{count} faces, numbered 0 (the largest) to {count - 1}"
        return InputError(f"Face number {face} was asked for, but the photo shows {known}: choose one of them.")
    landmarks, presence, sight = _land([photo], [found.faces[face]], net)
    if float(presence) < _PRESENCE:
        return InputError(
            f"Face number {face} of the photo's {count} is turned away, covered or cut off too far to be read; "
            "choose another one, or use a photo that shows it from the front."
        )
    return _Found(landmarks[0], float(presence), found.faces, sight[0], face)


def _land(photos: Sequence[NDArray[np.uint8]], faces: list[Face], net: LandmarkNet) -> tuple[Tensor, Tensor, Tensor]:
    """Landmarks (B,478,3) px, presence (B,) and sight (B,SIGHT).

    Landed twice: a crop that follows the points halves their error.
    """

    def once(roi: Roi) -> tuple[Tensor, Tensor, Tensor]:
        crops = torch.stack([crop_photo(p, m, CROP_PX) for p, m in zip(photos, roi.to_image, strict=True)])
        points, presence, sight = net.seen(crops)
        return roi.points_to_image(points), presence, sight

    first, *_ = once(roi_from_faces(faces))
    return once(roi_from_points(first))


def _no_face(photo: NDArray[np.uint8], suspected: bool) -> InputError:
    size = f"{photo.shape[1]} x {photo.shape[0]} pixels"
    what = (
        f"Something like a face was seen in the photo ({size}), but it is turned away, covered or cut off too far"
        if suspected
        else f"No face was found in the photo ({size})"
    )
    return InputError(f"{what}; use one that shows a face from the front, at least {MIN_FACE_PX} pixels wide.")


def _aligned(photo: NDArray[np.uint8], found: _Found, target: Tensor, net: LandmarkNet) -> AlignedFace | InputError:
    landmarks = found.landmarks[None]
    low, high = landmarks[0, :, :2].amin(0), landmarks[0, :, :2].amax(0)
    size_px = float((high - low).max())
    if size_px < MIN_FACE_PX:
        return InputError(
            f"The face is only {size_px:.0f} pixels large in a photo of {photo.shape[1]} x {photo.shape[0]}; "
            f"at least {MIN_FACE_PX} are needed: use a larger photo or crop nearer to the face."
        )
    matrix = fit_similarity(template_points(landmarks), target[None])
    image = crop_photo(photo, invert(matrix)[0], ALIGNED_PX, mirrored_border=True)
    pixels = (image * 255).round().clamp(0, 255).byte().permute(1, 2, 0).contiguous().numpy()
    yaw = _yaw_degrees(net.rotation(landmarks)[0])
    return AlignedFace(
        pixels,
        matrix[0].numpy(),
        apply(matrix, landmarks)[0].numpy(),
        len(found.faces),
        yaw,
        size_px,
        found.presence,
        _boxes(found.faces),
        found.face,
        found.sight.numpy().copy(),
    )


def _boxes(faces: list[Face]) -> NDArray[np.float32]:
    """Detections -> (F,4) float32 px: left, top, right, bottom."""
    boxes = np.array([face.box for face in faces], np.float32)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def _yaw_degrees(rotation: Tensor) -> float:
    """Turn of the head about its vertical axis, from the rotation that makes the face frontal."""
    forward = rotation[2]  # the canonical face's forward axis, in the axes of the photo
    return float(torch.rad2deg(torch.atan2(-forward[0], forward[2])))


def crop_photo(photo: NDArray[np.uint8], to_photo: Tensor, size_px: int, mirrored_border: bool = False) -> Tensor:
    """A square crop (3,size,size) in [0,1] of a uint8 photo; `to_photo` (2,3) maps crop px to photo px.

    Only the part that the crop covers is converted. Beyond the photo its edge is repeated, or, with
    `mirrored_border`, the photo is mirrored and blurred towards the outside, so that no straight edge is invented.
    """
    height, width = photo.shape[:2]
    corners = torch.tensor([[0.0, 0.0], [size_px, 0.0], [0.0, size_px], [size_px, size_px]])
    outline = apply(to_photo[None], corners[None])[0]
    scale = float(to_photo[:, :2].square().sum() / 2) ** 0.5
    margin = 2 * scale + 2
    (left, top), (right, bottom) = (outline.amin(0) - margin).tolist(), (outline.amax(0) + margin).tolist()
    x0, x1 = (min(max(int(value), 0), width - 1) for value in (left, right))
    y0, y1 = (min(max(int(value), 0), height - 1) for value in (top, bottom))
    patch = np.ascontiguousarray(photo[y0 : y1 + 1, x0 : x1 + 1])
    to_patch = torch.cat([to_photo[:, :2], to_photo[:, 2:] - torch.tensor([[float(x0)], [float(y0)]])], 1)
    # What `sample` does for a crop that shrinks its picture, but on bytes: a third of the time for a large face.
    block = min(int(scale + 0.5), 64)
    if block > 1:
        patch, to_patch = np.asarray(Image.fromarray(patch).reduce(block)), to_patch / block
    pixels = torch.from_numpy(np.array(patch)).permute(2, 0, 1)[None].float() / 255
    crop = sample(pixels, to_patch[None], size_px, "reflection" if mirrored_border else "border", antialias=False)[0]
    beyond = max(-float(outline.amin()), float(outline[:, 0].max()) - width, float(outline[:, 1].max()) - height)
    if not mirrored_border or beyond <= 0:
        return crop
    centres = torch.arange(size_px) + 0.5
    rows, columns = torch.meshgrid(centres, centres, indexing="ij")
    x, y = apply(to_photo[None], torch.stack([columns, rows], -1).view(1, -1, 2))[0].T
    outside = torch.stack([-x, x - width, -y, y - height]).amax(0).clamp_min(0).view(1, size_px, size_px) / scale
    coarse = F.avg_pool2d(crop[None], _BORDER_BLUR_PX)
    blurred = F.interpolate(coarse, (size_px, size_px), mode="bilinear", align_corners=False)[0]
    return torch.lerp(crop, blurred, (outside / _BORDER_BLEND_PX).clamp(max=1).expand_as(crop))
