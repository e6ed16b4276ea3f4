"""F_id against dlib's own numbers, and what training needs of it: gradients, frozen weights, no batch effects."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.align.face import find_landmarks
from core.perception.geometry import points5
from core.perception.identity import CHIP_PX, IdentityNet, face_chips
from engine_bridge.errors import InputError

# dlib 20.0.1, face_recognition_model_v1.compute_face_descriptor(astronaut()[50:200, 150:300]), its first numbers.
DLIB = [-0.05501, 0.06535, 0.00713, 0.01306, -0.17218, -0.00902, -0.00498, -0.16727]
DLIB_NORM = 1.52972


@pytest.fixture(scope="module")
def net() -> IdentityNet:
    return IdentityNet.load()


def pixels(image: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None].float() / 255


def landmarks(image: NDArray[np.uint8]) -> torch.Tensor:
    found = find_landmarks([image])[0]
    assert not isinstance(found, InputError)
    return torch.from_numpy(found)[None]


def test_the_network_gives_the_numbers_that_dlib_gives(net: IdentityNet, astronaut: NDArray[np.uint8]) -> None:
    embedding = net(pixels(astronaut[50:200, 150:300]))[0]
    # Half-precision weights move the embedding by 2e-4 at most; the threshold between people is 0.6.
    assert embedding[:8].tolist() == pytest.approx(DLIB, abs=5e-4)
    assert float(embedding.norm()) == pytest.approx(DLIB_NORM, abs=1e-3)


def test_a_blurred_and_moved_picture_stays_the_same_person(net: IdentityNet, astronaut: NDArray[np.uint8]) -> None:
    small = np.ascontiguousarray(astronaut[20:300:2, 100:380:2])
    first = net(face_chips(pixels(astronaut), points5(landmarks(astronaut))))
    second = net(face_chips(pixels(small), points5(landmarks(small))))
    assert float((first - second).norm()) < 0.4


def test_two_people_are_apart(net: IdentityNet, astronaut: NDArray[np.uint8], hopper: NDArray[np.uint8]) -> None:
    embeddings = [net(face_chips(pixels(image), points5(landmarks(image)))) for image in (astronaut, hopper)]
    assert float((embeddings[0] - embeddings[1]).norm()) > 0.6


@pytest.fixture(scope="module")
def hopper(grace_hopper: str) -> NDArray[np.uint8]:
    from PIL import Image

    with Image.open(grace_hopper) as image:
        return np.array(image.convert("RGB"))


def test_a_chip_puts_the_eyes_where_dlib_puts_them(astronaut: NDArray[np.uint8]) -> None:
    # A dark spot on each outer eye corner must land on dlib's mean-face corners (0.8596, 0.2135), (0.1206, 0.2137).
    points = points5(landmarks(astronaut))
    image = torch.ones(1, 3, 512, 512)
    for x, y in (points[0, 0].tolist(), points[0, 2].tolist()):
        image[:, :, int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2] = 0
    chip = face_chips(image, points)[0, 0]
    dark = (chip < 0.5).nonzero().float()
    right, left = dark[dark[:, 1] < CHIP_PX / 2].mean(0), dark[dark[:, 1] > CHIP_PX / 2].mean(0)
    assert right.tolist() == pytest.approx([(0.2137 + 0.25) / 1.5 * 149, (0.1206 + 0.25) / 1.5 * 149], abs=4)
    assert left.tolist() == pytest.approx([(0.2135 + 0.25) / 1.5 * 149, (0.8596 + 0.25) / 1.5 * 149], abs=4)


def test_gradients_reach_the_image_and_the_points_but_no_weight(net: IdentityNet) -> None:
    image = torch.rand(1, 3, 200, 200, requires_grad=True)
    points = torch.tensor([[[150.0, 80.0], [115.0, 82.0], [50.0, 80.0], [85.0, 82.0], [100.0, 130.0]]])
    points.requires_grad_(True)
    net(face_chips(image, points)).square().sum().backward()
    assert image.grad is not None and float(image.grad.abs().sum()) > 0
    assert points.grad is not None and bool(torch.isfinite(points.grad).all()) and float(points.grad.abs().sum()) > 0
    assert not any(parameter.requires_grad for parameter in net.parameters())
    assert not net.training


def test_an_embedding_does_not_depend_on_its_batch(net: IdentityNet) -> None:
    chips = torch.rand(3, 3, CHIP_PX, CHIP_PX, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(net(chips)[1], net(chips[1:2])[0], atol=1e-5)
