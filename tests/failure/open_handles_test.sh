#!/usr/bin/env bash
# Every command on 1 and 2 ranks has freed and closed at its end what it, HDF5 included, has made: communicators, datatypes,
# requests, windows, files, infos, groups and error handlers of MPI, and file descriptors. In a build with assertions a
# communicator or an HDF5 id that is left is an error of the program itself. Then both are given what they must notice.
set -euo pipefail

fail() {
  printf 'open_handles: %s\n' "$*" >&2
  exit 1
}
source "$NNFT_SOURCE_DIR/tests/support/small_commands.sh"

# counted FILE RANKS ARGUMENT…: the program with counts in FILE, what it prints in FILE.log; its exit code is $status.
counted() {
  local file=$PWD/$1 ranks=$2
  shift 2
  rm -f "$file"
  status=0
  NNFT_HANDLE_COUNTS=$file timeout 120 "$NNFT_MPIEXEC" -n "$ranks" env LD_PRELOAD="$NNFT_HANDLE_COUNTER" "$NNFT" "$@" \
    >"$file.log" 2>&1 </dev/null || status=$?
}

# nothing_left FILE RANKS: the counts of all kinds on all ranks say so, and that there was something.
nothing_left() {
  awk -v ranks="$2" '
    { made[$2] += $3; left += $5 != 0; ++lines }
    END { exit !(lines == 9 * ranks && left == 0 && made["communicator"] > 0) }' "$1"
}

ranks=1
commands=0
command_is() {
  local name=$1 expected=0
  shift
  if [[ $name == stop-* ]]; then expected=75; fi
  counted "$name.$ranks" "$ranks" "$@"
  [[ $status -eq $expected ]] || { cat "$name.$ranks.log" >&2; fail "$name on $ranks ranks: exit code $status"; }
  nothing_left "$name.$ranks" "$ranks" || { cat "$name.$ranks" >&2; fail "$name on $ranks ranks: something is left"; }
  awk -v name="$name" -v ranks="$ranks" '
    { made[$2] += $3; left += $5 }
    END {
      printf "open_handles: %-16s %d rank%s: %d communicators, %d datatypes, %d requests, %d files made; %d left\n", name, ranks,
        (ranks == 1 ? " " : "s"), made["communicator"], made["datatype"], made["request"], made["file"], left
    }' "$name.$ranks"
  commands=$((commands + 1))
  # One command after the other on 1 and 2 ranks.
  ranks=$((3 - ranks))
}
small_commands few

# Jobs that fail have nothing left either.
counted refused.2 2 show missing.h5
[[ $status -eq 3 ]] && nothing_left refused.2 2 || fail 'a file that is not there: something is left'
counted usage.2 2 sample net.ini --field.wdith=3
[[ $status -eq 2 ]] && nothing_left usage.2 2 || fail 'a config that is wrong: something is left'

# The counts notice what is not freed.
for kind in communicator datatype request file descriptor; do
  export NNFT_HANDLE_FORGET=$kind
  counted "forgotten.$kind" 2 sample net.ini --fresh -o forgotten.h5
  unset NNFT_HANDLE_FORGET
  grep -q "^[01] $kind [1-9][0-9]* [0-9]* [1-9]" "forgotten.$kind" || { cat "forgotten.$kind" >&2; fail "a forgotten $kind was not counted"; }
  if nothing_left "forgotten.$kind" 2; then fail "a forgotten $kind was not noticed"; fi
done

# So does the program, in a build with assertions.
noticed=0
for fault in MPI_Comm_free:1 H5Sclose:3 H5Pclose:1; do
  status=0
  NNFT_MPI_FAULT=$fault timeout 60 env LD_PRELOAD="$NNFT_MPI_FAULT_LIBRARY" "$NNFT" show net.h5 >fault.log 2>&1 </dev/null || status=$?
  if [[ $NNFT_ASSERTIONS == yes ]]; then
    [[ $status -eq 3 ]] && grep -q '^nnft: still open at the end: .*\b1 ' fault.log || { cat fault.log >&2; fail "$fault: expected exit code 3, got $status"; }
    noticed=$((noticed + 1))
    printf 'open_handles: %s fails: %s\n' "$fault" "$(grep 'still open' fault.log)"
  else
    [[ $status -eq 0 ]] || { cat fault.log >&2; fail "$fault: exit code $status"; }
  fi
done
printf 'open_handles: %d commands left nothing; the program itself noticed %d of 3 that were left (assertions: %s)\n' \
  "$commands" "$noticed" "$NNFT_ASSERTIONS"
