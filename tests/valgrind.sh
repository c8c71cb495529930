#!/usr/bin/env bash
# Runs small versions of every command under valgrind's memcheck on 1 and 2 ranks, and prints for each the errors and the bytes
# definitely lost, those of MPI itself aside.
# Usage: tests/valgrind.sh [--few] [RANKS…]    (NNFT: the program; default build/release/src/nnft)
# The kernels are those of AVX2: valgrind has no AVX-512. Exit code 0: nothing found; 1: something; the logs stay.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/tests/support/small_commands.sh"
command -v valgrind >/dev/null || { echo 'valgrind.sh: valgrind is not there (jobs/dependencies.sh --tests installs it)' >&2; exit 2; }
NNFT=$(realpath "${NNFT:-$root/build/release/src/nnft}")
[[ -x $NNFT ]] || { echo "valgrind.sh: $NNFT: expected the program; build it or set NNFT" >&2; exit 2; }
supported=/usr/share/openmpi/openmpi-valgrind.supp
tool=(--tool=memcheck --num-callers=60 --keep-debuginfo=yes --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --suppressions="$root/tests/support/valgrind.supp")
kinds=all
if [[ ${1:-} == --few ]]; then
  kinds=few
  shift
fi
[[ ! -e $supported ]] || tool+=(--suppressions="$supported")
ranks_list=("${@:-1 2}")
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1 OMP_NUM_THREADS=1

directory=$root/build/valgrind
rm -rf -- "$directory"
mkdir -p -- "$directory"
printf '%-28s %6s %8s %16s\n' command ranks errors 'bytes lost'
bad=0 commands=0

# What is wrong is noticed: a value that was never set decides, and memory is lost.
wrong() {
  printf '%s\n' '#include <cstdlib>' 'int main(int n, char**) {' '  int* volatile values = static_cast<int*>(std::malloc(64));' \
    '  const int code = n == 1 && values[3] == 7 ? 1 : 0;' '  values = nullptr;' '  return code;' '}' >"$directory/wrong.cpp"
  "${CXX:-c++}" -g -O0 -o "$directory/wrong" "$directory/wrong.cpp"
  valgrind "${tool[@]}" --log-file="$directory/wrong.log" --error-exitcode=99 "$directory/wrong"
}
if wrong || [[ $(grep -c -e 'uninitialised value' -e 'definitely lost in' "$directory/wrong.log") -lt 2 ]]; then
  cat "$directory/wrong.log" >&2
  echo 'valgrind.sh: valgrind does not notice a program that is wrong' >&2
  exit 1
fi

# sum_of PATTERN FILE…: the numbers that the first group of PATTERN stands for, added up.
sum_of() { sed -nE "s/,//g; s/.*$1.*/\1/p" "${@:2}" | awk '{ s += $1 } END { print s + 0 }'; }

command_is() {
  local name=$1 status=0 expected=0 errors lost
  shift
  if [[ $name == stop-* ]]; then expected=75; fi
  timeout 600 "${MPIEXEC:-mpirun}" -n "$ranks" valgrind "${tool[@]}" --log-file="$name.%p.memcheck" --error-exitcode=99 \
    "$NNFT" "$@" >"$name.log" 2>&1 </dev/null || status=$?
  errors=$(sum_of 'ERROR SUMMARY: ([0-9]+) errors' "$name".*.memcheck)
  lost=$(sum_of 'definitely lost: ([0-9]+) bytes' "$name".*.memcheck)
  printf '%-28s %6d %8d %16d\n' "$name" "$ranks" "$errors" "$lost"
  commands=$((commands + 1))
  if [[ $(ls "$name".*.memcheck | wc -l) -ne $ranks || $(grep -lE 'ERROR SUMMARY' "$name".*.memcheck | wc -l) -ne $ranks ]]; then
    printf '  valgrind has not finished on every rank: %s\n' "$PWD/$name.log"
    bad=$((bad + 1))
  elif [[ $errors -ne 0 || $status -ne $expected ]]; then
    printf '  exit code %d, expected %d; see %s\n' "$status" "$expected" "$PWD/$name.*"
    bad=$((bad + 1))
  fi
}

for ranks in ${ranks_list[*]}; do
  mkdir "$directory/$ranks"
  cd "$directory/$ranks"
  small_commands "$kinds"
done
printf '%d commands, %d with something found\n' "$commands" "$bad"
[[ $bad -eq 0 && $commands -gt 0 ]]
