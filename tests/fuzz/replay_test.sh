#!/usr/bin/env bash
# replay_test.sh TARGET…: every input of the corpora, those of past failures included, is refused by name or read.
set -euo pipefail

fuzz=$NNFT_SOURCE_DIR/tests/fuzz
bash "$fuzz/make_seeds.sh" "$NNFT" seeds
export NNFT_FUZZ_SEEDS=$PWD/seeds
# Open MPI leaks, and HDF5 where it refuses damaged files: none of it ours.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
for target in "$@"; do
  name=$(basename "$target" _fuzz)
  if ! timeout 200 "$target" "$fuzz/corpus/$name" >"$name.log" 2>&1 </dev/null; then
    tail -n 30 "$name.log" >&2
    printf 'replay: %s: the last input named above neither was refused by name nor could be read\n' "$name" >&2
    exit 1
  fi
  printf '%s: %s\n' "$name" "$(tail -n 1 "$name.log")"
done
