#!/usr/bin/env bash
# What is wrong with a config or a command line is told once for all ranks, all of it, by file, line, key and expectation;
# the exit code is 2 and nothing is written. At the end the check itself is given programs that do not behave so.
set -euo pipefail

fail() {
  printf 'bad_config: %s\n' "$*" >&2
  exit 1
}

scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
program=$NNFT
cases=0

# later COMMAND…: side by side with others, because starting a job is mostly waiting. settle: all of them have succeeded.
started=()
later() {
  "$@" &
  started+=("$!")
  if [[ ${#started[@]} -ge 4 ]]; then settle; fi
}
settle() {
  local failed=0 pid
  for pid in "${started[@]}"; do wait "$pid" || failed=1; done
  started=()
  if [[ $failed -ne 0 ]]; then exit 1; fi
}

# refused EXPECTED-LINES ARGUMENT…: later, `program ARGUMENT…` on 3 ranks says each of the lines exactly once.
# With NNFT_SMALL, for programs that start slowly, only every fourth on more than one rank.
# Lines may stand anywhere. One that begins with '!' must not be there, one that begins with '~' is a regular expression.
check_refused() {
  local expected=$1 status=0 line times kind log=$scratch/$BASHPID.log ranks=3
  shift
  if [[ -n ${NNFT_SMALL-} && $((cases % 4)) -ne 0 && $program == "$NNFT" && $expected != *'on 3 ranks'* ]]; then ranks=1; fi
  timeout 30 "$NNFT_MPIEXEC" -n "$ranks" "$program" "$@" >"$log" 2>&1 </dev/null || status=$?
  sed -i 's/^nnft: //' "$log"
  if [[ $status -ne 2 ]]; then
    cat "$log" >&2
    fail "nnft $*: expected exit code 2, got $status"
  fi
  while IFS= read -r line; do
    kind=-F
    if [[ $line == '~'* ]]; then kind=-E; fi
    times=$(grep -cx "$kind" -e "${line#[~!]}" "$log" || true)
    if [[ $line == !* && $times -ne 0 || $line != !* && $times -ne 1 ]]; then
      cat "$log" >&2
      fail "nnft $*: this line was printed $times times: $line"
    fi
  done <<<"$expected"
}
refused() {
  later check_refused "$@"
  cases=$((cases + 1))
}

# made FILE: one that may be there. nothing_written: they are as they were made and there are no others.
made() { sha256sum "./$1" >>"$scratch/made"; }
nothing_written() {
  settle
  sha256sum --check --quiet "$scratch/made" >&2 || fail 'files were changed'
  diff <(cut -c67- "$scratch/made" | sort) <(find . -mindepth 1 | sort) >&2 || fail 'files were written'
}

# config NAME SED-EXPRESSION…: the good config with something changed.
config() {
  local name=$1 expression
  shift
  cp good.ini "$name"
  for expression in "$@"; do sed -i "$expression" "$name"; done
  if cmp -s good.ini "$name"; then fail "$name is not different from good.ini"; fi
  made "$name"
}

cat >good.ini <<'INI'
[field]
architecture = cos
input-dim = 2
width = 3 200
sigma-weight = 1.1
sigma-out = 1.3
[sites]
points = 0 0; 0.5 0.3
[measure]
orders = 2 4
estimator = conditional
[run]
networks = 1e3
blocks = 4
slice = 16
INI
made good.ini

widths='whole numbers from 1 to 16777215, or inf, separated by spaces, none twice'
sites="sites separated by ';', each of field.input-dim finite numbers separated by spaces"

config typo.ini 's/^sigma-weight/sigma-wieght/'
refused "typo.ini:5: field.sigma-wieght: unknown key 'sigma-wieght'; did you mean field.sigma-weight?" sample typo.ini

config section.ini 's/measure/mesure/'
refused "section.ini:9: unknown section 'mesure'; expected one of [field], [sites], [deformation], [deformation-2], [deformation-3], [sampling], [measure], [run]; did you mean [measure]?" \
  sample section.ini

config twice.ini '$a blocks = 8'
refused 'twice.ini:16: run.blocks: expected once, got it twice, first in line 14' sample twice.ini

config type.ini 's/^slice.*/slice = some/'
refused "type.ini:15: run.slice: expected a whole number from 1 to 1000000, got 'some'" sample type.ini

config nan.ini 's/^sigma-out.*/sigma-out = nan/'
refused "nan.ini:6: field.sigma-out: expected a number > 0, got 'nan'" sample nan.ini

config impossible.ini 's/^width.*/width = 8 0/'
refused "impossible.ini:4: field.width: expected $widths, got '0'" sample impossible.ini

config fraction.ini 's/^networks.*/networks = 1.5/'
refused "fraction.ini:13: run.networks: expected a whole number from 1 to 1000000000000000, got '1.5'" sample fraction.ini

config choice.ini 's/conditional/best/'
refused "choice.ini:11: measure.estimator: expected plain or conditional or improved, got 'best'" sample choice.ini

config orders.ini 's/^orders.*/orders = 5/'
refused "orders.ini:10: measure.orders: expected some of 2 4 6 8, got '5'" sample orders.ini

config dimension.ini 's/^input-dim.*/input-dim = 3/'
refused 'dimension.ini:8: sites.points: expected sites of 3 component(s), which is field.input-dim, got 2' sample dimension.ini

config ragged.ini 's/^points.*/points = 0 0; 1/'
refused "ragged.ini:8: sites.points: expected $sites, got 1 component in site 2 and 2 in site 1" sample ragged.ini

config semicolon.ini '1i ; a comment of another program'
refused "semicolon.ini:1: expected a comment to start with '#' (';' separates sites), got '; a comment of another program'" \
  sample semicolon.ini

config both.ini '/^points/a file = sites.txt'
refused 'both.ini:9: sites.file: expected either sites.points or sites.file, got both' sample both.ini

config no_key.ini '/^networks/d'
refused 'no_key.ini: run.networks: missing; expected a whole number from 1 to 1000000000000000' sample no_key.ini

config no_sites.ini '/^points/d'
refused 'no_sites.ini: sites.points: missing; expected sites.points or sites.file' sample no_sites.ini

# Everything that is wrong at once, in the order of the lines, the command line's problems too; `exact` reads the same configs.
config many.ini 's/^arch.*/architecture = cosine/' 's/^width.*/width = 8 8/' 's/^sigma-out.*/sigma_out = 1/' \
  's/^points.*/points = 0 inf; 0.5 0.3/' 's/^networks.*/networks = -1/' 's/^slice.*/slice/' '$a checkpoint = 5m'
many="many.ini:2: field.architecture: expected mlp or cos or gauss or free-scalar, got 'cosine'
many.ini:4: field.width: expected $widths, got 8 twice
many.ini:6: field.sigma_out: unknown key 'sigma_out'; did you mean field.sigma-out?
many.ini:8: sites.points: expected $sites, got 'inf' in site 1
many.ini:13: run.networks: expected a whole number from 1 to 1000000000000000, got '-1'
many.ini:15: expected 'key = value' or '[section]', got 'slice'
command line: --run.seed: expected a whole number from 0 to 18446744073709551615, got 'x'
!many.ini:5: field.sigma-weight: expected a number > 0, got '1.1'"
refused "$many" sample many.ini --run.seed=x
refused "$many" exact many.ini -o many.h5 --run.seed=x

# An option replaces the file's value, also a bad one by a good one and a good one by a bad one.
refused "command line: --field.width: expected $widths, got '-3'
!impossible.ini:4: field.width: expected $widths, got '0'" sample impossible.ini --field.width=-3
refused "command line: --field.wid: unknown key 'wid'; did you mean field.width?" sample good.ini --field.wid=8

# What only the run can know.
refused '~run.max-memory: expected at least [0-9.]+ MiB per rank for one scan point .* on 3 ranks, got 1.0 MiB' \
  sample good.ini --run.max-memory=1M --run.blocks=100000

# Deformations: strengths without a density, products without a sampler, derivatives of nothing.
deformation='$a [deformation]\nkind = weight-quartic\nstrength = 0 1'
config negative.ini "$deformation" 's/^strength.*/strength = 0 -0.5/'
config ring.ini "$deformation" 's/^kind.*/kind = weight-ring/' 's/^strength.*/strength = 0.5/'
config scale.ini "$deformation" 's/^kind.*/kind = shared-scale/' 's/^strength.*/strength = -1/'
config product.ini "$deformation" '$a [deformation-2]\nkind = weight-ring\nstrength = 0.1'
config nothing.ini '/^estimator/a derivatives = score'
config third.ini "$deformation" '/^estimator/a derivatives = differences\nderivative-order = 3'
config process.ini "$deformation" '/^estimator/a derivatives = score' 's/^width.*/width = 8 inf/'
config laplace.ini "$deformation" 's/^arch.*/architecture = mlp\nweight-density = laplace/'
config steps.ini "$deformation" 's/^arch.*/architecture = mlp\nweight-density = laplace/' 's/^strength.*/strength = 0/' \
  '/^estimator/a derivatives = differences'
config momenta.ini "$deformation" 's/^arch.*/architecture = free-scalar\ncutoff = 3/' '/^sigma-weight/d'
config again.ini "$deformation" '$a [deformation-2]\nkind = weight-quartic\nstrength = 1'
config gap.ini '$a [deformation-2]\nkind = weight-ring\nstrength = 0.1'
config kindless.ini '$a [deformation]\nstrength = 1'
config strengthless.ini '$a [deformation]\nkind = weight-ring'
config unkind.ini "$deformation" 's/^kind.*/kind = weight-cubic/'
config repeated.ini "$deformation" 's/^strength.*/strength = 1 2 1/'
config orderless.ini "$deformation" '/^estimator/a derivative-order = 1'
config generating.ini "$deformation" 's/^kind.*/kind = shared-scale/' '/^estimator/a sources = 0.1 0.2'
config swung.ini "$deformation" 's/^arch.*/architecture = mlp\nactivation = relu/' 's/^kind.*/kind = weight-ring/' \
  's/^strength.*/strength = 0 0.49/' '/^estimator/a sources = 0.5 0.5'
refused "negative.ini:18: deformation.strength: expected strengths >= 0, since exp(-strength V) of a quartic V cannot be normalised otherwise, got -0.5" \
  sample negative.ini
refused "ring.ini:18: deformation.strength: expected strengths between -0.5 and 0.5, beyond which the quadratic form of the weights is not positive, got 0.5" \
  sample ring.ini
refused "scale.ini:18: deformation.strength: expected strengths >= 0, since it is the variance of the scale, got -1" \
  sample scale.ini
refused "product.ini:21: deformation-2.strength: expected only 0 for weight-quartic or for weight-ring, since no exact sampler of their product is known (measure.derivatives = score measures derivatives in one on ensembles of the other)" \
  sample product.ini
refused "nothing.ini:12: measure.derivatives: expected none, since there is no [deformation]" \
  sample nothing.ini
refused "third.ini:13: measure.derivative-order: expected 1 or 2 for differences, got 3" \
  sample third.ini
refused "process.ini:4: field.width: expected finite widths with measure.derivatives in strengths of weights, got inf" \
  sample process.ini
refused "laplace.ini:19: deformation.strength: expected 0 with weight-density = laplace, since weight-quartic is drawn from normal weights (measure.derivatives = score measures its effect on the others), got 0 1" \
  sample laplace.ini
refused "steps.ini:13: measure.derivatives: expected score with weight-density = laplace, since differences need ensembles of other strengths and weight-quartic is drawn from normal weights, got differences" \
  sample steps.ini
refused "momenta.ini:17: deformation.kind: expected none or shared-scale with architecture = free-scalar, whose momenta are no normal weights, got weight-quartic" \
  sample momenta.ini
refused "again.ini:20: deformation-2.kind: expected another kind than deformation.kind, got weight-quartic again" \
  sample again.ini
refused "gap.ini:17: deformation-2.kind: expected none, since deformation.kind is none" \
  sample gap.ini
refused "kindless.ini:17: deformation.strength: expected only with deformation.kind other than none" \
  sample kindless.ini
refused "strengthless.ini: deformation.strength: missing; expected numbers separated by spaces, none twice" \
  sample strengthless.ini
refused "unkind.ini:17: deformation.kind: expected none or weight-quartic or weight-ring or shared-scale or field-operator, got 'weight-cubic'
!unkind.ini:18: deformation.strength: expected only with deformation.kind other than none" \
  sample unkind.ini
refused "repeated.ini:18: deformation.strength: expected numbers separated by spaces, none twice, got 1 twice" \
  sample repeated.ini
refused "orderless.ini:12: measure.derivative-order: expected only with measure.derivatives other than none" \
  sample orderless.ini
refused "generating.ini:12: measure.sources: expected none with shared-scale, of which W[J] is infinite beyond JKJ/2 = 1/strength" \
  sample generating.ini
refused "~measure.sources: source 0 at width 3, strength 0.49: W\[J\] of this mlp net is infinite for the given sources; expected sources of less than 0\.83[0-9]* times their strength" \
  sample swung.ini

# Histograms of sites that are not there, of a site beside itself, without a range, of a scale that is never drawn.
histogram='/^estimator/a histogram = 0; 1 0\nhistogram-range = 3'
config nowhere.ini "$histogram" 's/^histogram = .*/histogram = 0; 0 2/'
config itself.ini "$histogram" 's/^histogram = .*/histogram = 0; 1 1/'
config thrice.ini "$histogram" 's/^histogram = .*/histogram = 0 1 0/'
config rangeless.ini "$histogram" '/^histogram-range/d'
config flat.ini "$histogram" 's/^histogram-range.*/histogram-range = 0/'
config coarse.ini "$histogram" '/^histogram-range/a histogram-bins = 1'
config stray.ini '/^estimator/a histogram-range = 3'
config scaled.ini "$deformation" "$histogram" 's/^kind.*/kind = shared-scale/'
entries="none, or entries separated by ';', each of one site or two different ones, none twice"
refused "nowhere.ini:12: measure.histogram: expected sites below 2, got 2" sample nowhere.ini
refused "itself.ini:12: measure.histogram: expected $entries, got site 1 twice in entry 2" sample itself.ini
refused "thrice.ini:12: measure.histogram: expected $entries, got 3 sites in entry 1" sample thrice.ini
refused "rangeless.ini: measure.histogram-range: missing; expected a number > 0, from 1e-100 to 1e100" sample rangeless.ini
refused "flat.ini:13: measure.histogram-range: expected a number > 0, from 1e-100 to 1e100, got '0'" sample flat.ini
refused "coarse.ini:14: measure.histogram-bins: expected a whole number from 2 to 512, got '1'" sample coarse.ini
refused "stray.ini:12: measure.histogram-range: expected only with measure.histogram" sample stray.ini
refused "scaled.ini:12: measure.histogram: expected none with shared-scale, whose scale is averaged over in closed form and never drawn, got '0; 1 0'" \
  sample scaled.ini
refused '~run.max-memory: expected at least [0-9.]+ GiB per rank for one scan point .* on 3 ranks, got 2.0 GiB' \
  sample rangeless.ini --measure.histogram-range=3 --measure.histogram-bins=512 --run.blocks=20000

# No config, no command, no such flag.
refused 'none.ini: cannot be read: No such file or directory' sample none.ini
refused '.: cannot be read: is a directory' sample .
refused "no command 'smaple'" smaple good.ini
refused 'expected a command'
refused 'nnft sample: expected one config file, got 2' sample good.ini good.ini
refused 'command line: --frehs: expected --section.key=value, -o FILE, --dry-run, --fresh, --dump-networks VALUE, --part VALUE' sample good.ini --frehs
refused 'command line: -o: expected a file name after it' sample good.ini -o
nothing_written

# The good config is good; its output is then not overwritten unasked, nor continued with another config.
timeout 60 "$NNFT_MPIEXEC" -n 3 "$NNFT" sample good.ini >"$scratch/out" 2>&1 || {
  cat "$scratch/out" >&2
  fail 'the config that all others are made from is refused'
}
made good.h5
echo 'not a result file' >other.h5
made other.h5
refused 'good.h5: exists already; --fresh starts over and replaces it' exact good.ini -o good.h5
# keeps STATUS TEXT ARGUMENT…: the output that is there is not touched, and one message says why.
keeps() {
  local expected=$1 text=$2 status=0
  shift 2
  timeout 60 "$NNFT_MPIEXEC" -n 3 "$NNFT" sample good.ini "$@" >"$scratch/out" 2>&1 || status=$?
  if [[ $status -ne $expected || $(grep -cF -e "$text" "$scratch/out") -ne 1 ]]; then
    cat "$scratch/out" >&2
    fail "sample good.ini $*: expected exit code $expected and one '$text', got $status"
  fi
}
keeps 0 'good.h5 is complete already'
keeps 2 "field.sigma-out: there '1.3', here '2'" --field.sigma-out=2
keeps 3 'other.h5' -o other.h5
nothing_written
timeout 60 "$NNFT_MPIEXEC" -n 3 "$NNFT" sample good.ini -o other.h5 --fresh >"$scratch/out" 2>&1 || fail '--fresh is refused'
[[ $("$NNFT" show --digest good.h5 | cut -d' ' -f1) == $("$NNFT" show --digest other.h5 | cut -d' ' -f1) ]] ||
  fail '--fresh made something else'
sed -i '/other.h5$/d' "$scratch/made"
made other.h5

# Programs that the check must reject: `nnft` with one thing wrong.
message="typo.ini:5: field.sigma-wieght: unknown key 'sigma-wieght'; did you mean field.sigma-weight?"
wrong() {
  printf '#!/usr/bin/env bash\nroot() { [[ ${OMPI_COMM_WORLD_RANK:-${PMI_RANK:-0}} -eq 0 ]]; }\n%s\n' "$2" >"$scratch/wrong"
  # The first rank to end ends all: not before every rank has said what it has to say.
  printf 'sleep 0.5\nexit %d\n' "$3" >>"$scratch/wrong"
  chmod +x "$scratch/wrong"
  program=$scratch/wrong
  (check_refused "$message" sample typo.ini && nothing_written) 2>/dev/null
}
must_reject() {
  if wrong "$@"; then fail "a program that $1 passed"; fi
}
tell="echo \"nnft: $message\" >&2"
wrong 'behaves as it should' "root && $tell" 2 || fail 'a program that behaves as it should was rejected'
must_reject 'tells it on every rank' "$tell" 2
must_reject 'says nothing' '' 2
must_reject 'says something less' "root && echo 'nnft: typo.ini:5: unknown key' >&2" 2
must_reject 'ends with 1' "root && $tell" 1
must_reject 'ends with 0' "root && $tell" 0
must_reject 'writes' "root && $tell && touch written.h5" 2

printf 'bad_config: %d bad command lines and configs refused as they should be\n' "$cases"
