#!/bin/sh
# Trains a bundle for the embedded character on your own photos; `make bundle PHOTOS=DIR` calls it.
#
#   bundle.sh PHOTOS OUT      PHOTOS has one subfolder a person; the bundle will lie in OUT/bundle
#   PROFILE=cpu|gpu           training settings (default: gpu where torch sees one)
#   COUNT=N                   captures to train on (default: 6000, with a GPU 100000)
#   LABELS=people.csv         who belongs to which archetype, and which hair suits them (docs/own_character.md)
#
# Every step resumes: the same command again goes on where it was stopped.
set -eu

photos=${1:-}
out=${2:-out}
facebridge="$(dirname "$0")/../.venv/bin/facebridge"

if [ -z "$photos" ] || [ ! -d "$photos" ]; then
    echo "bundle: error: PHOTOS is '$photos', expected a folder with one subfolder of photos a person;" \
        "run: make bundle PHOTOS=DIR" >&2
    exit 1
fi

if [ -z "${PROFILE:-}" ]; then
    PROFILE=$("$(dirname "$facebridge")/python" -c 'import torch; print("gpu" if torch.cuda.is_available() else "cpu")')
fi
if [ "$PROFILE" = gpu ]; then default_count=100000; else default_count=6000; fi
count=${COUNT:-$default_count}
half=$((count / 2))
first="$out/captures-first"
captures="$out/captures"
run="$out/bundle-run"
cache="$run/photos"

step() { printf '\nbundle: %s\n' "$*"; }

step "1 of 7: capturing pictures of the embedded character all over its range"
"$facebridge" capture --engine embedded --count "$half" --seed 1 --out "$first"
step "2 of 7: measuring them"
"$facebridge" train constants --data "$first" --out "$run"
step "3 of 7: fitting the reader, and reading your photos"
set -- --photos "$photos" --photo-cache "$cache"
"$facebridge" train reader --out "$run" "$@" ${LABELS:+--labels "$LABELS"}
step "4 of 7: capturing $count pictures, two fifths of them around the faces that were read"
"$facebridge" capture --engine embedded --count "$count" --seed 2 --sampling faces --faces "$run/faces.npz" --out "$captures"
step "5 of 7: training the imitator ($PROFILE profile)"
"$facebridge" train imitator --data "$captures" --out "$run" --profile "$PROFILE"
step "6 of 7: training E, D and R on your photos"
"$facebridge" train reconstructor --data "$captures" --out "$run" --profile "$PROFILE" "$@"
step "7 of 7: packing"
"$facebridge" train bundle --run "$run" --out "$out/bundle" --photos-name "$photos"

echo "bundle: ready; use it with: facebridge import PHOTO --out DIR --bundle $out/bundle"
