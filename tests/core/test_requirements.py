"""Declared requirements are read from the installed metadata and compared by release number."""

from __future__ import annotations

from importlib import metadata

import pytest

from core import requirements
from core.requirements import Requirement, parse


def test_a_base_requirement_is_read() -> None:
    assert parse("pyzmq>=26") == Requirement("pyzmq", ">=", "26", "")


def test_the_extra_of_a_requirement_is_read() -> None:
    assert parse("torch>=2.6; extra == 'learn'") == Requirement("torch", ">=", "2.6", "learn")


def test_a_form_that_the_project_does_not_use_is_refused() -> None:
    with pytest.raises(ValueError, match="numpy~=2"):
        parse("numpy~=2")


@pytest.mark.parametrize(
    ("sign", "needed", "found", "fits"),
    [
        (">=", "2.6", "2.13.0+cpu", True),
        (">=", "2.13", "2.6.1", False),
        (">=", "26", "26", True),
        ("==", "1.1.1", "1.1.1", True),
        ("==", "1.1.1", "1.1.2", False),
        ("==", "1.1", "1.1.0", True),
    ],
)
def test_versions_compare_by_number(
    sign: str, needed: str, found: str, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: found)
    assert requirements.installed(Requirement("thing", sign, needed, "")) == (found, fits)


def test_a_package_that_is_not_installed_does_not_fit() -> None:
    assert requirements.installed(Requirement("no-such-thing", ">=", "1", "")) == (None, False)


def test_the_project_declares_its_base_packages_first_and_all_can_be_read() -> None:
    declared = requirements.declared()
    extras = [requirement.extra for requirement in declared]
    assert extras == sorted(extras)
    assert {"numpy", "pyzmq"} <= {requirement.name for requirement in declared if not requirement.extra}
    assert {"learn", "demo", "dev", "evaluate", "asset", "serve", "studio", "ray"} == set(extras) - {""}


def test_a_distribution_that_is_not_installed_declares_nothing() -> None:
    assert requirements.declared("no-such-thing") == []


def test_a_package_with_extras_of_its_own_is_read() -> None:
    found = parse("ray[serve]>=2.50; extra == 'ray'")
    assert (found.name, found.needs, found.extra) == ("ray", ">=2.50", "ray")
