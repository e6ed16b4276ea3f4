#!/bin/sh
# Makes .venv with everything that `make demo` and `make test` need; `make setup` calls it, a second call is quick.
#
#   PYTHON=...      the interpreter to use (default: the first of python3, python3.12, python3.13, python3.11 that fits)
#   TORCH_ARGS=...  extra pip arguments for torch alone, such as an index of CPU-only builds
set -eu
cd "$(dirname "$0")/.."

VENV=.venv
EXTRAS=learn,demo,serve,studio,ray,dev
# Off-screen OpenGL in software; a machine with a GPU driver of its own has its own libEGL. A browser, for the tests of
# the slider page. What the plugin's C++ core is built and tested with.
DEBIAN_PACKAGES="libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri chromium chromium-driver
    g++ clang libclang-rt-dev cmake ninja-build libzmq3-dev libmsgpack-cxx-dev nlohmann-json3-dev doctest-dev"

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

find_python() {
    for candidate in ${PYTHON:-python3 python3.12 python3.13 python3.11}; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

install_debian_packages() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    missing=
    for package in $DEBIAN_PACKAGES; do
        state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
        [ "$state" = "install ok installed" ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        sudo=
    elif sudo -n true 2>/dev/null; then
        sudo="sudo -n"
    else
        say "the embedded engine and the tests need Debian packages; please run: sudo apt-get install$missing"
        return 0
    fi
    say "installing Debian packages:$missing"
    # shellcheck disable=SC2086  # Both are lists of words.
    if ! { $sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -qy $missing; }; then
        say "apt-get failed; if the engine or a browser does not start, run: sudo apt-get install$missing"
    fi
}

install_debian_packages

# An interrupted set-up, or an interpreter that was removed since, leaves a venv that cannot install: make it again.
if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python) || fail "no Python 3.11 to 3.13 found; install one, or name it: make setup PYTHON=/path/to/python3.12"
    say "making $VENV with $("$python" --version)"
    "$python" -m venv --clear "$VENV" || fail "cannot make a venv; on Debian run: sudo apt-get install python3-venv"
fi

pip="$VENV/bin/python -m pip --disable-pip-version-check --no-input"

# First and alone: what follows then keeps this build instead of choosing one of its own (often with gigabytes of CUDA).
# shellcheck disable=SC2086
$pip install -q -c constraints.txt ${TORCH_ARGS:-} torch
$pip install -q -c constraints.txt hatchling
$pip install -q -c constraints.txt --no-build-isolation -e ".[$EXTRAS]"

say "ready: $("$VENV/bin/facebridge" --version) in $VENV"
