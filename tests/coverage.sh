#!/usr/bin/env bash
# The table of error bars: for each quantity that has an exact value how often estimates of many seeds are as far from it as their
# errors say, and a wrong model that the same estimates reject.
#   tests/coverage.sh [--long | SEEDS] [BUILD]     BUILD=build/release, built with -DNNFT_TESTS=ON
# Without --long or SEEDS the number of seeds of `ctest -R coverage -V` (200, 100 where a seed is dear); --long: 5000, which takes
# about half an hour on a free core. A row shows the worst of the parts (tuples) that the program trusts in most seeds, or, marked as
# not trusted, of all. Columns: parts; seeds; mean of the estimate minus the truth in standard errors of the mean; mean pull times
# the root of the number of seeds (-skewness/2 for each seed where errors grow with the estimate); scatter over claimed error; shares
# within one and two errors; skewness of the estimate; share of seeds that are trusted; the wrong model and its p. Exits with 1 if
# a row is not as expected (probability 1e-6 each) or no wrong model is rejected.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1-} in
  --long) export NNFT_SEEDS=5000 && shift ;;
  [0-9]*) export NNFT_SEEDS=$1 && shift ;;
esac
build=$(realpath "${1:-build/release}")
mkdir -p "$build/tests/scratch" && cd "$build/tests/scratch"  # one of the programs writes files

export NNFT_TEST_RANKS=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
status=0
for program in "$build"/tests/statistical_*coverage_test; do
  if [[ ! -x $program ]]; then
    echo "$0: expected programs $build/tests/statistical_*coverage_test, found none: build with -DNNFT_TESTS=ON" >&2
    exit 2
  fi
  "$program" | sed -n 's/^COVERAGE //p' || status=1
done
exit "$status"
