#!/usr/bin/env bash
# A run that fails says so, with exit code 3 and the file's name, or is gone within seconds if it is killed. OUTPUT does not
# appear, an earlier OUTPUT stays whole, and the same command succeeds once the cause is gone. What is not a whole result file is
# refused by `nnft show`. At the end the checks themselves are given what they must reject.
set -euo pipefail

fail() {
  printf 'failed_run: %s\n' "$*" >&2
  exit 1
}

source "$NNFT_SOURCE_DIR/tests/support/own_mounts.sh"

program=$NNFT
quick=(--run.networks=1000)
# The job is to last for seconds; the slower the program, the fewer networks.
networks=4e5 ranks_on_full_disk=(1 3)
if [[ -n ${NNFT_SMALL-} ]]; then networks=5e4 ranks_on_full_disk=(3); fi

cat >job.ini <<INI
[field]
architecture = cos
width = 3 200
[sites]
points = -1; -0.7; -0.4; -0.1; 0.1; 0.4; 0.7; 1
[run]
networks = $networks
blocks = 128
slice = 50
INI

# later COMMAND…: side by side with others, because starting a job is mostly waiting. settle: all of them have succeeded.
started=()
later() {
  "$@" &
  started+=("$!")
  if [[ ${#started[@]} -ge 3 ]]; then settle; fi
}
settle() {
  local failed=0 pid
  for pid in "${started[@]}"; do wait "$pid" || failed=1; done
  started=()
  if [[ $failed -ne 0 ]]; then exit 1; fi
}

# ends_with STATUS RANKS ARGUMENT…: what is printed is kept in $log.
log=run.log
ends_with() {
  local expected=$1 ranks=$2 status=0
  shift 2
  timeout 60 "$NNFT_MPIEXEC" -n "$ranks" "$program" "$@" >"$log" 2>&1 </dev/null || status=$?
  if [[ $status -ne $expected ]]; then
    cat "$log" >&2
    fail "nnft $* on $ranks ranks: expected exit code $expected, got $status"
  fi
}

# says_once NAME REASON: among what was printed, one message names the file and the reason.
says_once() {
  local messages
  messages=$(grep '^nnft: ' "$log" | grep -F -e "$1" | grep -cE -e "$2" || true)
  if [[ $messages -ne 1 ]]; then
    cat "$log" >&2
    fail "expected one message with '$1' and '$2', got $messages"
  fi
}

absent() {
  local file
  for file in "$@"; do
    if [[ -e $file ]]; then fail "$file is there after a run that failed"; fi
  done
}

complete() { timeout 30 "$NNFT" show "$1" >show.log 2>&1 && ! grep -qw nan show.log; }
digest() { timeout 30 "$NNFT" show --digest "$1" | cut -d' ' -f1; }

# cannot_write OUTPUT REASON [RANKS]: the job fails and leaves what was there, if anything.
cannot_write() {
  local before=none
  if [[ -f $1 ]]; then before=$(sha256sum <"$1"); fi
  ends_with 3 "${3:-3}" sample job.ini "${quick[@]}" -o "$1" --fresh
  says_once "$1" "$2"
  absent "$1.tmp"
  if [[ $before == none ]]; then
    absent "$1"
  else
    [[ $(sha256sum <"$1") == "$before" ]] || fail "a run that failed changed $1"
  fi
}

# Places that cannot be written.

cannot_write missing/out.h5 'No such file or directory' 1
cannot_write missing/out.h5 'No such file or directory'
mkdir missing
ends_with 0 3 sample job.ini "${quick[@]}" -o missing/out.h5
complete missing/out.h5 || fail 'the output is not complete once the directory is there'

cannot_write job.ini/out.h5 'Not a directory'
mkdir directory.h5
ends_with 3 3 sample job.ini "${quick[@]}" -o directory.h5 --fresh
says_once directory.h5 'is a directory'
ends_with 3 2 exact job.ini -o nowhere/out.h5
says_once nowhere/out.h5 'No such file or directory'

mkdir read_only small
if [[ $mounts == yes ]]; then
  mount -t tmpfs -o size=8m none read_only
  ends_with 0 2 sample job.ini "${quick[@]}" -o read_only/out.h5
  mount -o remount,ro none read_only
  cannot_write read_only/out.h5 'Read-only file system'
  cannot_write read_only/other.h5 'Read-only file system'
  mount -o remount,rw none read_only
  ends_with 0 3 sample job.ini "${quick[@]}" -o read_only/out.h5 --fresh
elif [[ $(id -u) -ne 0 ]]; then
  ends_with 0 2 sample job.ini "${quick[@]}" -o read_only/out.h5
  chmod a-w read_only
  cannot_write read_only/out.h5 'Permission denied'
  chmod u+w read_only
  ends_with 0 3 sample job.ini "${quick[@]}" -o read_only/out.h5 --fresh
else
  printf 'failed_run: SKIPPED: read-only directory: root writes everywhere, and mounting failed: %s\n' "$(cat probe.log)"
fi

# Jobs in the background. What is left of one when this script fails is ended.
job=
trap 'if [[ -n $job ]]; then kill "$job" 2>/dev/null || true; fi' EXIT

running() { [[ -r /proc/$1/status ]] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }

# sampling: $job has printed what it is about to do, and is at it.
sampling() {
  local tries
  for ((tries = 0; tries < 400; ++tries)); do
    if grep -q 'memory per rank' run.log || ! running "$job"; then break; fi
    sleep 0.05
  done
  sleep 0.3
  if ! running "$job"; then
    cat run.log >&2
    fail 'the job was over before anything could be done to it'
  fi
}

# Disks that are full: at the beginning, beside an earlier output, and while the job runs.
if [[ $mounts == yes ]]; then
  mount -t tmpfs -o size=300k none small
  cannot_write small/out.h5 'No space left on device'
  mount -o remount,size=3600k none small
  ends_with 0 3 sample job.ini "${quick[@]}" -o small/out.h5 --fresh
  complete small/out.h5 || fail 'the output is not complete once there is room'
  cannot_write small/out.h5 'No space left on device'
  complete small/out.h5 || fail 'the earlier output is not complete'
  mount -o remount,size=16m none small
  for ranks in "${ranks_on_full_disk[@]}"; do
    rm -rf small/*
    timeout 60 "$NNFT_MPIEXEC" -n "$ranks" "$NNFT" sample job.ini -o small/out.h5 >run.log 2>&1 </dev/null &
    job=$!
    sampling
    dd if=/dev/zero of=small/fill bs=1k >dd.log 2>&1 && fail 'the disk could not be filled'
    running "$job" || fail 'the job was over before the disk was full'
    status=0
    wait "$job" || status=$?
    job=
    # A job that had its space reserved may well succeed.
    if [[ $status -eq 0 ]]; then
      complete small/out.h5 || fail 'a run on a full disk ended with 0 and without a complete output'
    else
      absent small/out.h5
      if [[ $status -ne 3 ]]; then
        cat run.log >&2
        fail "disk filled during a run on $ranks ranks: expected exit code 3, got $status"
      fi
      says_once small/out.h5 'No space left on device'
    fi
    rm -f small/fill
    ends_with 0 "$ranks" sample job.ini "${quick[@]}" -o small/out.h5 --fresh
  done
else
  printf 'failed_run: SKIPPED: full disk: no file system of our own can be mounted: %s\n' "$(cat probe.log)"
fi

# Ranks, or the launcher, that are killed in mid-run.

# Each rank leaves its process id; the program then takes the place of the shell.
cat >rank.sh <<'SH'
echo "$$" >"pid.${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}}"
exec "$NNFT" "$@"
SH

# killed SIGNAL WHOM: 2 ranks sample killed.h5; WHOM is a rank or `launcher`.
killed() {
  local before=none victim status=0 tries pid
  if [[ -f killed.h5 ]]; then before=$(sha256sum <killed.h5); fi
  rm -f pid.*
  "$NNFT_MPIEXEC" -n 2 bash rank.sh sample job.ini -o killed.h5 --fresh >run.log 2>&1 </dev/null &
  job=$!
  sampling
  if [[ $2 == launcher ]]; then victim=$job; else victim=$(cat "pid.$2"); fi
  kill "-$1" "$victim"
  for ((tries = 0; tries < 200; ++tries)); do
    if ! running "$job"; then break; fi
    sleep 0.05
  done
  if running "$job"; then
    for pid in "$job" "$(cat pid.0)" "$(cat pid.1)"; do kill -KILL "$pid" 2>/dev/null || true; done
    fail "SIG$1 to $2: the job goes on after 10 s"
  fi
  wait "$job" || status=$?
  job=
  [[ $status -ne 0 ]] || fail "SIG$1 to $2: the job ended with exit code 0"
  for pid in "$(cat pid.0)" "$(cat pid.1)"; do
    for ((tries = 0; tries < 200; ++tries)); do
      if ! running "$pid"; then break; fi
      sleep 0.05
    done
    if running "$pid"; then
      kill -KILL "$pid" 2>/dev/null || true
      fail "SIG$1 to $2: a rank goes on after 10 s"
    fi
  done
  if [[ $before == none ]]; then
    absent killed.h5
  elif [[ $(sha256sum <killed.h5) != "$before" ]]; then
    # A rank may outlive SIGTERM to the launcher long enough to finish: then the result is whole.
    [[ $1 == TERM && $(digest killed.h5) == "$(digest undisturbed.h5)" ]] || fail "SIG$1 to $2: the earlier output was changed"
  fi
  printf 'failed_run: SIG%s to %s: exit code %d\n' "$1" "$2" "$status"
}

ends_with 0 1 sample job.ini -o undisturbed.h5
killed KILL 1
ends_with 0 2 sample job.ini -o killed.h5 --fresh
[[ $(digest killed.h5) == "$(digest undisturbed.h5)" ]] || fail 'a run after one that was killed has another result'
absent killed.h5.tmp
killed TERM 0
killed TERM launcher
ends_with 0 2 sample job.ini "${quick[@]}" -o killed.h5 --fresh
absent killed.h5.tmp

# Files that are no whole result files.

ends_with 0 2 sample job.ini "${quick[@]}" -o good.h5
"$NNFT_PYTHON" - <<'PYTHON'
import pathlib
import shutil

import h5py

good = pathlib.Path("good.h5").read_bytes()
with h5py.File("good.h5") as file:
    values = file["G4c"][...].tobytes()
for name, size in {"empty": 0, "signature": 8, "third": len(good) // 3, "last_byte": len(good) - 1}.items():
    pathlib.Path(f"bad_{name}.h5").write_bytes(good[:size])
pathlib.Path("bad_text.h5").write_text("[field]\narchitecture = cos\n")
pathlib.Path("bad_garbage.h5").write_bytes(bytes((i * i * 131 + i * 7) >> 3 & 255 for i in range(20000)))
pathlib.Path("bad_tail.h5").write_bytes(good[: len(good) // 3] + bytes(len(good) - len(good) // 3))
position = good.find(values)
assert position > 0 and good.find(values, position + 1) < 0, "the raw data of G4c were not found"
flipped = bytearray(good)
flipped[position + len(values) // 2] ^= 1
pathlib.Path("bad_bit.h5").write_bytes(flipped)
with h5py.File("bad_other.h5", "w") as file:
    file["G4c"] = [1.0, 2.0]


def altered(name, change):
    shutil.copyfile("good.h5", f"bad_{name}.h5")
    with h5py.File(f"bad_{name}.h5", "r+") as file:
        change(file)


altered("version", lambda file: file.attrs.create("nnft_format", "999"))
altered("no_config", lambda file: file["provenance"].attrs.__delitem__("config"))
altered("no_provenance", lambda file: file.__delitem__("provenance"))
altered("no_variable", lambda file: file.__delitem__("G4c"))
PYTHON
mkdir bad_directory.h5

# refuses RANKS FILE REASON [FLAG]
refuses() {
  local log=$2.log
  ends_with 3 "$1" show "$2" ${4:+"$4"}
  says_once "$2" "$3"
}
later refuses 3 bad_none.h5 'No such file or directory'
later refuses 3 bad_text.h5 'not an HDF5 file'
later refuses 1 bad_empty.h5 'not an HDF5 file'
later refuses 1 bad_garbage.h5 'not an HDF5 file'
later refuses 1 bad_signature.h5 .
later refuses 1 bad_third.h5 .
later refuses 1 bad_last_byte.h5 .
later refuses 1 bad_tail.h5 .
later refuses 1 bad_directory.h5 'not a regular file'
later refuses 1 bad_bit.h5 'damaged'
settle
later refuses 1 bad_bit.h5 'damaged' --digest
later refuses 1 bad_other.h5 'no root attribute nnft_format'
later refuses 1 bad_version.h5 'format version 999'
later refuses 1 bad_no_config.h5 .
later refuses 1 bad_no_provenance.h5 .
later refuses 1 bad_no_variable.h5 texts_sha256
settle

# The checks reject what is as it should not be.

must_reject() {
  if ("$@") >/dev/null 2>&1; then fail "not noticed: $*"; fi
}
must_reject refuses 1 good.h5 .
must_reject refuses 1 bad_none.h5 'not an HDF5 file'
must_reject cannot_write good.h5 .
must_reject absent good.h5
must_reject complete bad_third.h5
mkdir there
program=$PWD/wrong.sh
wrong() {
  printf '#!/usr/bin/env bash\n%s\nsleep 0.2\nexit %d\n' "$1" "$2" >wrong.sh
  chmod +x wrong.sh
  rm -f there/*
}
said='[[ ${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}} -ne 0 ]] || echo "nnft: there/out.h5: no"'
wrong "$said" 3
(cannot_write there/out.h5 no) || fail 'a program that behaves as it should was rejected'
wrong "$said" 1
must_reject cannot_write there/out.h5 no
wrong 'echo "nnft: there/out.h5: no"' 3
must_reject cannot_write there/out.h5 no
wrong "$said; cp good.h5 there/out.h5" 3
must_reject cannot_write there/out.h5 no
wrong "$said; echo more >>there/out.h5" 3
echo earlier >there/out.h5
must_reject cannot_write there/out.h5 no

echo 'failed_run: every failure was told, left no output and no changed one, and could be repaired by running again'
