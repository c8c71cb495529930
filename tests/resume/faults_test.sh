#!/usr/bin/env bash
# Every system call that writes may fail, may do half of its work, or may be the last thing a process does. After each such fault
# the job has either ended well all the same, or has ended soon, said which file it was, left no output that looks complete and
# lost nothing that was finished; and the same command, run again, gives the bits of a job that nothing happened to.
# NNFT_FAULTS is how many faults are injected, spread over all calls of all jobs (default 40, with NNFT_SMALL 15), or `all`: every call in every
# mode. NNFT_FAULTS_FROM begins the spread elsewhere. NNFT_FAULTS_JOBS restricts it to jobs whose name matches.
set -euo pipefail

fail() {
  printf 'faults: %s\n' "$*" >&2
  exit 1
}

side_by_side=10  # a job that fails mostly waits
time_limit=${NNFT_FAULTS_TIME_LIMIT:-90}
wanted=${NNFT_FAULTS:-$([[ -n ${NNFT_SMALL-} ]] && echo 15 || echo 40)}
here=$(pwd -P)

cat >job.ini <<'INI'
[field]
architecture = cos
width = 3 20
[sites]
points = -1; -0.4; 0.1; 0.7
[run]
networks = 3072
blocks = 128
slice = 8
checkpoint-interval = 0s
INI

# Memory for one scan point at a time: what the program says that it needs, rounded up.
memory_for() {
  local least
  least=$("$NNFT_MPIEXEC" -n "$1" "$NNFT" sample job.ini --dry-run --run.max-memory=1M 2>&1 </dev/null |
    sed -n 's/.*expected at least \([0-9.]*\) MiB.*/\1/p' | head -n 1)
  awk -v m="$least" 'BEGIN { printf "%dK", (m + 0.1) * 1024 }'
}
memory=([1]=$(memory_for 1) [2]=$(memory_for 2))
for ranks in 1 2; do
  "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample job.ini --dry-run --run.max-memory="${memory[$ranks]}" </dev/null |
    grep -q '2 memory rounds' || fail "expected two memory rounds with ${memory[$ranks]} on $ranks ranks"
done

digest() { timeout 30 "$NNFT" show --digest "$1" 2>/dev/null </dev/null | cut -d' ' -f1; }

