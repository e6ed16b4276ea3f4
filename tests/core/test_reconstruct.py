"""A photo becomes parameters: in range, the same every time, alone or among others, and every bad photo a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from core import threads
from core.bundle import Bundle
from core.reconstruct import METHODS, TORCH_THREADS, Reconstruction, Reconstructor
from engine_bridge.engines import engine_schema
from engine_bridge.errors import BundleError, InputError
from tests.core import photo_files as files
from tests.core.bundles import coarse, save_random_bundle

SCHEMA = engine_schema("pattern")


@pytest.fixture(scope="module", autouse=True)
def _threads() -> None:
    threads.configure(TORCH_THREADS)


@pytest.fixture(scope="module")
def reconstructor() -> Reconstructor:
    return coarse()


def test_a_portrait_becomes_parameters_pictures_and_times(
    reconstructor: Reconstructor, astronaut: files.Picture
) -> None:
    found = reconstructor.photo(astronaut)
    assert found.parameters.dtype == np.float32
    assert np.array_equal(SCHEMA.check(found.parameters), found.parameters)
    assert np.array_equal(found.choices, SCHEMA.default_choices)
    assert found.aligned.shape == found.imitator_image.shape == (256, 256, 3)
    assert (found.faces, found.warnings) == (1, ())
    assert set(found.timings_ms) == {"align", "reconstruct", "imitate"}
    assert all(value > 0 for value in found.timings_ms.values())


def test_the_imitators_picture_is_of_the_parameters_that_are_returned(astronaut: files.Picture) -> None:
    # A gain that throws every parameter out of its range: the picture must be of the clipped ones.
    reconstructor = coarse(gain=100.0)
    found = reconstructor.photo(astronaut)
    assert (np.abs(found.parameters) == 2.5).all()
    with torch.inference_mode():
        expected = reconstructor.bundle.imitator(torch.from_numpy(found.parameters[None]))[0]
    assert np.array_equal(found.imitator_image, (expected * 255).round().byte().permute(1, 2, 0).numpy())


def test_the_same_photo_gives_the_same_bytes_every_time(reconstructor: Reconstructor, astronaut: files.Picture) -> None:
    first, second = (reconstructor.photo(astronaut) for _ in range(2))
    assert first.parameters.tobytes() == second.parameters.tobytes()
    assert first.imitator_image.tobytes() == second.imitator_image.tobytes()


@pytest.mark.parametrize("batch_photos", [1, 4])
def test_a_photo_gives_the_same_parameters_alone_and_among_others(batch_photos: int, astronaut: files.Picture) -> None:
    reconstructor = coarse(batch_photos=batch_photos)
    pictures = [astronaut, files.without_face(), astronaut[:, ::-1].copy(), astronaut[20:, 10:].copy()]
    together = list(reconstructor.photos(pictures))
    assert isinstance(together[1], InputError)
    for picture, result in zip(pictures, together, strict=True):
        if isinstance(result, Reconstruction):
            assert np.abs(reconstructor.photo(picture).parameters - result.parameters).max() <= 1e-4


def test_a_face_gives_the_same_parameters_alone_and_among_others_through_the_real_networks(
    astronaut: files.Picture, tmp_path: Path
) -> None:
    # A quantiser jumps from one code to the next, so that a difference in the seventh digit would show.
    bundle = Bundle.load(save_random_bundle(tmp_path / "random"))
    for method in METHODS:
        reconstructor = Reconstructor(bundle, batch_photos=2, method=method)
        together = list(reconstructor.photos([astronaut[:, ::-1].copy(), astronaut]))
        alone = reconstructor.photo(astronaut)
        assert isinstance(together[1], Reconstruction)
        assert np.abs(alone.parameters - together[1].parameters).max() <= 1e-4


def test_the_reader_reads_parameters_choices_and_confidence(astronaut: files.Picture, tmp_path: Path) -> None:
    reconstructor = Reconstructor(Bundle.load(save_random_bundle(tmp_path / "random")))
    reconstructor.warm_up()
    found, mirrored = (reconstructor.photo(picture) for picture in (astronaut, astronaut[:, ::-1].copy()))
    assert np.array_equal(SCHEMA.check(found.parameters), found.parameters)
    assert not np.array_equal(found.parameters, mirrored.parameters)
    assert np.array_equal(SCHEMA.check_choices(found.choices), found.choices)
    assert found.confidence.dtype == np.float32 and (found.confidence == 0.5).all()


def test_an_unknown_method_is_refused(reconstructor: Reconstructor) -> None:
    with pytest.raises(InputError, match="'guess', expected reader or encoder"):
        Reconstructor(reconstructor.bundle, method="guess")


def test_warming_up_needs_no_photo(reconstructor: Reconstructor) -> None:
    reconstructor.warm_up()


def test_a_quarter_turn_in_exif_changes_nothing(reconstructor: Reconstructor, astronaut: files.Picture) -> None:
    upright = reconstructor.file(files.encoded(astronaut))
    turned = reconstructor.file(files.rotated_by_exif(astronaut))
    assert np.array_equal(upright.parameters, turned.parameters)
    assert "decode" in upright.timings_ms


@pytest.mark.parametrize("mode", ["L", "I;16", "CMYK", "RGBA", "P"])
def test_unusual_pixels_are_read_as_the_same_face(
    mode: str, reconstructor: Reconstructor, astronaut: files.Picture
) -> None:
    found = reconstructor.file(files.in_mode(astronaut, mode))
    usual = reconstructor.photo(astronaut)
    difference = np.abs(found.aligned.astype(float).mean(2) - usual.aligned.astype(float).mean(2))
    assert difference.mean() < 12


def test_of_an_animation_the_first_picture_is_taken_and_said_so(
    reconstructor: Reconstructor, astronaut: files.Picture
) -> None:
    found = reconstructor.file(files.animated(astronaut))
    assert "2 pictures" in found.warnings[0]
    assert np.array_equal(found.parameters, reconstructor.photo(astronaut).parameters)


def test_of_several_faces_one_is_taken_and_all_are_counted(
    reconstructor: Reconstructor, astronaut: files.Picture
) -> None:
    assert reconstructor.photo(files.beside(astronaut)).faces == 2


@pytest.mark.parametrize("fault", ["not-an-image", "empty", "truncated", "huge", "no-face", "tiny-face"])
def test_a_bad_photo_is_one_sentence(fault: str, reconstructor: Reconstructor, astronaut: files.Picture) -> None:
    data, said = files.bad_photos(astronaut)[fault]
    with pytest.raises(InputError) as error:
        reconstructor.file(data)
    sentence = str(error.value)
    assert said in sentence and sentence.endswith(".") and "\n" not in sentence


def test_a_file_like_a_cameras_is_read(reconstructor: Reconstructor, grace_hopper: Path) -> None:
    assert np.isfinite(reconstructor.file(grace_hopper.read_bytes()).parameters).all()


def test_weights_that_give_no_number_are_the_bundles_fault(astronaut: files.Picture) -> None:
    with pytest.raises(BundleError, match=SCHEMA.names[0]):
        coarse(gain=float("nan")).photo(astronaut)


def test_a_gpu_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch, reconstructor: Reconstructor) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="no CUDA GPU"):
        Reconstructor(reconstructor.bundle, device="cuda")
    with pytest.raises(InputError, match="'abacus' is unknown"):
        Reconstructor(reconstructor.bundle, device="abacus")
