#!/usr/bin/env bash
# A run that is stopped, killed, resumed on another number of ranks, extended or started from a damaged generation ends with the
# digest of a run that nothing happened to. NNFT_KILLS (default 8) is the number of random kills of runs; a third as many merges are
# killed. NNFT_SMALL is for programs that sample, and start, many times slower: fewer networks, ways to stop, and kills.
set -euo pipefail

fail() {
  printf 'resume: %s\n' "$*" >&2
  exit 1
}

# Networks: of the short runs; of those that are stopped or killed, long against a leg of a fifth of a second; between the two.
short_run=2e5 between=6e5 long_run=2e6
ways=(SIGUSR1 SIGTERM file walltime slurm)
# Runs and merges are killed within so many tenths of a second of their start.
kills_wanted=${NNFT_KILLS:-8} latest=9 latest_merge=6
if [[ -n ${NNFT_SMALL-} ]]; then
  short_run=3e4 between=8e4 long_run=3e5
  ways=(SIGTERM slurm)
  kills_wanted=${NNFT_KILLS:-3} latest=35 latest_merge=20
fi
# pauses TENTHS: for a random time below so many tenths of a second.
pauses() {
  local tenths=$((RANDOM % $1))
  sleep "$((tenths / 10)).$((tenths % 10))$((RANDOM % 10))"
}

cat >job.ini <<'INI'
[field]
architecture = cos
width = 3 60
[sites]
points = -1; -0.4; 0.1; 0.7
[measure]
histogram = 0; 2 1
histogram-range = 2
histogram-bins = 8
[run]
networks = 3e4
blocks = 24
slice = 50
checkpoint-interval = 0s
INI

run() {
  local ranks=$1
  shift
  timeout 120 "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample job.ini "$@" </dev/null
}
digest() { "$NNFT" show --digest "$1" | cut -d' ' -f1; }

run 2 -o reference.h5 >reference.log 2>&1
reference=$(digest reference.h5)
printf 'resume: %s uninterrupted, 2 ranks\n' "$reference"

# same FILE WHAT: FILE is complete, leaves nothing beside it, and has the reference's numbers.
same() {
  [[ -e $1 ]] || fail "$2: no output"
  [[ ! -e $1.part ]] || fail "$2: $1.part is left"
  [[ $(digest "$1") == "$reference" ]] || fail "$2: another digest"
  printf 'resume: %s %s\n' "$reference" "$2"
}

# begins FILE: waits until the running job has saved something.
begins() {
  local tries
  for ((tries = 0; tries < 600; ++tries)); do
    if compgen -G "$1.part/running.*.h5" >/dev/null; then return; fi
    sleep 0.02
  done
  fail "$1: nothing was saved within 12 s"
}

# The four ways to stop. Each rank writes its process id, so that a signal reaches the ranks themselves.
cat >rank.sh <<'SH2'
echo "$$" >"pid.${OMPI_COMM_WORLD_RANK:-0}"
exec "$NNFT" "$@"
SH2

stopped() {
  local what=$1 status=0
  shift
  rm -rf stop.h5*
  rm -f pid.*
  "$NNFT_MPIEXEC" -n 2 bash rank.sh sample job.ini -o stop.h5 "$@" >stop.log 2>&1 </dev/null &
  local job=$!
  begins stop.h5
  case $what in
    SIGUSR1) kill -USR1 "$(cat pid.1)" ;;
    SIGTERM) kill -TERM "$(cat pid.0)" ;;
    file) touch stop.h5.STOP ;;
    walltime | slurm) ;;
  esac
  wait "$job" || status=$?
  [[ $status -eq 75 ]] || { cat stop.log >&2; fail "stop by $what: expected exit code 75, got $status"; }
  grep -q 'nnft: stopped because of' stop.log || fail "stop by $what: no message"
  [[ ! -e stop.h5 ]] || fail "stop by $what: there is an output"
  rm -f stop.h5.STOP
  unset SLURM_JOB_END_TIME
  run 3 -o stop.h5 >stop.log 2>&1 || { cat stop.log >&2; fail "resume after $what"; }
  same stop.h5 "stopped by $what at 2 ranks, resumed at 3"
}
more=("--run.networks=$long_run")
run 2 -o reference_long.h5 "${more[@]}" >reference.log 2>&1
short=$reference
reference=$(digest reference_long.h5)
run() {
  local ranks=$1
  shift
  timeout 120 "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample job.ini "${more[@]}" "$@" </dev/null
}
for way in "${ways[@]}"; do
  case $way in
    walltime) stopped walltime "${more[@]}" --run.max-walltime=1s ;;
    slurm)
      export SLURM_JOB_END_TIME=$(($(date +%s) + 1))
      stopped slurm "${more[@]}"
      ;;
    *) stopped "$way" "${more[@]}" ;;
  esac
