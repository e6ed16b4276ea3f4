"""`facebridge import`: results for every good photo, a sentence for every bad one, and the same through a service."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core import threads
from core.cli.main import main
from core.cli.serve import READY
from core.importing import sources
from core.importing.batch import SHEET, TABLE
from core.importing.sheet import CAPTION_PX, GAP_PX
from core.serve import importers
from core.serve.importers import Importer
from engine_bridge.engines import engine_schema
from engine_bridge.errors import EngineError
from engine_bridge.parameter_file import parameters_document, read_parameters
from engine_bridge.session import EngineSession
from tests.core.bundles import save_random_bundle
from tests.core.photo_files import Picture, bad_photos, encoded

SCHEMA = engine_schema("pattern")
START_S = 100.0


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_random_bundle(tmp_path_factory.mktemp("bundle") / "random")


@pytest.fixture(autouse=True)
def _same_threads() -> Iterator[None]:
    """The command sets torch's threads for its process; here that is the tests' own."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def portrait(tmp_path: Path, astronaut: Picture) -> Path:
    path = tmp_path / "photos" / "eileen.jpg"
    path.parent.mkdir()
    path.write_bytes(encoded(astronaut, "JPEG"))
    return path


def run(bundle: Path, out: Path, *arguments: object) -> int:
    fixed = ["--out", out, "--bundle", bundle, "--engine", "pattern"]
    return main(["import", *map(str, [*arguments, *fixed])])


def names(folder: Path) -> list[str]:
    """Everything in a folder but the overview of the run."""
    found = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    return [name for name in found if name not in (SHEET, TABLE)]


