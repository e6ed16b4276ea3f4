"""`facebridge export`: writes the embedded character as a file that other engines and tools can open."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = (
    "Writes the embedded head with its hair, teeth and tongue as binary glTF: a morph target for both ends of every"
    " shape parameter, bones, painted materials and the 52 ARKit expressions, with a table of what drives them."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the file to write and the face that it holds."""
    parser.add_argument("--glb", type=Path, required=True, metavar="FILE", help="binary glTF 2.0 file to write (.glb)")
    parser.add_argument("--params", type=Path, help="parameter file of the face (JSON; default: the neutral face)")
    parser.add_argument("--refined", action="store_true", help="the finer mesh that the engine draws in large pictures")
    parser.add_argument(
        "--texture-px",
        type=int,
        choices=(256, 512, 1024, 2048, 4096),
        default=2048,
        help="width and height of the skin's colour; the other pictures follow (default: 2048)",
    )
    parser.add_argument(
        "--dense", action="store_true", help="morph targets without sparse accessors, for importers that lack them"
    )


def run(args: argparse.Namespace) -> int:
    """Write the file; raises InputError for a wrong file or name."""
    from core.files import write_atomically
    from engine_bridge.engines.embedded.gltf import export_glb
    from engine_bridge.engines.embedded.schema import embedded_schema
    from engine_bridge.errors import InputError
    from engine_bridge.parameter_file import read_parameters

    if args.glb.suffix.lower() != ".glb":
        raise InputError(f"--glb is {args.glb}, expected a file name ending in .glb.")
    schema = embedded_schema()
    if args.params is None:
        parameters, choices = schema.defaults, schema.choice_vector({})
    elif args.params.is_file():
        parameters, choices = read_parameters(args.params, schema)
    else:
        remedy = "`facebridge schema neutral --out P.json` makes one"
        raise InputError(f"There is no parameter file {args.params}; {remedy}.")
    data = export_glb(parameters, choices, args.refined, args.dense, args.texture_px)
    write_atomically(args.glb, data)
    shapes = sum(parameter.kind == "shape" for parameter in schema.parameters)
    bones = sum(parameter.kind == "bone" for parameter in schema.parameters)
    print(
        f"{args.glb}: {len(data) / 1e6:.1f} MB; {shapes} parameters as morph targets, {bones} on bones, 52 expressions"
    )
    return 0
