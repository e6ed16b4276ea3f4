#!/bin/sh
# Builds the Unreal plugin's engine-free core and runs its tests; `make test` calls it. The programs, which the tests in
# tests/unreal_plugin run, are built without sanitizers, into build/core-plain.
#
#   SANITIZE=address,undefined   the sanitizers to build the tests with (default: these; the other to try is thread)
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
export TSAN_OPTIONS="suppressions=$PWD/unreal_plugin/Tests/thread.supp ${TSAN_OPTIONS-}"
ctest --test-dir "$BUILD" --output-on-failure

cmake -S unreal_plugin -B build/core-plain -G Ninja -DCMAKE_BUILD_TYPE=Debug -DFACEBRIDGE_SANITIZE= >/dev/null
cmake --build build/core-plain --target facebridge-panel facebridge-null-engine
