#!/usr/bin/env bash
# A rank that is stopped for seconds, in mid-run or in the middle of a write that all ranks make together, holds up the others and
# nothing else. A wall clock that jumps, back by hours on all ranks or on by a day on one, ends no run early, starts no storm of
# checkpoints and leaves progress and core-hours right. Every run has the digest of the undisturbed one. With NNFT_SMALL there is one
# disturbance of each kind.
set -euo pipefail

fail() {
  printf 'disturbed: %s\n' "$*" >&2
  if [[ -f run.log ]]; then cat run.log >&2; fi
  exit 1
}
here=$(pwd -P)
# After so many seconds, starting and ending included, a run has told of its progress, which it does every three seconds.
tells=6.5
networks=2000000 paused=(0 1) stopped=(0 1)
if [[ -n ${NNFT_SMALL-} ]]; then networks=400000 paused=(1) stopped=(0); fi

cat >job.ini <<'INI'
[field]
architecture = cos
width = 3 60
[sites]
points = -1; -0.4; 0.1; 0.7
[run]
networks = 2e6
blocks = 24
slice = 50
checkpoint-interval = 1s
max-walltime = 10m
INI

# Each rank leaves its process id; the program then takes the place of the shell.
cat >rank.sh <<'SH2'
echo "$$" >"pid.$OMPI_COMM_WORLD_RANK"
exec env LD_PRELOAD="$NNFT_FAULT_LIBRARY" "$NNFT" "$@"
SH2

# run [VARIABLE=VALUE…]: two ranks write d/out.h5; $seconds is how long it took, $saved how many checkpoints it made.
run() {
  local begin
  rm -rf d log pid.*
  mkdir d
  begin=$(date +%s.%N)
  timeout 180 "$NNFT_MPIEXEC" -n 2 env NNFT_FAULT_UNDER="$here/d" NNFT_FAULT_LOG="$here/log" "$@" bash rank.sh sample job.ini \
    -o d/out.h5 "--run.networks=$networks" >run.log 2>&1 </dev/null || return $?
  seconds=$(awk -v a="$begin" -v b="$(date +%s.%N)" 'BEGIN { print b - a }')
  saved=$(grep -c ' rename .*/running\.[01]\.h5' log || true)
}
digest() { "$NNFT" show --digest "$1" </dev/null | cut -d' ' -f1; }

# A run that is long enough to tell, and a shorter one for ranks that are stopped for longer than that.
while true; do
  run || fail 'the undisturbed run failed'
  if awk -v s="$seconds" -v t="$tells" 'BEGIN { exit !(s > t + 1) }'; then break; fi
  networks=$(awk -v n="$networks" -v s="$seconds" -v t="$tells" 'BEGIN { f = (t + 2.5) / s; if (f > 8) f = 8; printf "%d", n * f + 1 }')
done
long_run=$networks
reference_long=$(digest d/out.h5)
printf 'disturbed: %s undisturbed: %.1f s, %d checkpoints\n' "$reference_long" "$seconds" "$saved"
networks=$((long_run * 2 / 5))
run || fail 'the undisturbed shorter run failed'
reference=$(digest d/out.h5)
printf 'disturbed: %s undisturbed: %.1f s, %d checkpoints\n' "$reference" "$seconds" "$saved"

# same WHAT: complete, nothing beside it, same numbers, no more checkpoints than the time and the interval explain, sane progress.
same() {
  [[ $(ls d) == out.h5 ]] || fail "$1: left: $(ls d)"
  [[ $(digest d/out.h5) == "$reference" ]] || fail "$1: another digest"
  [[ $saved -ge 2 ]] && awk -v n="$saved" -v s="$seconds" 'BEGIN { exit !(n <= 1.5 * s + 4) }' ||
    fail "$1: $saved checkpoints in $seconds s with an interval of 1 s"
  if awk -v s="$seconds" -v t="$tells" 'BEGIN { exit !(s > t) }'; then grep -q ' left ' run.log || fail "$1: no progress in $seconds s"; fi
  if grep ' left ' run.log | grep -qE 'nan|inf| -[0-9]|[0-9] ?(h|d)\b.* left'; then fail "$1: a wrong time in the progress"; fi
  "$NNFT" show d/out.h5 >show.log 2>&1 </dev/null || fail "$1: show: exit code $?"
  awk '$1 ~ /core.hours/ { for (k = 2; k <= NF; ++k) if ($k ~ /^[0-9.e+-]+$/) { bad = !($k >= 0 && $k < 0.2); found = 1 } }
    END { exit bad || !found }' show.log || fail "$1: wrong core-hours: $(grep -i core show.log)"
  printf 'disturbed: %s %s: %.1f s, %d checkpoints\n' "$reference" "$1" "$seconds" "$saved"
}

# pauses RANK SECONDS: stops the process of a rank once it has begun to save, and lets it go on.
pauses() {
  local tries
  for ((tries = 0; tries < 600; ++tries)); do
    if grep -qs ' rename .*/running' log; then break; fi
    sleep 0.05
  done
  kill -STOP "$(cat "pid.$1")"
  sleep "$2"
  kill -CONT "$(cat "pid.$1")"
}
# wakes RANK SECONDS: lets a rank go on that many seconds after it has stopped itself.
wakes() {
  local tries
  for ((tries = 0; tries < 1200; ++tries)); do
    if grep -qs ' stop$' log; then break; fi
    sleep 0.05
  done
  sleep "$2"
  kill -CONT "$(cat "pid.$1")"
}
for rank in "${paused[@]}"; do
  rm -f log
  pauses "$rank" 4 &
  run || fail "rank $rank stopped for 4 s: exit code $?"
  wait
  same "rank $rank stopped for 4 s in mid-run"
done
# The first collective write, in which the other rank already waits.
for rank in "${stopped[@]}"; do
  at=$(awk -v r="$rank" '$1 == r && $3 ~ /pwrite/ { n = $2 } $1 == r && $3 == "fsync" { print n; exit }' log)
  rm -f log
  wakes "$rank" 12 &
  run NNFT_FAULT_RANK="$rank" NNFT_FAULT_AT="$at" NNFT_FAULT_MODE=stop || fail "rank $rank stopped in a write: exit code $?"
  wait
  grep -q ' stop$' log || fail "rank $rank was not stopped"
  same "rank $rank stopped for 12 s in call $at, a collective write"
done

networks=$long_run reference=$reference_long
run NNFT_FAULT_CLOCK=-18000 NNFT_FAULT_CLOCK_AFTER=2 || fail "the clock jumps back by 5 h: exit code $?"
same 'all clocks jump back by 5 h'
cat >one_clock.sh <<'SH2'
if [[ $OMPI_COMM_WORLD_RANK -eq 0 ]]; then export NNFT_FAULT_CLOCK=86400 NNFT_FAULT_CLOCK_AFTER=2; fi
SH2
run BASH_ENV="$here/one_clock.sh" || fail "the clock of rank 0 jumps by a day: exit code $?"
same 'the clock of rank 0 alone jumps by a day'

# The jump was seen: the run ended a day after it began.
days=$(awk '$1 == "start" || $1 == "end" { print substr($2, 1, 10) }' show.log | sort -u | wc -l)
[[ $days -eq 2 ]] || fail 'the clock of rank 0 did not jump'
