"""The options of `facebridge render` that describe a scene, and the scene that they give together."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine_bridge.scene import Scene

# Option, field of Scene, what it says. Ranges are Scene's to check: its sentence names the field, the value and them.
_NUMBERS = (
    ("--yaw", "yaw_deg", "camera around the head, -90 to 90 degrees; positive shows the character's left"),
    ("--pitch", "pitch_deg", "camera around the head, -60 to 60 degrees; positive looks down"),
    ("--roll", "roll_deg", "camera about its axis, -180 to 180 degrees; positive turns the picture anticlockwise"),
    ("--distance", "distance", "factor on the camera's usual distance, 0.5 to 4"),
    ("--focal-length", "focal_length_mm", "in mm on a frame 24 mm high, 15 to 400"),
    ("--light-yaw", "light_yaw_deg", "where the key light comes from, -180 to 180 degrees; positive: character's left"),
    ("--light-pitch", "light_pitch_deg", "where the key light comes from, -90 to 90 degrees; positive from above"),
    ("--light-intensity", "light_intensity", "factor on the key light's usual intensity, 0 to 4"),
)
_COLOURS = (
    ("--light-colour", "light_colour", "of the key light, linear, each 0 to 4; 1,1,1 is white"),
    ("--background", "background", "one flat colour, sRGB, each 0 to 1"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the scene's file and its single fields, which win over the file's."""
    group = parser.add_argument_group("scene", "What is not given stays as in the engine's canonical screenshot.")
    group.add_argument("--scene", type=Path, metavar="FILE", help="scene file (JSON); the options below win over it")
    for option, field, text in _NUMBERS:
        group.add_argument(option, type=float, dest=field, metavar="X", help=text)
    for option, field, text in _COLOURS:
        group.add_argument(option, type=_triple, dest=field, metavar="R,G,B", help=text)
    group.add_argument(
        "--expression", type=_weights, metavar="NAME=W,...", help="ARKit's names and weights, such as jawOpen=0.5"
    )


def scene_of(args: argparse.Namespace) -> Scene:
    """The scene that the options describe; raises InputError naming the field and its range."""
    from engine_bridge.scene import Scene, read_scene

    scene = Scene() if args.scene is None else read_scene(args.scene)
    given: dict[str, Any] = {field: getattr(args, field) for _, field, _ in (*_NUMBERS, *_COLOURS)}
    if args.expression is not None:
        given["expression"] = {**(scene.expression or {}), **args.expression}
    return dataclasses.replace(scene, **{field: value for field, value in given.items() if value is not None})


def _triple(text: str) -> tuple[float, ...]:
    try:
        red, green, blue = map(float, text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is not three numbers such as 0.2,0.4,0.6") from error
    return red, green, blue


def _weights(text: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for item in text.split(","):
        name, _, value = item.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"'{item}' is not a name and a weight such as jawOpen=0.5") from error
    return weights
