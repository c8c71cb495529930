#!/usr/bin/env bash
# Writes a table of MIB MiB collectively at several numbers of ranks, in turn with dd of the same size with fsync to the same disk:
# PAIRS pairs, then the median of seconds and of their ratio to dd.
#   beside_dd.sh TABLE_WRITE_PROGRAM DIRECTORY [MIB [PAIRS [RANKS …]]]
set -euo pipefail
program=$(realpath "$1") directory=$2 mib=${3:-1024} pairs=${4:-3}
shift $(($# < 4 ? $# : 4))
ranks=("${@:-1 2 4}")
read -ra ranks <<<"${ranks[*]}"
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1
if [[ $(id -u) -eq 0 ]]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
file=$(mktemp -u -p "$directory" table_write.XXXXXX)
trap 'rm -f -- "$file" "$file.tmp"' EXIT

# A table of zeros would not do for file systems that compress; neither would reading random numbers count as writing.
dd if=/dev/urandom of="$file.source" bs=1M count=16 status=none
dd_seconds() {
  local begin=$EPOCHREALTIME
  for ((k = 0; k < mib / 16; ++k)); do cat "$file.source"; done | dd of="$file" bs=1M iflag=fullblock conv=fsync status=none
  awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
  rm -f "$file"
}
trap 'rm -f -- "$file" "$file.tmp" "$file.source"' EXIT
median() { sort -g | awk '{ x[NR] = $1 } END { printf "%.3f", (x[int((NR + 1) / 2)] + x[int((NR + 2) / 2)]) / 2 }'; }

for n in "${ranks[@]}"; do
  seconds='' created='' reference='' ratios=''
  for ((pair = 0; pair < pairs; ++pair)); do
    dd=$(dd_seconds)
    read -r table creation <<<"$("${MPIEXEC:-mpiexec}" -n "$n" "$program" "$file" "$mib")"
    reference+=$dd$'\n' seconds+=$table$'\n' created+=$creation$'\n'
    ratios+=$(awk "BEGIN { print $table / $dd }")$'\n'
  done
  echo "$n ranks: $mib MiB in $(printf %s "$seconds" | median) s ($(printf %s "$created" | median) s of it creation by the root), dd $(printf %s "$reference" | median) s, ratio" \
    "$(printf %s "$ratios" | median) (of $pairs pairs: $(printf %s "$ratios" | sort -g | xargs))"
done
