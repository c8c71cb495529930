// Error bars of φ⁴ theory with one and two nodes, where every width is known exactly: by every kind of Markov chain and by
// weights, in parameter space and in function space, plain and improved correlators, observables of the box, effective masses,
// and autocorrelation times where they are known. Prints a row of the table for each quantity.

#include "support/ensemble_coverage.hpp"

namespace nnft {
namespace {

using test::EnsembleCase;
using test::of_strength;
using test::stronger;
using test::wider_weights;

/// @param lines of [deformation]. The first sites are the nodes.
std::string operator_on(int nodes, const std::string& width, const std::string& method, const std::string& lines) {
  const std::string sites = nodes == 1 ? "0.5; 0.9; 1.3" : "0.21132486540518712; 0.78867513459481288; 1.37";
  return "[field]\narchitecture = cos\nsigma-out = 1.2\nwidth = " + width + "\n[sites]\npoints = " + sites +
         "\n[deformation]\nkind = field-operator\nbox = 1\nnodes = " + std::to_string(nodes) + "\n" + lines +
         "[sampling]\nmethod = " + method + "\n[measure]\norders = 2 4\n";
}

const std::string weak = "strength = 4\n", strong = "strength = 20\n", wells = "strength = 10\nmu2 = 4\n",
                  free = "strength = 0\n";
constexpr int samples = 32 * 64 * 8;

EnsembleCase of(const std::string& name, const std::string& width, const std::string& method, const std::string& lines,
                int blocks = 32, int nodes = 1) {
  return {name,
          operator_on(nodes, width, method, lines),
          {stronger(2), stronger(10), stronger(50), wider_weights(3), wider_weights(20)},
          2,
          blocks,
          samples};
}

EnsembleCase free_of(const std::string& name, const std::string& width, const std::string& method, double tau) {
  return {name,
          operator_on(1, width, method, free),
          {of_strength(1), of_strength(10), wider_weights(3), wider_weights(20)},
          2,
          32,
          samples,
          false,
          tau};
}

// τ of a Gaussian ∫φ²: refreshed neurons forget, an elliptical slice keeps half. Hybrid Monte Carlo rejects some of its updates.
const std::vector<EnsembleCase> cases = {
    of("refresh, N = 4", "4", "neuron-refresh", weak),
    of("refresh, N = 1", "1", "neuron-refresh", weak),
    of("refresh, N = 4, strong", "4", "neuron-refresh", strong),
    of("refresh with rotations, N = 4, wells", "4", "neuron-refresh", wells),
    of("reweight, N = 4", "4", "reweight", weak),
    of("slice, N = inf", "inf", "elliptical-slice", weak),
    of("slice, N = inf, strong", "inf", "elliptical-slice", strong),
    of("hmc, N = inf", "inf", "hmc", weak),
    of("hmc, N = inf, wells", "inf", "hmc", wells),
    of("reweight, N = inf", "inf", "reweight", weak),
    of("slice, N = inf, 8 blocks", "inf", "elliptical-slice", weak, 8),
    of("slice, N = inf, 16 blocks", "inf", "elliptical-slice", weak, 16),
    of("two nodes, refresh, N = 4", "4", "neuron-refresh", weak, 32, 2),
    of("two nodes, slice, N = inf", "inf", "elliptical-slice", weak, 32, 2),
    of("two nodes, hmc, N = inf, wells", "inf", "hmc", wells, 32, 2),
    free_of("refresh, N = 4, free", "4", "neuron-refresh", 0.5),
    free_of("slice, N = inf, free", "inf", "elliptical-slice", 1.5),
    free_of("hmc, N = inf, free", "inf", "hmc", std::nan("")),
};

class ChainErrorBars : public testing::TestWithParam<EnsembleCase> {
 protected:
  static void SetUpTestSuite() { test::print_coverage_header(32); }
};

TEST_P(ChainErrorBars, CoverTheTruthAndRejectWrongModels) {
  test::expect_ensemble_covered(GetParam(), test::seeds(200, GetParam().fewer));
}

INSTANTIATE_TEST_SUITE_P(Methods, ChainErrorBars, testing::ValuesIn(cases),
                         [](const auto& of) { return test::identifier(of.param.name); });

}  // namespace
}  // namespace nnft
