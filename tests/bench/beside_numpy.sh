#!/usr/bin/env bash
# nnft's sampling speed beside a NumPy sampler, in turn on the same core: PAIRS pairs, then the median of their ratios.
#   beside_numpy.sh THROUGHPUT_PROGRAM NUMPY_SCRIPT [PAIRS [NET]]
# NUMPY_SCRIPT takes --backend numpy --dtype f64 --procs 1 -d 1 -N 100 -P 8 and prints "total R nets/s". PYTHON names an
# interpreter with NumPy (default: the first of python3, /usr/bin/python3 that has it).
set -euo pipefail
program=$1 script=$2 pairs=${3:-5} net=${4:-cos}
for candidate in ${PYTHON:-python3 /usr/bin/python3}; do
  if "$candidate" -c 'import numpy' 2>/dev/null; then python=$candidate; break; fi
done
: "${python:?no python3 with numpy found; set PYTHON}"
echo "NumPy under $("$python" -c 'import sys, numpy; print(sys.executable, "numpy", numpy.__version__)')"
for pair in $(seq "$pairs"); do
  numpy=$(taskset -c 0 "$python" "$script" --backend numpy --dtype f64 --procs 1 -d 1 -N 100 -P 8 --arch "$net" --seconds 4 |
    sed -n 's/.*total \([0-9.e+]*\) nets.*/\1/p')
  ours=$(taskset -c 0 "$program" 100 8 1 "$net" 1.5)
  plain=$(sed -n 's/^plain: \([0-9.e+]*\) .*/\1/p' <<<"$ours")
  conditional=$(sed -n 's/^conditional: \([0-9.e+]*\) .*/\1/p' <<<"$ours")
  echo "pair $pair: numpy $numpy, plain $plain, conditional $conditional networks/s"
  ratios+="$(awk "BEGIN{print $plain/$numpy, $conditional/$numpy}")"$'\n'
done
median() { awk -v k="$1" 'NF{print $k}' <<<"$ratios" | sort -g | awk '{x[NR]=$1} END{print (x[int((NR+1)/2)]+x[int((NR+2)/2)])/2}'; }
echo "median ratio over numpy: plain $(median 1), conditional $(median 2)"
