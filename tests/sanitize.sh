#!/usr/bin/env bash
# Installs what is missing, builds with Clang, AddressSanitizer, UndefinedBehaviorSanitizer, the assertions of the standard library
# and of Eigen, and runs all tests with leak checking on, at small sizes (NNFT_SMALL): all of the code, on little data and without
# most statistical judgements, which the tests of a release make. Arguments go to ctest.
# --full: with each check of UndefinedBehaviorSanitizer (NNFT_SANITIZE=address, not quick) and at full size: much longer.
# --threads: builds and runs with ThreadSanitizer instead what uses threads (Deadline, and the agreements that use it).
# Suppressed are leaks of MPI and the libraries below it (tests/support/leaks.supp). A report of a sanitizer fails the suite even if
# the test that caused it did not notice. Ends with a line `N passed, N failed, N reports`.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What cannot run so. support_install builds a program against installed libraries, without the sanitizers these were built with.
# resume_memory_test compares the memory of a rank, most of which is the sanitizer's here, with run.max-memory; failure_limits_test
# limits the address space, of which the sanitizer takes terabytes.
excluded='^(support_install|resume_memory_test|failure_limits_test)$'

build=build/asan sanitize=quick
if [[ ${1:-} == --full ]]; then
  shift
  build=build/asan-full sanitize=address
  export NNFT_FAULTS=${NNFT_FAULTS:-30}  # of resume_faults_test, each of which starts two jobs
else
  export NNFT_SMALL=1
fi

bash jobs/dependencies.sh --tests
if [[ ${1:-} == --threads ]]; then
  shift
  cmake --preset tsan -DNNFT_WERROR=OFF -DNNFT_TESTS=ON
  cmake --build build/tsan --parallel "${JOBS:-$(nproc)}" --target unit_parallel
  export TSAN_OPTIONS=ignore_noninstrumented_modules=1:suppressions=$PWD/tests/support/threads.supp:halt_on_error=1:second_deadlock_stack=1
  # A race is noticed.
  wrong=build/tsan/wrong
  printf '%s\n' '#include <thread>' 'int main() {' '  int value = 0;' '  std::jthread other([&] { value = 1; });' '  value = 2;' '}' >"$wrong.cpp"
  "${CXX:-c++}" -std=c++20 -g -O0 -fsanitize=thread -o "$wrong" "$wrong.cpp"
  if "$wrong" >"$wrong.log" 2>&1 || ! grep -q 'data race' "$wrong.log"; then
    echo 'sanitize.sh: ThreadSanitizer did not notice a race' >&2
    exit 1
  fi
  exec ctest --test-dir build/tsan --output-on-failure --no-tests=error -R '^unit_parallel' "$@"
fi
cmake --preset asan -B "$build" -DNNFT_WERROR=OFF -DNNFT_TESTS=ON -DNNFT_SANITIZE="$sanitize"
cmake --build "$build" --parallel "${JOBS:-$(nproc)}"

reports=$PWD/$build/reports
rm -rf -- "$reports"
mkdir -p -- "$reports"
# Libraries are preloaded before the sanitizer's by tests that inject faults: verify_asan_link_order=0. LeakSanitizer takes thread-local
# memory of libraries that begins 16 bytes into a page for that of an old glibc, reads garbage and crashes: intercept_tls_get_addr=0.
# Names of functions are looked up at the end, for what is shown: for the leaks of MPI that are not it takes a third of each start.
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:symbolize=0:log_path=$reports/asan
ASAN_OPTIONS+=:verify_asan_link_order=0:intercept_tls_get_addr=0
export UBSAN_OPTIONS=print_stacktrace=1:log_path=$reports/ubsan
export NNFT_FAULTS_TIME_LIMIT=900
export LSAN_OPTIONS=suppressions=$PWD/tests/support/leaks.supp:print_suppressions=0

# The sanitizers notice what is wrong, and tell.
wrong=$build/wrong
printf '%s\n' '#include <cstdlib>' 'int main(int n, char**) {' '  int* volatile values = nullptr;' \
  '  for (int k = n == 4 ? 9 : 1; k > 0; --k) values = static_cast<int*>(std::malloc(64));' \
  '  const int last = n == 2 ? 16 : 15;' '  values[last] = n == 3 ? 2147483647 : 1;' '  values[last] += n;' \
  '  std::free(values);' '}' >"$wrong.cpp"
clang++ -g -O0 -fsanitize=address,undefined -fno-sanitize-recover=undefined -o "$wrong" "$wrong.cpp"
"$wrong"
for arguments in 'overrun' 'too large' 'not freed again'; do
  # shellcheck disable=SC2086  # words on purpose
  if "$wrong" $arguments 2>/dev/null; then
    printf 'sanitize.sh: the sanitizers did not notice: %s\n' "$arguments" >&2
    exit 1
  fi
done
[[ $(find "$reports" -type f | wc -l) -ge 2 ]] || { echo 'sanitize.sh: the sanitizers left no reports' >&2; exit 1; }
rm -f -- "$reports"/*

# Tests that limit their commands in time allow ten times as much.
mkdir -p -- "$build/slow"
printf '%s\n' '#!/usr/bin/env bash' 'words=() limit=' 'for word in "$@"; do' \
  '  if [[ -z $limit && $word =~ ^[0-9]+$ ]]; then limit=$((10 * word)) word=$limit; fi' '  words+=("$word")' 'done' \
  "exec $(command -v timeout) \"\${words[@]}\"" >"$build/slow/timeout"
chmod +x "$build/slow/timeout"
export PATH=$PWD/$build/slow:$PATH

log=$build/ctest.log
status=0
ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$((3 * $(nproc)))" --timeout 1800 -E "$excluded" "$@" 2>&1 |
  tee "$log" || status=$?
summary=$(sed -n 's/^[0-9]*% tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$log" | tail -n 1)
read -r failed total <<<"${summary:-0 0}"
found=$(find "$reports" -type f | wc -l)
if [[ $found -gt 0 ]]; then
  head -n 40 -- "$reports"/* | asan_symbolize || head -n 40 -- "$reports"/*
  status=1
fi
printf '%d passed, %d failed, %d reports\n' "$((total - failed))" "$failed" "$found"
if [[ $status -eq 0 && ($failed -ne 0 || $total -eq 0) ]]; then status=1; fi
exit "$status"
