"""Shape parameters: which morph targets each one blends, on both halves of its range."""

from __future__ import annotations

from dataclasses import dataclass

# At the ends of the range a target is applied at this weight. 0.45 keeps faces human even when every parameter is
# drawn uniformly at once; a single slider could go further.
FEATURE_GAIN = 0.45
WHOLE_HEAD_GAIN = 0.35
ASYMMETRY_GAIN = 0.2
# Targets that move the data's face less than others do: (negative, positive) factors on their gain, so that each
# half of every slider can be seen (benchmarks/parameter_table.py).
FACTORS: dict[str, tuple[float, float]] = {
    "eye.bag_height": (1.7, 1.7),
    "eye.bag_depth": (2.6, 2.6),
    "eye.bag": (1.0, 1.6),
    "nose.bridge_width": (1.6, 1.6),
    "nose.compression": (1.7, 1.5),
    "nose.hump": (2.4, 2.4),
    "mouth.cupids_bow": (2.2, 1.0),
    "mouth.cupids_bow_width": (1.9, 1.9),
    "mouth.upper_width": (1.8, 1.0),
    "cheek.inner": (1.5, 1.2),
    "asymmetry.nostrils": (2.6, 2.6),
}


@dataclass(frozen=True)
class ShapeParameter:
    """One slider over a pair of morph targets; `negative` is None when its positive target is used mirrored."""

    name: str
    group: str
    label: str
    description: str
    negative: str | None
    positive: str
    gain: tuple[float, float]
    """Weights of the negative and the positive target at the ends of the range."""
    mirror: str | None = None


