"""The panel program against a real service with a portrait, and its presets against those of the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from core.cli.serve import READY
from engine_bridge.engines import engine_schema
from engine_bridge.keys import generate_keys
from engine_bridge.parameter_edits import Character, expand_locks
from engine_bridge.parameter_file import Preset, preset_bytes, read_preset
from engine_bridge.schema import CharacterSchema, Choice, Parameter
from tests.core.bundles import save_random_bundle
from tests.core.photo_files import encoded
from tests.unreal_plugin.programs import program

SCHEMA = engine_schema("pattern")
START_S = 100.0


def panel(*commands: str, typed: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program with commands as arguments, or typed."""
    return subprocess.run(
        [program("facebridge-panel"), *commands],
        input=typed or "",
        capture_output=True,
        encoding="utf-8",
        timeout=START_S,
        check=False,
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What `connect` takes: a real service with real networks of random weights, and a client's keys for it."""
    folder = tmp_path_factory.mktemp("panel")
    server, client = generate_keys(folder / "keys", ("artist",))
    bundle = save_random_bundle(folder / "random")
    command = [sys.executable, "-m", "core.cli", "serve", "--bind", "tcp://127.0.0.1:0", "--log", "off"]
    command += ["--bundle", str(bundle), "--keys", str(server)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(READY)
        yield f"{line.removeprefix(READY).strip()} {client}"
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def portrait(astronaut: npt.NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "eileen collins.png"
    path.write_bytes(encoded(astronaut))
    return path


@pytest.fixture(scope="module")
def two_faces(astronaut: npt.NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same face twice, side by side."""
    path = tmp_path_factory.mktemp("photos") / "two.png"
    path.write_bytes(encoded(np.concatenate([astronaut, astronaut[:, ::-1]], axis=1)))
    return path


def test_a_photo_is_imported_tweaked_refined_and_saved(address: str, portrait: Path, tmp_path: Path) -> None:
    saved = tmp_path / "eileen.json"
    done = panel(
        f"connect {address}",
        f"import {portrait}",
        "set wave.00 1.5",
        "lock wave.00",
        "set tint warm",
        "undo",
        "redo",
        "refine 2",
        f"save {saved}",
        "list waves",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Ready." in done.stdout and f"Imported {portrait.name} in " in done.stdout
    assert "Took back: " in done.stdout and "Did again: " in done.stdout
    assert "Refined: " in done.stdout or "Nothing closer" in done.stdout
    (row,) = (line for line in done.stdout.splitlines() if line.strip().startswith("wave.00"))
    assert "+1.5000" in row and "locked" in row and "confidence" in row
    preset = read_preset(saved, SCHEMA)
    assert preset.character.parameters[0] == 1.5 and preset.locked == {"wave.00"}
    assert preset.name == portrait.stem and preset.rest["photo"] == portrait.name
    assert preset.character.choices.tolist() == [SCHEMA.choices[0].options.index("warm")]
    assert saved.read_bytes() == preset_bytes(SCHEMA, preset)


def test_a_refine_is_cancelled_at_once_and_its_best_is_kept(address: str, portrait: Path) -> None:
    typed = f"connect {address}\nimport {portrait}\nrefine 1000\nprogress\ncancel\nundo\nquit\n"
    done = panel(typed=typed)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Searching: step " in done.stdout
    if "nothing closer was found yet" not in done.stdout:
        assert "Refined, stopped at step " in done.stdout
        assert "Took back: refined, stopped at step " in done.stdout


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture that the program wrote, and whether it holds that many pixels."""
    kind, size, most, pixels = path.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    assert (kind, most, len(pixels)) == (b"P6", b"255", width * height * 3)
    return width, height


def test_photos_of_one_person_are_read_in_other_ways_and_compared(
    address: str, portrait: Path, two_faces: Path, tmp_path: Path
) -> None:
    compared, thumbnail = tmp_path / "side.ppm", tmp_path / "face.ppm"
    done = panel(
        f"connect {address}",
        f"import {portrait};{portrait}",
        "status",
        "vary 2",
        "compare side",
        f"picture comparison {compared}",
        f"import {two_faces}",
        "face 1",
        f"picture face 1 {thumbnail}",
        "status",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Imported 2 photos in " in done.stdout and "photo eileen collins.png counted " in done.stdout
    assert " other readings of 2 photos." in done.stdout or "There is no other reading." in done.stdout
    width, height = picture_size(compared)
    assert width > height > 100
    assert picture_size(thumbnail) == (64, 64)
    assert "face 1 (chosen): " in done.stdout


def test_a_key_file_of_the_side_that_binds_is_refused(address: str) -> None:
    where, _, client = address.partition(" ")
    done = panel(f"connect {where} {Path(client).with_name('server.json')}")
    assert done.returncode == 1 and "holds 'server' keys" in done.stderr


def test_what_cannot_be_done_is_one_sentence_and_a_code(address: str, tmp_path: Path) -> None:
    text = tmp_path / "text.jpg"
    text.write_bytes(b"no photo")
    for commands, said in (
        ((f"connect {address}", f"import {text}", "list"), "not a picture"),
        ((f"connect {address}", "set wave.0 1"), "did you mean 'wave.00'"),
        ((f"connect {address}", "refine 5"), "import a photo first"),
        ((f"connect {address}", "load gone.json"), "Cannot read gone.json"),
        (("connect tcp://192.0.2.1:5757",), "without keys"),
        (("list", "set wave.00 1"), "connect to a service first"),
        (("dance",), "is not a command"),
    ):
        done = panel(*commands)
        assert done.returncode == 1 and said in done.stderr and done.stderr.count("\n") == 1


def odd_schema() -> CharacterSchema:
    """Names beyond ASCII, groups of one, and ranges that no float32 holds."""
    texts = {"description": "–", "mirror": None, "kind": "shape"}
    parameters = tuple(
        Parameter(name=name, group=group, label=name.title(), minimum=low, maximum=high, default=0.0, **texts)
        for name, group, low, high in (
            ("größe", "kopf", -1e-5, 1e-5),
            ("näse.länge", "nase", -0.7, 0.7),
            ("näse.breite", "nase", -1e9, 1e9),
            ("mund", "mund", -3e20, 3e20),
        )
    )
    return CharacterSchema("Zoë", "1", parameters, (Choice("haar", "Haar", "–", ("kurz", "läng"), "kurz"),))


@pytest.mark.parametrize(
    "schema", [SCHEMA, engine_schema("embedded"), odd_schema()], ids=["pattern", "embedded", "odd"]
)
def test_presets_are_byte_for_byte_those_of_the_command_line(schema: CharacterSchema, tmp_path: Path) -> None:
    described, given, saved = tmp_path / "schema.json", tmp_path / "given.json", tmp_path / "saved.json"
    described.write_bytes(schema.to_json())
    random = np.random.default_rng(0)
    for locks in ((), (next(iter(schema.groups)),), (schema.names[1], schema.choices[0].name), tuple(schema.groups)):
        shares = random.uniform(0, 1, schema.count).astype(np.float32)
        shares[0] = shares[-1] = 1.0
        parameters = schema.check(schema.minimum + shares * (schema.maximum - schema.minimum))
        choices = np.array([len(choice.options) - 1 for choice in schema.choices], np.uint8)
        rest = {"photo": {"name": 'a "b"\n\u00e9\x7f\u2028', "share": [0.1, 1e-7, 1e22, -0.0], "none": None, "no": []}}
        preset = Preset(Character(parameters, choices), "", expand_locks(schema, locks), "notes: ü\t/", rest)
        given.write_bytes(preset_bytes(schema, preset))
        done = panel(f"schema {described}", f"load {given}", f"save {saved}")
        assert (done.returncode, done.stderr) == (0, "")
        # Six decimals are read back to the nearest float32, which may round to others far from zero: as in Python.
        again = preset_bytes(schema, read_preset(given, schema))
        assert saved.read_bytes() == again
        assert list(json.loads(again)) == list(json.loads(given.read_bytes()))
