"""The head's paint: one unrolled map for both halves, sliders that blend like morph targets, and skin split by need."""

import dataclasses

import numpy as np
import pytest

from engine_bridge.engines.embedded import facemap, maps, zones
from engine_bridge.engines.embedded.falling_hair import FALLS, FallingHair, HiddenEars
from engine_bridge.engines.embedded.hair import NEUTRAL, STYLES, HairSheet, hairline
from engine_bridge.engines.embedded.materials import material_parameters
from engine_bridge.engines.embedded.mesh import SKIN, HeadLevel, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.paint import BEARD, COLOUR, LINES, TARGETS, Paint, weight
from engine_bridge.engines.embedded.skull import Skull


@pytest.fixture(scope="module")
def coarse() -> tuple[HeadLevel, np.ndarray]:
    asset = load_asset()
    level = HeadLevel(asset, refined=False)
    return level, np.asarray(level.smooth @ Morpher(asset).neutral)


def ears_of(rest: np.ndarray) -> np.ndarray:
    return maps.sample(maps.load_maps().regions[..., 3], facemap.to_texture(facemap.unroll(rest)), tiled=False)


def bald_sheet(rest: np.ndarray) -> HairSheet:
    return HairSheet(Skull.load(), rest)


def named(**changed: float) -> dict[str, float]:
    return {**NEUTRAL, "hair.volume": 0.0, **{f"hair.{name}": value for name, value in changed.items()}}


def sliders(**changed: float) -> dict[str, float]:
    value = {parameter.name: 0.0 for parameter in material_parameters()}
    return value | {name.replace("__", "."): amount for name, amount in changed.items()}


def test_both_halves_of_the_face_share_one_place_on_the_map() -> None:
    points = np.array([[0.3, 7.0, 1.2], [-0.3, 7.0, 1.2], [0.0, 7.5, 1.4], [0.0, 7.5, -0.4]])
    places = facemap.unroll(points)
    assert np.array_equal(places[0], places[1])
    assert places[2].tolist() == [0.0, 7.5]
    assert places[3, 0] == pytest.approx(facemap.RADIUS_DM * np.pi)
    assert facemap.to_texture(np.array([[0.0, facemap.TOP_DM]])).tolist() == [[0.0, 0.0]]


def test_the_coarse_level_is_the_beginning_of_the_refined_one() -> None:
    asset = load_asset()
    coarse, refined = HeadLevel(asset, refined=False), HeadLevel(asset, refined=True)
    control = Morpher(asset).neutral
    assert np.array_equal(coarse.smooth @ control, (refined.smooth @ control)[: coarse.count])


def test_every_paint_target_belongs_to_a_slider_and_paints_somewhere() -> None:
    names = {parameter.name for parameter in material_parameters()}
    s, t = (axis.ravel() for axis in np.meshgrid(np.linspace(0, 1.4, 60), np.linspace(5.9, 8.4, 60)))
    for target in TARGETS:
        assert target.slider in names
        mask = target.mask(s, t)
        assert mask.max() > 0.5 and mask.min() >= 0.0, target.slider


def test_a_growing_target_moves_on_both_halves_and_starts_from_nothing() -> None:
    target = next(target for target in TARGETS if target.amount == "grows")
    assert weight(target, -1.0) == 0.0
    assert weight(target, 0.0) == target.at_default
    assert weight(target, 1.0) == 1.0
    signed = dataclasses.replace(target, amount="signed")
    assert [weight(signed, value) for value in (-1.0, 0.25)] == [-1.0, 0.25]


def test_sliders_paint_what_they_say_where_they_say() -> None:
    places = np.array([[0.33, 6.96], [0.05, 6.40], [0.10, 7.80], [0.05, 7.00]])  # cheek, chin, forehead, nose
    paint = Paint(places, np.full(4, 0.5), np.zeros(4))
    plain = paint.mix(sliders())
    red = paint.mix(sliders(complexion__cheek_redness=1.0)) - plain
    assert red[0, COLOUR][1] < -0.1 and abs(red[2, COLOUR]).max() < 0.01
    bearded = paint.mix(sliders(beard__chin=1.0)) - plain
    assert bearded[1, BEARD] > 0.4 and bearded[2, BEARD] == 0.0
    lined = paint.mix(sliders(complexion__forehead_lines=1.0)) - plain
    assert lined[2, LINES] > 0.4 and lined[1, LINES] == 0.0


