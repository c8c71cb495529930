#!/usr/bin/env bash
# Random words in the orders in which nnft uses them (tests/random/random_words.cpp) pass Brown's dieharder 3.31 (Marsaglia's
# diehard, NIST's STS and more); two mistakes in their use fail it.
# NNFT_BATTERY=all runs every test of the battery that its author does not call suspect on every order (two hours of one core);
# otherwise a few tests on two orders, with NNFT_SMALL one on each order. NNFT_BATTERY_ORDERS chooses orders. RANDOM_WORDS is the
# program.
set -euo pipefail

fail() {
  printf 'battery: %s\n' "$*" >&2
  exit 1
}

command -v dieharder >/dev/null || fail 'there is no dieharder (Debian: apt-get install dieharder)'

# Options of dieharder, one test a line.
quick=('-d 2 -p 20' '-d 8 -p 20')
few=('-d 0' "${quick[@]}" '-d 102 -p 3')
all=()
for test in 0 1 2 3 4 8 9 10 11 12 13 15 16 17 100 101 102 204 205 206 207 208 209; do all+=("-d $test"); done
for bits in 1 2 3 4 5 6 7 8 9 10 11 12; do all+=("-d 200 -n $bits"); done
for size in 2 3 4 5; do all+=("-d 201 -n $size" "-d 202 -n $size"); done
for lag in 0 1 2 3 5 6 9 11 15 23 31; do all+=("-d 203 -n $lag"); done

every_order=(networks samples purposes widths seeds chains uniforms normals laplaces student_ts rademachers)
orders=(networks normals)
tests=("${few[@]}")
if [[ ${NNFT_BATTERY:-} == all ]]; then
  orders=("${every_order[@]}")
  tests=("${all[@]}")
elif [[ -n ${NNFT_SMALL-} ]]; then
  orders=("${every_order[@]}")
  quick=('-d 2 -p 1')
  tests=("${quick[@]}")
fi
if [[ -n ${NNFT_BATTERY_ORDERS:-} ]]; then read -r -a orders <<<"$NNFT_BATTERY_ORDERS"; fi

# judge ORDER FILE TEST…: one line for each p-value: ORDER TEST NTUP P. -Y 1: a p-value that is neither good nor impossible is
# settled with more samples. Judged here by small p-values alone: of few samples dieharder's serial tests give mt19937 and AES, too,
# p-values within 10⁻⁶ of 1.
judge() {
  local order=$1 file=$2 test
  shift 2
  for test in "$@"; do
    # shellcheck disable=SC2086 # options
    "$RANDOM_WORDS" "$order" 2>words.log | dieharder -g 200 $test -Y 1 -k 2 -D test_name -D ntuple -D pvalues -D assessment -c ' ' 2>&1 |
      awk -v order="$order" '$NF ~ /^(PASSED|WEAK|FAILED)$/ { print order, $1, $2, $3, $4 }' >>"$file" || true
  done
  if [[ -s words.log ]]; then fail "$order: $(cat words.log)"; fi
}

rm -f pvalues wrong
for order in "${orders[@]}"; do
  judge "$order" pvalues "${tests[@]}"
  awk -v o="$order" '
    $1 == o { ++n; low += $4 < 1e-6; weak += $4 < 0.005; if (!least || $4 < least) { least = $4; name = $2 " " $3 } }
    END {
      if (!n) exit 1
      printf "battery: %-12s %3d p-values: %d below 0.005, %d below 1e-6; least %.2g (%s)\n", o, n, weak, low, least, name
    }' pvalues || fail "$order: dieharder gave no p-values"
done
if awk '$4 < 1e-6 { print; low = 1 } END { exit !low }' pvalues >&2; then fail 'the tests above fail'; fi

for order in shared_purpose shifted_samples; do
  judge "$order" wrong "${quick[@]}"
  awk -v o="$order" '
    $1 == o { ++n; if ($4 < 1e-6) { ++bad; name = name " " $2 } }
    END { printf "battery: %-15s (a mistake) %d of %d p-values below 1e-6:%s\n", o, bad, n, name; exit !bad }' wrong || fail "$order is not noticed"
done
