"""Fetches libzmq, msgpack-cxx and nlohmann-json, and builds libzmq, for the plugin's Build.cs; standard library only.

python fetch.py                                   for the platform of this machine
python fetch.py --from-archive DIR                with archives from elsewhere, by the names that --list shows
python fetch.py --list                            addresses and checksums

Needs CMake and a C++ compiler (Visual Studio, Xcode's tools, g++ or clang). Only libzmq is compiled, because its
interface is C: what is compiled here never meets Unreal's own C++ library. CURVE is libzmq's built-in tweetnacl, so
that no libsodium has to be built on three systems; it talks to libsodium's CURVE, for the wire is the same.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
PLATFORMS = {"Windows": "Win64", "Linux": "Linux", "Darwin": "Mac"}
TIMEOUT_S = 60
MOST_BYTES = 64 << 20


class Failure(Exception):
    """One sentence for the user."""


class Archive(NamedTuple):
    """A pinned release; `headers` is the folder in it that goes to include/, `licence` a file in it."""

    name: str
    version: str
    url: str
    sha256: str
    headers: str
    licence: str

    @property
    def file(self) -> str:
        return f"{self.name}-{self.version}{'.tar.xz' if self.url.endswith('.xz') else '.tar.gz'}"


ARCHIVES = (
    Archive(
        "zeromq",
        "4.3.5",
        "https://github.com/zeromq/libzmq/releases/download/v4.3.5/zeromq-4.3.5.tar.gz",
        "6653ef5910f17954861fe72332e68b03ca6e4d9c7160eb3a8de5a5a913bfab43",
        "include",
        "LICENSE",
    ),
    Archive(
        "msgpack-cxx",
        "7.0.0",
        "https://github.com/msgpack/msgpack-c/releases/download/cpp-7.0.0/msgpack-cxx-7.0.0.tar.gz",
        "7504b7af7e7b9002ce529d4f941e1b7fb1fb435768780ce7da4abaac79bb156f",
        "include",
        "LICENSE_1_0.txt",
    ),
    Archive(
        "nlohmann-json",
        "3.11.3",
        "https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz",
        "d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d",
        "include",
        "LICENSE.MIT",
    ),
)


def obtain(archive: Archive, folder: Path | None, unverified: bool) -> Path:
    """The archive's file, downloaded if it is not there yet; raises Failure for a wrong checksum."""
    path = (folder or HERE / "downloads") / archive.file
    if not path.is_file():
        if folder is not None:
            raise Failure(f"{folder} has no {archive.file}; download {archive.url} and give it that name.")
        path.parent.mkdir(parents=True, exist_ok=True)
        print(f"downloading {archive.url}")
        partial = path.with_suffix(".partial")
        try:
            with urllib.request.urlopen(archive.url, timeout=TIMEOUT_S) as answer:
                partial.write_bytes(answer.read(MOST_BYTES))
        except OSError as problem:
            raise Failure(f"{archive.url} cannot be downloaded ({problem}); see --from-archive.") from None
        partial.replace(path)
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != archive.sha256 and not unverified:
        raise Failure(f"{path} has the SHA-256 {found}, expected {archive.sha256}; remove it and run again.")
    return path


def unpack(path: Path, folder: Path) -> Path:
    """The archive's one top folder, below `folder`; raises Failure for members that would leave it."""
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            name = Path(member.name)
            if name.is_absolute() or ".." in name.parts or not (member.isfile() or member.isdir() or member.issym()):
                raise Failure(f"{path} holds '{member.name}', which an honest release does not.")
        files = [member for member in archive.getmembers() if not member.issym()]
        for member in files:
            archive.extract(member, folder)
    tops = [entry for entry in folder.iterdir() if entry.is_dir()]
    if len(tops) != 1:
        raise Failure(f"{path} holds {len(tops)} top folders, expected one.")
    return tops[0]