done

# ends JOB: waits for a launcher one of whose processes was killed; Open MPI 4.1 can wait for ever for one that died while it started.
ends() {
  local tries
  for ((tries = 0; tries < 400; ++tries)); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.05
  done
  kill -9 "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# kill -9 of a rank, of all ranks or of the launcher, at a random moment, again and again until the run gets through.
RANDOM=${NNFT_SEED:-7}
kills=0
attempts=0
while [[ $kills -lt $kills_wanted ]]; do
  rm -rf killed.h5*
  for ((try = 0; try < 4; ++try)); do
    ranks=$((RANDOM % 4 + 1))
    rm -f pid.*
    "$NNFT_MPIEXEC" -n "$ranks" bash rank.sh sample job.ini "${more[@]}" -o killed.h5 >killed.log 2>&1 </dev/null &
    job=$!
    pauses "$latest"
    victims=$job
    case $((RANDOM % 3)) in
      0) victims=$(cat pid.0 2>/dev/null || echo "$job") ;;
      1) victims=$(cat pid.* 2>/dev/null || echo "$job") ;;
    esac
    # shellcheck disable=SC2086 # one word per victim
    if kill -9 $victims 2>/dev/null; then kills=$((kills + 1)); fi
    ends "$job"
  done
  attempts=$((attempts + 1))
  run $((RANDOM % 4 + 1)) -o killed.h5 >killed.log 2>&1 || { cat killed.log >&2; fail 'resume after kills'; }
  [[ $(digest killed.h5) == "$reference" ]] || fail "another digest after kills"
done
printf 'resume: %s after %d random kills in %d runs at 1 to 4 ranks\n' "$reference" "$kills" "$attempts"

# A kill costs no more than the checkpoint interval: the newest checkpoint is younger than that (and the time to write it).
rm -rf killed.h5*
"$NNFT_MPIEXEC" -n 2 bash rank.sh sample job.ini --run.networks=1e10 --run.checkpoint-interval=2s -o killed.h5 \
  >killed.log 2>&1 </dev/null &
job=$!
begins killed.h5
sleep "2.$((RANDOM % 10))"
kill -9 "$(cat pid.0)" "$(cat pid.1)"
killed_at=$(date +%s.%N)
wait "$job" 2>/dev/null || true
saved_at=$(stat -c %.Y killed.h5.part/running.*.h5 | sort -g | tail -n 1)
awk -v k="$killed_at" -v s="$saved_at" 'BEGIN { printf "resume: killed %.2f s after the newest checkpoint, interval 2 s\n", k - s; exit !(k - s < 2.5) }' ||
  fail 'a kill cost more than the checkpoint interval'

# One output, two jobs: the second is refused. Ranks that outlive their launcher hold the next job up until they are gone.
rm -rf killed.h5*
"$NNFT_MPIEXEC" -n 2 bash rank.sh sample job.ini "${more[@]}" -o killed.h5 >killed.log 2>&1 </dev/null &
job=$!
begins killed.h5
kill -STOP "$(cat pid.0)" "$(cat pid.1)"
"$NNFT" show killed.h5 | grep -q 'not complete, running now (host' || fail 'show does not tell that a job is at work'
status=0
run 1 -o killed.h5 >second.log 2>&1 || status=$?
[[ $status -eq 3 ]] && grep -q 'killed.h5.part: another job works on this output (host .*, process [0-9]*)' second.log ||
  { cat second.log >&2; fail "a second job on one output: expected exit code 3 and a message, got $status"; }