def test_a_photo_becomes_a_parameter_file_and_a_picture_that_render_draws_again(
    bundle: Path, portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(bundle, out, portrait) == 0
    assert names(out) == ["eileen.json", "eileen.png"]
    assert str(out / "eileen.json") in capsys.readouterr().out
    vector, _ = read_parameters(out / "eileen.json", SCHEMA)
    assert (vector != SCHEMA.defaults).any()
    document = json.loads((out / "eileen.json").read_text("utf-8"))
    assert (document["photo"], document["bundle"]) == ("eileen.jpg", "random 1")
    again = tmp_path / "again.png"
    assert main(["render", "--engine", "pattern", "--params", str(out / "eileen.json"), "--out", str(again)]) == 0
    drawn = np.asarray(Image.open(again), np.int16)
    sheet = np.asarray(Image.open(out / "eileen.png"), np.int16)
    assert sheet.shape == (256 + CAPTION_PX, 3 * 256 + 2 * GAP_PX, 3)
    # The file rounds parameters to six digits, so a pixel may fall to its neighbour.
    assert np.abs(sheet[CAPTION_PX:, 256 + GAP_PX : 512 + GAP_PX] - drawn).max() <= 1


def test_many_photos_are_worth_importers_and_change_no_result(
    bundle: Path, portrait: Path, tmp_path: Path, astronaut: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (portrait.parent / "flipped.jpg").write_bytes(encoded(np.ascontiguousarray(astronaut[:, ::-1]), "JPEG"))
    (portrait.parent / "none.jpg").write_bytes(b"no photo")
    started: list[str] = []

    class Counted(Importer):
        def __init__(self, device: str) -> None:
            started.append(device)
            super().__init__(device)

    monkeypatch.setattr(importers, "Importer", Counted)
    monkeypatch.setattr(threads, "cores", lambda: 2)
    assert run(bundle, tmp_path / "few", portrait.parent, "--no-render") == 1 and not started
    monkeypatch.setattr(sources, "WORTH_IMPORTERS", 3)
    assert run(bundle, tmp_path / "many", portrait.parent, "--no-render") == 1 and started == ["cpu"]
    assert names(tmp_path / "many") == names(tmp_path / "few")
    for name in ("eileen.json", "flipped.json"):
        few, many = (json.loads((tmp_path / folder / name).read_text("utf-8")) for folder in ("few", "many"))
        assert few.pop("timings_ms").keys() == many.pop("timings_ms").keys() and few == many


def test_bad_photos_are_named_and_the_good_ones_are_imported(
    bundle: Path, portrait: Path, tmp_path: Path, astronaut: Picture, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = bad_photos(astronaut)
    for name, (data, _) in faults.items():
        (portrait.parent / f"{name}.png").write_bytes(data)
    assert run(bundle, tmp_path / "out", portrait.parent, tmp_path / "gone.jpg", "--no-render") == 1
    lines = capsys.readouterr().err.splitlines()
    for name, (_, said) in faults.items():
        (line,) = [line for line in lines if f"{name}.png" in line]
        assert line.startswith("facebridge: error: ") and said in line
    assert any("gone.jpg: There is no such file" in line for line in lines)
    assert lines[-1] == f"facebridge: {len(faults) + 1} of {len(faults) + 2} could not be imported."
    assert names(tmp_path / "out") == ["eileen.json", "eileen.png"]


def test_an_engine_that_dies_at_start_is_one_sentence_and_leaves_nothing(
    bundle: Path,
    portrait: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def dead(*_: object, **__: object) -> EngineSession:
        raise EngineError("The engine process exited with code 3; its last lines were: no display")

    monkeypatch.setattr(EngineSession, "start", dead)
    assert run(bundle, tmp_path / "out", portrait) == 1
    assert capsys.readouterr().err.endswith("its last lines were: no display\n")
    assert names(tmp_path / "out") == []


def test_a_bundle_for_another_character_than_the_engines_is_refused_with_both_hashes(
    bundle: Path, portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--out", str(tmp_path / "out"), "--bundle", str(bundle), "--engine", "embedded"]
    assert main(["import", str(portrait), *arguments]) == 1
    sentence = capsys.readouterr().err
    assert SCHEMA.hash[:12] in sentence and engine_schema("embedded").hash[:12] in sentence
    assert "--no-render" in sentence
    assert names(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--bundle", "{folder}"], "is not a bundle"),
        (["--server", "127.0.0.1:5757"], "is not an address"),
        (["--server", "tcp://127.0.0.1:9", "--deadline", "0.3"], "nothing listens at tcp://127.0.0.1:9"),
        (["--lock", "nose"], "--params FILE"),
        (["--lock", "beak", "--params", "{folder}/neutral.json"], "'beak'"),
        (["--variations", "9"], "expected 0 to 8"),
        (["--refine", "5000"], "expected 0 to 1000"),
        (["--group", "cats"], "no group 'cats'"),
        (["--photos-of-one-person", "--face", "1"], "leave it out"),
        (["--server", "tcp://example.org:9"], "without keys"),
        (["--keys", "k.json"], "--server"),
        (["--deadline", "0"], "--deadline is 0"),
        (["--out", "{photo}"], "is a file"),
        (["--out", "{photos}"], "is the folder of the photos"),
        (["--out", "{photo}/below"], "choose another"),
    ],
)
def test_wrong_arguments_are_one_sentence(
    arguments: list[str], said: str, bundle: Path, portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schema", "neutral", "--engine", "pattern", "--out", str(tmp_path / "neutral.json")]) == 0
    capsys.readouterr()
    filled = [text.format(folder=tmp_path, photo=portrait, photos=portrait.parent) for text in arguments]
    if "{folder}" not in arguments and "--server" not in arguments:
        filled += ["--bundle", str(bundle), "--no-render"]
    out = [] if "--out" in filled else ["--out", str(tmp_path / "out")]
    assert main(["import", str(portrait.parent), *out, *filled]) == 1
    sentence = capsys.readouterr().err
    assert said in sentence and sentence.startswith("facebridge: error: ") and sentence.count("\n") == 1


@pytest.fixture(scope="module")
def server(bundle: Path) -> Iterator[str]:
    """The address of a `facebridge serve` of the random bundle."""
    command = [sys.executable, "-m", "core.cli", "serve", "--bind", "tcp://127.0.0.1:0", "--bundle", str(bundle)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(READY)
        yield line.removeprefix(READY).strip()
        process.terminate()
        process.communicate(timeout=START_S)
    finally:
        process.kill()
        process.wait()


def test_the_service_gives_the_same_parameters_as_the_bundle_itself(
    server: str, bundle: Path, portrait: Path, grace_hopper: Path, tmp_path: Path
) -> None:
    direct, served = tmp_path / "direct", tmp_path / "served"
    photos = [str(portrait), str(grace_hopper)]
    assert run(bundle, direct, *photos, "--no-render") == 0
    assert main(["import", *photos, "--server", server, "--no-render", "--out", str(served)]) == 0
    assert names(direct) == names(served) == ["eileen.json", "eileen.png", "grace_hopper.json", "grace_hopper.png"]
    for name in ("eileen.json", "grace_hopper.json"):
        expected, _ = read_parameters(direct / name, SCHEMA)
        found, _ = read_parameters(served / name, SCHEMA)
        assert np.abs(found - expected).max() <= 1e-4


def test_a_bad_photo_through_the_service_is_the_same_sentence_and_the_rest_goes_on(
    server: str, portrait: Path, astronaut: Picture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = bad_photos(astronaut)
    for name, (data, _) in faults.items():
        (portrait.parent / f"{name}.png").write_bytes(data)
    arguments = ["--server", server, "--no-render", "--out", str(tmp_path / "out")]
    assert main(["import", str(portrait.parent), *arguments]) == 1
    lines = capsys.readouterr().err.splitlines()
    for name, (_, said) in faults.items():
        (line,) = [line for line in lines if f"{name}.png" in line]
        assert said in line
    assert names(tmp_path / "out") == ["eileen.json", "eileen.png"]


def test_an_import_through_a_service_loads_no_torch(server: str, portrait: Path, tmp_path: Path) -> None:
    arguments = ["import", str(portrait), "--server", server, "--engine", "pattern", "--out", str(tmp_path / "out")]
    code = (
        "import sys; from core.cli.main import main; "
        f"code = main({arguments!r}); sys.exit(code or 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=START_S, check=False)
    assert done.returncode == 0, done.stderr
    (warning,) = done.stderr.splitlines()  # the portrait smiles, and that is all there is to say
    assert warning.startswith("facebridge: warning: ") and "The person smiles" in warning
    assert names(tmp_path / "out") == ["eileen.json", "eileen.png"]


def test_a_service_for_another_character_than_the_engines_is_refused(
    server: str, portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--server", server, "--engine", "embedded", "--out", str(tmp_path / "out")]
    assert main(["import", str(portrait), *arguments]) == 1
    assert engine_schema("embedded").hash[:12] in capsys.readouterr().err


def test_a_lock_holds_the_given_values_and_the_rest_is_read(bundle: Path, portrait: Path, tmp_path: Path) -> None:
    held = SCHEMA.names[0]
    (tmp_path / "held.json").write_text(
        json.dumps(parameters_document(SCHEMA, np.full(SCHEMA.count, 1.25, np.float32), SCHEMA.default_choices))
    )
    wishes = ["--no-render", "--lock", held, "--params", tmp_path / "held.json", "--variations", "3"]
    assert run(bundle, tmp_path / "out", portrait, *wishes) == 0
    assert run(bundle, tmp_path / "free", portrait, "--no-render") == 0
    free, _ = read_parameters(tmp_path / "free" / "eileen.json", SCHEMA)
    for name in ("eileen", "eileen.variation-1", "eileen.variation-3"):
        found, _ = read_parameters(tmp_path / "out" / f"{name}.json", SCHEMA)
        assert found[0] == 1.25 and (found[1:] != 1.25).any()
        assert np.array_equal(found[1:], free[1:]) == (name == "eileen")


def test_photos_of_one_person_become_one_character_and_the_stranger_is_named(
    bundle: Path, portrait: Path, tmp_path: Path, astronaut: Picture, capsys: pytest.CaptureFixture[str]
) -> None:
    (portrait.parent / "blank.png").write_bytes(encoded(np.full((300, 300, 3), 90, np.uint8), "PNG"))
    (portrait.parent / "mirrored.png").write_bytes(encoded(astronaut[:, ::-1].copy(), "PNG"))
    assert run(bundle, tmp_path / "out", portrait.parent, "--no-render", "--photos-of-one-person", "--refine", 2) == 0
    assert names(tmp_path / "out") == ["blank.json", "blank.png"]  # named after the first
    document = json.loads((tmp_path / "out" / "blank.json").read_text("utf-8"))
    assert document["photos"]["blank.png"] == 0 and max(document["photos"].values()) == 1
    assert "Photo 1 of 3 was left out: No face was found" in capsys.readouterr().err
    assert document["refined"]["steps"] == 2
