#!/usr/bin/env bash
# Series in 1/N, fitted with errors: coefficients of deep relu and identity nets beside their exact values, of deep tanh nets beside
# the recursion over layers, and the power of N with which G6c falls.
#   jobs/series_fits.sh      NNFT=build/release/src/nnft NP=2 DIR=build/fits SCALE=1 (of the number of networks)
set -euo pipefail

default_directory=build/fits
source "$(dirname "${BASH_SOURCE[0]}")/launcher.sh"

networks() { awk -v n="$1" -v s="${SCALE:-1}" 'BEGIN { print int(s * n) }'; }

cat >deep.ini <<'INI'
[field]
architecture = mlp
width = 8 16 32 64 128 256
[sites]
points = 1
[run]
networks = 1
INI

echo 'Deep nets at one site, G2 = 1: N G4c = c0 + c1/N + c2/N^2, exactly 3rL + (3/2) r^2 L(L-1)/N + … with r = 5 (relu), 2 (identity)'
printf '%-9s %2s %9s %5s %16s %9s %16s %9s %9s %12s %8s\n' net L widths order c0 exact c1 exact error chi2/dof p
for activation in relu identity; do
  for depth in 2 3; do
    file=$activation$depth
    options=(--field.activation=$activation --field.depth=$depth --run.networks="$(networks 2e7)")
    if [[ $activation == relu ]]; then options+=(--field.sigma-weight=1.4142135623730951) r=5; else r=2; fi
    in_parallel "$file.log" sample deep.ini "${options[@]}" -o "$file.h5" --fresh
    "$nnft" fit "$file.h5" --order '1 2 3' --cuts 1 >"$file.txt"
    awk -v net=$activation -v depth=$depth -v r=$r '
      $2 ~ /256$/ {
        error = $4; digits = 0
        n = split($4, part, /[()]/); dot = index(part[1], "."); if (dot) digits = length(part[1]) - dot
        c0 = 3 * r * depth; c1 = 1.5 * r * r * depth * (depth - 1)
        printf "%-9s %2d %9s %5d %16s %9g %16s %9g %8.2f%% %12s %8s\n", net, depth, $2, $1, $3, c0, $4, c1, 100 * part[2] * 10 ^ -digits / c1, $(NF - 2), $(NF - 1)
      }' "$file.txt"
  done
done

cat >tanh.ini <<'INI'
[field]
architecture = mlp
width = 4 8 16 32 64 128
sigma-weight = 1.5
sigma-bias = 0.3
[sites]
points = 0.3; 0.9; 0.6; -0.4
[measure]
tuples = 0 1 2 3; 0 0 1 1
[run]
networks = 1
INI

echo
echo 'Deep tanh nets, four sites: N G4c = c0 + c1/N + …, c0 beside the recursion over layers'
printf '%2s %-8s %9s %5s %18s %12s %6s %18s %12s %8s\n' L sites widths order c0 recursion pull c1 chi2/dof p
for depth in 2 3; do
  options=(--field.activation=tanh --field.depth=$depth)
  in_parallel "tanh$depth.log" sample tanh.ini "${options[@]}" --run.networks="$(networks 1e7)" -o "tanh$depth.h5" --fresh
  # At width 1 the first order in 1/N is its coefficient.
  "$nnft" exact tanh.ini "${options[@]}" --field.width=1 --leading -o "tanh$depth.leading.h5" --fresh >"tanh$depth.leading.txt"
  for sites in '0 1 2 3' '0 0 1 1'; do
    leading=$(awk -v sites="$sites" '$1 == "G4c" && $2 " " $3 " " $4 " " $5 == sites { print $6 }' "tanh$depth.leading.txt")
    "$nnft" fit "tanh$depth.h5" --tuples "$sites" --order '1 2 3' >"tanh$depth.txt"
    awk -v depth=$depth -v sites="$sites" -v leading="$leading" '
      $2 ~ /\.\.128$/ && $NF > 0.01 {
        split($3, part, /[()]/); digits = length(part[1]) - index(part[1], ".")
        error = part[2] ~ /\./ ? part[2] : part[2] * 10 ^ -digits
        printf "%2d %-8s %9s %5d %18s %12s %+6.2f %18s %12s %8s\n", depth, sites, $2, $1, $3, leading, (part[1] - leading) / error, $4, $(NF - 2), $(NF - 1)
      }
      $1 == "average" { printf "%2d %-8s %9s %5s %18s %12s %6s %18s\n", depth, sites, "average", "", $2, leading, "", $3 }' "tanh$depth.txt"
  done
done

cat >exponent.ini <<'INI'
[field]
architecture = mlp
width = 4 8 16 32 64
[sites]
points = 0.3; 0.9; 0.6
[measure]
orders = 2 4 6
tuples = 0 0 1 1 2 2
[run]
networks = 1
INI

echo
echo 'The power of N with which G4c and G6c fall, exactly 1 and 2'
printf '%-6s %-4s %-12s %18s %12s %8s\n' net G sites power chi2/dof p
exponent() {
  local name=$1
  shift
  in_parallel "$name.log" sample exponent.ini "$@" --run.networks="$(networks 2e7)" -o "$name.h5" --fresh
  for variable in G4c G6c; do
    sites='0 0 1 1 2 2'
    if [[ $variable == G4c ]]; then sites='0 0 1 1'; fi
    "$nnft" fit "$name.h5" --variable $variable --tuples "$sites" --leading-power free --order 0 --cuts 0 >"$name.txt"
    awk -v name="$name" -v variable=$variable -v sites="$sites" \
      '$2 == "4..64" { printf "%-6s %-4s %-12s %18s %12s %8s\n", name, variable, sites, $4, $(NF - 2), $(NF - 1) }' "$name.txt"
  done
}
exponent cos --field.architecture=cos
exponent relu --field.activation=relu
exponent tanh --field.activation=tanh --field.sigma-weight=1.5 --field.sigma-bias=0.3
