"""The parameters' page says what the schema says, its sheets show what changes, and the check notices what is stale."""

from __future__ import annotations

import importlib
import io
import re
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from engine_bridge.engines import ENGINES, engine_schema
from engine_bridge.engines.pattern import pattern_schema
from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema, Parameter

Floats = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]
SCRIPTS = Path(__file__).parents[2] / "scripts"
PX = 512


@pytest.fixture
def docs(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
    module = importlib.import_module("parameter_docs")
    # Small pictures: what is drawn large is cropped and scaled all the same.
    monkeypatch.setattr(module, "RENDER_PX", 64)
    return module


@pytest.fixture
def sheets(docs: ModuleType) -> ModuleType:
    return importlib.import_module("parameter_sheets")


@pytest.fixture
def written(docs: ModuleType, tmp_path: Path) -> Path:
    assert docs.main(["--engine", "pattern", "--out", str(tmp_path)]) == 0
    return tmp_path


def parameter(name: str, group: str = "g", default: float = 0.0) -> Parameter:
    return Parameter(name, group, name, f"What {name} does.", -2.5, 2.5, default, None, "shape")


def paint(*patches: tuple[int, int, int, int]) -> Picture:
    """Three pictures (3, PX, PX, 3) of which the outer ones differ from the middle in these boxes of x, y, w, h."""
    pictures = np.full((3, PX, PX, 3), 100, np.uint8)
    for x, y, width, height in patches:
        pictures[0, y : y + height, x : x + width] = 80
        pictures[2, y : y + height, x : x + width] = 120
    return pictures


def check(docs: ModuleType, folder: Path) -> int:
    return docs.main(["--engine", "pattern", "--out", str(folder), "--check"])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_page_has_one_row_for_each_parameter_and_one_picture_for_each_group(engine: str, docs: ModuleType) -> None:
    schema = engine_schema(engine)
    page = docs.page(schema, engine)
    listed = [name for names in schema.groups.values() for name in names]
    assert re.findall(r"^\| `([^`]+)` \|.* to ", page, re.MULTILINE) == listed
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == [*schema.groups, "Choices"]
    pictures = re.findall(r"!\[[^]]+\]\((.+)\)", page)
    assert pictures == [docs.sheet_name(group) for group in schema.groups] and len(set(pictures)) == len(pictures)
    for described in schema.parameters:
        assert described.description in page


def test_a_bar_in_a_text_does_not_break_the_table_and_an_unusual_default_is_said(docs: ModuleType) -> None:
    odd = Parameter("odd", "a & b", "Odd", "This | that.", 0.0, 1.0, 0.25, None, "shape")
    page = docs.page(CharacterSchema("c", "1", (odd,)), "embedded")
    assert "| `odd` | Odd | 0 to 1, default 0.25 | This \\| that. |" in page
    assert docs.sheet_name("a & b") == "images/parameters/a--b.webp"


def test_what_was_just_written_passes_the_check(docs: ModuleType, written: Path) -> None:
    assert check(docs, written) == 0
    with Image.open(written / "images/parameters/waves.webp") as sheet:
        # Twelve strips of three cells in two columns.
        assert sheet.format == "WEBP" and sheet.width > 6 * 136 and sheet.height > 6 * 136


def test_a_changed_line_is_named_with_the_command_that_repairs_it(
    docs: ModuleType, written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = written / "parameters.md"
    page.write_text(page.read_text(encoding="utf-8").replace("wave number 3", "wave three"), encoding="utf-8")
    assert check(docs, written) == 1
    said = capsys.readouterr().err
    assert "wave three" in said and "wave number 3" in said and "run `python scripts/parameter_docs.py" in said


@pytest.mark.parametrize("damage", ["longer", "shorter", "no page", "no sheet", "another sheet", "heavy sheet"])
def test_whatever_is_missing_or_too_much_fails_the_check(
    damage: str, docs: ModuleType, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, sheet = written / "parameters.md", written / "images/parameters/waves.webp"
    text = page.read_text(encoding="utf-8")
    if damage == "longer":
        page.write_text(text + "\nmore\n", encoding="utf-8")
    elif damage == "shorter":
        page.write_text(text[: text.rindex("\n|") + 1], encoding="utf-8")
    elif damage == "no page":
        page.unlink()
    elif damage == "no sheet":
        sheet.unlink()
    elif damage == "another sheet":
        sheet.with_name("gone.webp").write_bytes(sheet.read_bytes())
    else:
        monkeypatch.setattr(docs, "SHEETS_BYTES", 10)
    assert check(docs, written) == 1


def test_writing_again_removes_the_sheet_of_a_group_that_is_gone(docs: ModuleType, written: Path) -> None:
    stale = written / "images/parameters/gone.webp"
    stale.write_bytes(b"old")
    assert docs.main(["--engine", "pattern", "--out", str(written)]) == 0
    assert not stale.exists()


def test_a_single_group_leaves_the_page_alone_and_an_unknown_one_is_refused(
    docs: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["--engine", "pattern", "--out", str(tmp_path), "--group"]
    assert docs.main([*common, "waves"]) == 0
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["waves.webp"]
    assert docs.main([*common, "eyes"]) == 1
    assert "There is no group 'eyes', expected one of waves." in capsys.readouterr().err


def test_the_view_is_close_where_little_changes_and_contains_all_of_it(sheets: ModuleType) -> None:
    left, top, side = sheets.view(paint((300, 200, 30, 20)))
    assert side == 88 and left <= 300 and left + side >= 330 and top <= 200 and top + side >= 220
    left, top, side = sheets.view(paint((40, 60, 300, 200)))
    assert 300 < side < 450 and left <= 40 and left + side >= 340 and top <= 60 and top + side >= 260


def test_the_view_of_two_separate_patches_shows_the_heavier_one(sheets: ModuleType) -> None:
    left, top, side = sheets.view(paint((150, 200, 20, 20), (330, 200, 22, 22)))
    assert left <= 330 and left + side >= 352 and left > 170 and side == 88 and top <= 200


def test_the_view_stays_inside_the_picture_and_is_all_of_it_when_nothing_or_everything_changes(
    sheets: ModuleType,
) -> None:
    left, top, side = sheets.view(paint((500, 0, 12, 12)))
    assert (left + side, top) == (PX, 0)
    assert sheets.view(paint()) == sheets.view(paint((0, 0, PX, PX))) == (0, 0, PX)


def test_a_parameter_that_needs_another_is_shown_on_another_face_and_marked(sheets: ModuleType) -> None:
    schema = CharacterSchema("c", "1", (parameter("density"), parameter("colour")))

    def draw(parameters: Floats) -> Picture:
        images = np.full((len(parameters), PX, PX, 3), 100.0)
        for image, (density, colour) in zip(images, parameters.tolist(), strict=True):
            image[200:300, 200:300] += 10.0 * density + 10.0 * colour * (density > 0)
        return images.astype(np.uint8)

    others = np.array([[-1.0, 0.0], [1.0, 0.0]], np.float32)
    assert not sheets.draw_strip(draw, schema, others, 0).elsewhere
    colour = sheets.draw_strip(draw, schema, others, 1)
    assert colour.elsewhere and colour.cells.shape == (3, 136, 136, 3)
    assert colour.cells[:, 68, 68, 0].tolist() == [85, 110, 135]
    # Where no face shows it, the neutral one is as good as any.
    assert not sheets.draw_strip(draw, schema, others[:1], 1).elsewhere


def test_every_parameter_of_a_group_has_its_three_cells_in_order(sheets: ModuleType) -> None:
    cells = np.stack([np.full((136, 136, 3), level, np.uint8) for level in (60, 120, 180)])
    strips = [sheets.Strip(parameter(f"p{k}"), cells, False) for k in range(3)]
    with Image.open(io.BytesIO(sheets.compose(strips))) as sheet:
        pixels = np.asarray(sheet.convert("RGB")).astype(int)
    row = pixels[16 + 68, :, 0]
    centres = [row[offset + k * 138 + 68] for offset in (0, 420) for k in range(3)]
    # WebP is lossy.
    assert centres == pytest.approx([60, 120, 180] * 2, abs=4)
    assert pixels[160 + 16 + 68, 420 + 68].tolist() == pytest.approx([24, 24, 26], abs=4)


def test_sheets_that_are_too_heavy_are_refused(sheets: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "SHEETS_BYTES", 100)
    with pytest.raises(InputError, match="at most 100 are wanted"):
        sheets.draw_sheets(
            lambda parameters: np.zeros((len(parameters), 64, 64, 3), np.uint8), pattern_schema(), ["waves"]
        )


def test_the_page_in_this_repository_is_up_to_date(docs: ModuleType) -> None:
    assert docs.main(["--check"]) == 0, "run python scripts/parameter_docs.py"
