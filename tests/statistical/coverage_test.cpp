// Error bars cover the truth, and wrong truths are rejected: for every kind of network and of deformation whose correlators are
// known exactly, many seeds of a small run. Prints a row of the table for each quantity.

#include "support/ensemble_coverage.hpp"

namespace nnft {
namespace {

using test::EnsembleCase;
using test::heavier;
using test::normal_weights;
using test::of_width;
using test::rademacher_output;
using test::stronger;

const std::string two_sites = "[sites]\npoints = -0.6; 1.1\n";
const std::string three_sites = "[sites]\npoints = 0; 0.6; 1.5\n";
const std::string one_site = "[sites]\npoints = 0.7\n";

/// Sections of a net of some width. @param lines of [field], @param rest sections behind it.
std::string net(const std::string& lines, int width, const std::string& rest) {
  return "[field]\n" + lines + "width = " + std::to_string(width) + "\n" + rest;
}
std::string process(const std::string& lines, const std::string& rest) { return "[field]\n" + lines + "width = inf\n" + rest; }
std::string measure(const std::string& estimator, const std::string& orders = "2 4 6") {
  return "[measure]\norders = " + orders + "\nestimator = " + estimator + "\n";
}
std::string mlp(const std::string& activation, const std::string& more = "sigma-bias = 0.4\n") {
  return "architecture = mlp\nactivation = " + activation + "\nsigma-weight = 1.1\n" + more;
}

const std::string cosines = "architecture = cos\nsigma-out = 1.3\nsigma-weight = 1.1\n";
const std::string scalar = "architecture = free-scalar\ncutoff = 4\nmomentum-exponent = -0.5\n";
const std::string hills = "architecture = gauss\nsigma-bias = 0.1\nsigma-weight = 0.6\n";
const std::string sources = "sources = 0.5 -0.4\n";
const std::string three_sources = "sources = 0.5 0 -0.4\n";

const std::vector<EnsembleCase> free_nets = {
    {"cos plain", net(cosines, 8, three_sites + measure("plain") + three_sources)},
    {"cos", net(cosines, 16, three_sites + measure("conditional") + three_sources)},
    {"cos plain, 8 blocks", net(cosines, 8, two_sites + measure("plain", "2 4")), {}, 1, 8},
    {"cos, 8 blocks", net(cosines, 16, two_sites + measure("conditional")), {}, 1, 8},
    {"cos, 16 blocks", net(cosines, 16, two_sites + measure("conditional")), {}, 1, 16},
    {"cos, one site plain", net(cosines, 2, one_site + measure("plain", "2 4 6 8")), {rademacher_output()}},
    {"cos, one site", net(cosines, 8, one_site + measure("conditional", "2 4 6 8")), {rademacher_output()}},
    {"tanh plain", net(mlp("tanh"), 8, two_sites + measure("plain") + sources)},
    {"tanh", net(mlp("tanh"), 16, two_sites + measure("conditional") + sources)},
    {"relu plain", net(mlp("relu"), 16, two_sites + measure("plain", "2 4")), {}},
    {"relu", net(mlp("relu"), 16, two_sites + measure("conditional"))},
    {"erf", net(mlp("erf"), 16, two_sites + measure("conditional"))},
    {"sigmoid", net(mlp("sigmoid"), 16, two_sites + measure("conditional"))},
    {"sin", net(mlp("sin"), 16, two_sites + measure("conditional"))},
    {"gelu", net(mlp("gelu"), 16, two_sites + measure("conditional"))},
    {"identity", net(mlp("identity"), 16, two_sites + measure("conditional"))},
    {"gauss", net(hills, 16, two_sites + measure("conditional"))},
    {"gauss plain", net(hills, 8, two_sites + measure("plain", "2 4"))},
    {"free-scalar plain",
     net(scalar, 8, two_sites + measure("plain") + sources),
     {heavier(3), heavier(10), of_width(7), of_width(4)},
     1,
     32,
     2048,
     true},
    {"free-scalar",
     net(scalar, 16, two_sites + measure("conditional") + sources),
     {heavier(3), heavier(10), of_width(15), of_width(2)},
     1,
     32,
     2048,
     true},
    {"free-scalar, d = 3",
     net("architecture = free-scalar\ncutoff = 3\ninput-dim = 3\n", 16,
         "[sites]\npoints = 0 0 0; 0.5 0.2 0.1\n" + measure("conditional")),
     {heavier(3), heavier(10), of_width(15)},
     1,
     32,
     2048,
     true},
    {"cos, N = inf", process(cosines, two_sites + measure("plain") + sources), {of_width(16), of_width(2)}},
    {"relu, N = inf", process(mlp("relu"), two_sites + measure("plain", "2 4")), {of_width(16), of_width(2)}},
};

const std::vector<EnsembleCase> densities = {
    {"tanh, uniform weights", net(mlp("tanh", "weight-density = uniform\n"), 8, two_sites + measure("conditional"))},
    {"tanh, laplace weights", net(mlp("tanh", "weight-density = laplace\n"), 8, two_sites + measure("conditional"))},
    {"tanh, rademacher weights",
     net(mlp("tanh", "sigma-bias = 0.5\nweight-density = rademacher\n"), 8, two_sites + measure("conditional")),
     {normal_weights()}},
    {"tanh, student-t weights",
     net(mlp("tanh", "weight-density = student-t\ndegrees-of-freedom = 5\n"), 8, two_sites + measure("conditional"))},
    {"cos, uniform output", net(cosines + "out-density = uniform\nsigma-out-bias = 0.3\n", 8, two_sites + measure("plain"))},
    {"cos, laplace output", net(cosines + "out-density = laplace\n", 8, two_sites + measure("plain", "2 4"))},
    {"cos, rademacher output", net(cosines + "out-density = rademacher\n", 8, two_sites + measure("plain"))},
    {"cos, student-t output",
     net(cosines + "out-density = student-t\ndegrees-of-freedom = 20\n", 8, two_sites + measure("plain", "2 4")),
     {},
     1,
     32,
     4096},
    {"cos, normal output bias", net(cosines + "sigma-out-bias = 0.4\n", 8, two_sites + measure("conditional"))},
};

const std::vector<EnsembleCase> deep_nets = {
    {"relu, 2 layers, weights", net(mlp("relu", "depth = 2\nhidden-draw = weights\n"), 16, one_site + measure("conditional"))},
    {"relu, 2 layers, preactivations",
     net(mlp("relu", "depth = 2\nhidden-draw = preactivations\n"), 16, one_site + measure("conditional"))},
    {"identity, 3 layers, weights",
     net(mlp("identity", "depth = 3\nhidden-draw = weights\n"), 16, one_site + measure("conditional", "2 4"))},
    {"identity, 3 layers, preactivations",
     net(mlp("identity", "depth = 3\nhidden-draw = preactivations\n"), 16, one_site + measure("conditional", "2 4"))},
    {"relu, 2 layers, plain", net(mlp("relu", "depth = 2\n"), 32, one_site + measure("plain", "2 4")), {}},
};

std::string deformed(const std::string& lines, const std::string& measured) {
  return "[deformation]\n" + lines + two_sites + measured;
}
const std::string quartic = "kind = weight-quartic\nstrength = 0.5\n", ring = "kind = weight-ring\nstrength = 0.2\n";
const std::string shared = "kind = shared-scale\nstrength = 0.2\n";
const std::string score = "derivatives = score\n", differences = "derivatives = differences\n";

const std::vector<EnsembleCase> deformed_nets = {
    {"cos, quartic, score",
     net(cosines, 8, deformed(quartic, measure("conditional", "2 4") + score)),
     {stronger(10), stronger(60)},
     1,
     32,
     2048,
     true},
    {"cos, quartic, differences",
     net(cosines, 8, deformed(quartic, measure("conditional", "2 4") + differences)),
     {stronger(10), stronger(60)},
     1,
     32,
     2048,
     true},
    {"cos, ring, score", net(cosines, 8, deformed(ring, measure("conditional") + score)), {stronger(10), stronger(60)}},
    {"cos, ring, third derivatives",
     net(cosines, 8, deformed(ring, measure("conditional", "2 4") + score + "derivative-order = 3\n")),
     {stronger(10), stronger(60)}},
    {"cos, ring, differences",
     net(cosines, 8, deformed(ring, measure("conditional") + differences)),
     {stronger(10), stronger(60)}},
    {"cos, ring, plain", net(cosines, 8, deformed(ring, measure("plain", "2 4"))), {}},
    {"cos, shared scale", net(cosines, 8, deformed(shared, measure("conditional") + differences)), {stronger(10), stronger(60)}},
    {"tanh, shared scale", net(mlp("tanh"), 8, deformed(shared, measure("conditional"))), {stronger(10), stronger(60)}},
    {"relu, quartic",
     net(mlp("relu", ""), 8,
         "[deformation]\n" + quartic + "[sites]\npoints = 0.6; 1.1\n" + measure("conditional", "2 4") + differences),
     {stronger(10), stronger(60)},
     1,
     32,
     2048,
     true},
    {"cos, ring and shared scale, mixed",
     net(cosines, 8, "[deformation]\n" + ring + "[deformation-2]\n" + shared + two_sites + measure("conditional", "2 4") + score),
     {stronger(10), stronger(60)}},
    {"cos, quartic and shared scale, mixed",
     net(cosines, 8,
         "[deformation]\n" + quartic + "[deformation-2]\n" + shared + two_sites + measure("conditional", "2 4") + score),
     {stronger(10), stronger(60)},
     1,
     32,
     2048,
     true},
    {"cos, N = inf, shared scale", process(cosines, deformed(shared, measure("plain", "2 4"))), {stronger(10), stronger(60)}},
};

/// With more networks where tails are heavy: products of fields, and deep nets.
std::vector<EnsembleCase> sized(std::vector<EnsembleCase> cases) {
  for (EnsembleCase& of : cases) {
    const bool plain = of.config.find("estimator = plain") != std::string::npos,
               deep = of.config.find("depth") != std::string::npos;
    if (!plain && !deep) continue;
    of.networks = plain ? 65536 : 16384;
    of.fewer = 4;
  }
  return cases;
}

class ErrorBars : public testing::TestWithParam<EnsembleCase> {
 protected:
  static void SetUpTestSuite() { test::print_coverage_header(32); }
};

TEST_P(ErrorBars, CoverTheTruthAndRejectWrongModels) {
  test::expect_ensemble_covered(GetParam(), test::seeds(200, GetParam().fewer));
}

const auto names = [](const auto& of) { return test::identifier(of.param.name); };
INSTANTIATE_TEST_SUITE_P(FreeNets, ErrorBars, testing::ValuesIn(sized(free_nets)), names);
INSTANTIATE_TEST_SUITE_P(Densities, ErrorBars, testing::ValuesIn(sized(densities)), names);
INSTANTIATE_TEST_SUITE_P(DeepNets, ErrorBars, testing::ValuesIn(sized(deep_nets)), names);
INSTANTIATE_TEST_SUITE_P(DeformedNets, ErrorBars, testing::ValuesIn(sized(deformed_nets)), names);

}  // namespace
}  // namespace nnft
