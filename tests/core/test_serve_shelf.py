"""The bundles of a service: one character for all, lent until a batch ends, replaced only by what can be loaded."""

from __future__ import annotations

import threading

import pytest

from core.serve import Answerer, Shelf
from engine_bridge.engines import engine_schema
from engine_bridge.errors import BundleError, InputError, Refused
from tests.core.served import SCHEMA, HeldAnswers


class Source:
    """Loads versions one after another; an exception among them is raised."""

    def __init__(self, *versions: str | Exception) -> None:
        self.versions = list(versions)
        self.loaded: list[HeldAnswers] = []

    def __call__(self) -> Answerer:
        version = self.versions.pop(0)
        if isinstance(version, Exception):
            raise version
        self.loaded.append(HeldAnswers(bundle=version))
        return self.loaded[-1]


def test_the_first_bundle_is_the_default_and_an_unknown_one_is_said_with_the_known() -> None:
    shelf = Shelf({"head": Source("head 1"), "old": Source("head 0")})
    assert (shelf.names, shelf.bundle, shelf.bundles) == (
        ("head", "old"),
        "head 1",
        {"head": "head 1", "old": "head 0"},
    )
    assert shelf.schema.hash == SCHEMA.hash
    assert shelf.unknown("") == shelf.unknown("old") == ""
    assert shelf.unknown("new") == "This service has no bundle 'new'; it has head, old."
    with shelf.lend("old") as answerer:
        assert answerer.bundle == "head 0"
    with shelf.lend("") as answerer:
        assert answerer.bundle == "head 1"


def test_only_what_every_bundle_can_do_is_announced() -> None:
    plain = HeldAnswers()
    plain.features = ("compare",)
    assert Shelf({"a": HeldAnswers, "b": lambda: plain}).features == ("compare",)


def test_bundles_for_two_characters_are_refused_in_words_and_closed() -> None:
    first, other = HeldAnswers(), HeldAnswers(schema=engine_schema("embedded"))
    with pytest.raises(BundleError, match=r"'b' is for schema .* start another service"):
        Shelf({"a": lambda: first, "b": lambda: other})
    assert first.closed and other.closed


def test_a_service_without_bundles_is_refused() -> None:
    with pytest.raises(InputError, match="at least one"):
        Shelf({})


def test_a_reload_takes_the_new_copy_and_closes_the_old_after_its_last_batch() -> None:
    source = Source("head 1", "head 2")
    shelf = Shelf({"head": source})
    with shelf.lend("") as lent:
        assert [(entry.bundle, entry.error) for entry in shelf.reload()] == [("head 2", "")]
        assert lent is source.loaded[0] and not source.loaded[0].closed
        with shelf.lend("") as newer:
            assert newer is source.loaded[1]
    assert source.loaded[0].closed and not source.loaded[1].closed
    shelf.close()
    assert source.loaded[1].closed


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (BundleError("x is not a bundle: it has no card.json."), "has no card.json"),
        (RuntimeError("cut off"), "cannot be loaded (RuntimeError: cut off)"),
    ],
)
def test_a_bundle_that_cannot_be_loaded_keeps_its_old_copy_and_the_others_are_reloaded(
    fault: Exception, said: str
) -> None:
    shelf = Shelf({"head": Source("head 1", fault), "old": Source("old 1", "old 2")})
    kept, reloaded = shelf.reload()
    assert (kept.name, kept.bundle) == ("head", "head 1") and said in kept.error
    assert (reloaded.bundle, reloaded.error) == ("old 2", "")
    assert shelf.bundles == {"head": "head 1", "old": "old 2"}


def test_a_bundle_that_became_one_for_another_character_is_not_taken() -> None:
    other = HeldAnswers(schema=engine_schema("embedded"))
    copies: list[Answerer] = [HeldAnswers(), other]
    shelf = Shelf({"head": lambda: copies.pop(0)})
    (kept,) = shelf.reload()
    assert kept.bundle == "tiny 1" and "another service" in kept.error
    assert other.closed


def test_one_reload_at_a_time() -> None:
    begun, go = threading.Event(), threading.Event()

    def slow() -> Answerer:
        begun.set()
        assert go.wait(30)
        return HeldAnswers()

    loads = iter((HeldAnswers, slow))

    def load() -> Answerer:
        return next(loads)()

    shelf = Shelf({"head": load})
    thread = threading.Thread(target=shelf.reload)
    thread.start()
    assert begun.wait(30)
    with pytest.raises(Refused, match="already"):
        shelf.reload()
    go.set()
    thread.join(30)