def test_a_patch_gets_the_smallest_program_that_has_all_it_needs(coarse: tuple[HeadLevel, np.ndarray]) -> None:
    level, rest = coarse
    places = facemap.unroll(rest)
    needs = zones.needs(places, np.zeros(len(rest)), np.zeros(len(rest)))
    triangles = level.triangles(SKIN)
    patches = zones.assign(triangles, needs)
    assert sum(len(patch) for patch in patches.values()) == len(triangles)
    for program, patch in patches.items():
        wanted = np.bitwise_or.reduce(needs[patch], axis=1)
        assert np.array_equal(wanted & program, wanted)
    assert zones.feature_names(zones.LINES | zones.SCALP) == ("LINES", "SCALP")
    # The lip's middle needs its mask; the brow's middle its strokes.
    lip, brow = (int(np.argmin(np.hypot(*(places - at).T))) for at in ((0.05, 6.58), (0.25, 7.47)))
    assert needs[lip] & zones.REGIONS and not needs[lip] & zones.BROWS
    assert needs[brow] & zones.BROWS


def test_the_hair_sheet_stands_off_the_head_and_follows_it(coarse: tuple[HeadLevel, np.ndarray]) -> None:
    _, rest = coarse
    sheet = bald_sheet(rest)
    points = rest.astype(np.float32)
    flat, full = (sheet.follow("short", points, {**NEUTRAL, "hair.volume": volume}) for volume in (-1.0, 1.0))
    crown = int(np.argmax(full[:, 1]))
    assert 0.10 < full[crown, 1] - flat[crown, 1] < 0.20
    assert np.allclose(np.linalg.norm(full[:, 3:], axis=1), 1.0, atol=1e-4)
    moved = sheet.follow("short", points + np.float32(0.1), {**NEUTRAL, "hair.volume": 1.0})
    assert np.allclose(moved[:, :3] - full[:, :3], 0.1, atol=1e-5)


def test_the_hair_sheet_grows_out_of_the_scalp_wherever_the_hairline_is(coarse: tuple[HeadLevel, np.ndarray]) -> None:
    _, rest = coarse
    sheet = bald_sheet(rest)
    points = rest.astype(np.float32)
    s, t = sheet.place("short").T
    for receded in (-1.0, 0.0, 1.0):
        named = {"hair.hairline": 0.0, "hair.peak": 0.0, "hair.recession": receded, "hair.volume": 0.0}
        flat = sheet.follow("short", points, {**named, "hair.hairline": 20.0})[:, :3]
        stands_off = np.linalg.norm(sheet.follow("short", points, named)[:, :3] - flat, axis=1)
        behind = t - hairline(s, named)
        front = (s < 0.6) & (t > 7.5)
        assert stands_off[front & (behind < -0.05)].max() < 1e-6
        assert stands_off[front & (behind > 0.30)].min() > 0.05


@pytest.fixture(scope="module")
def falling(coarse: tuple[HeadLevel, np.ndarray]) -> dict[str, FallingHair]:
    _, rest = coarse
    ears = ears_of(rest)
    return {style: FallingHair(fall, Skull.load(), rest, ears) for style, fall in FALLS.items()}


def test_every_style_has_hair_of_one_kind(coarse: tuple[HeadLevel, np.ndarray]) -> None:
    _, rest = coarse
    sheet = bald_sheet(rest)
    assert sheet.styles == ("short",)
    assert set(FALLS) == {"medium", "long"} and not set(FALLS) & set(sheet.styles)
    assert {*FALLS, *sheet.styles, "bald", "buzz"} == set(STYLES)
    assert STYLES["bald"].scalp_dm < 0 < STYLES["buzz"].scalp_dm
    s, t = sheet.place("short")[np.unique(sheet.triangles("short"))].T
    assert not ((s < 0.35) & (t < hairline(s, NEUTRAL) - 0.5)).any()


