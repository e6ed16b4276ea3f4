"""`facebridge export`: writes the embedded character as a file that other engines and tools can open."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = (
    "Writes the embedded head with its hair, teeth and tongue as binary glTF: a morph target for both ends of every"
    " shape parameter, bones, painted materials and the 52 ARKit expressions, with a table of what drives them."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the files to write and the face that they hold."""
    parser.add_argument("--glb", type=Path, metavar="FILE", help="binary glTF 2.0 file to write (.glb)")
    parser.add_argument(
        "--rig",
        type=Path,
        metavar="FILE",
        help="rig file of that head to write (.json): what moves each parameter, for the Unreal plugin to bind by name",
    )
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
    """Write the files, both or none; raises InputError for a wrong file or name."""
    from core.files import write_together
    from engine_bridge.engines.embedded.gltf import export_glb, export_rig
    from engine_bridge.engines.embedded.schema import embedded_schema
    from engine_bridge.errors import InputError
    from engine_bridge.parameter_file import read_parameters

    glb: Path | None = args.glb
    rig: Path | None = args.rig
    if glb is None and rig is None:
        raise InputError("Nothing to export: give --glb FILE.glb, --rig FILE.json or both.")
    for option, path, ending in (("--glb", glb, ".glb"), ("--rig", rig, ".json")):
        if path is not None and path.suffix.lower() != ending:
            raise InputError(f"{option} is {path}, expected a file name ending in {ending}.")
    schema = embedded_schema()
    if args.params is None:
        parameters, choices = schema.defaults, schema.choice_vector({})
    elif args.params.is_file():
        parameters, choices = read_parameters(args.params, schema)
    else:
        remedy = "`facebridge schema neutral --out P.json` makes one"
        raise InputError(f"There is no parameter file {args.params}; {remedy}.")
    files: dict[Path, bytes] = {}
    if glb is not None:
        files[glb] = export_glb(parameters, choices, args.refined, args.dense, args.texture_px)
    if rig is not None:
        files[rig] = export_rig(parameters, choices, args.refined)
    write_together(files)
    count = {kind: sum(parameter.kind == kind for parameter in schema.parameters) for kind in ("shape", "bone")}
    held = f"{count['shape']} parameters as morph targets, {count['bone']} on bones"
    if glb is not None:
        print(f"{glb}: {len(files[glb]) / 1e6:.1f} MB; {held}, 52 expressions")
    if rig is not None:
        print(f"{rig}: {held}")
    return 0
