"""The embedded engine draws a human face, the same one twice, and every one of its sliders does something."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from engine_bridge.engines import open_engine
from engine_bridge.engines.embedded.engine import EmbeddedEngine
from engine_bridge.engines.embedded.mesh import load_asset, subdivide_smooth
from engine_bridge.engines.embedded.morph import macro_weights
from engine_bridge.engines.embedded.shape import MACROS
from engine_bridge.errors import EngineError

PX = 128


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    opened = open_engine("embedded")
    assert isinstance(opened, EmbeddedEngine)
    yield opened
    opened.close()


def draw(
    engine: EmbeddedEngine, *vectors: npt.NDArray[np.float32], px: int = PX, **choices: str
) -> npt.NDArray[np.int16]:
    chosen = engine.schema.choice_vector({name.replace("_", "."): option for name, option in choices.items()})
    return engine.render(np.stack(vectors), np.repeat(chosen[None], len(vectors), 0), px).astype(np.int16)


def test_equal_parameters_give_equal_bytes_whatever_was_drawn_between(engine: EmbeddedEngine) -> None:
    random = np.random.default_rng(0).uniform(-2.5, 2.5, (3, engine.schema.count)).astype(np.float32)
    first = draw(engine, *random)
    draw(engine, engine.schema.defaults, px=64, hair_style="bald")
    again = draw(engine, *random[::-1])
    assert np.array_equal(first, again[::-1])


def test_the_picture_is_upright_and_framed_with_background_at_both_sides(engine: EmbeddedEngine) -> None:
    image = draw(engine, engine.schema.defaults)[0]
    background = image[1, 1]
    assert np.abs(image[:, :4] - background).max() < 12 and np.abs(image[:, -4:] - background).max() < 12
    # The middle column runs through hair, forehead, nose, mouth and chin: skin is redder than the backdrop.
    skin = image[PX // 2, PX // 2]
    assert skin[0] > skin[1] > skin[2]
    # Hair is darker than the forehead below it, so the rows start at the top.
    assert image[6, PX // 2].sum() < image[PX // 4, PX // 2].sum() - 60


def test_the_neutral_face_is_nearly_symmetric_to_the_left_and_right(engine: EmbeddedEngine) -> None:
    control = engine._morph.points(engine.schema.defaults, 0)
    mirrored = control * np.array([-1.0, 1.0, 1.0])
    nearest = np.sqrt(((mirrored[:, None, :2] - control[None, ::7, :2]) ** 2).sum(-1)).min(0)
    assert np.median(nearest) < 0.01


def test_every_parameter_changes_the_picture(engine: EmbeddedEngine) -> None:
    schema = engine.schema
    neutral = draw(engine, schema.defaults, px=256)[0]
    still: list[str] = []
    for index, name in enumerate(schema.names):
        ends = np.repeat(schema.defaults[None], 2, 0)
        ends[:, index] = schema.minimum[index], schema.maximum[index]
        change = np.abs(draw(engine, *ends, px=256) - neutral).max()
        # Rendering is exact, so two levels are a change; how much a slider should change is another question.
        if change < 2:
            still.append(name)
    assert still == []


@pytest.mark.parametrize(
    "choice",
    [*({"hair_style": style} for style in ("bald", "buzz", "medium", "long")), {"base": "female"}, {"base": "male"}],
)
def test_every_choice_changes_the_picture(engine: EmbeddedEngine, choice: dict[str, str]) -> None:
    plain, chosen = draw(engine, engine.schema.defaults)[0], draw(engine, engine.schema.defaults, px=PX, **choice)[0]
    assert np.abs(plain - chosen).max() > 20


def test_lightness_lightens_the_skin_and_nothing_behind_it(engine: EmbeddedEngine) -> None:
    low, high = np.repeat(engine.schema.defaults[None], 2, 0)
    low[engine.schema.index("skin.lightness")], high[engine.schema.index("skin.lightness")] = -2.5, 2.5
    dark, fair = draw(engine, low, high)
    assert fair[PX // 2, PX // 2].mean() > dark[PX // 2, PX // 2].mean() + 80
    assert np.array_equal(dark[:, 0], fair[:, 0])


def test_a_size_it_cannot_draw_is_refused_with_the_range(engine: EmbeddedEngine) -> None:
    with pytest.raises(EngineError, match="16 to 2048"):
        draw(engine, engine.schema.defaults, px=4096)


def test_macro_weights_are_shares_at_any_slider() -> None:
    names = [macro.name for macro in MACROS]
    for row in np.random.default_rng(1).uniform(-1, 1, (20, len(names))):
        weights = macro_weights(dict(zip(names, row.tolist(), strict=True)), 0)
        ancestries = sum(w for name, w in weights.items() if name.startswith(("african", "asian", "caucasian")))
        assert ancestries == pytest.approx(1.0)
        assert sum(w for name, w in weights.items() if name.startswith("universal")) == pytest.approx(1.0)


def test_refinement_keeps_a_flat_grid_flat_and_sums_to_one() -> None:
    quads = np.array([[0, 1, 4, 3], [1, 2, 5, 4], [3, 4, 7, 6], [4, 5, 8, 7]])
    matrix, refined = subdivide_smooth(9, quads)
    assert matrix.shape == (25, 9) and refined.shape == (16, 4)
    assert np.allclose(matrix.sum(1), 1.0)
    # The centre of a regular grid stays where it is: Catmull-Clark reproduces linear functions there.
    grid = np.array([[x, y, 0.0] for y in range(3) for x in range(3)])
    assert np.allclose((matrix @ grid)[4], [1.0, 1.0, 0.0])


def test_the_asset_holds_a_target_for_both_halves_of_every_slider() -> None:
    asset = load_asset()
    assert len(asset.targets) > 300
    # The average bodies are the base mesh itself, every other target moves something.
    empty = [name for name, target in asset.targets.items() if target.nnz == 0]
    assert all(name.endswith("averagemuscle-averageweight") for name in empty)
