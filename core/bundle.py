"""A bundle: what importing needs for one character (schema, networks, reader, constants), and a card that says so."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from core.models.imitator import IMAGE_PX, Imitator
from core.models.reader import Reader
from core.models.regressor import Reconstructor
from core.train.landmark_map import Constants
from core.train.results import bounds
from data_capture import png
from engine_bridge.errors import BundleError, SchemaError
from engine_bridge.schema import CharacterSchema

FORMAT = "facebridge-bundle"
VERSION = 3
SHIPPED = Path(__file__).resolve().parent / "data" / "bundles" / "embedded"
FILES = (
    "card.json",
    "schema.json",
    "neutral.png",  # the constant image of the imitator: a render, so eight bits hold all of it
    "imitator.safetensors",
    "reconstructor.safetensors",
    "reader.safetensors",
    "constants.safetensors",
)
# More than any bundle of this format has; a larger file is not read into memory.
LARGEST_BYTES = 256 * 1024 * 1024
# The map from parameters to landmarks is stored as two factors of at most this inner size. A face's outline moves
# in few independent ways: for the embedded head what is cut off moves a landmark by 0.11 px over the whole cube.
LANDMARK_RANK = 36


@dataclass(frozen=True)
class Bundle:
    """What importing needs: networks are in eval mode, frozen, float32, on the CPU.

    `reader` is what importing uses, `reconstructor` the paper's E, D and R. `constants` holds `landmark_weight`
    (P, 478, 2), `landmark_bias` (478, 2), `embedding_mean` (128,), `geometry_mean` (468, 3) and `colour_mean` (R, 3)
    of renders, `template` (5, 2), and, of the training photos, `photo_embedding_mean`, `photo_geometry_mean` and
    `photo_colour_mean`.
    """

    schema: CharacterSchema
    imitator: Imitator
    reconstructor: Reconstructor
    reader: Reader
    constants: dict[str, Tensor]
    card: dict[str, Any]

    @property
    def template(self) -> NDArray[np.float32]:
        """(5, 2) px of the 256-px render: where a photo's eyes, nose tip and mouth corners are aligned to."""
        return self.constants["template"].numpy()

    @classmethod
    def load(cls, path: Path | str | None = None) -> Bundle:
        """Read and check a bundle folder (None: the one that ships); BundleError says what is wrong with which part."""
        folder = SHIPPED if path is None else Path(path)
        for name in FILES:
            if not (folder / name).is_file():
                raise BundleError(
                    f"{folder} is not a bundle: it has no {name}; make one with facebridge train bundle, or leave"
                    " --bundle out for the one that ships."
                )
        card = _card(folder / "card.json")
        try:
            schema = CharacterSchema.from_json((folder / "schema.json").read_bytes())
        except (OSError, SchemaError) as error:
            raise BundleError(f"The bundle's {folder / 'schema.json'} cannot be used: {error}") from error
        if card.get("schema") != schema.hash:
            raise BundleError(
                f"The bundle {folder} was trained for schema {str(card.get('schema'))[:12]}, but its schema.json is"
                f" {schema.hash[:12]}; the files do not belong together, get the bundle again."
            )
        with torch.random.fork_rng(devices=[]):  # fresh weights are drawn, then overwritten
            imitator, reconstructor = Imitator(*bounds(schema)), Reconstructor(*bounds(schema))
        _fill(imitator, folder / "imitator.safetensors", {"neutral": _picture(folder / "neutral.png")})
        _fill(reconstructor, folder / "reconstructor.safetensors")
        reader = Reader(_tensors(folder / "reader.safetensors"))
        if reader.parameter_count != schema.count:
            raise BundleError(
                f"The reader in {folder} reads {reader.parameter_count} parameters, but the character has"
                f" {schema.count}; the files do not belong together, get the bundle again."
            )
        constants = _constants(folder / "constants.safetensors", schema.count)
        return cls(schema, imitator, reconstructor, reader.requires_grad_(False), constants, card)

    def digest(self) -> str:
        """SHA-256 over all that an import depends on, in hex: two processes with equal digests answer alike."""
        found = hashlib.sha256(self.schema.to_json() + json.dumps(self.card, sort_keys=True).encode())
        for weights in (self.reader.state_dict(), self.imitator.state_dict(), self.constants):
            for name in sorted(weights):
                found.update(name.encode())
                found.update(weights[name].cpu().contiguous().view(torch.uint8).numpy().data)
        return found.hexdigest()

    def save(self, path: Path | str) -> None:
        """Write the bundle as a folder, whole or not at all; an older bundle of that name is replaced.

        Weights go to disk as half floats. Raises BundleError when it cannot be written.
        """
        folder = Path(path)
        new = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
        old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.old")
        if folder.exists() and not (folder / "card.json").is_file() and any(folder.iterdir()):
            raise BundleError(f"{folder} holds something that is not a bundle; give another folder.")
        card = {"format": FORMAT, "format_version": VERSION, **self.card, "schema": self.schema.hash}
        weights = _half(self.imitator)
        picture = self.imitator.neutral.detach().cpu().clamp(0, 1).mul(255).round().byte().permute(1, 2, 0)
        del weights["neutral"]
        contents = {
            "card.json": json.dumps(card, indent=1, ensure_ascii=False).encode() + b"\n",
            "schema.json": self.schema.to_json(),
            "neutral.png": png.encode(picture.contiguous().numpy()),
            "imitator.safetensors": save(weights),
            "reconstructor.safetensors": save(_half(self.reconstructor)),
            "reader.safetensors": save(_reader_tensors(self.reader)),
            "constants.safetensors": save(_factored(self.constants)),
        }
        try:
            new.mkdir(parents=True)
            for name, data in contents.items():
                with open(new / name, "xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            if folder.exists():
                folder.rename(old)
            new.rename(folder)
        except OSError as error:
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise BundleError(
                f"The bundle cannot be written to {folder}: {error.strerror or error}; choose a folder with room."
            ) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


def constant_shapes(count: int) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every tensor in `Bundle.constants` for `count` parameters; R regions of colour."""
    from core.perception.appearance import REGIONS

    regions = len(REGIONS)
    return {
        "landmark_weight": (count, 478, 2),
        "landmark_bias": (478, 2),
        "embedding_mean": (128,),
        "geometry_mean": (468, 3),
        "colour_mean": (regions, 3),
        "template": (5, 2),
        "photo_embedding_mean": (128,),
        "photo_geometry_mean": (468, 3),
        "photo_colour_mean": (regions, 3),
    }


def bundle_constants(constants: Constants, photo_means: dict[str, Tensor]) -> dict[str, Tensor]:
    """The dictionary of `Bundle.constants` from a character's constants and the photos' three means."""
    return {**constants.tensors(), **{f"photo_{name}": value for name, value in photo_means.items()}}


def _card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError(f"The bundle's card {path} cannot be read ({error}); get the bundle again.") from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise BundleError(f"{path} is not the card of a FaceBridge bundle; give the folder of one.")
    if card.get("format_version") != VERSION:
        raise BundleError(
            f"The bundle {path.parent} has format version {card.get('format_version')}, but this FaceBridge reads"
            f" {VERSION}; use a bundle made by the same release."
        )
    return card


def _tensors(path: Path) -> dict[str, Tensor]:
    """Read safetensors without mapping the file, so that it may be replaced while the tensors are in use."""
    try:
        size = path.stat().st_size
        if size > LARGEST_BYTES:
            raise BundleError(f"{path} is {size / 1e6:.0f} MB, more than any bundle's; get the bundle again.")
        tensors = load(path.read_bytes())
    except (OSError, SafetensorError, ValueError) as error:
        raise BundleError(f"The bundle's {path} cannot be read ({error}); get the bundle again.") from error
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise BundleError(f"The tensor {name} in {path} has values that are not finite; train the bundle again.")
    return tensors


def _check_shapes(tensors: dict[str, Tensor], expected: dict[str, tuple[int, ...]], path: Path) -> None:
    for name in sorted(expected.keys() | tensors.keys()):
        if name not in tensors:
            raise BundleError(f"The tensor {name} is missing in {path}; get the bundle again.")
        if name not in expected:
            raise BundleError(f"{path} holds an unknown tensor {name}; use a bundle made by the same release.")
        if tuple(tensors[name].shape) != expected[name]:
            raise BundleError(
                f"The tensor {name} in {path} has shape {tuple(tensors[name].shape)}, expected {expected[name]};"
                " the bundle was made for another character or release."
            )


def _factored(constants: dict[str, Tensor]) -> dict[str, Tensor]:
    """The constants as they are stored: the landmark map as two half-float factors, everything else whole.

    Half floats keep 3 digits: enough for landmark shifts in px, not for means that are subtracted.
    """
    stored = {name: value.float().contiguous() for name, value in constants.items() if name != "landmark_weight"}
    left, sizes, right = torch.linalg.svd(constants["landmark_weight"].float().flatten(1), full_matrices=False)
    share = sizes[:LANDMARK_RANK].sqrt()
    stored["landmark_left"] = (left[:, :LANDMARK_RANK] * share).half().contiguous()
    stored["landmark_right"] = (share[:, None] * right[:LANDMARK_RANK]).half().contiguous()
    return stored


def _constants(path: Path, count: int) -> dict[str, Tensor]:
    """Read what `_factored` wrote."""
    tensors = {name: value.float() for name, value in _tensors(path).items()}
    expected: dict[str, tuple[int, ...]] = constant_shapes(count)
    points = expected.pop("landmark_weight")[1:]
    rank = min(LANDMARK_RANK, count)
    factors = {"landmark_left": (count, rank), "landmark_right": (rank, points[0] * points[1])}
    _check_shapes(tensors, {**expected, **factors}, path)
    left, right = tensors.pop("landmark_left"), tensors.pop("landmark_right")
    return {**tensors, "landmark_weight": (left @ right).unflatten(1, points)}


def _picture(path: Path) -> Tensor:
    """(3, 256, 256) in [0, 1] of a bundle's PNG."""
    try:
        with Image.open(path, formats=("PNG",)) as image:
            if image.size != (IMAGE_PX, IMAGE_PX) or image.mode != "RGB":
                raise BundleError(
                    f"The bundle's {path} is {image.mode} {image.width} x {image.height}, expected RGB {IMAGE_PX} x"
                    f" {IMAGE_PX}; get the bundle again."
                )
            pixels = np.array(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise BundleError(f"The bundle's {path} cannot be read ({error}); get the bundle again.") from error
    return torch.from_numpy(pixels).permute(2, 0, 1).float().div_(255.0)


def _fill(module: nn.Module, path: Path, known: dict[str, Tensor] | None = None) -> None:
    """Put the weights of `path`, and `known` ones that lie elsewhere, into `module`, as float32, and freeze it."""
    tensors = {**_tensors(path), **(known or {})}
    _check_shapes(tensors, {name: tuple(t.shape) for name, t in module.state_dict().items()}, path)
    module.load_state_dict({n: t.float() if t.is_floating_point() else t for n, t in tensors.items()})
    module.eval().requires_grad_(False)


def _reader_tensors(reader: Reader) -> dict[str, Tensor]:
    """The reader's tensors as they are stored: maps as half floats, means and presets whole."""
    state = {name: value.detach().cpu().contiguous() for name, value in reader.state_dict().items()}
    return {n: value.half() if n in ("weight", "directions") else value.clone() for n, value in state.items()}


def _half(module: nn.Module) -> dict[str, Tensor]:
    """A module's state as contiguous half floats; BundleError for a value that half floats cannot hold."""
    state = {}
    for name, tensor in module.state_dict().items():
        stored = tensor.detach().cpu()
        stored = stored.half() if stored.is_floating_point() else stored
        if stored.is_floating_point() and not bool(torch.isfinite(stored).all()):
            raise BundleError(f"The tensor {name} has values beyond half floats; train the bundle again.")
        state[name] = stored.contiguous().clone()
    return state
