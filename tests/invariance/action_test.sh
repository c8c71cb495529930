#!/usr/bin/env bash
# Couplings, Edgeworth densities and drawn fields have the same bits on any number of ranks, from whole and from merged files; files of
# couplings are refused by name where correlators are expected.
set -euo pipefail

networks=1e5 blocks=37 orders='2 4 6 8' ranks=(1 2 3 4)
if [[ -n ${NNFT_SMALL-} ]]; then networks=1e4 blocks=8 orders='2 4 6' ranks=(1 3); fi  # fewer for slow programs

run() { "$NNFT_MPIEXEC" ${NNFT_MPIEXEC_FLAGS:-} -n "$1" "$NNFT" "${@:2}"; }
digest() { "$NNFT" show --digest "$1" | cut -d' ' -f1; }

# same NAME FILE…: all files have one digest.
same() {
  local name=$1 first other
  first=$(digest "$2")
  for other in "${@:3}"; do
    [[ $(digest "$other") == "$first" ]] || { echo "$name: $other differs from $2" >&2; exit 1; }
  done
  echo "$name: $(($# - 1)) files, $first"
}

cat >nets.ini <<INI
[field]
architecture = cos
width = 16 64
[sites]
points = 0; 0.8; 2
[deformation]
kind = weight-quartic
strength = 0 1
[measure]
orders = $orders
derivatives = score
histogram = 0; 2 1
histogram-range = 3
[run]
networks = $networks
blocks = $blocks
INI
"$NNFT" sample nets.ini -o nets.h5
for part in 0 1 2; do "$NNFT" sample nets.ini --part "$part/3" -o "part$part.h5"; done
"$NNFT" merge -o merged.h5 part0.h5 part1.h5 part2.h5

for n in "${ranks[@]}"; do
  run "$n" action nets.h5 --density '0; 2 1' -o "width$n.h5" >"width$n.log"
  run "$n" action nets.h5 --in strength -o "strength$n.h5" >"strength$n.log"
  run "$n" action nets.h5 --sites '2 0' --noise 0.01 -o "noise$n.h5" >"noise$n.log"
  run "$n" correlators "width$n.h5" -o "back$n.h5" >"back$n.log"
done
last=${ranks[-1]}
run 2 action merged.h5 --density '0; 2 1' -o width_merged.h5 >merged.log
same couplings width[1-4].h5 width_merged.h5
same 'powers of a strength' strength[1-4].h5
same 'two sites with noise' noise[1-4].h5
same correlators back[1-4].h5
diff <(sed 's/1\.h5/.h5/' back1.log) <(sed "s/$last\.h5/.h5/" "back$last.log")
[[ $(digest width1.h5) != $(digest strength1.h5) ]]

# Blocks of which some are absent take no part, and every other does: as in the file itself.
"$NNFT" merge --partial -o partial.h5 part0.h5 part2.h5
for n in 1 3; do run "$n" action partial.h5 -o "partial$n.h5" >"partial$n.log"; done
same 'absent blocks' partial1.h5 partial3.h5
"$NNFT_PYTHON" - <<'PY'
import h5py
import numpy as np

with h5py.File("partial1.h5") as file, h5py.File("nets.h5") as nets:
    rows = file["g4_jackknife"][...]
    absent = np.isnan(rows).reshape(rows.shape[0], -1).all(1)
    assert (absent == (nets["block"][...] % 3 == 1)).all(), absent
    present = rows[~absent]
    error = np.sqrt((len(present) - 1) / len(present) * ((present - present.mean(0)) ** 2).sum(0))
    assert np.isfinite(present).all() and np.allclose(error, file["g4_err"][...], rtol=1e-10, atol=1e-300)
PY

# refused EXIT TEXT COMMAND…
refused() {
  local status=0 told
  told=$("$NNFT" "${@:3}" 2>&1) || status=$?
  [[ $status == "$1" && $told == *"$2"* ]] || { echo "expected exit code $1 and '$2', got $status: $told" >&2; exit 1; }
}
for command in fit action; do refused 3 'of kind sample or exact, got one of kind action' "$command" width1.h5; done
refused 3 'of kind sample or exact, got one of kind action' compare width1.h5 nets.h5
refused 3 "got kind 'action'" merge -o none.h5 width1.h5
refused 3 'expected a file of couplings' correlators nets.h5
refused 2 '--order: expected a whole number from 0 to 3' action nets.h5 --order 4
refused 2 'since order 3 needs 3 derivatives' action nets.h5 --in strength --order 3
refused 2 '--axis: expected one of strength' action nets.h5 --in strength --axis mu2
refused 2 'expected different sites, got 1 twice' action nets.h5 --sites '1 1'
refused 2 'expected --modes-above or --noise, got both' action nets.h5 --noise 0.1 --modes-above 0.1
refused 2 '--density: expected one site or two different ones' action nets.h5 --density '0 1 2'
refused 2 'exists already' action nets.h5 -o width1.h5
[[ ! -e none.h5 ]]
echo passed
