"""The document's materials, textures and pictures: standard metallic-roughness, without extensions."""

from __future__ import annotations

from typing import Any

from engine_bridge.engines.embedded.gltf import textures
from engine_bridge.engines.embedded.gltf.container import JPEG, PNG, GlbWriter
from engine_bridge.engines.embedded.gltf.eye import eye_picture
from engine_bridge.engines.embedded.gltf.hair_mesh import HairMesh
from engine_bridge.engines.embedded.gltf.hair_paint import CUTOFF
from engine_bridge.engines.embedded.gltf.lashes import lash_picture
from engine_bridge.engines.embedded.gltf.mouth_mesh import mouth_picture
from engine_bridge.engines.embedded.gltf.shared import Shared
from engine_bridge.engines.embedded.gltf.skin import halved, occlusion, skin_picture
from engine_bridge.engines.embedded.gltf.surface import PARTS
from engine_bridge.engines.embedded.hair import STYLES
from engine_bridge.engines.embedded.materials import colours
from engine_bridge.engines.embedded.mesh import EYE_LEFT, EYE_RIGHT

HAIR_ROUGHNESS, EYE_ROUGHNESS = 0.75, 0.08
LINEAR, LINEAR_MIPMAPS, CLAMPED, REPEATED = 9729, 9987, 33071, 10497
EDGED, AROUND = 0, 1  # samplers; the skin's texture meets itself behind the head


class Look:
    """Collects what the document says about surfaces; each method gives a material's number."""

    def __init__(self, writer: GlbWriter, of_all: Shared, value: dict[str, float], texture_px: int) -> None:
        """Sliders in -1..1 by name; the skin's colour is `texture_px` wide and high."""
        self._writer, self._maps, self._surface, self._slowly = writer, of_all.maps, of_all.surface, of_all.slowly
        self._value, self._px = value, texture_px
        self.colours = colours(value)
        """Linear light (3,) by name."""
        self._materials: list[dict[str, Any]] = []
        self._textures: list[dict[str, int]] = []

    def skin(self, style: str) -> int:
        """Colour, normal, and occlusion with roughness, all in the atlas' layout."""
        scalp_dm = STYLES[style].scalp_dm
        painted = skin_picture(self._px, self._maps, self._slowly, self._value, self.colours, scalp_dm)
        # The finest thing in the colour is a brow's stroke; relief and gloss are no finer than the painted lines.
        tilt, roughness = halved(painted.tilt), halved(painted.roughness)
        colour = self._texture("skin.colour", textures.colour_jpeg(painted.colour), JPEG, AROUND)
        normal = self._texture("skin.normal", textures.normal_jpeg(tilt), JPEG, AROUND)
        both = textures.surface_jpeg(occlusion(len(roughness), self._slowly), roughness)
        relief = self._texture("skin.occlusion_roughness", both, JPEG, AROUND)
        return self._material(
            "skin",
            {"baseColorTexture": {"index": colour}, "metallicRoughnessTexture": {"index": relief}},
            normalTexture={"index": normal},
            occlusionTexture={"index": relief},
        )

    def eye(self, part: int) -> int:
        """One eyeball, wet."""
        surface = self._surface
        drawn = surface.triangles[part]
        picture = eye_picture(
            surface.rest[surface.rows[drawn]], surface.uvs[drawn], self._maps, self._value, self.colours, self._px // 4
        )
        texture = self._texture(PARTS[part], textures.colour_jpeg(picture), JPEG, EDGED)
        return self._material(PARTS[part], {"baseColorTexture": {"index": texture}, "roughnessFactor": EYE_ROUGHNESS})

    def lashes(self) -> int:
        """Blended strokes."""
        colour, cover = lash_picture(self._maps, self.colours["hair"], self._value["lashes.darkness"])
        texture = self._texture("lashes", textures.colour_png(colour, cover), PNG, EDGED)
        return self._material(
            "lashes",
            {"baseColorTexture": {"index": texture}, "roughnessFactor": 0.9},
            alphaMode="BLEND",
            doubleSided=True,
        )

    def hair(self, hair: HairMesh) -> int:
        """Strands cut out of their sheet."""
        picture = hair.picture(self._px // 2)
        colour = self._texture("hair.colour", textures.colour_png(picture.colour, picture.cover), PNG, EDGED)
        normal = self._texture("hair.normal", textures.normal_jpeg(picture.tilt), JPEG, EDGED)
        return self._material(
            "hair",
            {"baseColorTexture": {"index": colour}, "roughnessFactor": HAIR_ROUGHNESS},
            normalTexture={"index": normal},
            alphaMode="MASK",
            alphaCutoff=CUTOFF,
            doubleSided=True,
        )

    def mouth(self) -> int:
        """Teeth and tongue."""
        picture = mouth_picture(self._maps, self._px // 4)
        colour = self._texture("mouth.colour", textures.colour_jpeg(picture.colour), JPEG, EDGED)
        both = textures.surface_jpeg(picture.occlusion, picture.roughness)
        relief = self._texture("mouth.occlusion_roughness", both, JPEG, EDGED)
        return self._material(
            "mouth",
            {"baseColorTexture": {"index": colour}, "metallicRoughnessTexture": {"index": relief}},
            occlusionTexture={"index": relief},
            doubleSided=True,
        )

    def parts(self, style: str) -> dict[int, int]:
        """Part of the head -> its material."""
        skin = self.skin(style)
        eyes = [self.eye(part) for part in (EYE_LEFT, EYE_RIGHT)]
        return dict(zip(PARTS, [skin, *eyes, self.lashes()], strict=True))

    def document(self) -> dict[str, Any]:
        """Materials, textures and samplers, for the document."""
        filters = {"magFilter": LINEAR, "minFilter": LINEAR_MIPMAPS, "wrapT": CLAMPED}
        samplers = [{**filters, "wrapS": wrap} for wrap in (CLAMPED, REPEATED)]
        return {"materials": self._materials, "textures": self._textures, "samplers": samplers}

    def _texture(self, name: str, data: bytes, mime_type: str, sampler: int) -> int:
        self._textures.append({"source": self._writer.image(data, name, mime_type), "sampler": sampler})
        return len(self._textures) - 1

    def _material(self, name: str, surface: dict[str, Any], **rest: Any) -> int:
        self._materials.append({"name": name, "pbrMetallicRoughness": {"metallicFactor": 0.0, **surface}, **rest})
        return len(self._materials) - 1