# name | label | what positive does | negative target | positive target
_HEAD = """
head.age_shape|Aged shape|Gives the skull and soft tissue the proportions of an older person.|head-age-decr|head-age-incr
head.taper|Face taper|Widens the lower face against the upper face.|head-angle-in|head-angle-out
head.fat|Face fat|Fills the cheeks and the underside of the jaw.|head-fat-decr|head-fat-incr
head.depth|Head depth|Lengthens the head from front to back.|head-scale-depth-decr|head-scale-depth-incr
head.width|Head width|Widens the whole head.|head-scale-horiz-decr|head-scale-horiz-incr
head.height|Head height|Lengthens the whole head from chin to crown.|head-scale-vert-decr|head-scale-vert-incr
head.square|Round to square|Turns a round outline into a square one.|head-round|head-square
head.rectangular|Oval to rectangular|Turns an oval outline into a rectangular one.|head-oval|head-rectangular
head.triangular|Heart to pear|Moves the widest part of the outline from the temples to the jaw.|head-invertedtriangular|head-triangular
head.diamond|Diamond|Widens the cheekbones while narrowing temples and jaw.|-|head-diamond
"""
_FOREHEAD = """
forehead.slope|Forehead slope|Makes the forehead round and upright in place of sloping.|forehead-nubian-decr|forehead-nubian-incr
forehead.height|Forehead height|Raises the forehead.|forehead-scale-vert-decr|forehead-scale-vert-incr
forehead.temple|Temple fullness|Fills the temples.|forehead-temple-decr|forehead-temple-incr
forehead.depth|Forehead depth|Brings the forehead forward.|forehead-trans-backward|forehead-trans-forward
brow_ridge.angle|Brow ridge angle|Lifts the outer ends of the brow ridge.|eyebrows-angle-down|eyebrows-angle-up
brow_ridge.depth|Brow ridge depth|Brings the brow ridge forward.|eyebrows-trans-backward|eyebrows-trans-forward
brow_ridge.height|Brow ridge height|Raises the brow ridge.|eyebrows-trans-down|eyebrows-trans-up
"""
_NOSE = """
nose.compression|Nose compression|Flattens the middle of the nose against the face.|nose-compression-uncompress|nose-compression-compress
nose.bridge_curve|Bridge curve|Bends the bridge outwards.|nose-curve-concave|nose-curve-convex
nose.flare|Nostril flare|Flares the wings of the nose.|nose-flaring-decr|nose-flaring-incr
nose.greek|Bridge root|Fills the root of the nose towards a straight line from the forehead.|nose-greek-decr|nose-greek-incr
nose.hump|Bridge hump|Adds a hump to the bridge.|nose-hump-decr|nose-hump-incr
nose.nostril_angle|Nostril angle|Turns the nostrils upwards.|nose-nostrils-angle-down|nose-nostrils-angle-up
nose.nostril_width|Nostril width|Widens the nostrils.|nose-nostrils-width-decr|nose-nostrils-width-incr
nose.tip_height|Tip height|Raises the tip of the nose.|nose-point-down|nose-point-up
nose.tip_width|Tip width|Widens the tip of the nose.|nose-point-width-decr|nose-point-width-incr
nose.depth|Nose depth|Makes the nose stand out further.|nose-scale-depth-decr|nose-scale-depth-incr
nose.width|Nose width|Widens the whole nose.|nose-scale-horiz-decr|nose-scale-horiz-incr
nose.length|Nose length|Lengthens the whole nose.|nose-scale-vert-decr|nose-scale-vert-incr
nose.septum_angle|Septum angle|Tilts the underside of the nose.|nose-septumangle-decr|nose-septumangle-incr
nose.forward|Nose forward|Moves the whole nose forward.|nose-trans-backward|nose-trans-forward
nose.shift|Nose sideways|Moves the nose to the character's left.|nose-trans-in|nose-trans-out
nose.position|Nose position|Moves the whole nose up.|nose-trans-down|nose-trans-up
nose.volume|Nose volume|Swells the nose as a whole.|nose-volume-decr|nose-volume-incr
nose.root_width|Root width|Widens the root between the eyes.|nose-width1-decr|nose-width1-incr
nose.bridge_width|Bridge width|Widens the middle of the bridge.|nose-width2-decr|nose-width2-incr
nose.base_width|Base width|Widens the nose above its wings.|nose-width3-decr|nose-width3-incr
"""
_MOUTH = """
mouth.corner_height|Corner height|Raises the corners of the closed mouth.|mouth-angles-down|mouth-angles-up
mouth.cupids_bow|Cupid's bow|Deepens the notch of the upper lip.|mouth-cupidsbow-decr|mouth-cupidsbow-incr
mouth.cupids_bow_width|Cupid's bow width|Widens the notch of the upper lip.|mouth-cupidsbow-width-decr|mouth-cupidsbow-width-incr
mouth.dimples|Dimples|Fills the dimples beside the mouth.|mouth-dimples-in|mouth-dimples-out
mouth.laugh_lines|Laugh lines|Fills the folds from nose to mouth corners.|mouth-laugh-lines-in|mouth-laugh-lines-out
mouth.lower_corner|Lower lip corners|Raises the outer ends of the lower lip.|mouth-lowerlip-ext-down|mouth-lowerlip-ext-up
mouth.lower_height|Lower lip height|Makes the lower lip taller.|mouth-lowerlip-height-decr|mouth-lowerlip-height-incr
mouth.lower_middle|Lower lip middle|Raises the middle of the lower lip.|mouth-lowerlip-middle-down|mouth-lowerlip-middle-up
mouth.lower_volume|Lower lip volume|Makes the lower lip fuller.|mouth-lowerlip-volume-decr|mouth-lowerlip-volume-incr
mouth.lower_width|Lower lip width|Widens the lower lip.|mouth-lowerlip-width-decr|mouth-lowerlip-width-incr
mouth.philtrum|Philtrum volume|Fills the groove between nose and lip.|mouth-philtrum-volume-decr|mouth-philtrum-volume-incr
mouth.depth|Mouth depth|Makes the mouth protrude.|mouth-scale-depth-decr|mouth-scale-depth-incr
mouth.width|Mouth width|Widens the mouth.|mouth-scale-horiz-decr|mouth-scale-horiz-incr
mouth.height|Mouth height|Makes both lips taller.|mouth-scale-vert-decr|mouth-scale-vert-incr
mouth.forward|Mouth forward|Moves the mouth forward.|mouth-trans-backward|mouth-trans-forward
mouth.shift|Mouth sideways|Moves the mouth to the character's left.|mouth-trans-in|mouth-trans-out
mouth.position|Mouth position|Moves the mouth up.|mouth-trans-down|mouth-trans-up
mouth.upper_corner|Upper lip corners|Raises the outer ends of the upper lip.|mouth-upperlip-ext-down|mouth-upperlip-ext-up
mouth.upper_height|Upper lip height|Makes the upper lip taller.|mouth-upperlip-height-decr|mouth-upperlip-height-incr
mouth.upper_middle|Upper lip middle|Raises the middle of the upper lip.|mouth-upperlip-middle-down|mouth-upperlip-middle-up
mouth.upper_volume|Upper lip volume|Makes the upper lip fuller.|mouth-upperlip-volume-decr|mouth-upperlip-volume-incr
mouth.upper_width|Upper lip width|Widens the upper lip.|mouth-upperlip-width-decr|mouth-upperlip-width-incr
"""
_CHIN = """
chin.bones|Chin bones|Widens the bones beside the chin.|chin-bones-decr|chin-bones-incr
chin.cleft|Chin cleft|Deepens the cleft of the chin.|chin-cleft-decr|chin-cleft-incr
chin.height|Chin height|Lengthens the chin.|chin-height-decr|chin-height-incr
chin.jaw_length|Jaw length|Lowers the line of the jaw.|chin-jaw-drop-decr|chin-jaw-drop-incr
chin.prognathism|Prognathism|Brings the lower jaw forward.|chin-prognathism-decr|chin-prognathism-incr
chin.prominence|Chin prominence|Makes the chin stand out.|chin-prominent-decr|chin-prominent-incr
chin.width|Chin width|Widens the chin.|chin-width-decr|chin-width-incr
chin.pointed|Pointed chin|Narrows the chin to a point.|-|chin-triangle
neck.girth|Neck girth|Makes the neck thicker.|measure-neck-circ-decr|measure-neck-circ-incr
neck.double_chin|Double chin|Fills the underside of the chin.|neck-double-decr|neck-double-incr
"""
_ASYMMETRY = """
asymmetry.brow_height|Brow height difference|Sets one brow ridge higher than the other.|asym-brown-1-r|asym-brown-1-l
asymmetry.brow_angle|Brow angle difference|Tilts one brow ridge more than the other.|asym-brown-2-r|asym-brown-2-l
asymmetry.cheek_volume|Cheek volume difference|Makes one cheek fuller than the other.|asym-cheek-1-r|asym-cheek-1-l
asymmetry.cheek_height|Cheek height difference|Sets one cheek higher than the other.|asym-cheek-2-r|asym-cheek-2-l
asymmetry.jaw_shift|Jaw shift|Moves the jaw to one side.|asym-jaw-1-r|asym-jaw-1-l
asymmetry.jaw_angle|Jaw angle difference|Widens one corner of the jaw.|asym-jaw-2-r|asym-jaw-2-l
asymmetry.chin_shift|Chin shift|Moves the chin to one side.|asym-jaw-3-r|asym-jaw-3-l
asymmetry.mouth_tilt|Mouth tilt|Sets one corner of the mouth higher.|asym-mouth-1-r|asym-mouth-1-l
asymmetry.mouth_shift|Mouth bend|Bends the mouth to one side.|asym-mouth-2-r|asym-mouth-2-l
asymmetry.nose_root|Nose root shift|Moves the root of the nose to one side.|asym-nose-1-r|asym-nose-1-l
asymmetry.nose_bridge|Nose bridge shift|Bends the bridge to one side.|asym-nose-2-r|asym-nose-2-l
asymmetry.nose_tip|Nose tip shift|Moves the tip to one side.|asym-nose-3-r|asym-nose-3-l
asymmetry.nostrils|Nostril difference|Sets one nostril higher than the other.|asym-nose-4-r|asym-nose-4-l
asymmetry.temple|Temple difference|Fills one temple more than the other.|asym-temple-1-r|asym-temple-1-l
asymmetry.skull|Skull difference|Makes one side of the skull wider.|asym-temple-2-r|asym-temple-2-l
"""
_EYE = """
bag|Eye bag|Swells the bag under the eye.|eye-bag-decr|eye-bag-incr
bag_height|Eye bag height|Raises the bag under the eye.|eye-bag-height-decr|eye-bag-height-incr
bag_depth|Eye bag depth|Brings the bag under the eye forward.|eye-bag-in|eye-bag-out
inner_corner|Inner corner height|Raises the inner corner of the eye.|eye-corner1-down|eye-corner1-up
outer_corner|Outer corner height|Raises the outer corner of the eye.|eye-corner2-down|eye-corner2-up
epicanthus|Epicanthic fold|Covers the inner corner with a fold.|eye-epicanthus-in|eye-epicanthus-out
fold_angle|Lid fold angle|Lifts the outer end of the upper lid's fold.|eye-eyefold-angle-down|eye-eyefold-angle-up
fold_volume|Lid fold volume|Fills the upper lid's fold.|eye-eyefold-concave|eye-eyefold-convex
fold_height|Lid fold height|Raises the upper lid's fold.|eye-eyefold-down|eye-eyefold-up
height_inner|Opening, inner part|Opens the inner third of the eye.|eye-height1-decr|eye-height1-incr
height_middle|Opening, middle part|Opens the middle of the eye.|eye-height2-decr|eye-height2-incr
height_outer|Opening, outer part|Opens the outer third of the eye.|eye-height3-decr|eye-height3-incr
inner_push|Inner corner position|Moves the inner corner towards the ear.|eye-push1-in|eye-push1-out
outer_push|Outer corner position|Moves the outer corner towards the ear.|eye-push2-in|eye-push2-out
size|Eye size|Enlarges the eye and its surroundings.|eye-scale-decr|eye-scale-incr
position|Eye height|Raises the eye.|eye-trans-down|eye-trans-up
spacing|Eye distance|Moves the eye away from the nose.|eye-trans-in|eye-trans-out
"""
_EAR = """
flap|Ear flap|Folds the rim of the ear outwards.|ear-flap-decr|ear-flap-incr
lobe|Ear lobe|Enlarges the lobe.|ear-lobe-decr|ear-lobe-incr
rotation|Ear rotation|Tilts the ear forward.|ear-rot-backward|ear-rot-forward
size|Ear size|Enlarges the ear.|ear-scale-decr|ear-scale-incr
length|Ear length|Makes the ear taller.|ear-scale-vert-decr|ear-scale-vert-incr
point|Ear top|Turns a round top into a pointed one.|ear-shape-round|ear-shape-pointed
square|Ear outline|Turns a triangular outline into a square one.|ear-shape-triangle|ear-shape-square
position|Ear height|Raises the ear.|ear-trans-down|ear-trans-up
wing|Ear stand-out|Makes the ear stand out from the head.|ear-wing-decr|ear-wing-incr
"""
_CHEEK = """
bone|Cheekbone|Makes the cheekbone stand out.|cheek-bones-decr|cheek-bones-incr
inner|Inner cheek|Fills the cheek beside the nose.|cheek-inner-decr|cheek-inner-incr
height|Cheek height|Raises the cheek.|cheek-trans-down|cheek-trans-up
volume|Cheek volume|Makes the cheek fuller.|cheek-volume-decr|cheek-volume-incr
"""


