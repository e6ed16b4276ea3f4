"""From where and in which light the head is drawn: the canonical screenshot, or what a scene asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine_bridge.scene import Scene

Floats = npt.NDArray[np.float32]
Vector = tuple[float, float, float]

EYE_POSITION_DM: Vector = (0.0, 7.20, 11.5)
TARGET_DM: Vector = (0.0, 7.20, 0.55)
"""What a turning camera looks at: the middle of the head."""
FIELD_OF_VIEW_DEG = 11.6
BACKGROUND: Vector = (0.105, 0.118, 0.140)  # linear light
KEY_DIRECTION: Vector = (0.4260, 0.5112, 0.7465)
KEY_YAW_DEG, KEY_PITCH_DEG = 29.71, 30.75
"""The same direction as angles."""
FILM_MM = 24.0
KEY_COLOUR: Vector = (1.02, 0.97, 0.90)
FRAME_DM = 2.0 * np.tan(np.radians(FIELD_OF_VIEW_DEG) / 2.0) * 10.3
"""Height of the picture where the face is, at the canonical camera."""


@dataclass(frozen=True)
class View:
    """One camera and one light; `View()` is the canonical screenshot."""

    camera: Floats = field(default_factory=lambda: camera_matrix(EYE_POSITION_DM, TARGET_DM, FIELD_OF_VIEW_DEG))
    """(4, 4) from head coordinates in dm to clip space."""
    eye: Vector = EYE_POSITION_DM
    background: Vector = BACKGROUND
    """Linear light."""
    key_direction: Vector = KEY_DIRECTION
    key_colour: Vector = KEY_COLOUR


def view_of(scene: Scene) -> View:
    """The view that a scene asks for; what it leaves out stays canonical."""
    middle, eye = np.array(TARGET_DM), np.array(EYE_POSITION_DM)
    away = float(np.linalg.norm(eye - middle)) * (1.0 if scene.distance is None else scene.distance)
    eye = middle + away * _towards(scene.yaw_deg or 0.0, scene.pitch_deg or 0.0)
    field_of_view_deg = FIELD_OF_VIEW_DEG
    if scene.focal_length_mm is not None:
        field_of_view_deg = 2.0 * float(np.degrees(np.arctan(FILM_MM / 2.0 / scene.focal_length_mm)))
    direction = KEY_DIRECTION
    if scene.light_yaw_deg is not None or scene.light_pitch_deg is not None:
        yaw = scene.light_yaw_deg if scene.light_yaw_deg is not None else KEY_YAW_DEG
        pitch = scene.light_pitch_deg if scene.light_pitch_deg is not None else KEY_PITCH_DEG
        direction = _vector(_towards(yaw, pitch))
    colour = np.array(KEY_COLOUR if scene.light_colour is None else scene.light_colour)
    intensity = 1.0 if scene.light_intensity is None else scene.light_intensity
    background = BACKGROUND
    if scene.background is not None:
        srgb = np.array(scene.background)
        background = _vector(np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4))
    camera = camera_matrix(_vector(eye), TARGET_DM, field_of_view_deg, scene.roll_deg or 0.0)
    if not scene.set_fields("camera"):
        return View(background=background, key_direction=direction, key_colour=_vector(colour * intensity))
    return View(camera, _vector(eye), background, direction, _vector(colour * intensity))


def _towards(yaw_deg: float, pitch_deg: float) -> npt.NDArray[np.float64]:
    yaw, pitch = np.radians(yaw_deg), np.radians(pitch_deg)
    return np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])


def _vector(values: npt.NDArray[np.float64]) -> Vector:
    return float(values[0]), float(values[1]), float(values[2])


def camera_matrix(eye: Vector, target: Vector, field_of_view_deg: float, roll_deg: float = 0.0) -> Floats:
    """(4, 4) view and projection of a camera at `eye` that looks at `target`, upright but for `roll_deg`."""
    towards = np.subtract(target, eye)
    distance = float(np.linalg.norm(towards))
    back = -towards / distance
    side = np.cross([0.0, 1.0, 0.0], back)
    side /= np.linalg.norm(side)
    up = np.cross(back, side)
    turn = np.radians(roll_deg)
    side, up = np.cos(turn) * side + np.sin(turn) * up, np.cos(turn) * up - np.sin(turn) * side
    view = np.eye(4)
    view[:3, :3] = np.stack([side, up, back])
    view[:3, 3] = -view[:3, :3] @ np.array(eye)
    near, far = max(distance - 6.0, 0.5), distance + 12.0
    focal = 1.0 / np.tan(np.radians(field_of_view_deg) / 2.0)
    projection = np.zeros((4, 4))
    projection[0, 0] = projection[1, 1] = focal
    projection[2, 2:] = (far + near) / (near - far), 2 * far * near / (near - far)
    projection[3, 2] = -1.0
    return (projection @ view).astype(np.float32)
