#!/usr/bin/env bash
# The includes of include/nnft and src obey the order of the layers, and libraries stay in the layers that own them.
# Then proves itself on copies with one wrong line each, all of which it must reject.
# Usage: layering_test.sh [ROOT]
set -euo pipefail

root=${1:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}

# check ROOT: prints one line per violation; fails if there is one or if there was nothing to look at.
check() {
  (
    cd "$1"
    # shellcheck disable=SC2016  # $0 is awk's
    find include/nnft src -type f \( -name '*.hpp' -o -name '*.cpp' -o -name '*.h' -o -name '*.ipp' \) -print0 | sort -z |
      xargs -0 --no-run-if-empty awk '
    BEGIN {
      allowed["core"] = "core"
      allowed["random"] = "random core"
      allowed["stats"] = "stats core"
      allowed["field"] = "field random core"
      allowed["sampling"] = "sampling field random stats core"
      allowed["theory"] = "theory field random stats core"
      allowed["action"] = "action stats random core"
      allowed["parallel"] = "parallel core"
      allowed["io"] = "io parallel core"
      allowed["run"] = "run io parallel theory sampling field random stats action core"
      allowed["app"] = "app run io parallel theory sampling field random stats action core"
    }
    function complain(why) {
      printf "%s:%d: %s\n", FILENAME, FNR, why
      bad = 1
    }
    FNR == 1 {
      ++files
      layer = FILENAME
      sub(/^include\/nnft\/|^src\//, "", layer)
      sub(/\/.*/, "", layer)
      if (!(layer in allowed)) complain("not in the directory of a layer")
    }
    /MPI_COMM_WORLD/ && $0 !~ /^[ \t]*\/\// && FILENAME != "src/app/main.cpp" { complain("only src/app/main.cpp names MPI_COMM_WORLD") }
    /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
      header = $0
      sub(/^[^<"]*[<"]/, "", header)
      sub(/[>"].*/, "", header)
      if (header ~ /^mpi[a-z-]*\.h$/ && layer !~ /^(parallel|io)$/) complain(header " belongs to parallel/ and io/")
      if (header ~ /^(hdf5|hdf5_hl|H5[A-Za-z]*)\.h$/ && layer != "io") complain(header " belongs to io/")
      if (header ~ /^boost\/program_options/ && FILENAME !~ /^src\/(app\/|run\/config)/)
        complain(header " belongs to src/app and src/run/config")
      if (header ~ /^(fstream|iostream|filesystem|chrono|ctime)$/ && layer ~ /^(random|field|sampling|stats|theory|action)$/)
        complain(layer " knows no file, clock or terminal: " header)
      if (header ~ /^\.\.?\//) complain("include from the root of include/ or src/, not " header)
      part = header
      sub(/^nnft\//, "", part)
      if (part ~ /\//) {
        sub(/\/.*/, "", part)
        if (part in allowed && index(" " allowed[layer] " ", " " part " ") == 0) complain(layer " must not include " header)
        else if (header ~ /^nnft\// && !(part in allowed)) complain("no such layer: " header)
      }
    }
    END {
      if (files == 0) { print "no source files found"; bad = 1 }
      exit bad
    }'
  )
}

if ! check "$root"; then
  echo 'layering: the lines above break the order of the layers' >&2
  exit 1
fi

copy=$(mktemp -d)
trap 'rm -rf -- "$copy"' EXIT

# must_reject FILE LINE: check finds exactly that line wrong in a small correct tree.
must_reject() {
  rm -rf -- "${copy:?}/include" "$copy/src"
  cp -R "$root/include" "$root/src" "$copy"
  mkdir -p "$copy/$(dirname "$1")"
  printf '%s\n' "$2" >>"$copy/$1"
  local found
  if found=$(check "$copy") || [[ $(wc -l <<<"$found") -ne 1 || $found != "$1:"* ]]; then
    printf 'layering: %s in %s was not rejected as it should be: %s\n' "$2" "$1" "$found" >&2
    exit 1
  fi
}

must_reject src/core/wrong.cpp '#include "nnft/field/site_set.hpp"'
must_reject include/nnft/core/wrong.hpp '#include "nnft/random/stream.hpp"'
must_reject src/stats/wrong.cpp '#include "random/stream.hpp"'
must_reject src/field/wrong.cpp '  #  include "nnft/stats/moments.hpp"'
must_reject src/field/deep/wrong.cpp '#include "nnft/sampling/exact.hpp"'
must_reject src/random/wrong.cpp '#include <mpi.h>'
must_reject src/run/wrong.cpp '#include <mpi.h>'
must_reject src/parallel/wrong.cpp '#include <hdf5.h>'
must_reject src/parallel/wrong.cpp '#include "nnft/io/result_file.hpp"'
must_reject src/io/wrong.cpp '#include "nnft/run/config.hpp"'
must_reject src/io/wrong.cpp '#include "nnft/stats/moments.hpp"'
must_reject src/run/wrong.cpp '#include <boost/program_options.hpp>'
must_reject include/nnft/run/wrong.hpp '#include <boost/program_options/variables_map.hpp>'
must_reject src/run/wrong.cpp '#include "app/sample.hpp"'
must_reject src/theory/wrong.cpp '#include <fstream>'
must_reject src/app/wrong.cpp 'MPI_Comm everyone() { return MPI_COMM_WORLD; }'
must_reject src/misc/wrong.cpp 'int x;'
must_reject src/core/wrong.cpp '#include "../field/site_set.hpp"'
echo 'layering: the tree is in order and every wrong line was rejected'
