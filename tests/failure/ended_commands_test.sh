#!/usr/bin/env bash
# `nnft action` and `nnft correlators --draw` on 2 to 4 ranks while a rank is killed, or their files vanish: the job ends within
# seconds with a code that is not 0, no output is left that looks whole, and the same command succeeds afterwards. With NNFT_SMALL, for
# slow programs, one job of each command is killed.
set -euo pipefail

fail() {
  printf 'ended_commands: %s\n' "$*" >&2
  exit 1
}

cat >net.ini <<'INI'
[field]
architecture = mlp
activation = erf
out-density = rademacher
width = 8
[sites]
points = 0.5
[measure]
orders = 2 4 6 8
[run]
networks = 1
INI
cat >wide.ini <<'INI'
[field]
architecture = cos
width = 16 32 64 128
[sites]
points = 0; 0.4; 0.8; 1.2; 1.6
[measure]
orders = 2 4 6
[run]
networks = 2e4
blocks = 128
INI
"$NNFT" exact net.ini -o net.h5 >exact.log
"$NNFT" action net.h5 --order 1 -o couplings.h5 >couplings.log
"$NNFT_MPIEXEC" -n 2 "$NNFT" sample wide.ini -o wide.h5 >wide.log 2>&1 </dev/null

# Each rank leaves its process id; the program then takes the place of the shell.
cat >rank.sh <<'SH'
echo "$$" >"pid.${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}"
exec "$NNFT" "$@"
SH

running() { [[ -r /proc/$1/status ]] && ! grep -qs '^State:[[:space:]]*Z' "/proc/$1/status"; }
# ended PROCESS [SECONDS]: within that time, 20 s if nothing is said.
ended() {
  local tries
  for ((tries = 0; tries < 20 * ${2:-20}; ++tries)); do
    running "$1" || return 0
    sleep 0.05
  done
  return 1
}
job=
trap 'if [[ -n $job ]]; then kill "$job" 2>/dev/null || true; fi' EXIT

# start RANKS ARGUMENT…: the command is at work when this returns, and $job.
start() {
  local ranks=$1 rank tries
  shift
  rm -f pid.*
  "$NNFT_MPIEXEC" -n "$ranks" bash rank.sh "$@" >run.log 2>&1 </dev/null &
  job=$!
  for ((rank = 0; rank < ranks; ++rank)); do
    for ((tries = 0; tries < 400; ++tries)); do
      if [[ -s pid.$rank ]]; then break; fi
      sleep 0.05
    done
  done
}

# at_work RANK SECONDS: that rank has used so much processor time, so that it is past starting.
at_work() {
  local pid tries ticks
  pid=$(cat "pid.$1")
  for ((tries = 0; tries < 400; ++tries)); do
    ticks=$(awk '{ print $14 + $15 }' "/proc/$pid/stat" 2>/dev/null) || break
    if awk -v t="$ticks" -v s="$2" 'BEGIN { exit !(t >= 100 * s) }'; then break; fi
    sleep 0.02
  done
  if ! running "$pid"; then
    cat run.log >&2
    fail 'the job was over before anything could be done to it'
  fi
}

# killed RANKS VICTIM ARGUMENT…: rank VICTIM is killed while the command is at work; its output is out.h5.
killed() {
  local ranks=$1 victim=$2 status=0 rank
  shift 2
  rm -f out.h5
  start "$ranks" "$@" -o out.h5
  at_work "$victim" 0.6
  kill -KILL "$(cat "pid.$victim")"
  ended "$job" || fail "$1 on $ranks ranks: goes on 20 s after rank $victim was killed"
  wait "$job" || status=$?
  job=
  [[ $status -ne 0 ]] || fail "$1 on $ranks ranks: exit code 0 after rank $victim was killed"
  for ((rank = 0; rank < ranks; ++rank)); do
    ended "$(cat "pid.$rank")" || fail "$1 on $ranks ranks: rank $rank goes on 20 s after rank $victim was killed"
  done
  [[ ! -e out.h5 ]] || fail "$1 on $ranks ranks: out.h5 is there after rank $victim was killed"
  printf 'ended_commands: %s on %d ranks, rank %d killed: exit code %d, no output\n' "$1" "$ranks" "$victim" "$status"
}

# refused RANKS FILE ARGUMENT…: exit code 3, one message that names FILE, and no output.
refused() {
  local ranks=$1 file=$2 status=0
  shift 2
  timeout 60 "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" "$@" >run.log 2>&1 </dev/null || status=$?
  if [[ $status -ne 3 || $(grep '^nnft: ' run.log | grep -cF "$file") -ne 1 ]]; then
    cat run.log >&2
    fail "$* on $ranks ranks: expected exit code 3 and one message with $file, got $status"
  fi
  [[ ! -e out.h5 ]] || fail "$*: out.h5 is there"
}

