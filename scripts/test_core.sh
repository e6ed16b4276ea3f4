#!/bin/sh
# Builds the Unreal plugin's engine-free core and runs its tests with sanitizers, then fuzzes what reads strangers'
# bytes; `make test` calls it. The programs, which the tests in tests/unreal_plugin run, are built without sanitizers
# into build/core-plain. What waits runs beside what compiles: on two cores the fuzzer costs no time of its own. The
# sanitizers are clang's, which compiles them twice as fast, and the programs the default compiler's: both see the code.
#
#   FUZZ_S=60    seconds to fuzz; 0 leaves it out
#   JOBS=2       compilers at once (default: one a core)
set -eu
cd "$(dirname "$0")/.."

FUZZ_S=${FUZZ_S-60}
JOBS=${JOBS-$(nproc 2>/dev/null || echo 2)}
FUZZER=build/core-address
started=$(date +%s)

fail() { printf 'test_core: error: %s\n' "$*" >&2; exit 1; }
say() { printf 'test_core: %3d s: %s\n' "$(($(date +%s) - started))" "$*"; }

for tool in cmake ninja clang++; do
    command -v "$tool" >/dev/null 2>&1 ||
        fail "$tool is missing; on Debian run: sudo apt-get install cmake ninja-build clang libclang-rt-dev"
done

# build FOLDER TARGETS OPTIONS...
build() {
    folder=$1 targets=$2
    shift 2
    mkdir -p "$folder"
    cmake -S unreal_plugin -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Debug "$@" >"$folder/build.log" 2>&1 ||
        { cat "$folder/build.log" >&2; fail "$folder cannot be configured"; }
    # shellcheck disable=SC2086  # A list of words.
    cmake --build "$folder" --parallel "$JOBS" --target $targets >"$folder/build.log" ||
        { cat "$folder/build.log" >&2; fail "$folder does not compile"; }
}

# sanitized FOLDER TARGETS SANITIZERS OPTIONS...
sanitized() {
    folder=$1 targets=$2 sanitizers=$3
    shift 3
    build "$folder" "$targets" -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_CXX_FLAGS_DEBUG=-g1 \
        "-DFACEBRIDGE_SANITIZE=$sanitizers" -DFACEBRIDGE_PRECOMPILE=ON "$@"
}

tests_of() { ctest --test-dir "$1" --output-on-failure >"$1/tests.log" 2>&1; }

# report PROCESS FOLDER: waits for tests in the background, and shows their words if they failed.
report() {
    wait "$1" || { cat "$2/tests.log" >&2; fail "the tests in $2 failed"; }
    say "$(grep 'tests passed' "$2/tests.log") in $2"
}

fuzz() {
    rm -rf "$FUZZER/corpus"
    mkdir -p "$FUZZER/found"
    "$PYTHON" scripts/fuzz_corpus.py unpack "$FUZZER/corpus" >/dev/null
    "$FUZZER/FaceBridgeFuzzer" -max_total_time="$FUZZ_S" -max_len=16384 -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="$FUZZER/" "$FUZZER/found" "$FUZZER/corpus" >"$FUZZER/fuzz.log" 2>&1
}

PYTHON=.venv/bin/python
[ -x "$PYTHON" ] || PYTHON=python3
export TSAN_OPTIONS="suppressions=$PWD/unreal_plugin/Tests/thread.supp ${TSAN_OPTIONS-}"
jobs_running=
trap '[ -z "$jobs_running" ] || kill $jobs_running 2>/dev/null || true' EXIT

# The fuzzer first: it runs while the rest is built.
sanitized build/core-address FaceBridgeFuzzer address,undefined -DFACEBRIDGE_FUZZ=ON
if [ "$FUZZ_S" != 0 ]; then
    say "the fuzzer is built, and runs for $FUZZ_S s"
    fuzz &
    fuzzing=$!
    jobs_running="$jobs_running $fuzzing"
fi
sanitized build/core-address FaceBridgeTests address,undefined -DFACEBRIDGE_FUZZ=ON
say "the tests are built with AddressSanitizer, and run"
tests_of build/core-address &
address=$!
jobs_running="$jobs_running $address"

sanitized build/core-thread FaceBridgeTests thread
say "the tests are built with ThreadSanitizer, and run"
tests_of build/core-thread &
thread=$!
jobs_running="$jobs_running $thread"

# Without precompiled headers, so that a file which does not include what it uses fails here and not inside Unreal.
build build/core-plain "facebridge-measure facebridge-null-engine facebridge-panel facebridge-rig" -DFACEBRIDGE_SANITIZE= \
    -DCMAKE_CXX_FLAGS_DEBUG=-g1
say "the programs are built"

report "$address" build/core-address
report "$thread" build/core-thread
if [ "$FUZZ_S" != 0 ]; then
    wait "$fuzzing" || {
        tail -40 "$FUZZER/fuzz.log" >&2
        fail "the fuzzer found something; again: $FUZZER/FaceBridgeFuzzer $(ls -t "$FUZZER"/crash-* "$FUZZER"/timeout-* "$FUZZER"/oom-* 2>/dev/null | head -1)"
    }
    say "$(grep '^Done' "$FUZZER/fuzz.log") of the fuzzer"
fi
jobs_running=
