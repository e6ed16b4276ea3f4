"""Imports, searches and comparisons on a GPU, as far as can be told without one: where tensors are, what comes out."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from core import threads
from core.bundle import Bundle
from core.reconstruct import CUDA_BATCH, TORCH_THREADS, Reconstructor
from core.serve.answers import Answers
from engine_bridge.protocol import Compare, Compared, Error, Import, Imported, Refine, Refined
from tests.core.bundles import save_random_bundle
from tests.core.photo_files import Picture, encoded
from tests.core.pretend_gpu import GPU, PretendGpu


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    threads.configure(TORCH_THREADS)
    return save_random_bundle(tmp_path_factory.mktemp("gpu") / "random")


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> PretendGpu:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    return PretendGpu()


def job(number: int, photo: bytes, **wishes: object) -> Import:
    return dataclasses.replace(Import(number, "", 1, True, photo), **wishes)


def test_the_pretended_gpu_refuses_what_a_real_one_would() -> None:
    with PretendGpu() as gpu:
        there, here = torch.ones(3).to(GPU), torch.ones(3)
        assert there.device == GPU and (there * 2).device == GPU and there.cpu().device.type == "cpu"
        with pytest.raises(RuntimeError, match="same device"):
            _ = there + here
        with pytest.raises(TypeError, match="numpy"):
            there.numpy()
        net = torch.nn.Conv2d(1, 1, 1).to(GPU)
        with pytest.raises(RuntimeError, match="same device"):
            net(torch.ones(1, 1, 2, 2))
        net(torch.ones(1, 1, 2, 2, device=GPU)).sum().backward()
        assert net.weight.grad is not None and net.weight.grad.device == GPU
        assert gpu.convolutions["gpu"] == 1


def test_imports_together_on_a_gpu_are_what_they_are_one_by_one(
    folder: Path, gpu: PretendGpu, astronaut: Picture
) -> None:
    photo, wide = encoded(astronaut, "JPEG"), encoded(np.hstack([astronaut, astronaut]), "PNG")
    jobs = [
        job(1, photo, variations=3),
        job(2, b"no photo"),
        job(3, wide, face=1),
        job(4, wide, face=9),
        job(5, photo, group="nobody"),
        job(6, photo + photo, lengths=(len(photo), len(photo))),
    ]
    apart = list(Answers(Reconstructor(Bundle.load(folder))).imports(jobs))
    with gpu:
        reconstructor = Reconstructor(Bundle.load(folder), device="cuda")
        reconstructor.warm_up()
        assert reconstructor.batch_photos == CUDA_BATCH
        together = list(Answers(reconstructor).imports(jobs))
    assert gpu.convolutions["gpu"] and not gpu.convolutions["cpu"]
    for one, other in zip(apart, together, strict=True):
        assert type(one) is type(other) and one.request_id == other.request_id
        if isinstance(one, Error) and isinstance(other, Error):
            assert one.message == other.message
        if isinstance(one, Imported) and isinstance(other, Imported):
            assert np.allclose(one.parameters, other.parameters, atol=1e-3) and one.codes == other.codes
            assert one.digest == other.digest and (one.faces, one.face) == (other.faces, other.face)
            assert set(one.timings_ms) == set(other.timings_ms)
    assert [type(answer) for answer in apart] == [Imported, Error, Imported, Error, Error, Imported]


def test_searches_and_comparisons_run_on_a_gpu(folder: Path, gpu: PretendGpu, astronaut: Picture) -> None:
    photo, found = encoded(astronaut, "JPEG"), []
    for device in ("cpu", "cuda"):
        with gpu:
            answers = Answers(Reconstructor(Bundle.load(folder), device=device))
            numbers = {"parameters": answers.schema.defaults, "choices": answers.schema.default_choices}
            search = Refine(1, "", 1, True, photo=photo, steps=4, budget_ms=60_000, every_ms=0, **numbers)
            refined = answers.refine(search, lambda _: None, lambda: False)
            compared = answers.compare(Compare(2, 1, ("side", "difference"), photo=photo, **numbers))
        assert isinstance(refined, Refined) and refined.loss < refined.loss_before
        assert isinstance(compared, Compared) and compared.side is not None
        found.append((refined.parameters, compared.side))
        ran = gpu.convolutions.pop("gpu", 0), gpu.convolutions.pop("cpu", 0)
        assert (ran[0] > 0, ran[1] > 0) == (device == "cuda", device == "cpu")
    assert np.allclose(found[0][0], found[1][0], atol=1e-3) and np.array_equal(found[0][1], found[1][1])
