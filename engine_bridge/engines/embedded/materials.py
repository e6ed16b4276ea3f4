"""Material parameters: the painted and shaded look of skin, lips, eyes, brows, hair and beard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MaterialParameter:
    """One slider of the shader; its value arrives there as a number from -1 to 1."""

    name: str
    group: str
    label: str
    description: str


# name | label | what the positive end does
_TABLES = {
    "skin": """
skin.lightness|Skin lightness|Lightens the skin from very dark to very fair.
skin.redness|Skin redness|Shifts the skin towards red.
skin.yellowness|Skin yellowness|Shifts the skin towards yellow.
skin.saturation|Skin saturation|Makes the skin's colour stronger.
skin.shine|Skin shine|Makes the skin glossier.
skin.pores|Skin pores|Roughens the skin's fine relief.
skin.blotches|Skin blotches|Makes the skin's colour more uneven.
skin.freckles|Freckles|Adds freckles over nose and cheeks.
skin.translucency|Skin translucency|Lets more red light through at the shadow's edge.
""",
    "complexion": """
complexion.forehead|Forehead tone|Lightens the forehead against the rest of the face.
complexion.cheek_redness|Cheek redness|Reddens the cheeks.
complexion.nose_redness|Nose redness|Reddens the tip and wings of the nose.
complexion.chin|Chin tone|Lightens chin and mouth area against the rest of the face.
complexion.jaw|Jaw tone|Lightens the sides of the jaw.
complexion.dark_circles|Dark circles|Darkens the skin below the eyes.
complexion.eye_bags|Eye bag crease|Deepens the crease below the lower lid.
complexion.lids|Lid tone|Lightens the upper lids.
complexion.mouth_shadow|Mouth surround|Lightens the skin around the mouth.
complexion.mouth_lines|Mouth lines|Deepens the lines below the mouth corners.
complexion.nasolabial|Nasolabial fold|Deepens the fold from nose to mouth corner.
complexion.forehead_lines|Forehead lines|Deepens the lines across the forehead.
complexion.frown_lines|Frown lines|Deepens the lines between the brows.
complexion.crows_feet|Crow's feet|Deepens the lines beside the eyes.
complexion.cheek_shadow|Cheek shadow|Darkens the hollow below the cheekbones.
""",
    "make-up": """
makeup.eye_shadow|Eye shadow|Adds eye shadow to the upper lids.
makeup.eye_shadow_hue|Eye shadow hue|Turns eye shadow from warm brown to cool blue.
makeup.eye_liner|Eye liner|Darkens the rims of the lids.
makeup.blush|Blusher|Adds rose blusher to the cheekbones.
""",
    "lips": """
lips.lightness|Lip lightness|Lightens the lips against the skin.
lips.redness|Lip redness|Shifts the lips towards red.
lips.saturation|Lip saturation|Makes the lips' colour stronger.
lips.gloss|Lip gloss|Makes the lips glossier.
lips.edge|Lip edge|Sharpens the border of the lips.
lips.line|Mouth line|Darkens the line between the lips.
""",
    "eyes": """
iris.lightness|Iris lightness|Lightens the irises.
iris.hue|Iris hue|Turns the irises from brown over green to blue.
iris.saturation|Iris saturation|Makes the irises' colour stronger.
iris.size|Iris size|Enlarges the irises.
iris.ring|Limbal ring|Darkens the rim of the irises.
iris.pupil|Pupil size|Widens the pupils.
sclera.lightness|White of the eye|Lightens the white of the eyes.
sclera.redness|Redness of the eye|Reddens the white of the eyes.
""",
    "hair": """
hair.lightness|Hair lightness|Lightens the hair.
hair.warmth|Hair warmth|Turns the hair from ash to red.
hair.grey|Grey hair|Takes the colour out of the hair.
hair.hairline|Hairline height|Raises the hairline.
hair.recession|Temple recession|Draws the hairline back above the temples.
hair.peak|Widow's peak|Lowers the middle of the hairline to a point.
hair.density|Hair density|Makes the hair denser.
hair.volume|Hair volume|Makes the hair stand further off the head.
""",
    "brows": """
brow.thickness|Brow thickness|Makes the brows thicker.
brow.taper|Brow taper|Thins the outer half of the brows against the inner half.
brow.lightness|Brow lightness|Lightens the brows against the hair.
brow.height|Brow height|Raises the painted brows.
brow.length|Brow length|Lengthens the brows outwards.
brow.gap|Brow gap|Moves the inner ends of the brows apart.
brow.tilt|Brow tilt|Raises the outer half of the brows against the inner half.
brow.arch|Brow arch|Bends the brows into an arch.
lashes.darkness|Lash darkness|Makes the lashes darker and denser.
""",
    "beard": """
