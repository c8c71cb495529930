#!/usr/bin/env bash
# What is too large is refused at once, with the memory it would need; what is merely large runs, in the memory that was announced.
set -euo pipefail

fail() {
  printf 'limits: %s\n' "$*" >&2
  if [[ -f run.log ]]; then tail -n 20 run.log | cut -c 1-300 >&2; fi
  exit 1
}

cat >job.ini <<'INI'
[field]
architecture = cos
width = 16
[sites]
points = 0; 0.5
[run]
networks = 512
blocks = 16
slice = 16
INI

# refused WHAT MESSAGE ARGUMENT…: exit code 2 and one line with MESSAGE, within seconds and with little memory.
refused() {
  local what=$1 message=$2 status=0
  shift 2
  (
    ulimit -v 4000000
    timeout -s KILL 60 "$NNFT" sample job.ini "$@" -o refused.h5
  ) >run.log 2>&1 </dev/null || status=$?
  [[ $status -eq 2 && ! -e refused.h5 ]] || fail "$what: expected exit code 2, got $status"
  [[ $(grep -cE -e "$message" run.log) -eq 1 ]] || fail "$what: expected one message with '$message'"
  printf 'limits: %s: %s\n' "$what" "$(grep -E -e "$message" run.log | cut -c 1-200)"
}
sites=$(seq -s '; ' 0 4095)
refused '4096 sites' 'measure.orders: .* run.max-memory of 2.0 GiB, got 11745319980032 moments .* [0-9.]* TiB for each scan point' \
  --sites.points="$sites"
refused '4096 sites, order 2' 'measure.orders: .*got 8390656 moments .* GiB for each scan point' --sites.points="$sites" \
  --measure.orders=2 --run.blocks=256 --run.networks=1e6
scan=(--deformation.kind=shared-scale "--deformation.strength=$(seq -s ' ' 0 0.001 0.999)" "--field.width=$(seq -s ' ' 1 1000)")
refused '10^6 scan points' 'run.max-memory: expected at least [0-9.]* GiB per rank for the list of 1e\+?06 scan points alone, got 2.0 GiB' \
  "${scan[@]}"
refused '10^30 networks' 'run.networks: expected a whole number .*1e30' --run.networks=1e30
refused '10^10 blocks' 'run.blocks: expected a whole number .*1e10' --run.blocks=1e10
refused 'width 2^24' 'field.width: .*16777216' --field.width=16777216

# run RANKS ARGUMENT…: peak memory as the kernel counted it is at most what was announced.
run() {
  local ranks=$1 said peak
  shift
  timeout -s KILL 120 "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample job.ini "$@" -o out.h5 --fresh >run.log 2>&1 </dev/null ||
    fail "$* on $ranks ranks"
  said=$(sed -n 's/^memory per rank at most \([0-9]*\)\.[0-9]* MiB.*/\1/p' run.log)
  peak=$(($("$NNFT" show out.h5 | sed -n 's/^ *peak_memory  *//p') >> 20))
  [[ $peak -le $said ]] || fail "$peak MiB of memory per rank, $said were announced"
  printf 'limits: %s: %d MiB per rank, %d announced\n' "$(echo "$ranks ranks, $*" | cut -c 1-100)" "$peak" "$said"
}
# largest_pull: of the table that the run has printed.
largest_pull() { sed -n 's/.*largest |pull| \([0-9.]*\),.*/\1/p' run.log | sort -g | tail -n 1; }

# Networks of 10^7 weights, wide or deep in dimensions. Most of the time goes to the trials of one rank.
run 1 --field.width=1e7 --run.networks=8 --run.blocks=2 --run.slice=4
awk -v p="$(largest_pull)" 'BEGIN { exit !(p > 0 && p < 6) }' || fail 'a network of 10^7 neurons is off the exact values'
run 1 --field.width=1e4 --field.input-dim=1000 --run.networks=16 --run.blocks=8 --run.slice=2 --sites.points="$(yes 0 | head -n 1000 | tr '\n' ' '); $(yes 0.01 | head -n 1000 | tr '\n' ' ')"
awk -v p="$(largest_pull)" 'BEGIN { exit !(p > 0 && p < 6) }' || fail 'networks of 10^4 neurons in 1000 dimensions are off the exact values'

# A scan of 150 points: tables of the first ones, with exact values, do not hold the others up.
scan=(--deformation.kind=shared-scale "--deformation.strength=$(seq -s ' ' 0 0.001 0.014)" "--field.width=$(seq -s ' ' 1 10)")
run 3 "${scan[@]}" --run.networks=16 --run.blocks=2 --run.slice=8
[[ $(grep -c '^width ' run.log) -eq 30 ]] && grep -q '^120 more scan points: nnft show out.h5 prints them' run.log ||
  fail 'expected the tables of 30 of 150 scan points'

# Asked to stop while it tries out a wide scan.
"$NNFT_MPIEXEC" -n 2 "$NNFT" sample job.ini --field.width="$(seq -s ' ' 100000 101000)" -o stopped.h5 >run.log 2>&1 </dev/null &
job=$!
sleep 2
begin=$SECONDS
kill -USR1 "$job"
status=0
wait "$job" || status=$?
[[ $status -eq 75 ]] || fail "a signal during the trials: expected exit code 75, got $status"
grep -q 'stopped by a signal during the trials' run.log || fail 'a signal during the trials: no message'
[[ $((SECONDS - begin)) -le 10 ]] || fail "a signal during the trials was heeded after $((SECONDS - begin)) s"
printf 'limits: stopped during the trials of a wide scan after %d s\n' $((SECONDS - begin))
