"""A reconstructor that starts from an earlier run: equal answers for equal names, neutral for new parameters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from core.models.regressor import Reconstructor
from core.train.results import bounds, save_result
from core.train.transfer import HEAD, start_from
from engine_bridge.engines import engine_schema
from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema


@pytest.fixture(scope="module")
def earlier() -> CharacterSchema:
    return engine_schema("pattern")


def later_schema(earlier: CharacterSchema) -> CharacterSchema:
    """The earlier parameters in reverse, the first of them replaced by a new one."""
    document = json.loads(earlier.to_json())
    document["parameters"].reverse()
    document["parameters"][-1] = {**document["parameters"][-1], "name": "new.parameter", "mirror": None}
    return CharacterSchema.from_json(json.dumps(document).encode())


def with_answers(schema: CharacterSchema) -> Reconstructor:
    model = Reconstructor(*bounds(schema)).eval()
    torch.nn.init.normal_(model.regressor.head.weight, std=0.1)
    torch.nn.init.normal_(model.regressor.head.bias, std=0.1)
    return model


def test_answers_follow_the_parameters_names_and_new_ones_start_neutral(
    tmp_path: Path, earlier: CharacterSchema
) -> None:
    before = with_answers(earlier)
    save_result(tmp_path, "reconstructor", before.state_dict(), {}, earlier)
    later = later_schema(earlier)
    after = Reconstructor(*bounds(later)).eval()
    assert start_from(after, tmp_path, later) == earlier.count - 1
    images = torch.rand(2, 3, 256, 256, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        was, now = before(images), after(images)
    assert not torch.allclose(was[0], was[1])
    for index, name in enumerate(later.names[:-1]):
        assert torch.allclose(now[:, index], was[:, earlier.index(name)], atol=1e-5), name
    assert torch.equal(now[:, -1], torch.full((2,), later.parameters[-1].default))


def test_networks_of_another_architecture_are_refused_in_words(tmp_path: Path, earlier: CharacterSchema) -> None:
    tensors = with_answers(earlier).state_dict()
    tensors[HEAD[0]] = tensors[HEAD[0]][:, :-1]
    save_result(tmp_path, "reconstructor", tensors, {}, earlier)
    with pytest.raises(InputError, match=r"another architecture \(regressor.head.weight differs\)"):
        start_from(Reconstructor(*bounds(earlier)), tmp_path, earlier)


def test_a_folder_without_a_finished_run_is_refused(tmp_path: Path, earlier: CharacterSchema) -> None:
    with pytest.raises(InputError, match=r"reconstructor\.safetensors"):
        start_from(Reconstructor(*bounds(earlier)), tmp_path, earlier)
