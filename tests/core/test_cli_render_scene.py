"""`facebridge render` with a scene, truth, a turntable or a sheet: what it writes, and what it refuses."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from core.cli import render_scene
from core.cli.main import main
from core.cli.render_pictures import columns_of, contact_sheet
from core.cli.render_truth import truth_files
from data_capture.sampling import choice_block, sample_block
from engine_bridge.engines.pattern import PatternEngine
from engine_bridge.scene import Scene
from engine_bridge.truth import SEGMENTS

ENGINE = PatternEngine()
NEUTRAL, DEFAULTS = ENGINE.schema.defaults[None], ENGINE.schema.default_choices[None]


def render(out: Path, *options: str, size: int = 32) -> int:
    """Run the command with the pattern engine."""
    return main(["render", "--engine", "pattern", "--out", str(out), "--size", str(size), *options])


def picture(path: Path) -> npt.NDArray[np.uint8]:
    """The pixels of a file as they are stored."""
    with Image.open(path) as image:
        return np.asarray(image)


def test_a_background_and_truth_are_written_as_the_engine_draws_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, truth = tmp_path / "a.png", tmp_path / "truth"
    assert render(out, "--background", "0,0.5,1", "--truth", str(truth)) == 0
    expected = ENGINE.render_scene(NEUTRAL, DEFAULTS, 32, Scene(background=(0, 0.5, 1)), ("segmentation",))
    assert np.array_equal(picture(out), expected.images[0])
    with Image.open(truth / "segmentation.png") as image:
        assert image.mode == "P"
    assert np.array_equal(picture(truth / "segmentation.png"), expected.truth["segmentation"][0])
    assert json.loads((truth / "truth.json").read_text()) == {
        "segmentation": {"file": "segmentation.png", "classes": list(SEGMENTS)}
    }
    assert "with segmentation in" in (said := capsys.readouterr().out)
    assert "(the engine has no depth and no points)" in said


def test_without_a_parameter_file_the_neutral_character_is_drawn(tmp_path: Path) -> None:
    assert render(tmp_path / "n.png") == 0
    assert np.array_equal(picture(tmp_path / "n.png"), ENGINE.render(NEUTRAL, DEFAULTS, 32)[0])


def test_a_sheet_shows_uniform_random_characters_by_seed_and_index(tmp_path: Path) -> None:
    assert render(tmp_path / "s.png", "--sheet", "18", "--seed", "7", size=16) == 0
    parameters = sample_block(ENGINE.schema, 7, range(18), "uniform")
    choices = choice_block(ENGINE.schema, 7, range(18), "random")
    expected = ENGINE.render(parameters, choices, 16)
    sheet = picture(tmp_path / "s.png")
    assert sheet.shape == (4 * 16, 5 * 16, 3)
    for index in range(18):
        row, column = divmod(index, 5)
        assert np.array_equal(sheet[row * 16 : row * 16 + 16, column * 16 : column * 16 + 16], expected[index])
    assert not sheet[48:, 48:].any(), "what is left over is black"


class TurningSession:
    """A session whose engine has a camera: its pictures are flat, and their brightness is 128 + yaw."""

    engine, engine_version, schema, features = "turning", "1", ENGINE.schema, ("camera",)

    def __enter__(self) -> TurningSession:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def render(self, *_: object, scene: Scene, deadline_s: float) -> npt.NDArray[np.uint8]:
        """One picture of one character."""
        assert (scene.yaw_deg is not None, scene.roll_deg) == (True, 5.0)
        return np.full((16, 16, 3), 128 + round(scene.yaw_deg or 0), np.uint8)


@pytest.mark.parametrize(("count", "yaws"), [(1, [0]), (3, [-90, 0, 90]), (5, [-90, -45, 0, 45, 90])])
def test_a_turntable_goes_from_profile_to_profile_on_a_sheet_or_in_a_folder(
    count: int, yaws: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine_bridge.session import EngineSession

    monkeypatch.setattr(EngineSession, "start", lambda *_, **__: TurningSession())
    for out in (tmp_path / "t.png", tmp_path / "turn"):
        assert render(out, "--turntable", str(count), "--roll", "5", size=16) == 0
    files = sorted((tmp_path / "turn").iterdir())
    assert [path.name for path in files] == [f"{number:03d}.png" for number in range(count)]
    assert [int(picture(path)[0, 0, 0]) - 128 for path in files] == yaws
    cells = picture(tmp_path / "t.png")[::16, ::16, 0].ravel().tolist()
    assert [value - 128 for value in cells[:count]] == yaws


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--yaw", "30"], "'pattern' does not support camera (yaw_deg); it supports background, segmentation."),
        (["--turntable", "3"], "'pattern' does not support camera (yaw_deg)"),
        (["--light-yaw", "-20", "--light-colour", "1,1,1"], "does not support light (light_yaw_deg, light_colour)"),
        (["--expression", "jawOpen=1"], "does not support expression (expression)"),
    ],
)
def test_what_the_engine_lacks_is_one_sentence_and_no_file(
    options: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render(tmp_path / "x.png", *options) == 1
    text = capsys.readouterr().err
    assert text.startswith("facebridge: error: ") and text.count("\n") == 1
    assert words in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--yaw", "91"], "yaw_deg is 91.0, expected a number from -90 to 90"),
        (["--distance", "nan"], "distance is nan, expected a number from 0.5 to 4"),
        (["--background", "0,0,2"], "background.blue is 2.0, expected a number from 0 to 1"),
        (["--expression", "grin=1"], "'grin', which is not one of ARKit's 52 blendshapes"),
        (["--sheet", "0"], "--sheet is 0, expected 1 to 1000"),
        (["--turntable", "1001"], "--turntable is 1001, expected 1 to 1000"),
        (["--sheet", "1000", "--size", "1024"], "would be 32768 px wide, expected at most 16384"),
        (["--sheet", "2", "--params", "p.json"], "--params has no effect with --sheet"),
        (["--sheet", "2", "--seed", "-1"], "The seed is -1"),
        (["--seed", "3"], "--seed has no effect without --sheet"),
        (["--sheet", "2", "--truth", "t"], "--truth is for one picture"),
        (["--turntable", "2", "--yaw", "3"], "--yaw has no effect with --turntable"),
        (["--deadline", "0"], "--deadline is 0, expected more than 0"),
        (["--scene", "no-such.json"], "Cannot read the scene file no-such.json"),
    ],
)
def test_impossible_options_are_refused_before_an_engine_starts(
    options: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from engine_bridge.session import EngineSession

    monkeypatch.setattr(EngineSession, "start", lambda *_, **__: pytest.fail("an engine was started"))
    assert render(tmp_path / "x.png", *options) == 1
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "options", [["--background", "red"], ["--background", "1,2"], ["--expression", "jawOpen"], ["--expression", ""]]
)
def test_options_that_cannot_be_read_are_usage_errors(options: list[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        render(tmp_path / "x.png", *options)
    assert caught.value.code == 2


def scene_from(*options: str) -> Scene:
    """What the options alone give."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    render_scene.add_arguments(parser)
    return render_scene.scene_of(parser.parse_args(options))