kill -9 "$(cat pid.0)" "$(cat pid.1)"
wait "$job" 2>/dev/null || true
# A rank that does not die until the next job waits for it, as far as its lock goes.
rm second.log
# shellcheck disable=SC2016 # for the inner shell
flock -s killed.h5.part/ranks.lock timeout 15 bash -c 'until grep -qs waiting second.log; do sleep 0.1; done' &
sleep 0.2
run 2 -o killed.h5 >second.log 2>&1 || { cat second.log >&2; fail 'resume beside a rank that was left over'; }
grep -q 'waiting for another job to end' second.log || { cat second.log >&2; fail 'the next job did not wait for a rank left over'; }
same killed.h5 'resumed after waiting for a rank that had outlived its launcher'

# Extended in three steps.
reference=$(digest reference_long.h5)
more=("--run.networks=$short_run")
run 1 -o longer.h5 >longer.log 2>&1
more=("--run.networks=$between")
run 4 -o longer.h5 >longer.log 2>&1
more=("--run.networks=$long_run")
run 3 -o longer.h5 >longer.log 2>&1
same longer.h5 'extended in three steps at 1, 4 and 3 ranks'
more=("--run.networks=$between")
status=0
run 1 -o longer.h5 >longer.log 2>&1 || status=$?
[[ $status -eq 2 ]] || fail "fewer networks than the file holds: expected exit code 2, got $status"
same longer.h5 'left alone when fewer networks are asked for'

# Memory rounds that are stopped and resumed.
more=("--run.networks=$between" --run.blocks=2000 --run.slice=20 --run.max-memory=75M '--field.width=60 3')
run 1 -o whole.h5 >whole.log 2>&1 || { cat whole.log >&2; fail "memory rounds"; }
grep -qE 'in [2-9] rounds' whole.log || { cat whole.log >&2; fail 'the tables fit into one round: nothing is tested'; }
reference=$(digest whole.h5)
touch rounds.h5.STOP
run 1 -o rounds.h5 >rounds.log 2>&1 || status=$?
rm rounds.h5.STOP
[[ $status -eq 75 ]] || { cat rounds.log >&2; fail "expected the rounds to be stopped, got exit code $status"; }
run 2 -o rounds.h5 >rounds.log 2>&1
same rounds.h5 'memory rounds stopped at 1 rank, resumed at 2'

[[ $short != "$reference" ]] || fail 'two different runs have one digest: nothing is tested'

# Parts of an array job, and scan points of several runs, merged: the digest of one run of all.
more=("--run.networks=$short_run")
run 2 -o all.h5 >all.log 2>&1
reference=$(digest all.h5)
for i in 0 1 2 3; do run $((i % 3 + 1)) --part $i/4 -o part$i.h5 >part.log 2>&1; done
merge() { timeout 60 "$NNFT_MPIEXEC" -n 3 "$NNFT" merge "$@" >merge.log 2>&1 </dev/null; }
# refuses REASON ARGUMENT…
refuses() {
  local reason=$1 status=0
  shift
  merge -o refused.h5 "$@" || status=$?
  [[ $status -eq 2 && ! -e refused.h5 ]] || { cat merge.log >&2; fail "merge $*: expected exit code 2, got $status"; }
  [[ $(grep -cF -e "$reason" merge.log) -eq 1 ]] || { cat merge.log >&2; fail "merge $*: expected one message with '$reason'"; }
}
merge -o merged.h5 part2.h5 part0.h5 part3.h5 part1.h5 || { cat merge.log >&2; fail 'merge of four parts'; }
same merged.h5 '4 parts at 1, 2, 3, 1 ranks, merged at 3'