def test_falling_hair_covers_the_ears_and_leaves_the_face_free(
    coarse: tuple[HeadLevel, np.ndarray], falling: dict[str, FallingHair]
) -> None:
    _, rest = coarse
    points = rest.astype(np.float32)
    pressed = points.copy()
    HiddenEars(rest, ears_of(rest)).press(pressed)
    ear = (ears_of(rest) > 0.5) & (facemap.unroll(rest)[:, 0] < 1.4)
    assert ear.sum() > 100 and np.abs(points[ear, 0]).max() > np.abs(pressed[ear, 0]).max() + 0.08
    inner = np.abs(rest[:, 0]) < 0.5
    assert np.array_equal(points[inner], pressed[inner])
    lowest: dict[str, float] = {}
    for style, hair in falling.items():
        at = hair.follow(points, named())[:, :3]
        beside = (at[:, 1] > 6.7) & (at[:, 1] < 7.4) & (at[:, 2] > 0.25) & (at[:, 2] < 0.75)
        assert beside.any() and np.abs(at[beside, 0]).min() > np.abs(pressed[ear, 0]).max(), style
        front = (at[:, 1] < 7.7) & (at[:, 2] > 0.9)
        assert front.any() and np.abs(at[front, 0]).min() > 0.45, style
        lowest[style] = float(at[:, 1].min())
    assert lowest["medium"] > lowest["long"] + 0.5


def test_falling_hair_stays_outside_of_a_face_that_grows(
    coarse: tuple[HeadLevel, np.ndarray], falling: dict[str, FallingHair]
) -> None:
    _, rest = coarse
    # Cheeks and jaw alone grow by 1.5 cm a side.
    wide = rest.copy()
    cheek = np.exp(-np.square((rest[:, 1] - 6.75) / 0.2)) * (rest[:, 2] > 0.3)
    wide[:, 0] += 0.15 * cheek * np.sign(rest[:, 0]) * np.minimum(np.abs(rest[:, 0]) / 0.3, 1.0)
    for style, hair in falling.items():
        plain, grown = (hair.follow(points.astype(np.float32), named())[:, :3] for points in (rest, wide))
        beside = (plain[:, 1] > 6.65) & (plain[:, 1] < 6.85) & (plain[:, 2] > 0.5)
        assert beside.any() and (np.abs(grown[beside, 0]) - np.abs(plain[beside, 0])).min() > 0.04, style


def test_falling_hair_follows_the_hairline_and_its_volume(
    coarse: tuple[HeadLevel, np.ndarray], falling: dict[str, FallingHair]
) -> None:
    _, rest = coarse
    points = rest.astype(np.float32)
    for style, hair in falling.items():
        plain = hair.follow(points, named())
        high, full = hair.follow(points, named(hairline=1.0)), hair.follow(points, named(volume=1.0))
        edge = (hair.place[:, 3] < 0.01) & (plain[:, 1] > 7.8)
        assert edge.any() and (high[edge, 1] - plain[edge, 1]).min() > 0.08, style
        side = (np.abs(plain[:, 0]) > 0.75) & (plain[:, 1] > 7.0)
        assert side.any() and (np.abs(full[side, 0]) - np.abs(plain[side, 0])).min() > 0.03, style
        for vector in (plain[:, 3:6], plain[:, 6:9]):
            assert np.allclose(np.linalg.norm(vector, axis=1), 1.0, atol=1e-3), style
        outwards = np.einsum("nk,nk->n", plain[:, :3] - np.array([0.0, 7.4, 0.35]), plain[:, 3:6]) > 0.0
        assert outwards[hair.place[:, 3] > 0.2].mean() > 0.97, style


def test_sampling_a_picture_is_bilinear_and_can_wrap() -> None:
    picture = np.array([[0, 255], [0, 255]], np.uint8)
    assert maps.sample(picture, np.array([[0.5, 0.5]]), tiled=False)[0] == pytest.approx(0.5)
    assert maps.sample(picture, np.array([[0.0, 0.5]]), tiled=False)[0] == pytest.approx(0.0)
    assert maps.sample(picture, np.array([[0.0, 0.5]]), tiled=True)[0] == pytest.approx(0.5)