# The jobs. Each begins with an empty directory or a copy of `extended`, and writes out.h5 there.
arguments() { # JOB DIRECTORY
  local ranks=${1##*.}
  case $1 in
    sample.*) echo sample job.ini -o "$2/out.h5" --run.max-memory="${memory[$ranks]}" ;;
    extend.*) echo sample job.ini -o "$2/out.h5" --run.max-memory="${memory[$ranks]}" --run.networks=6144 ;;
    merge.*) echo merge -o "$2/out.h5" part.0.h5 part.1.h5 ;;
  esac
}
begin() { # JOB DIRECTORY
  mkdir -p "$2"
  if [[ $1 == extend.* ]]; then cp finished.h5 "$2/out.h5"; fi
}
# run JOB DIRECTORY LOG [VARIABLE=VALUE…]
run() {
  local job=$1 directory=$2 log=$3 preload=()
  shift 3
  if [[ $# -gt 0 ]]; then preload=("$@" NNFT_FAULT_UNDER="$here/$directory" LD_PRELOAD="$NNFT_FAULT_LIBRARY"); fi
  # shellcheck disable=SC2046 # one word per argument
  timeout -k 5 "$time_limit" "$NNFT_MPIEXEC" -n "${job##*.}" env "${preload[@]}" "$NNFT" $(arguments "$job" "$directory") \
    >"$log" 2>&1 </dev/null
}

"$NNFT" sample job.ini -o finished.h5 >prepare.log 2>&1 </dev/null
for part in 0 1; do "$NNFT" sample job.ini --part "$part/2" -o "part.$part.h5" >prepare.log 2>&1 </dev/null; done
declare -A reference
reference[sample]=$(digest finished.h5)
reference[merge]=${reference[sample]}

# What calls there are, and which of them in what way are to fail: JOB RANK NUMBER KIND MODE. Of calls of one kind that follow
# each other on one file, the first, the last and one between stand for all.
modes() {
  case $1 in
    *write*) echo enospc kill short eio full eintr ;;
    open) echo eio kill enospc full eintr ;;
    fallocate) echo enospc kill eio eintr ;;
    ftruncate | fsync | fdatasync) echo eio kill enospc eintr ;;
    rename | mkdir | close) echo eio kill enospc ;;
    *) echo eio kill ;;
  esac
}
: >calls
jobs_=(sample.1 sample.2 extend.2 merge.1 merge.2)
for job in "${jobs_[@]}"; do
  begin "$job" "count.$job"
  run "$job" "count.$job" count.log NNFT_FAULT_LOG="$here/calls.$job" || { cat count.log >&2; fail "$job, undisturbed"; }
  found=$(digest "count.$job/out.h5")
  : "${reference[${job%.*}]:=$found}"
  [[ $found == "${reference[${job%.*}]}" ]] || fail "$job: another digest"
  [[ $(ls "count.$job") == out.h5 ]] || fail "$job: leaves more than its output: $(ls "count.$job")"
  for ((rank = 0; rank < ${job##*.}; ++rank)); do
    awk -v job="$job" -v rank="$rank" -v all="$([[ $wanted == all ]] && echo 1)" '
      function put(k) { print job, rank, number[k], kind[k] }
      function settle(   k) {
        if (all) for (k = first; k < n; ++k) put(k)
        else if (n > first) {
          put(first)
          if (n - first > 2) put(int((first + n - 1) / 2))
          if (n - first > 1) put(n - 1)
        }
        first = n
      }
      $1 == rank {
        if ($3 " " $4 != last) settle()
        last = $3 " " $4
        number[n] = $2
        kind[n++] = $3
      }
      BEGIN { n = first = 0 }
      END { settle() }' "calls.$job" >>calls
  done
done
[[ ${reference[extend]} != "${reference[sample]}" ]] || fail 'the extended result has the digest of the shorter one'

# Each call is paired with the mode that its kind is next to have.
declare -A next
while read -r job rank number kind; do
  read -r -a ways <<<"$(modes "$kind")"
  if [[ $wanted != all ]]; then
    turn=${next[$kind]:-0}
    next[$kind]=$((turn + 1))
    ways=("${ways[$((turn % ${#ways[@]}))]}")
  fi
  for mode in "${ways[@]}"; do echo "$job $rank $number $kind $mode"; done
done <calls | grep -E "^${NNFT_FAULTS_JOBS:-}" >pairs
printf 'faults: %d calls in %d jobs, %d places chosen\n' "$(cat calls.*.[0-9] | wc -l)" "${#jobs_[@]}" "$(wc -l <calls)"
if [[ $wanted != all ]]; then
  awk -v n="$(wc -l <pairs)" -v w="$wanted" -v from="${NNFT_FAULTS_FROM:-0}" '
    BEGIN { step = n > w ? n / w : 1; at = step > 1 ? from % step : 0 }
    NR - 1 >= at { print; at += step }' pairs >chosen
else
  cp pairs chosen
fi
# One rank that cannot open a file may hold its job up for a minute: those come first.
{ grep ' open ' chosen || true; grep -v ' open ' chosen || true; } >ordered

# inject INDEX JOB RANK NUMBER KIND MODE: writes the verdict to verdict.INDEX: VERDICT KIND MODE JOB RANK NUMBER WHY.
inject() {
  local index=$1 job=$2 rank=$3 number=$4 kind=$5 mode=$6 status=0 again=0 verdict why='' at found path
  local d=w.$1
  at="$kind $mode $job $rank $number"
  verdict() { printf '%s %s %s\n' "$1" "$at" "${2:-}" >"verdict.$index"; }
  begin "$job" "$d"
  # HDF5 loses memory where it cannot write.
  run "$job" "$d" "$d.log" NNFT_FAULT_LOG="$here/$d.calls" NNFT_FAULT_RANK="$rank" NNFT_FAULT_AT="$number" \
    NNFT_FAULT_MODE="$mode" ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" || status=$?
  path=$(awk -v m="$mode" '$NF == m { print $4; exit }' "$d.calls")
  if [[ -z $path ]]; then
    verdict missed
    return
  fi
  path=${path#"$here/$d"}
  found=none
  if [[ -e $d/out.h5 ]]; then found=$(digest "$d/out.h5" || true); fi
  if [[ $found != none && -n $found && $found != "${reference[${job%.*}]}" ]] &&
    ! [[ $job == extend.* && $found == "${reference[sample]}" && $status -ne 0 ]]; then
    verdict wrong "$path: the output has another digest (exit code $status)"
    return
  fi
  if [[ $status -eq 0 ]]; then
    if [[ $found == none || -z $found ]]; then
      verdict wrong "$path: exit code 0 without a sound output"
    elif [[ $(ls "$d") != out.h5 ]]; then
      verdict survived "$path: left: $(ls "$d" | tr '\n' ' ')"
    else
      verdict survived "$path"
    fi
    return
  fi
  if [[ $status -eq 124 || ($status -eq 137 && $mode != kill) ]]; then why="hangs ($status)"; fi
  if [[ -z $why && $mode != kill && $status -ne 3 ]]; then why="exit code $status"; fi
  if [[ -z $why && $mode != kill ]] && ! grep -q "^nnft: .*$d/" "$d.log"; then why='no message with the name of the file'; fi
  if [[ -z $why && $job == extend.* && ($found == none || -z $found) ]]; then why='the earlier output is lost'; fi
  if [[ -z $why && $found != "${reference[${job%.*}]}" ]]; then
    while read -r saved; do
      if [[ ! -e $saved ]]; then why="a finished round is lost: ${saved##*/}"; fi
    done < <(awk '$3 == "rename" && NF == 4 && $4 ~ /points\.[0-9-]*\.h5$/ { print $4 }' "$d.calls")
  fi
  if [[ -n $why ]]; then
    verdict wrong "$path: $why"
    return
  fi
  run "$job" "$d" "$d.again.log" || again=$?
  if [[ $again -eq 0 && $(digest "$d/out.h5") == "${reference[${job%.*}]}" ]]; then
    if [[ $(ls "$d") != out.h5 ]]; then
      verdict wrong "$path: left after the second run: $(ls "$d" | tr '\n' ' ')"
    else
      verdict resumed "$path"
      rm -rf "$d"
    fi
  elif [[ $job == merge.* && $again -eq 2 && $found == "${reference[${job%.*}]}" ]] &&
    grep -q "^nnft: $d/out.h5: exists already" "$d.again.log"; then
    verdict refused "$path: the first run had come through"
  elif [[ $again -eq 3 ]] && grep -q "^nnft: .*$d/.*" "$d.again.log"; then
    # It names the file that is not sound; with --fresh nothing is in the way any more.
    verdict refused "$path: $(grep -m 1 '^nnft: ' "$d.again.log")"
  else
    verdict wrong "$path: the second run: exit code $again"
  fi
}

index=0
while read -r job rank number kind mode; do
  while [[ $(jobs -rp | wc -l) -ge $side_by_side ]]; do wait -n || true; done
  inject "$index" "$job" "$rank" "$number" "$kind" "$mode" &
  index=$((index + 1))
done <ordered
wait

cat verdict.* | sort >verdicts
awk '
  { kind[$2] = 1; ++n[$2, $1]; ++n[$2]; ++n["all", $1]; ++n["all"] }
  function line(k) {
    printf "faults: %-10s %8d %16d %18d %8d %6d %11d\n", k, n[k] - n[k, "missed"], n[k, "survived"], n[k, "resumed"], n[k, "refused"], n[k, "wrong"], n[k, "missed"]
  }
  END {
    printf "faults: %-10s %8s %16s %18s %8s %6s %11s\n", "call", "injected", "survived at once", "ended and resumed", "refused", "wrong", "not reached"
    for (k in kind) line(k)
    line("all")
  }' verdicts
grep '^refused' verdicts || true
if grep '^wrong' verdicts >&2; then fail 'the faults above were not dealt with'; fi
