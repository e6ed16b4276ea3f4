"""Reads dlib's serialised ResNet-29 face recognition network without dlib.

The format (dlib/serialize.h, dlib/dnn): an integer is a control byte (low four bits: how many bytes follow, bit 7:
the sign) and that many little-endian bytes; a real number is an integer mantissa and an integer exponent of two;
a tensor is its version (2), four extents and raw little-endian float32; every layer starts with its name.
"""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

CONVOLUTIONS = 29
"""How many convolutions the network has; another number means another network."""


class DlibStream:
    """A cursor over serialised dlib objects."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def integer(self) -> int:
        control = self.data[self.at]
        count = control & 0x0F
        value = int.from_bytes(self.data[self.at + 1 : self.at + 1 + count], "little")
        self.at += 1 + count
        return -value if control & 0x80 else value

    def real(self) -> float:
        mantissa, exponent = self.integer(), self.integer()
        return float(mantissa) * 2.0**exponent

    def tensor(self) -> NDArray[np.float32]:
        version = self.integer()
        if version != 2:
            raise ValueError(f"a dlib tensor of version {version} was found at byte {self.at}; only version 2 is known")
        shape = [self.integer() for _ in range(4)]
        count = prod(shape)
        values = np.frombuffer(self.data, "<f4", count, self.at).reshape(shape)
        self.at += 4 * count
        return values

    def follows(self, name: bytes, within: int) -> bool:
        """Whether a layer of that name starts within so many bytes."""
        return bytes([1, len(name)]) + name in self.data[self.at : self.at + within]

    def skip_past(self, name: bytes) -> None:
        key = bytes([1, len(name)]) + name
        self.at = self.data.index(key, self.at) + len(key)


def read_recognition_net(data: bytes) -> dict[str, NDArray[np.float32]]:
    """Serialised network -> `mean` (3,), `conv.NN.weight` (O,I,h,w), `conv.NN.bias` (O,), `fc.weight` (128,256).

    Each convolution is followed by a per-channel affine in dlib; it is folded into the weights here.
    """
    stream = DlibStream(data)
    stream.skip_past(b"input_rgb_image_sized")
    tensors = {"mean": np.array([stream.real() for _ in range(3)], np.float32)}
    channels, index = 3, 0
    while stream.follows(b"con_4", within=400):
        stream.skip_past(b"con_4")
        flat = stream.tensor().reshape(-1)
        filters, rows, columns, *_stride_and_padding = (stream.integer() for _ in range(7))
        count = filters * channels * rows * columns
        weight, bias = flat[:count].reshape(filters, channels, rows, columns), flat[count:]
        stream.skip_past(b"affine_")
        gamma, beta = stream.tensor().reshape(2, filters)
        tensors[f"conv.{index:02d}.weight"] = weight * gamma[:, None, None, None]
        tensors[f"conv.{index:02d}.bias"] = bias * gamma + beta
        channels, index = filters, index + 1
    if index != CONVOLUTIONS:
        raise ValueError(f"the dlib network has {index} convolutions, but the recognition net has {CONVOLUTIONS}")
    stream.skip_past(b"fc_2")
    outputs, inputs = stream.integer(), stream.integer()
    tensors["fc.weight"] = stream.tensor().reshape(inputs, outputs).T
    return tensors
