#!/usr/bin/env bash
# Deep tanh and relu nets against the expansion in 1/N: G2 at a large width beside the recursion over layers, and N·G4c at growing
# widths beside its limit, the first-order recursion.
#   jobs/deep_nets.sh      NNFT=build/release/src/nnft NP=2 DIR=build/deep SCALE=1 (of the number of networks)
set -euo pipefail

default_directory=build/deep
source "$(dirname "${BASH_SOURCE[0]}")/launcher.sh"

cat >base.ini <<'INI'
[field]
architecture = mlp
input-dim = 2
width = 64
[sites]
points = 0.3 0.8; 0.9 -0.2
[measure]
orders = 2 4
[run]
networks = 1
blocks = 64
slice = 16
INI

# row FILE NAME SITES COLUMN: a column of the row in what `nnft show` prints.
row() { awk -v name="$2" -v sites="$3" -v column="$4" '{ s = ""; n = split(sites, _, " "); for (k = 2; k < 2 + n; ++k) s = s (k > 2 ? " " : "") $k } $1 == name && s == sites { print $(1 + n + column) }' "$1"; }

printf '%-7s %-5s %6s %10s %20s %14s %22s %14s\n' net depth N networks 'G2c(0 1)' recursion 'N G4c(0 0 1 1)' 'first order'
for activation in tanh relu; do
  options=(--field.activation="$activation")
  if [[ $activation == tanh ]]; then options+=(--field.sigma-bias=0.3 --field.sigma-weight=1.3); else options+=(--field.sigma-weight=1.4); fi
  for depth in 2 3; do
    for width in 64 256 1024 4096; do
      networks=$(awk -v n="$width" -v s="${SCALE:-1}" 'BEGIN { print int(s * (n == 64 ? 4e6 : n == 256 ? 4e5 : n == 1024 ? 3e4 : 1e3)) }')
      file=$activation$depth.$width
      these=("${options[@]}" --field.depth=$depth --field.width=$width --run.networks="$networks")
      in_parallel "$file.log" sample base.ini "${these[@]}" -o "$file.h5" --fresh
      "$nnft" exact base.ini "${these[@]}" --leading -o "$file.leading.h5" --fresh >"$file.exact.log"
      "$nnft" show --all "$file.h5" >"$file.txt"
      "$nnft" show --all "$file.leading.h5" >"$file.leading.txt"
      printf '%-7s %-5d %6d %10s %20s %14s %22s %14s\n' "$activation" "$depth" "$width" \
        "$(sed -n 's/^width .*: \([0-9]*\) networks$/\1/p' "$file.txt")" "$(row "$file.txt" G2c '0 1' 1)" "$(row "$file.leading.txt" G2c '0 1' 1)" \
        "$(row "$file.txt" G4c '0 0 1 1' 1 | awk -F'[()]' -v n="$width" '{ match($3, /e.*/); e = RSTART ? substr($3, RSTART) : ""; digits = length($1) - index($1, "."); printf "%.5g(%.2g)", n * ($1 e), n * $2 * 10 ^ -digits * (e == "" ? 1 : 10 ^ substr(e, 2)) }')" \
        "$(row "$file.leading.txt" G4c '0 0 1 1' 1 | awk -v n="$width" '{ printf "%.6g", n * $1 }')"
    done
  done
done
