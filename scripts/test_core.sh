#!/bin/sh
# Builds the Unreal plugin's engine-free core and runs its tests; `make test` calls it.
#
#   SANITIZE=address,undefined   the sanitizers to build with (default: these)
set -eu
cd "$(dirname "$0")/.."

SANITIZE=${SANITIZE-address,undefined}
BUILD=build/core-$(printf '%s' "${SANITIZE:-plain}" | tr ',' '-')

for tool in cmake ninja; do
    command -v "$tool" >/dev/null 2>&1 || {
        printf 'test_core: error: %s is missing; on Debian run: sudo apt-get install cmake ninja-build\n' "$tool" >&2
        exit 1
    }
done
cmake -S unreal_plugin -B "$BUILD" -G Ninja -DCMAKE_BUILD_TYPE=Debug "-DFACEBRIDGE_SANITIZE=$SANITIZE" >/dev/null
cmake --build "$BUILD"
ctest --test-dir "$BUILD" --output-on-failure
