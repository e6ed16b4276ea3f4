"""The tree as a whole: imports point one way, weights are recorded and light, the build server cannot be fooled."""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from core import assets
from core.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
DEADLINE_S = 120
# Head asset 2 MB, bundle 14.5, identity network 11.2, landmark network 3.8, pictures in docs 4, and 0.5 to spare.
TREE_BUDGET_BYTES = 36_000_000

FORBIDDEN = {
    "engine_bridge": {"data_capture", "core", "torch", "tests", "pickle"},
    "data_capture": {"core", "torch", "tests", "pickle"},
    "core": {"tests", "pickle"},
}


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level packages named by any import statement of a file, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_point_one_way_and_nothing_unpickles(package: str) -> None:
    files = sources(package)
    assert files
    wrong = {str(path.relative_to(ROOT)): bad for path in files if (bad := imported(path) & FORBIDDEN[package])}
    assert wrong == {}


@pytest.mark.parametrize("package", ["engine_bridge", "data_capture"])
def test_a_capture_machine_loads_every_module_without_torch(package: str) -> None:
    names = [
        module.name
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}.")
        if not module.name.endswith("__main__")
    ]
    assert names
    code = f"import importlib, sys; [importlib.import_module(n) for n in {names}]; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.parametrize("package", ["engine_bridge", "data_capture", "core", "tests", "scripts", "benchmarks"])
def test_every_file_opens_with_one_sentence_that_says_what_it_is(package: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources(package)
        if path.read_bytes().strip() and not ast.get_docstring(ast.parse(path.read_bytes()))
    ]
    assert silent == []


def test_every_data_file_is_recorded_with_its_digest_and_its_licence() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/checksums.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_data_files_and_pictures_stay_within_the_weight_budget() -> None:
    files = [ROOT / path for path in assets.present(ROOT)]
    files += [path for path in (ROOT / "docs").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= TREE_BUDGET_BYTES


def test_every_declared_package_has_a_pinned_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    installed_by_setup = ("learn", "demo", "serve", "studio", "ray", "dev")
    declared = [*project["dependencies"]]
    for extra in installed_by_setup:
        declared += project["optional-dependencies"][extra]
    names = {re.split(r"[<>=\[]", line)[0].lower() for line in declared}
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.partition("==")[0].lower() for line in lines if "==" in line}
    assert names - pinned == set()
    assert "torch==2.13.0" in lines


def shown_commands() -> list[str]:
    """Every `facebridge ...` line of the shell blocks of our pages for users, and of the bundle script."""
    names = ("README.md", "docs/own_character.md", "docs/artists.md")
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in names]
    blocks = re.findall(r"```sh\n(.*?)```", "\n".join(pages), re.DOTALL)
    script = (ROOT / "scripts/bundle.sh").read_text(encoding="utf-8").replace('"$facebridge"', "facebridge")
    for variable, value in (
        ("$count", "10"),
        ("$half", "5"),
        ("$PROFILE", "cpu"),
        ('"$@"', "--photos photos --photo-cache cache"),
        ('${LABELS:+--labels "$LABELS"}', "--labels people.csv"),
    ):
        script = script.replace(variable, value)
    lines = "\n".join([*blocks, script]).splitlines()
    return [line for line in lines if line.startswith("facebridge ")]


@pytest.mark.parametrize("line", shown_commands())
def test_every_command_that_we_show_is_one_that_we_accept(line: str) -> None:
    name, *arguments = shlex.split(line, comments=True)[1:]
    (entry,) = (entry for entry in COMMANDS if entry.name == name)
    parser = argparse.ArgumentParser(exit_on_error=False)
    importlib.import_module(entry.module).add_arguments(parser)
    parser.parse_args(arguments)


def test_links_between_our_pages_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    dead = [
        f"{page.name}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in link and not (page.parent / link).exists()
    ]
    assert dead == []


def build_server(folder: Path, output: str, code: int) -> subprocess.CompletedProcess[str]:
    """Run .ci/run with a `make` that prints this and exits so."""
    (folder / "text").write_text(output)
    make = folder / "make"
    make.write_text(f'#!/bin/sh\ncat "{folder}/text"\nexit {code}\n')
    make.chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", str(ROOT / ".ci/run")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


PASSED = "===== 12 passed in 3.21s ====="


@pytest.mark.parametrize(
    ("output", "code", "expected"),
    [
        (f"{PASSED}\n", 0, 0),
        ("===== 1 failed, 11 passed in 3.21s =====\nmake: *** [test] Error 1\n", 2, 1),
        ("===== no tests ran in 0.01s =====\nmake: *** [test] Error 5\n", 2, 1),
        ("===== no tests ran in 0.01s =====\n", 0, 1),
        ("===== 3 skipped in 0.01s =====\n", 0, 1),
        ("ruff: nothing\n", 0, 1),
        ("ruff: E501\nmake: *** [lint] Error 1\n", 2, 1),
    ],
)
def test_the_build_server_fails_unless_tests_ran_and_passed(
    output: str, code: int, expected: int, tmp_path: Path
) -> None:
    assert build_server(tmp_path, output, code).returncode == expected


def test_the_build_server_prints_the_closing_line_last(tmp_path: Path) -> None:
    done = build_server(tmp_path, f"{PASSED}\nmake: leaving\n", 0)
    assert done.stdout.splitlines()[-1] == PASSED