beard.moustache|Moustache|Adds hair above the upper lip.
beard.chin|Chin beard|Adds hair on and below the chin.
beard.cheeks|Cheek beard|Adds hair along jaw and cheeks.
beard.lightness|Beard lightness|Lightens the beard against the hair.
""",
}


def material_parameters() -> list[MaterialParameter]:
    """Every material slider in schema order, which is also the order of the shader's `m` array."""
    return [
        MaterialParameter(name, group, label, text)
        for group, table in _TABLES.items()
        for name, label, text in (line.split("|") for line in table.strip().splitlines())
    ]


def shader_names() -> list[str]:
    """The macro by which the shader reads each material parameter, such as SKIN_SHINE."""
    return [parameter.name.replace(".", "_").upper() for parameter in material_parameters()]


# Linear-light albedo of skin from very dark to very fair, sampled by eye from calibrated portrait charts; colours
# between are blended in the logarithm, since pigment absorbs multiplicatively.
_SKIN_TONES = np.log(
    np.array(
        [
            [0.060, 0.030, 0.019],
            [0.150, 0.080, 0.050],
            [0.330, 0.190, 0.125],
            [0.560, 0.360, 0.265],
            [0.740, 0.560, 0.460],
        ]
    )
)
# Neutral skin sits between the third and fourth tone.
_NEUTRAL_TONE, _TONE_REACH = 2.45, 1.55
_BROWN, _GREEN, _BLUE = np.array([0.105, 0.055, 0.028]), np.array([0.15, 0.16, 0.09]), np.array([0.16, 0.24, 0.33])
_ASH, _RED = np.array([0.115, 0.095, 0.080]), np.array([0.20, 0.075, 0.032])


def _saturate(colour: Array, amount: float) -> Array:
    grey = colour @ np.array([0.2126, 0.7152, 0.0722])
    return grey + (colour - grey) * amount


def colours(value: dict[str, float]) -> dict[str, Array]:
    """Linear-light base colours (3,) of skin, lips, iris, sclera, hair, brows and beard from sliders in [-1, 1]."""
    tone = np.clip(_NEUTRAL_TONE + _TONE_REACH * value["skin.lightness"], 0.0, 4.0)
    low = min(int(tone), 3)
    skin = np.exp(_SKIN_TONES[low] * (low + 1 - tone) + _SKIN_TONES[low + 1] * (tone - low))
    skin = skin * np.exp(0.08 * value["skin.redness"] * np.array([1.0, -0.7, -0.6]))
    skin = skin * np.exp(0.14 * value["skin.yellowness"] * np.array([0.25, 0.35, -1.0]))
    skin = _saturate(skin, 1.0 + 0.3 * value["skin.saturation"])

    lips = skin * np.array([0.80, 0.48, 0.52]) * np.exp(0.45 * value["lips.lightness"])
    lips = lips * np.exp(0.30 * value["lips.redness"] * np.array([0.45, -0.95, -0.80]))
    lips = _saturate(lips, 1.0 + 0.45 * value["lips.saturation"])

    turn = 0.5 + 0.5 * value["makeup.eye_shadow_hue"]
    shadow = np.array([0.36, 0.17, 0.12]) * (1.0 - turn) + np.array([0.16, 0.20, 0.42]) * turn

    hue = value["iris.hue"]
    iris = _BROWN * max(-hue, 0.0) + _BLUE * max(hue, 0.0) + (0.6 * _BROWN + 0.4 * _GREEN) * (1.0 - abs(hue))
    iris = _saturate(iris, 1.0 + 0.35 * value["iris.saturation"]) * np.exp(0.6 * value["iris.lightness"])

    sclera = np.array([0.62, 0.58, 0.55]) * np.exp(0.3 * value["sclera.lightness"])
    sclera = sclera * np.exp(0.18 * (value["sclera.redness"] + 1.0) * np.array([0.2, -1.0, -0.9]))

    warmth = 0.5 + 0.5 * value["hair.warmth"]
    hair = (_ASH * (1.0 - warmth) + _RED * warmth) * np.exp(1.5 * value["hair.lightness"] - 1.0)
    grey = (0.5 + 0.5 * value["hair.grey"]) ** 2
    hair = _saturate(hair, 1.0 - 0.9 * grey) * (1.0 + 0.8 * grey)
    return {
        "skin": np.clip(skin, 0.004, 0.95),
        "shadow": np.clip(shadow, 0.02, 0.95),
        "lip": np.clip(lips, 0.004, 0.95),
        "iris": np.clip(iris, 0.004, 0.8),
        "sclera": np.clip(sclera, 0.02, 0.95),
        "hair": np.clip(hair, 0.004, 0.9),
        "brow": np.clip(hair * np.exp(0.8 * value["brow.lightness"] - 0.1), 0.003, 0.9),
        "beard": np.clip(hair * np.exp(0.8 * value["beard.lightness"] - 0.1), 0.003, 0.9),
    }
