#!/usr/bin/env bash
# Runs the self-test program the wrong way on purpose and checks that the test main notices.
# Usage: mpi_main_test.sh PROGRAM    (environment: NNFT_MPIEXEC)
set -euo pipefail

program=$1
: "${NNFT_MPIEXEC:?the launcher of the MPI the program is linked to}"
failures=0

# expect WHAT STATUS TEXT RANKS ARGUMENT…: the program ends within 60 s with success ("pass") or not ("fail") and prints TEXT.
expect() {
  local what=$1 status=$2 text=$3 ranks=$4
  shift 4
  local output code=0 result=pass
  output=$(timeout 60 "$NNFT_MPIEXEC" -n "$ranks" "$program" "$@" 2>&1) || code=$?
  [[ $code -eq 0 ]] || result=fail
  if [[ $code -eq 124 ]]; then
    result=hang
  fi
  if [[ $result == "$status" && $output == *"$text"* ]]; then
    printf 'ok: %s\n' "$what"
  else
    printf 'NOT OK: %s: expected %s and "%s", got %s (exit code %d) and\n%s\n' \
      "$what" "$status" "$text" "$result" "$code" "$output"
    failures=$((failures + 1))
  fi
}

unset NNFT_TEST_RANKS
export GTEST_COLOR=no
for ranks in 1 2 3; do
  expect "passing tests on $ranks ranks" pass '2 tests from 1 test suite ran' "$ranks" --ranks="$ranks" --gtest_filter='Passes.*'
  last=$((ranks - 1))
  expect "a failure on rank $last of $ranks" fail "[rank $last] failure in FailsOnLastRank.ThenGoesOn" "$ranks" \
    --ranks="$ranks" --gtest_filter='FailsOnLastRank.*'
  expect "an exception on rank $last of $ranks" fail "[rank $last] uncaught exception: thrown on purpose" "$ranks" \
    --ranks="$ranks" --gtest_filter='ThrowsOnLastRank.*'
done
expect 'rank 0 reports the failure of another' fail 'the test failed on rank 2' 3 --ranks=3 --gtest_filter='FailsOnLastRank.*'
expect 'exit(0) on one rank' fail '[rank 1] the process exits before MPI_Finalize' 2 --ranks=2 --gtest_filter='ExitsOnLastRank.*'
expect 'a test left early on one rank' fail '[rank 1] the test failed here and other ranks did not come' 2 \
  --ranks=2 --gtest_filter='ReturnsOnLastRank.*'
expect 'too few ranks' fail 'expected 3 ranks, got 2' 2 --ranks=3 --gtest_filter='Passes.*'
expect 'unknown number of ranks' fail 'to say how many' 1 --gtest_filter='Passes.*'
expect 'no test' fail 'no test ran' 2 --ranks=2 --gtest_filter='Nothing.*'
NNFT_TEST_RANKS=2 expect 'ranks by the environment' pass 'PASSED' 2 --gtest_filter='Passes.*'
NNFT_TEST_RANKS=3 expect 'wrong ranks by the environment' fail 'expected 3 ranks' 2 --gtest_filter='Passes.*'
# The order of the tests is that of the source, whatever a rank's seed.
order=$("$NNFT_MPIEXEC" -n 1 "$program" --ranks=1 --gtest_filter='Passes.*' --gtest_shuffle --gtest_repeat=8 2>&1 | grep 'RUN ')
expected=$(for _ in {1..8}; do printf '[ RUN      ] %s\n' Passes.EveryRankSeesAllRanks Passes.Again; done)
if [[ ${order//$'\r'/} != "$expected" ]]; then
  printf 'NOT OK: --gtest_shuffle was obeyed\n%s\n' "$order"
  failures=$((failures + 1))
fi
# N processes that know nothing of each other, as a launcher of another MPI starts them.
for _ in 1 2; do
  if output=$("$program" --ranks=2 --gtest_filter='Passes.*' 2>&1); then
    printf 'NOT OK: a lone process passed as one of two ranks\n%s\n' "$output"
    failures=$((failures + 1))
  fi
done

[[ $failures -eq 0 ]]