# kill -9 of a merge at a random moment: what it leaves is nothing, or complete, and the next one goes through.
cat >merging.sh <<'SH3'
echo "$$" >"pid.${OMPI_COMM_WORLD_RANK:-0}"
exec "$NNFT" merge "$@"
SH3
parts=$(sha256sum part?.h5)
kills=0
whole=0
while [[ $kills -lt $((kills_wanted / 3)) ]]; do
  rm -f merged.h5 pid.*
  "$NNFT_MPIEXEC" -n $((RANDOM % 4 + 1)) bash merging.sh -o merged.h5 part2.h5 part0.h5 part3.h5 part1.h5 >merge.log 2>&1 </dev/null &
  job=$!
  pauses "$latest_merge"
  victims=$job
  if [[ $((RANDOM % 2)) -eq 0 ]]; then victims=$(cat pid.* 2>/dev/null || echo "$job"); fi
  # shellcheck disable=SC2086 # one word per victim
  if kill -9 $victims 2>/dev/null; then kills=$((kills + 1)); fi
  ends "$job"
  if [[ -e merged.h5 ]]; then
    [[ $(digest merged.h5) == "$reference" ]] || fail 'a killed merge left a file that looks complete'
    whole=$((whole + 1))
  fi
  [[ $(sha256sum part?.h5) == "$parts" ]] || fail 'a killed merge changed its inputs'
  # Ranks that outlived their launcher would still publish what they merge.
  for pid in $(cat pid.* 2>/dev/null); do
    kill -9 "$pid" 2>/dev/null || true
    timeout 20 tail -s 0.05 --pid="$pid" -f /dev/null || fail "rank $pid of a killed merge does not end"
  done
done
rm -f merged.h5
merge -o merged.h5 part2.h5 part0.h5 part3.h5 part1.h5 || { cat merge.log >&2; fail 'merge after killed merges'; }
same merged.h5 "merged after $kills random kills of merges, $whole of which came too late"
refuses '6 of 24 blocks are missing, the first is block 1 (part 1/4)' part0.h5 part2.h5 part3.h5
refuses 'block 3 of width 3 is in both part3.h5 and part3.h5' part0.h5 part1.h5 part2.h5 part3.h5 part3.h5
run 1 --part 1/4 --field.sigma-out=2 -o other.h5 >part.log 2>&1
refuses "field.sigma-out: there '1', here '2'" part0.h5 other.h5 part2.h5 part3.h5
more=("--run.networks=$between")
run 1 --part 1/4 -o longer1.h5 >part.log 2>&1
refuses 'slices per block' part0.h5 longer1.h5 part2.h5 part3.h5
more=("--run.networks=$short_run")
run 1 --field.width=3 -o narrow.h5 >part.log 2>&1
run 2 --field.width=60 -o wide.h5 >part.log 2>&1
merge -o widths.h5 narrow.h5 wide.h5 || { cat merge.log >&2; fail 'merge of two widths'; }
same widths.h5 'two widths of separate runs, merged'
more=("--run.networks=$long_run")
reference=$(digest reference_long.h5)
run 2 -o merged.h5 >longer.log 2>&1 || { cat longer.log >&2; fail 'extending a merged result'; }
same merged.h5 'merged result extended'

# What a job that is not done has so far can be merged with the finished parts; later all of it, with the usual digest.
more=("--run.networks=$long_run")
status=0
touch half0.h5.STOP
run 1 --part 0/2 -o half0.h5 >half.log 2>&1 || status=$?
rm half0.h5.STOP
[[ $status -eq 75 ]] || fail "expected part 0/2 to be stopped, got exit code $status"
run 2 --part 1/2 -o half1.h5 >half.log 2>&1
"$NNFT" show half0.h5 | grep -q 'a run that is not complete' || fail 'show does not tell of an unfinished run'
status=0
merge -o partial.h5 half0.h5 half1.h5 || status=$?
[[ $status -eq 3 ]] && grep -q 'half0.h5: the run is not complete' merge.log || { cat merge.log >&2; fail 'an unfinished part is merged unasked'; }
merge --partial -o partial.h5 half0.h5 half1.h5 || { cat merge.log >&2; fail 'partial merge'; }
[[ $(digest partial.h5) != "$reference" ]] || fail 'a partial merge has the digest of the whole'
worst=$(sed -n 's/.*largest |pull| \([0-9.]*\),.*/\1/p' merge.log | sort -g | tail -n 1)
awk -v p="${worst:-99}" 'BEGIN { exit !(p < 6) }' || { cat merge.log >&2; fail 'a partial merge is off the exact values'; }
run 3 --part 0/2 -o half0.h5 >half.log 2>&1
merge -o halves.h5 half0.h5 half1.h5 || { cat merge.log >&2; fail 'merge of two halves'; }
same halves.h5 'partial merge first, then the full one'