def test_each_option_sets_its_field() -> None:
    options = "--yaw -1 --pitch 2 --roll 3 --distance 2 --focal-length 50 --light-yaw 4 --light-pitch 5 "
    options += "--light-intensity 0.5 --light-colour 1,2,3 --background 0,0.5,1 --expression jawOpen=0.5,tongueOut=1"
    assert scene_from(*options.split()) == Scene(
        -1, 2, 3, 2, 50, 4, 5, (1, 2, 3), 0.5, (0, 0.5, 1), {"jawOpen": 0.5, "tongueOut": 1}
    )
    assert scene_from() == Scene()


def test_options_win_over_the_scene_file_field_by_field_and_expression_by_expression(tmp_path: Path) -> None:
    path = tmp_path / "scene.json"
    path.write_bytes(Scene(yaw_deg=10, pitch_deg=20, expression={"jawOpen": 1, "tongueOut": 1}).to_json())
    found = scene_from("--scene", str(path), "--pitch", "0", "--expression", "jawOpen=0.25")
    assert found == Scene(yaw_deg=10, pitch_deg=0, expression={"jawOpen": 0.25, "tongueOut": 1})


def test_depth_and_points_are_written_with_their_units(tmp_path: Path) -> None:
    depth = np.array([[0.0, 0.001, 12.34], [55.0, 655.35, 9999.0]], np.float32)
    points = np.zeros((468, 5), np.float32)
    points[1] = (10.5, -3.25, 1.0, 2.0, -0.125)
    files = truth_files({"depth": depth, "points": points})
    assert set(files) == {"depth.png", "points.json", "truth.json"}
    (tmp_path / "depth.png").write_bytes(files["depth.png"])
    with Image.open(tmp_path / "depth.png") as image:
        assert image.mode == "I;16"
        assert "units of 0.1 mm" in image.info["Description"]
        # What is there, however near, is not "nothing"; what is too far is the largest number.
        assert np.asarray(image).tolist() == [[0, 1, 1234], [5500, 65535, 65535]]
    document = json.loads(files["points.json"])
    assert document["columns"] == ["x_px", "y_px", "X_cm", "Y_cm", "Z_cm"]
    assert (len(document["points"]), document["points"][1]) == (468, [10.5, -3.25, 1.0, 2.0, -0.125])
    assert json.loads(files["truth.json"])["depth"]["unit_mm"] == 0.1


def test_a_contact_sheet_reads_row_by_row() -> None:
    pictures = np.arange(5, dtype=np.uint8)[:, None, None, None] + np.zeros((5, 2, 3, 3), np.uint8) + 1
    sheet = contact_sheet(pictures, columns_of(5))
    assert sheet.shape == (4, 9, 3)
    assert sheet[::2, ::3, 0].tolist() == [[1, 2, 3], [4, 5, 0]]
    assert [columns_of(count) for count in (1, 2, 4, 5, 100)] == [1, 2, 2, 3, 10]
