"""The script that fetches the plugin's libraries believes no archive, and leaves what Build.cs looks for."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import re
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "unreal_plugin/Source/ThirdParty/FaceBridgeLibraries"
BUILD = (FOLDER / "FaceBridgeLibraries.Build.cs").read_text(encoding="utf-8")


@pytest.fixture
def fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, as if it lay in an empty folder."""
    spec = importlib.util.spec_from_file_location("fetch", FOLDER / "fetch.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "fetch", module)
    spec.loader.exec_module(module)
    (tmp_path / "libraries").mkdir()
    monkeypatch.setattr(module, "HERE", tmp_path / "libraries")
    return module


def archive(path: Path, members: dict[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as file:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            file.addfile(member, io.BytesIO(data))


def test_another_file_under_a_pinned_name_is_refused_by_its_checksum(
    fetch: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for pinned in fetch.ARCHIVES:
        archive(tmp_path / "given" / pinned.file, {"top/include/a.h": b"bad"})
    found = hashlib.sha256((tmp_path / "given" / fetch.ARCHIVES[0].file).read_bytes()).hexdigest()
    assert fetch.main(["--from-archive", str(tmp_path / "given")]) == 1
    said = capsys.readouterr().err
    assert found in said and fetch.ARCHIVES[0].sha256 in said
    assert list(fetch.HERE.iterdir()) == []


def test_an_archive_that_is_not_there_is_named_with_its_address(
    fetch: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch.main(["--from-archive", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "zeromq-4.3.5.tar.gz" in said and "https://github.com/zeromq/libzmq/releases" in said


@pytest.mark.parametrize("name", ["../out.h", "/tmp/out.h", "top/../../out.h"])
def test_an_archive_cannot_write_outside_its_folder(fetch: ModuleType, tmp_path: Path, name: str) -> None:
    archive(tmp_path / "bad.tar.gz", {"top/a.h": b"", name: b"x"})
    (tmp_path / "goal").mkdir()
    with pytest.raises(fetch.Failure, match="honest release"):
        fetch.unpack(tmp_path / "bad.tar.gz", tmp_path / "goal")
    assert list((tmp_path / "goal").iterdir()) == []


def test_headers_and_licences_come_where_the_build_looks(fetch: ModuleType, tmp_path: Path) -> None:
    members = {"zeromq": "zmq.h", "msgpack-cxx": "msgpack.hpp", "nlohmann-json": "nlohmann/json.hpp"}
    for pinned in fetch.ARCHIVES:
        path = tmp_path / pinned.file
        header = f"top/{pinned.headers}/{members[pinned.name]}"
        archive(path, {header: b"//", f"top/{pinned.licence}": b"licence", "top/src/x.cpp": b"//"})
        goal = tmp_path / pinned.name
        goal.mkdir()
        fetch.install(pinned, fetch.unpack(path, goal))
    wanted = {
        "/".join(re.findall(r'"([^"]+)"', part)) for part in re.findall(r"Path\.Combine\(Include, ([^)]+)\)", BUILD)
    }
    assert wanted == set(members.values())
    for header in wanted:
        assert (fetch.HERE / "include" / header).is_file()
    assert sorted(path.name for path in (fetch.HERE / "licences").iterdir()) == [
        "msgpack-cxx.txt",
        "nlohmann-json.txt",
        "zeromq.txt",
    ]
    assert not list(fetch.HERE.rglob("*.cpp"))


def test_the_build_and_the_script_call_platforms_and_libraries_the_same(fetch: ModuleType) -> None:
    platforms = dict(re.findall(r'Platform = "(\w+)";\s+Library = "([\w.]+)";', BUILD))
    assert set(platforms) == set(fetch.PLATFORMS.values())
    script = (FOLDER / "fetch.py").read_text(encoding="utf-8")
    for platform, library in platforms.items():
        assert f'"{platform}": "{library}"' in script


def test_only_c_is_shown_where_the_library_is_shared(fetch: ModuleType, tmp_path: Path) -> None:
    options = fetch.configuration("Linux", True, tmp_path / "symbols.map")
    flags = next(option for option in options if option.startswith("-DCMAKE_SHARED_LINKER_FLAGS="))
    assert "-static-libstdc++" in flags and f"--version-script={tmp_path / 'symbols.map'}" in flags
    for platform in ("Linux", "Win64", "Mac"):
        options = fetch.configuration(platform, platform == "Linux", tmp_path / "symbols.map")
        assert "-DENABLE_CURVE=ON" in options and "-DWITH_LIBSODIUM=OFF" in options
