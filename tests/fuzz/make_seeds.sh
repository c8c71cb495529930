#!/usr/bin/env bash
# make_seeds.sh NNFT DIRECTORY: writes the small valid files that fuzz targets edit, into one subdirectory for each target.
set -euo pipefail

nnft=$(realpath "$1")
directory=$2
rm -rf -- "$directory"
mkdir -p "$directory"/{result,compare,action,checkpoint,merge}
cd "$directory"

cat >common.ini <<'INI'
[field]
architecture = cos
width = 3 5
[sites]
points = -0.4; 0.7
[run]
networks = 64
blocks = 8
slice = 4
simd = generic
INI
cat >operator.ini <<'INI'
[field]
architecture = cos
width = 2
[sites]
points = -0.4; 0.7
[deformation]
kind = field-operator
strength = 0.1
box = 2
nodes = 3
[run]
networks = 64
blocks = 4
slice = 4
simd = generic
INI

run() { "$nnft" "$@" >run.log 2>&1 </dev/null || { cat run.log >&2; exit 1; }; }

deformed=(--deformation.kind=weight-quartic '--deformation.strength=0 0.5')
run sample common.ini -o result/conditional.h5
run sample common.ini -o result/plain.h5 "${deformed[@]}" --measure.estimator=plain --measure.derivatives=score \
  '--measure.sources=0.5 0; 0.1 0.2' '--measure.histogram=0; 0 1' --measure.histogram-range=3 --measure.histogram-bins=4
run sample operator.ini -o result/operator.h5
run exact common.ini -o result/exact.h5
run exact common.ini '--field.width=3 5 inf' -o compare/exact.h5
run fit result/conditional.h5 --variable G2c --in width --leading-power 0 --order 1 -o result/fit.h5 --jackknife
run action result/conditional.h5 -o action/width.h5
run action result/conditional.h5 --order 0 -o action/gaussian.h5  # which can be drawn from
run action result/plain.h5 --in strength -o action/strength.h5

run sample common.ini --part 0/2 -o merge/first.h5
run sample common.ini --part 1/2 -o merge/second.h5

# A result that can be extended, and a run of two memory rounds that was stopped in the first.
cp common.ini checkpoint/job.ini
run sample checkpoint/job.ini -o checkpoint/result.h5
status=0
touch checkpoint/unfinished.h5.STOP
"$nnft" sample checkpoint/job.ini --run.networks=96 -o checkpoint/unfinished.h5 >run.log 2>&1 </dev/null || status=$?
if [[ $status -ne 75 ]] || ! compgen -G 'checkpoint/unfinished.h5.part/*.h5' >/dev/null; then
  cat run.log >&2
  echo "make_seeds: expected a run that stops with exit code 75 and something saved, got exit code $status" >&2
  exit 1
fi
rm -f checkpoint/unfinished.h5.STOP checkpoint/unfinished.h5.part/*.lock
mv checkpoint/unfinished.h5.part checkpoint/unfinished
rm -f run.log common.ini operator.ini