def _gain(name: str, gain: float) -> tuple[float, float]:
    low, high = FACTORS.get(name, (1.0, 1.0))
    return gain * low, gain * high


def _single(table: str, group: str, gain: float) -> list[ShapeParameter]:
    rows = (line.split("|") for line in table.strip().splitlines())
    return [
        ShapeParameter(name, group, label, text, None if low == "-" else low, high, _gain(name, gain))
        for name, label, text, low, high in rows
    ]


def _paired(table: str, part: str, group: str, gain: float) -> list[ShapeParameter]:
    found: list[ShapeParameter] = []
    for line in table.strip().splitlines():
        name, label, text, low, high = line.split("|")
        for side, other in (("left", "right"), ("right", "left")):
            found.append(
                ShapeParameter(
                    f"{part}.{side}.{name}",
                    group,
                    f"{label}, {side}",
                    f"{text[:-1]}, on the character's {side} side.",
                    f"{side[0]}-{low}",
                    f"{side[0]}-{high}",
                    _gain(f"{part}.{name}", gain),
                    f"{part}.{other}.{name}",
                )
            )
    return found


def shape_parameters() -> list[ShapeParameter]:
    """Every target-driven slider in schema order."""
    return [
        *_single(_HEAD, "head", WHOLE_HEAD_GAIN),
        *_single(_FOREHEAD, "forehead", FEATURE_GAIN),
        *_paired(_EYE, "eye", "eyes", FEATURE_GAIN),
        *_single(_NOSE, "nose", FEATURE_GAIN),
        *_single(_MOUTH, "mouth", FEATURE_GAIN),
        *_paired(_CHEEK, "cheek", "cheeks", FEATURE_GAIN),
        *_single(_CHIN, "chin and neck", FEATURE_GAIN),
        *_paired(_EAR, "ear", "ears", WHOLE_HEAD_GAIN),
        *_single(_ASYMMETRY, "asymmetry", ASYMMETRY_GAIN),
    ]


@dataclass(frozen=True)
class MacroParameter:
    """One slider over whole-person targets; its blend is not linear, see `morph.macro_weights`."""

    name: str
    label: str
    description: str


MACROS = (
    MacroParameter("person.masculine", "Feminine to masculine", "Moves the whole face from feminine to masculine proportions."),
    MacroParameter("person.age", "Age", "Moves the whole face from young to old proportions."),
    MacroParameter("person.weight", "Weight", "Moves the whole face from lean to heavy."),
    MacroParameter("person.muscle", "Muscle", "Moves face and neck from slight to muscular."),
    MacroParameter("person.african", "African ancestry", "Raises the share of African proportions against the other ancestries."),
    MacroParameter("person.asian", "Asian ancestry", "Raises the share of Asian proportions against the other ancestries."),
    MacroParameter("person.european", "European ancestry", "Raises the share of European proportions against the other ancestries."),
)
