"""Networks with weights that a user supplies: the right file is read, any other is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from core.perception.deep3d import Deep3D, face_crops
from core.perception.lightcnn import LightCNN, grey_crops
from core.perception.supplied import fill
from engine_bridge.errors import InputError

EYES, NOSE, MOUTH = ((33, 133), (362, 263)), 1, (61, 291)


@pytest.fixture(scope="module")
def lightcnn() -> LightCNN:
    torch.manual_seed(0)
    return LightCNN()


@pytest.fixture(scope="module")
def deep3d() -> Deep3D:
    torch.manual_seed(0)
    return Deep3D()


def landmarks(eyes: tuple[float, float], mouth_below: float, half: float = 30.0) -> Tensor:
    """A level face: eyes about a middle, nose and mouth below it; (1, 478, 2) px."""
    points = torch.full((1, 478, 2), 128.0)
    x, y = eyes
    for corners, side in zip(EYES, (-half, half), strict=True):
        points[0, list(corners)] = torch.tensor([x + side, y])
    points[0, NOSE] = torch.tensor([x, y + 0.55 * mouth_below])
    for corner, side in zip(MOUTH, (-0.8 * half, 0.8 * half), strict=True):
        points[0, corner] = torch.tensor([x + side, y + mouth_below])
    return points


def test_lightcnn_has_the_tensors_of_the_released_checkpoint(lightcnn: LightCNN) -> None:
    state = lightcnn.state_dict()
    assert len(state) == 60 and sum(value.numel() for value in state.values()) == 10_475_872
    assert state["conv1.filter.weight"].shape == (96, 1, 5, 5)
    assert state["block4.3.conv2.filter.weight"].shape == (256, 128, 3, 3)
    assert state["group3.conv_a.filter.weight"].shape == (384, 192, 1, 1)
    assert state["fc.weight"].shape == (256, 8_192)


def test_deep3d_has_the_tensors_of_the_released_checkpoint(deep3d: Deep3D) -> None:
    state = deep3d.state_dict()
    assert len(state) == 332
    assert state["backbone.layer4.0.downsample.0.weight"].shape == (2048, 1024, 1, 1)
    assert state["final_layers.4.bias"].shape == (27,)
    with torch.no_grad():
        assert deep3d(torch.rand(2, 3, 224, 224)).shape == (2, 257)


def test_a_released_lightcnn_file_is_read_without_its_classifier(lightcnn: LightCNN, tmp_path: Path) -> None:
    state = {f"module.{name}": value for name, value in lightcnn.state_dict().items()}
    state["module.fc2.weight"] = torch.zeros(5, 256)
    path = tmp_path / "LightCNN_29Layers_V2_checkpoint.pth.tar"
    torch.save({"epoch": 80, "arch": "LightCNN", "state_dict": state, "prec1": 99.0}, path)
    net = LightCNN.load(path)
    crops = torch.rand(2, 1, 128, 128)
    assert torch.equal(net(crops), lightcnn(crops))
    assert not net.training and not any(weight.requires_grad for weight in net.parameters())


def test_a_released_deep3d_file_is_read(deep3d: Deep3D, tmp_path: Path) -> None:
    path = tmp_path / "epoch_20.pth"
    torch.save({"net_recon": deep3d.state_dict(), "opt_00": {}}, path)
    crops = torch.rand(1, 3, 224, 224)
    assert torch.equal(Deep3D.load(path)(crops), deep3d(crops))


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (lambda entry: {"weights": {}}, "holds no tensors under"),
        (lambda entry: [1, 2], "holds no tensors under"),
        (lambda entry: {entry: {"a": 3}}, "holds no tensors under"),
        (lambda entry: {entry: {"other": torch.ones(1)}}, r"the tensor .* is missing"),
        (lambda entry: {entry: Path("x")}, "cannot be read as a checkpoint"),
    ],
)
@pytest.mark.parametrize(("load", "entry"), [(LightCNN.load, "state_dict"), (Deep3D.load, "net_recon")])
def test_another_file_is_refused_in_words(
    load: Callable[[Path], nn.Module], entry: str, document: Callable[[str], Any], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "file.pth"
    torch.save(document(entry), path)
    with pytest.raises(InputError, match=sentence):
        load(path)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"weight": torch.ones(2, 2), "bias": torch.ones(3)}, r"the tensor bias is \(3,\), expected \(2,\)"),
        ({"weight": torch.ones(2, 2), "bias": torch.ones(2), "x": torch.ones(1)}, r"also holds x \(1 tensors too"),
        ({"weight": torch.ones(2, 2), "bias": torch.full((2,), float("nan"))}, "the tensor bias holds values that"),
    ],
)
def test_tensors_that_do_not_fit_are_named(state: dict[str, Tensor], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        fill(nn.Linear(2, 2), state, Path("file.pth"), "a net")


def test_a_missing_file_and_one_that_is_no_checkpoint_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no .*; expected LightCNN"):
        LightCNN.load(tmp_path / "none")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(InputError, match=r"cannot be read as a checkpoint .*; expected Deep3D"):
        Deep3D.load(tmp_path / "text")


def test_lightcnn_crops_put_eyes_and_mouth_where_the_network_expects_them() -> None:
    """A bright spot at each place of the photo appears at its place in the crop."""
    points = landmarks((120.0, 100.0), 72.0)
    for place, expected in (((120, 100), (64, 40)), ((120, 172), (64, 88))):
        image = torch.zeros(1, 3, 256, 256)
        image[:, :, place[1] - 1 : place[1] + 1, place[0] - 1 : place[0] + 1] = 1.0
        crop = grey_crops(image, points)
        assert crop.shape == (1, 1, 128, 128)
        y, x = divmod(int(crop.flatten().argmax()), 128)
        assert abs(x + 0.5 - expected[0]) < 1.5 and abs(y + 0.5 - expected[1]) < 1.5


def test_lightcnn_crops_of_a_turned_photo_are_those_of_the_upright_one() -> None:
    torch.manual_seed(0)
    image = nn.functional.interpolate(torch.rand(1, 3, 8, 8), (256, 256), mode="bicubic", align_corners=False)
    points = landmarks((128.0, 100.0), 60.0)
    turned = torch.rot90(image, 1, (2, 3))  # anticlockwise: (x, y) -> (y, 256 - x)
    moved = torch.stack([points[..., 1], 256 - points[..., 0]], -1)
    assert (grey_crops(turned, moved) - grey_crops(image, points)).abs().max() < 0.02


def test_deep3d_crops_follow_the_release_s_alignment() -> None:
    """The mean face itself, drawn at 100 px a unit about (90, 140), lands at 102 px about the crop's centre."""
    points = torch.full((1, 478, 2), 1.0)
    five = {EYES[0]: (-0.31148657, 0.29036078), EYES[1]: (0.30979887, 0.28972036)}
    singles = {NOSE: (0.0032535, -0.04617932), MOUTH[0]: (-0.25216928, -0.38133916), MOUTH[1]: (0.2484662, -0.38128236)}
    for corners, (x, y) in five.items():
        points[0, list(corners)] = torch.tensor([90 + 100 * x, 140 - 100 * y])
    for corner, (x, y) in singles.items():
        points[0, corner] = torch.tensor([90 + 100 * x, 140 - 100 * y])
    for x, y in ((90, 140), (60, 110)):
        image = torch.zeros(1, 3, 256, 256)
        image[:, :, y - 1 : y + 1, x - 1 : x + 1] = 1.0
        at_y, at_x = divmod(int(face_crops(image, points)[0, 0].flatten().argmax()), 224)
        assert abs(at_x + 0.5 - (112 + 1.02 * (x - 90))) < 1.5 and abs(at_y + 0.5 - (112 + 1.02 * (y - 140))) < 1.5


def test_embeddings_have_their_sizes_and_gradients_reach_the_picture(lightcnn: LightCNN, deep3d: Deep3D) -> None:
    points = landmarks((128.0, 100.0), 60.0)
    for embed, size in ((lightcnn.embed, 256), (deep3d.embed, 144)):
        image = torch.rand(1, 3, 256, 256, requires_grad=True)
        found = embed(image, points)
        assert found.shape == (1, size)
        (gradient,) = torch.autograd.grad(found.square().sum(), image)
        assert float(gradient.abs().sum()) > 0
    with torch.no_grad():
        assert deep3d.embed(torch.rand(1, 3, 256, 256), points, expression=False).shape == (1, 80)
