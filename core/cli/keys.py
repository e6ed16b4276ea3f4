"""`facebridge keys`: makes the key files that connections beyond this machine need."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Makes the key files that connections beyond this machine need; each holds a secret."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `new`, which makes a folder of keys, and `add`, which lets more machines in."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="new|add")
    for name, text in (
        ("new", "make server.json, for the machine that binds, and one file for each machine that connects"),
        ("add", "make files for more machines; the binding side admits them from its next start"),
    ):
        action = actions.add_parser(name, help=text, description=text.capitalize() + ".")
        action.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the key files")
        action.add_argument(
            "--client",
            action="append",
            metavar="NAME",
            required=name == "add",
            help="a machine that connects; its file is NAME.json (may be repeated; for new: client)",
        )


def run(args: argparse.Namespace) -> int:
    """Write the files and say what each is for; raises InputError rather than overwrite a key."""
    from engine_bridge.keys import SERVER_FILE, add_clients, generate_keys

    clients: list[str] = args.client or ["client"]
    paths = generate_keys(args.out, clients) if args.action == "new" else add_clients(args.out, clients)
    for path in paths:
        if path.name == SERVER_FILE:
            print(f"{path}  stays on the machine that binds: --keys {path}")
        else:
            print(f"{path}  goes to a machine that connects, over a safe channel: --keys {path.name}")
    return 0