long_draw=(correlators couplings.h5 --draw 1e9 --blocks 8)
killed 3 0 "${long_draw[@]}"
if [[ -z ${NNFT_SMALL-} ]]; then
  killed 2 1 "${long_draw[@]}"
  killed 4 2 "${long_draw[@]}"
fi

# Before it writes, an action has read everything and works on every rank; the noise of many blocks keeps it busy.
long_action=(action wide.h5 --order 2 --density '0; 1; 2; 0 1; 1 2; 0 2')
killed 4 1 "${long_action[@]}"
if [[ -z ${NNFT_SMALL-} ]]; then
  killed 2 0 "${long_action[@]}"
  killed 3 2 "${long_action[@]}"
fi

# Files that vanish while a command is at work, or are cut short, or whose directory goes.
vanishing() {
  local ranks=$1 what=$2 status=0
  shift 2
  mkdir -p place
  cp wide.h5 couplings.h5 place
  start "$ranks" "$@" -o place/out.h5
  at_work 0 0.6
  case $what in
    input) rm -f place/wide.h5 place/couplings.h5 ;;
    place) rm -rf place ;;
  esac
  ended "$job" 100 || {
    kill "$job"
    fail "$1 on $ranks ranks: goes on 100 s after its $what has vanished"
  }
  wait "$job" || status=$?
  job=
  if [[ $what == input ]]; then
    # What it needs was read before: it may be done, but never with half an output.
    [[ $status -eq 0 || $status -eq 3 ]] || { cat run.log >&2; fail "$1 on $ranks ranks, $what vanished: exit code $status"; }
    [[ $status -ne 0 ]] || "$NNFT" show place/out.h5 >show.log || fail "$1: the output is not whole"
  else
    [[ $status -eq 3 ]] || { cat run.log >&2; fail "$1 on $ranks ranks, $what vanished: expected exit code 3, got $status"; }
    grep -qE '^nnft: (rank [0-9]*: )?place/[a-z]*\.h5' run.log || { cat run.log >&2; fail "$1 on $ranks ranks, $what vanished: no message names a file"; }
  fi
  rm -rf place
  printf 'ended_commands: %s on %d ranks, its %s vanished: exit code %d\n' "$1" "$ranks" "$what" "$status"
}
# About three seconds of one processor, however the program was built.
ticks() { awk '{ print $16 + $17 }' /proc/$$/stat; }
before=$(ticks)
"$NNFT" correlators couplings.h5 --draw 2e5 --blocks 8 >run.log
draws=$(awk -v ticks=$(($(ticks) - before)) 'BEGIN { d = 2e5 * 300 / (ticks > 25 ? ticks - 20 : 5); printf "%d", d < 2e7 ? d : 2e7 }')
short_draw=(correlators place/couplings.h5 --draw "$draws" --blocks 8)
for what in input place; do
  vanishing 2 "$what" "${short_draw[@]}"
  vanishing 3 "$what" action place/wide.h5 "${long_action[@]:2}"
done

refused 2 gone.h5 action gone.h5 -o out.h5
refused 3 gone.h5 correlators gone.h5 --draw 100 -o out.h5
head -c 3000 couplings.h5 >cut.h5
refused 4 cut.h5 correlators cut.h5 --draw 100 -o out.h5
head -c 3000 wide.h5 >cut.h5
refused 2 cut.h5 action cut.h5 -o out.h5

# The same commands succeed once nobody disturbs them.
"$NNFT_MPIEXEC" -n 3 "$NNFT" correlators couplings.h5 --draw 1e5 --blocks 8 -o out.h5 >run.log 2>&1 </dev/null || fail 'correlators does not succeed'
"$NNFT" show out.h5 >show.log
"$NNFT_MPIEXEC" -n 3 "$NNFT" action wide.h5 -o out.h5 --fresh >run.log 2>&1 </dev/null || fail 'action does not succeed'
"$NNFT" show out.h5 >show.log

# The checks reject what is as it should not be.
must_reject() {
  if ("$@") >/dev/null 2>&1; then fail "not noticed: $*"; fi
}
rm -f out.h5
must_reject refused 2 wide.h5 action wide.h5 -o out.h5
touch out.h5
must_reject refused 2 gone.h5 action gone.h5 -o out.h5
echo 'ended_commands: every job ended, and no output was left'
