#!/usr/bin/env bash
# Free theories of many networks, measured beside their exact values: one line for each correlator at one tuple of sites.
#   jobs/free_theories.sh [NETWORKS]      NNFT=build/release/src/nnft NP=2 DIR=build/free
# Results stay in DIR.
set -euo pipefail

networks=${1:-2e6}
default_directory=build/free
source "$(dirname "${BASH_SOURCE[0]}")/launcher.sh"

cat >base.ini <<'INI'
[field]
architecture = mlp
width = 16
[sites]
points = 0.3; 0.9; 0.6
[measure]
orders = 2 4 6
[run]
networks = 1
INI

printf '%-34s %-5s %-12s %20s %16s %7s %12s\n' theory G sites measured exact pull 'networks/s'
# theory NAME FILE OPTION…
theory() {
  local name=$1 file=$2 rate
  shift 2
  in_parallel "$file.log" sample base.ini --run.networks="$networks" -o "$file.h5" --fresh "$@"
  "$nnft" show "$file.h5" --all >"$file.txt"
  rate=$(awk '$1 == "networks" { n = $2 } $1 == "core_hours" { c = $2 } END { printf "%.3g", n / (3600 * c) }' "$file.txt")
  # Rows: name, sites, measured, exact, pull.
  awk -v name="$name" -v rate="$rate" '
    /^  G[246]c / {
      order = substr($1, 2, 1)
      sites = $2
      for (k = 3; k < 2 + order; ++k) sites = sites " " $k
      if (sites == "0 1" || sites == "0 0 1 2" || sites == "0 0 1 1 2 2") {
        printf "%-34s %-5s %-12s %20s %16s %7s %12s\n", name, $1, sites, $(2 + order), $(3 + order), $(4 + order), rate
        name = rate = ""
      }
    }
    /WARNING/ { print }' "$file.txt"
}

theory 'cos' cos --field.architecture=cos
theory 'gauss, sigma_b = 0.2' gauss --field.architecture=gauss --field.sigma-bias=0.2 '--sites.points=0.1; 0.3; -0.2'
theory 'relu, d = 2' relu --field.activation=relu --field.input-dim=2 '--sites.points=0.3 0.4; 0.9 0.2; 0.6 -0.3'
theory 'erf' erf --field.activation=erf --field.sigma-bias=0.3
theory 'tanh' tanh --field.activation=tanh --field.sigma-bias=0.3
theory 'gelu' gelu --field.activation=gelu --field.sigma-bias=0.3
for e in -1 0; do
  theory "free scalar, d = 1, e = $e" "scalar1$e" --field.architecture=free-scalar --field.cutoff=8 --field.momentum-exponent=$e
  theory "free scalar, d = 2, e = $e" "scalar2$e" --field.architecture=free-scalar --field.cutoff=4 --field.momentum-exponent=$e \
    --field.input-dim=2 '--sites.points=0.3 0.4; 0.9 0.2; 0.6 -0.3'
  theory "free scalar, d = 3, e = $e" "scalar3$e" --field.architecture=free-scalar --field.cutoff=3 --field.momentum-exponent=$e \
    --field.input-dim=3 '--sites.points=0.3 0.4 0; 0.9 0.2 0.1; 0.6 0.1 -0.3'
done
for activation in tanh relu sigmoid; do
  theory "a s(b s(c x)), s = $activation" "first_$activation" --field.activation=$activation --field.depth=2 --field.width=1 \
    --field.sigma-weight=1.5
done
