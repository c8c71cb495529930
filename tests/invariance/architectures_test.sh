#!/usr/bin/env bash
# Every architecture gives the same bits on one rank and on 2, 3 or 4 (in turn), with AVX2 and AVX-512, resumed and merged, for every
# kind of sum: orders to 8, sources, listed tuples, plain and conditional. With NNFT_SMALL, for programs that start slowly, every kind
# runs once on two ranks, and every third once with AVX2 or, if that is not another path, all on three.
set -euo pipefail

fail() {
  printf 'architectures: %s\n' "$*" >&2
  exit 1
}

wide=
if grep -qw avx512f /proc/cpuinfo && grep -qw avx512bw /proc/cpuinfo; then wide=yes; fi
networks=6000 twice=12000 many=() narrow=2 narrow_every=1
if [[ -n ${NNFT_SMALL-} ]]; then
  networks=1200 twice=2400 many=(2) narrow=1 narrow_every=3
  if [[ -z $wide ]]; then many=(2 3); fi
fi

cat >job.ini <<INI
[field]
architecture = cos
width = 3 17 inf
[sites]
points = -0.9; 0.2; 1.1
[measure]
orders = 2 4 6
[run]
networks = $networks
blocks = 12
slice = 50
INI

run() {
  local ranks=$1 output=$2
  shift 2
  timeout 60 "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample job.ini "$@" -o "$output" --fresh >"$output.log" 2>&1 </dev/null ||
    { cat "$output.log" >&2; fail "$* on $ranks ranks"; }
}
digest() { "$NNFT" show --digest "$1" | cut -d' ' -f1; }

# $many: on how many ranks each kind is run, if it is always the same. $narrow: on how many with AVX2.
kinds=0
# same NAME ARGUMENT…: the runs go side by side, because starting a job is mostly waiting.
same() {
  local name=$1 on=("${many[@]}") ranks pid files=() started=() failed=0 also=
  shift
  if [[ ${#on[@]} -eq 0 ]]; then on=(1 $((2 + kinds % 3))); fi
  for ranks in "${on[@]}"; do
    run "$ranks" "$ranks.h5" "$@" &
    started+=("$!")
    files+=("$ranks.h5")
  done
  if [[ -n $wide && $((kinds % narrow_every)) -eq 0 ]]; then
    run "$narrow" avx2.h5 "$@" --run.simd=avx2 &
    started+=("$!")
    files+=(avx2.h5)
    also=', AVX2 and AVX-512'
  fi
  for pid in "${started[@]}"; do wait "$pid" || failed=1; done
  if [[ $failed -ne 0 ]]; then exit 1; fi
  "$NNFT" show --digest "${files[@]}" >digests.log || fail "$name: no digests"
  [[ $(wc -l <digests.log) -eq ${#files[@]} && $(cut -d' ' -f1 digests.log | sort -u | wc -l) -eq 1 ]] ||
    { cat digests.log >&2; fail "$name: another digest on other ranks, or with AVX2"; }
  printf 'architectures: %s on %s ranks%s: %s\n' "$(head -c 64 digests.log)" "${on[*]}" "$also" "$name"
  kinds=$((kinds + 1))
}
mlp=(--field.architecture=mlp)
sources=(--measure.sources='0.3 0 -0.2; 0.1 0.1 0.1')
same cos "${sources[@]}"
same 'cos, plain, order 8' "${sources[@]}" --measure.estimator=plain --measure.orders=8
same 'gauss' --field.architecture=gauss --field.sigma-bias=0.2 --measure.orders=4
same 'free-scalar' "${sources[@]}" --field.architecture=free-scalar --field.cutoff=3
same 'free-scalar, e = -0.4' --field.architecture=free-scalar --field.cutoff=3 --field.momentum-exponent=-0.4
for activation in tanh erf sigmoid sin cos relu gelu identity; do
  if [[ $activation == relu ]]; then sources=(--measure.sources='0.03 0 -0.02'); fi
  same "mlp, $activation" "${mlp[@]}" --field.activation=$activation --field.sigma-bias=0.3 --field.sigma-out-bias=0.2 "${sources[@]}"
done
same 'mlp, depth 3' "${mlp[@]}" --field.depth=3 --field.sigma-bias=0.3
same 'mlp, hidden widths 5 1' "${mlp[@]}" --field.hidden-widths='5 1' --field.width='3 17'
for density in uniform laplace rademacher; do
  same "mlp, $density weights" "${mlp[@]}" --field.weight-density=$density
done
same 'mlp, student-t weights' "${mlp[@]}" --field.weight-density=student-t --field.degrees-of-freedom=9
same 'mlp, uniform output weights' "${mlp[@]}" --field.out-density=uniform --field.sigma-out-bias=0.4 --field.width='3 17'
same 'listed tuples' --measure.tuples='0 1 2 2; 0 0 1 1 2 2'
same 'diagonal tuples to order 8' --measure.tuples=diagonal --measure.orders=8

# Two things that must differ do.
run 2 one.h5 "${mlp[@]}"
run 2 two.h5 "${mlp[@]}" --field.activation=erf
[[ $(digest one.h5) != "$(digest two.h5)" ]] || fail 'two activations have one digest'

# Stopped and extended, in parts and merged: all columns go through checkpoints, subtrees and merge.
whole=("${mlp[@]}" --measure.orders=8 "--run.networks=$twice")
run 2 whole.h5 "${whole[@]}"
reference=$(digest whole.h5)
run 3 longer.h5 "${mlp[@]}" --measure.orders=8
timeout 60 "$NNFT_MPIEXEC" -n 2 "$NNFT" sample job.ini "${whole[@]}" -o longer.h5 >longer.log 2>&1
[[ $(digest longer.h5) == "$reference" ]] || fail 'another digest after extension'
touch stopped.h5.STOP
status=0
timeout 60 "$NNFT_MPIEXEC" -n 3 "$NNFT" sample job.ini "${whole[@]}" -o stopped.h5 >stopped.log 2>&1 || status=$?
[[ $status -eq 75 ]] || fail "expected the run to be stopped, got exit code $status"
rm stopped.h5.STOP
timeout 60 "$NNFT_MPIEXEC" -n 1 "$NNFT" sample job.ini "${whole[@]}" -o stopped.h5 >stopped.log 2>&1
[[ $(digest stopped.h5) == "$reference" ]] || fail 'another digest after a stop'
for part in 0 1 2; do run 2 part$part.h5 "${whole[@]}" --part $part/3; done
"$NNFT_MPIEXEC" -n 2 "$NNFT" merge -o merged.h5 part1.h5 part0.h5 part2.h5 >merge.log 2>&1 || { cat merge.log >&2; fail merge; }
[[ $(digest merged.h5) == "$reference" ]] || fail 'another digest after merging parts'
run 2 finite.h5 "${whole[@]}" --field.width='3 17'
run 1 infinite.h5 "${whole[@]}" --field.width=inf
"$NNFT_MPIEXEC" -n 2 "$NNFT" merge -o widths.h5 finite.h5 infinite.h5 >merge.log 2>&1 || { cat merge.log >&2; fail 'merge of widths'; }
[[ $(digest widths.h5) == "$reference" ]] || fail 'another digest after merging widths'
echo "architectures: $kinds kinds; extended, stopped, merged: $reference"
