"""The facebridge command: lazy, quick to refuse, and one sentence for every error."""

from __future__ import annotations

import argparse
import errno
import importlib
import subprocess
import sys
from types import ModuleType

import pytest

from core import __version__
from core.cli import main as command
from core.cli.main import COMMANDS, main
from engine_bridge.errors import InputError

DEADLINE_S = 60


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A subcommand `probe` whose `run` a test may replace."""
    module = ModuleType("probe_command")
    module.HELP = "Probes."  # type: ignore[attr-defined]
    module.add_arguments = lambda parser: parser.add_argument("--level", type=int, default=1)  # type: ignore[attr-defined]
    module.run = lambda args: args.level  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "probe_command", module)
    monkeypatch.setattr(command, "COMMANDS", (command.Entry("probe", "probe_command", "probe"),))
    return module


def raising(module: ModuleType, error: BaseException) -> None:
    def run(_args: argparse.Namespace) -> int:
        raise error

    module.run = run  # type: ignore[attr-defined]


def test_version_is_printed_by_the_module_run_as_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", "--version"], capture_output=True, text=True, timeout=DEADLINE_S, check=True
    )
    assert done.stdout == f"facebridge {__version__}\n"


def test_the_command_itself_loads_neither_torch_nor_numpy() -> None:
    code = "import core.cli.main as m; m.main([]); import sys; print({'torch', 'numpy'} & set(sys.modules))"
    assert python(code).endswith("set()\n")


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_every_listed_subcommand_offers_help_arguments_and_run(entry: command.Entry) -> None:
    module = importlib.import_module(entry.module)
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    assert module.HELP.endswith(".")
    assert callable(module.run)
    assert parser.format_help()


def test_no_subcommand_loads_torch_before_it_runs() -> None:
    # Thread counts must be set before torch loads, so even declaring the arguments must not load it.
    modules = [entry.module for entry in COMMANDS]
    code = f"""
import argparse, importlib, sys
for name in {modules}:
    importlib.import_module(name).add_arguments(argparse.ArgumentParser())
print("torch" in sys.modules)
"""
    assert python(code) == "False\n"


def test_without_arguments_every_subcommand_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    text = capsys.readouterr().out
    assert all(entry.name in text and entry.help in text for entry in COMMANDS)


def test_an_unknown_subcommand_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["imprt"])
    assert stopped.value.code == 2
    assert "'imprt'" in capsys.readouterr().err


def test_a_wrong_argument_of_a_subcommand_is_a_usage_error(
    probe: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["probe", "--level", "high"])
    assert stopped.value.code == 2
    assert "facebridge: error: argument --level: invalid int value: 'high'" in capsys.readouterr().err


def test_the_exit_code_is_what_the_subcommand_returns(probe: ModuleType) -> None:
    assert main(["probe", "--level", "3"]) == 3


def test_an_error_of_the_family_is_one_line_and_exit_code_one(
    probe: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(probe, InputError("The photo a.txt is not an image; give a JPEG."))
    assert main(["probe"]) == 1
    assert capsys.readouterr().err == "facebridge: error: The photo a.txt is not an image; give a JPEG.\n"


def test_a_full_disk_is_said_in_words_that_name_the_file(probe: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    raising(probe, OSError(errno.ENOSPC, "No space left on device", "d/shard-00000.tar"))
    assert main(["probe"]) == 1
    text = capsys.readouterr().err
    assert "No space left on device" in text
    assert "d/shard-00000.tar" in text


def test_a_missing_package_names_the_extra_that_brings_it(
    probe: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    raising(probe, ModuleNotFoundError("No module named 'torch.nn'", name="torch.nn"))
    assert main(["probe"]) == 1
    assert "pip install 'facebridge[learn]'" in capsys.readouterr().err


def test_a_missing_module_of_our_own_keeps_its_traceback(probe: ModuleType) -> None:
    raising(probe, ModuleNotFoundError("No module named 'core.gone'", name="core.gone"))
    with pytest.raises(ModuleNotFoundError):
        main(["probe"])


def test_a_defect_keeps_its_traceback(probe: ModuleType) -> None:
    raising(probe, ZeroDivisionError("division by zero"))
    with pytest.raises(ZeroDivisionError):
        main(["probe"])


def test_debugging_shows_the_traceback_of_a_user_error(probe: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(command.DEBUG_VARIABLE, "1")
    raising(probe, InputError("No."))
    with pytest.raises(InputError):
        main(["probe"])


def test_ctrl_c_exits_with_130_and_without_a_traceback(probe: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    raising(probe, KeyboardInterrupt())
    assert main(["probe"]) == 130
    assert capsys.readouterr().err == "facebridge: interrupted\n"


def test_a_reader_that_stops_reading_ends_the_command_quietly() -> None:
    code = "import core.cli.main as m, sys; sys.exit(m.main(['schema', 'show', '--engine', 'pattern']))"
    process = subprocess.Popen([sys.executable, "-u", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    words = process.stderr.read()
    process.stderr.close()
    assert process.wait(DEADLINE_S) == 1
    assert words == b""
