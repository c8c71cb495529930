# Every command of the program in its smallest versions, for tests of what a command must do whatever it is. To be sourced.
#
# small_commands KIND: calls `command_is NAME ARGUMENT…` for each (KIND all), or for one of each command (KIND few), in an order in
# which earlier ones make the files that later ones read. All are to end with exit code 0, except `stop…` with 75.
small_configs() {
  cat >net.ini <<'INI'
[field]
architecture = cos
width = 3 5
[sites]
points = 0; 0.5
[deformation]
kind = weight-quartic
strength = 0 0.2
[measure]
orders = 2 4
[run]
networks = 128
blocks = 8
slice = 16
INI
  grep -v -e deformation -e weight-quartic -e strength net.ini >plain.ini
  cat >field.ini <<'INI'
[field]
architecture = free-scalar
cutoff = 4
width = 4 inf
[sites]
points = 0.5; 1
[deformation]
kind = field-operator
strength = 1
box = 2
nodes = 8
[sampling]
updates = 1
thermalisation = 4
[measure]
orders = 2 4
histogram = 0
histogram-range = 3
histogram-bins = 4
[run]
networks = 32
blocks = 4
slice = 8
INI
}

small_commands() {
  small_configs
  command_is sample sample net.ini -o net.h5
  if [[ $1 == all ]]; then
    command_is sample-plain-orders sample plain.ini --measure.estimator=plain --measure.orders='2 4 6 8' -o orders.h5
    command_is sample-sources sample plain.ini --measure.sources='0.1 -0.2' --measure.tuples=diagonal -o sources.h5
    command_is sample-mlp sample plain.ini --field.architecture=mlp --field.depth=2 --field.sigma-bias=0.3 -o mlp.h5
    command_is sample-mlp-relu sample plain.ini --field.architecture=mlp --field.activation=relu --field.weight-density=laplace -o relu.h5
    command_is sample-gauss sample plain.ini --field.architecture=gauss --field.sigma-bias=0.2 -o gauss.h5
    command_is sample-free-scalar sample plain.ini --field.architecture=free-scalar --field.cutoff=3 --field.width='3 inf' -o free.h5
    command_is sample-ring sample net.ini --deformation.kind=weight-ring -o ring.h5
    command_is sample-shared-scale sample net.ini --deformation.kind=shared-scale -o scale.h5
    command_is sample-score sample net.ini --measure.derivatives=score -o score.h5
    command_is sample-neuron-refresh sample field.ini --field.width=4 --sampling.method=neuron-refresh -o neurons.h5
    command_is sample-elliptical-slice sample field.ini --field.width=inf --sampling.method=elliptical-slice -o slice.h5
    command_is sample-hmc sample field.ini --field.width=inf --sampling.method=hmc --deformation.mu2=0.5 -o hmc.h5
    command_is sample-reweight sample field.ini --sampling.method=reweight -o weights.h5
    command_is networks sample plain.ini --dump-networks 2 -o dumped.h5
    command_is exact-leading exact plain.ini --field.architecture=mlp --field.depth=2 --leading -o leading.h5
    command_is exact-perturbation exact field.ini --field.width=inf --perturbation -o perturbation.h5
  fi
  command_is sample-chains sample field.ini -o field.h5
  command_is dry-run sample net.ini --dry-run
  touch stopped.h5.STOP
  command_is stop-sample sample net.ini -o stopped.h5
  rm -f stopped.h5.STOP
  command_is resume sample net.ini -o stopped.h5
  command_is extend sample net.ini --run.networks=256 -o net.h5
  command_is part-0 sample net.ini --part 0/2 -o part0.h5
  command_is part-1 sample net.ini --part 1/2 -o part1.h5
  command_is merge merge -o merged.h5 part0.h5 part1.h5
  command_is exact exact net.ini -o exact.h5
  command_is compare compare net.h5 exact.h5 --p 1e-12
  command_is fit fit net.h5 --in strength --order 1 -o fit.h5
  command_is action action net.h5 --order 1 --density 0 --diagrams -o action.h5
  command_is correlators correlators action.h5 -o correlators.h5
  command_is exact-mlp exact plain.ini --field.architecture=mlp --field.activation=erf --field.out-density=rademacher \
    --sites.points=0.5 --field.width=8 -o bounded.h5
  command_is action-bounded action bounded.h5 --order 1 -o bounded_action.h5
  command_is draw correlators bounded_action.h5 --draw 4096 --blocks 4 --seed 3 -o drawn.h5
  command_is show show net.h5 field.h5 merged.h5
  command_is digest show --digest net.h5 exact.h5 action.h5 drawn.h5
}
