#!/usr/bin/env bash
# The table of error bars: for each quantity that has an exact value how often estimates of many seeds are as far from it as their
# errors say, and a wrong model that the same estimates reject.
#   tests/coverage.sh [--long | SEEDS] [BUILD]     BUILD=build/release, built with -DNNFT_TESTS=ON
# Without --long or SEEDS the number of seeds of `ctest -R coverage -V` (200, 100 where a seed is dear); --long: 5000, which
# takes about an hour on one core. Columns: parts (tuples, of which the row shows the worst), seeds, mean deviation of the estimate
# in its standard errors, mean pull times the root of the seeds (of skewed estimates -skewness/2 on average per seed), scatter over
# claimed error, shares within one and two errors and in brackets what is expected of them, skewness of the estimate, the wrong
# model and its p. Exits with 1 if a row is not as expected (probability 1e-6 each).
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1-} in
  --long) export NNFT_SEEDS=5000 && shift ;;
  [0-9]*) export NNFT_SEEDS=$1 && shift ;;
esac
build=${1:-build/release}

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