def configuration(target: str, shared: bool, symbols: Path) -> list[str]:
    """CMake's options. On Linux libzmq is a shared library that holds its own C++ library and shows only `symbols`."""
    options = {
        "CMAKE_BUILD_TYPE": "Release",
        "CMAKE_POLICY_VERSION_MINIMUM": "3.5",
        "CMAKE_POSITION_INDEPENDENT_CODE": "ON",
        "BUILD_SHARED": "ON" if shared else "OFF",
        "BUILD_STATIC": "OFF" if shared else "ON",
        "BUILD_TESTS": "OFF",
        "WITH_DOCS": "OFF",
        "WITH_PERF_TOOL": "OFF",
        "ENABLE_CPACK": "OFF",
        "ENABLE_CURVE": "ON",
        "WITH_LIBSODIUM": "OFF",
        "WITH_TLS": "OFF",
        "ENABLE_WS": "OFF",
        "ENABLE_DRAFTS": "OFF",
        "WITH_LIBBSD": "OFF",
    }
    if target == "Linux":
        # A versioned name would have to be staged under that name beside every packaged game.
        options["CMAKE_PLATFORM_NO_VERSIONED_SONAME"] = "ON"
        options["CMAKE_SHARED_LINKER_FLAGS"] = (
            f"-static-libstdc++ -static-libgcc -Wl,-z,defs -Wl,--version-script={symbols}"
        )
    elif target == "Win64":
        # Unreal always links the release runtime as a DLL.
        options["CMAKE_POLICY_DEFAULT_CMP0091"] = "NEW"
        options["CMAKE_MSVC_RUNTIME_LIBRARY"] = "MultiThreadedDLL"
    else:
        options["CMAKE_OSX_ARCHITECTURES"] = "arm64;x86_64"
        options["CMAKE_OSX_DEPLOYMENT_TARGET"] = "12.0"
    return [f"-D{name}={value}" for name, value in options.items()]


def build(source: Path, target: str, folder: Path, jobs: int) -> Path:
    """libzmq, compiled; the path of the library."""
    if shutil.which("cmake") is None:
        raise Failure("CMake is not on the path; install it from cmake.org or your system's packages.")
    shared = target == "Linux"
    folder.mkdir()
    symbols = folder / "symbols.map"
    symbols.write_text("{ global: zmq_*; local: *; };\n")
    commands = [
        ["cmake", "-S", str(source), "-B", str(folder), *configuration(target, shared, symbols)],
        ["cmake", "--build", str(folder), "--config", "Release", "--parallel", str(jobs)],
    ]
    for command in commands:
        if subprocess.run(command, check=False).returncode != 0:
            raise Failure(f"`{' '.join(command[:4])}` failed; its output above says why.")
    pattern = {"Linux": "**/libzmq.so", "Mac": "**/libzmq.a", "Win64": "**/libzmq*.lib"}[target]
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise Failure(f"The build left {len(found)} files {pattern} in {folder}, expected one.")
    return found[0]


def install(archive: Archive, top: Path) -> None:
    """Headers to include/, the licence to licences/."""
    for source in (top / archive.headers).rglob("*"):
        if source.suffix in (".h", ".hpp", ".ipp"):
            goal = HERE / "include" / source.relative_to(top / archive.headers)
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, goal)
    licences = [top / archive.licence, *sorted(top.glob("LICENSE*")), *sorted(top.glob("COPYING*"))]
    licence = next((path for path in licences if path.is_file()), None)
    if licence is None:
        raise Failure(f"The archive of {archive.name} has no licence file, which must stand beside its headers.")
    (HERE / "licences").mkdir(exist_ok=True)
    shutil.copyfile(licence, HERE / "licences" / f"{archive.name}.txt")


def run(options: argparse.Namespace) -> None:
    """Everything, into this file's folder; what was there is replaced as a whole."""
    if options.platform != PLATFORMS.get(platform.system()):
        raise Failure(f"libzmq for {options.platform} is built on {options.platform}; this is {platform.system()}.")
    with tempfile.TemporaryDirectory(prefix="facebridge-") as temporary:
        tops = {}
        for archive in ARCHIVES:
            folder = Path(temporary) / archive.name
            folder.mkdir()
            tops[archive] = unpack(obtain(archive, options.from_archive, options.unverified), folder)
        library = build(tops[ARCHIVES[0]], options.platform, Path(temporary) / "build", options.jobs)
        shutil.rmtree(HERE / "include", ignore_errors=True)
        for archive, top in tops.items():
            install(archive, top)
        goal = HERE / "lib" / options.platform
        goal.mkdir(parents=True, exist_ok=True)
        name = {"Linux": "libzmq.so", "Mac": "libzmq.a", "Win64": "libzmq.lib"}[options.platform]
        shutil.copyfile(library, goal / name)
    print(f"{goal / name}; headers in {HERE / 'include'}, licences in {HERE / 'licences'}")


def main(argv: list[str] | None = None) -> int:
    """Exit status 1, with one sentence, for what cannot be fetched or built."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", choices=sorted(PLATFORMS.values()), default=PLATFORMS.get(platform.system()))
    parser.add_argument("--from-archive", type=Path, metavar="DIR", help="a folder that holds the archives")
    parser.add_argument("--unverified", action="store_true", help="accept other releases than the pinned ones")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="compilers at once")
    parser.add_argument("--list", action="store_true", help="print what would be fetched, and stop")
    options = parser.parse_args(argv)
    if options.list:
        for archive in ARCHIVES:
            print(f"{archive.file}  {archive.sha256}  {archive.url}")
        return 0
    try:
        run(options)
    except Failure as problem:
        print(f"fetch.py: error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
