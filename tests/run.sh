#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors and runs every test. Arguments go to ctest.
# Tests that cannot run on this machine are counted as skipped. Ends with a line `N passed, N failed`; exit code 0 only if tests ran
# and none failed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/release

bash jobs/dependencies.sh --tests
cmake --preset release -DNNFT_WERROR=ON -DNNFT_TESTS=ON
cmake --build "$build" --parallel "${JOBS:-$(nproc)}"

# Tests that start jobs spend much of their time waiting for launchers: three times as many at a time as there are cores.
log=$build/ctest.log
status=0
ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$((3 * $(nproc)))" "$@" 2>&1 | tee "$log" || status=$?

# ctest's summary: "NN% tests passed, F tests failed out of T"
summary=$(sed -n 's/^[0-9]*% tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$log" | tail -n 1)
read -r failed total <<<"${summary:-0 0}"
skipped=$(grep -c '\*\*\*Skipped' "$log" || true)
if [[ $skipped -gt 0 ]]; then
  printf '%d skipped, for the reasons given by ctest --rerun-failed -V or in %s\n' "$skipped" "$build/Testing/Temporary/LastTest.log"
fi
printf '%d passed, %d failed\n' "$((total - failed - skipped))" "$failed"
if [[ $status -eq 0 && ($failed -ne 0 || $total -eq 0) ]]; then
  status=1
fi
exit "$status"
