// Error bars cover the truth: many seeds of a small run against the exact values, and wrong exact values rejected.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "nnft/run/analysis.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/run/exact_values.hpp"
#include "nnft/run/family.hpp"
#include "nnft/stats/sum_tree.hpp"

namespace nnft {
namespace {

/// NNFT_SEEDS for a longer version.
int seeds() {
  const char* text = std::getenv("NNFT_SEEDS");
  return text == nullptr ? 1500 : std::atoi(text);
}

/// An ensemble, how it is measured, and two keys of wrong models.
struct Case {
  std::string name;
  EstimatorKind estimator;
  std::string field;                                                                ///< lines of [field] but the width
  std::string wrong_kernel;                                                         ///< a line that changes G2 by a few per cent
  std::string rest = "[sites]\npoints = 0; 0.6; 1.5\n[measure]\norders = 2 4 6\n";  ///< sections after it, [measure] last
  int fewer = 1;  ///< by what the number of seeds is divided, where one is dear
  int runs() const { return seeds() / fewer; }
};

const std::string cosines = "architecture = cos\nsigma-out = 1.3\n";
const std::string tanh_net = "architecture = mlp\nactivation = tanh\nsigma-bias = 0.4\nsigma-out = 1.3\n";
const std::string relu_net = "architecture = mlp\nactivation = relu\nsigma-bias = 0.4\n";
const std::string scalar = "architecture = free-scalar\ncutoff = 4\nmomentum-exponent = -0.5\n";

const std::vector<Case> cases = {
    {"cos_plain", EstimatorKind::plain, cosines + "sigma-weight = 1.1\n", "sigma-weight = 1.122\n"},
    {"cos", EstimatorKind::conditional, cosines + "sigma-weight = 1.1\n", "sigma-weight = 1.122\n"},
    {"tanh_plain", EstimatorKind::plain, tanh_net + "sigma-weight = 1.1\n", "sigma-weight = 1.155\n"},
    {"tanh", EstimatorKind::conditional, tanh_net + "sigma-weight = 1.1\n", "sigma-weight = 1.155\n"},
    {"relu", EstimatorKind::conditional, relu_net + "sigma-weight = 1.1\n", "sigma-weight = 1.155\n"},
    {"free_scalar_plain", EstimatorKind::plain, scalar + "mass = 1\n", "mass = 1.05\n"},
    {"free_scalar", EstimatorKind::conditional, scalar + "mass = 1\n", "mass = 1.05\n"},
};

constexpr int width = 16;

/// The config of a case, with its last line of [field] replaced if `wrong` is given.
Config small_run(const Case& test, int net_width, const std::string& wrong = "") {
  std::string field = test.field;
  if (!wrong.empty()) field = field.substr(0, field.rfind('\n', field.size() - 2) + 1) + wrong;
  return parse_config("[field]\n" + field + "width = " + std::to_string(net_width) + "\n" + test.rest + "estimator = " +
                          std::string(to_string(test.estimator)) + "\n[run]\nnetworks = 2048\nblocks = 32\nslice = 64\n",
                      "coverage.ini", {});
}

/// Connected correlators, then their derivatives one after the other.
Vector exact_row(const Config& config) {
  const Plan plan(config, 1);
  const ExactValues exact = exact_values(config, plan.points().front(), plan.sums());
  RowMatrix rows(1 + exact.derivatives.rows(), exact.connected.size());
  rows << exact.connected.transpose(), exact.derivatives;
  return rows.reshaped<Eigen::RowMajor>();
}

/// One run as the program does it, without its ranks and files.
PointResult run(const Config& config, const Plan& plan) {
  const ScanPoint& point = plan.points().front();
  const SimdPath path = widest_simd_path();
  const std::vector<PointReference> references = pilot_references(config, plan, {0, 1}, path);
  FamilySampler sampler(config, plan, {0, 1}, references, path);
  std::vector<SumTree> trees(plan.blocks(), SumTree(plan.sums().rule()));
  const auto columns = static_cast<std::size_t>(plan.sums().size());
  for (std::uint64_t slice = 0; slice < plan.blocks() * plan.slices_per_block(); ++slice) {
    const std::uint64_t block = slice % plan.blocks();
    SumNode leaf{0, slice / plan.blocks(), std::vector<double>(columns)};
    sampler.sum_slice(slice * plan.slice(), static_cast<int>(plan.slice()), leaf.sums);
    trees[block].add(std::move(leaf));
  }
  BlockTable table(config.run.blocks, plan.sums().size());
  for (std::size_t block = 0; block < trees.size(); ++block) {
    const std::vector<double> total = trees[block].total(columns);
    table.sums.row(static_cast<Eigen::Index>(block)) = Eigen::Map<const Vector>(total.data(), plan.sums().size()).transpose();
    table.counts[block] = static_cast<std::int64_t>(trees[block].slices() * plan.slice());
  }
  return analyse(config, point, plan.sums(), references.front().kernel, table);
}

/// What a run estimates, in the order of exact_row.
std::vector<Estimate> estimates(const PointResult& result) {
  std::vector<Estimate> all = {result.connected};
  all.insert(all.end(), result.derivatives.begin(), result.derivatives.end());
  return all;
}

/// Over the seeds, for each moment of the layout and each derivative of it.
struct Coverage {
  Vector mean;           ///< of the estimates
  Vector scatter;        ///< their standard deviation
  Vector claimed_error;  ///< rms of the errors they claim
  int runs;

  /// Deviation of the mean from `truth` in its own standard errors.
  double z(Eigen::Index k, double truth) const { return (mean[k] - truth) / (scatter[k] / std::sqrt(runs)); }
};

Coverage measure(const Case& test) {
  Config config = small_run(test, width);
  const Plan plan(config, 1);
  const Vector origin = exact_row(config);
  const Eigen::Index size = origin.size(), moments = plan.layout().size();
  Vector sum = Vector::Zero(size), squares = Vector::Zero(size), errors = Vector::Zero(size);
  for (int seed = 0; seed < test.runs(); ++seed) {
    config.run.seed = 1000 + static_cast<std::uint64_t>(seed);
    Eigen::Index offset = 0;
    for (const Estimate& estimate : estimates(run(config, plan))) {
      const Vector deviation = estimate.value - origin.segment(offset, moments);
      sum.segment(offset, moments) += deviation;
      squares.segment(offset, moments) += deviation.cwiseAbs2();
      errors.segment(offset, moments) += estimate.error.cwiseAbs2();
      offset += moments;
    }
  }
  const double n = test.runs();
  const Vector mean = sum / n;
  const Vector variance = (squares / n - mean.cwiseAbs2()) * (n / (n - 1.0));
  return {origin + mean, variance.cwiseSqrt(), (errors / n).cwiseSqrt(), test.runs()};
}

const Coverage& coverage(const Case& test) {
  static std::map<std::string, Coverage> measured;
  const auto found = measured.find(test.name);
  return found != measured.end() ? found->second : measured.emplace(test.name, measure(test)).first->second;
}

class ErrorBars : public testing::TestWithParam<Case> {};

TEST_P(ErrorBars, CoverTheTruth) {
  const Coverage& c = coverage(GetParam());
  const Config config = small_run(GetParam(), width);
  const MomentLayout layout = moment_layout(config);
  const Vector truth = exact_row(config);
  // Scatter and claimed error are known to 1/√(2·1500) = 1.8 % each at least; heavier tails and more tuples take more.
  const std::map<int, double> tolerance = {{2, 0.08}, {4, 0.10}, {6, 0.12}};
  for (const int order : layout.orders()) {
    double largest_z = 0.0, smallest = 2.0, largest = 0.0;
    for (int t = 0; t < layout.index(order).size(); ++t) {
      const Eigen::Index k = layout.offset(order) + t;
      const double ratio = c.scatter[k] / c.claimed_error[k];
      EXPECT_LT(std::abs(c.z(k, truth[k])), 4.5) << "order " << order << " tuple " << t;
      EXPECT_NEAR(ratio, 1.0, tolerance.at(order)) << "order " << order << " tuple " << t;
      largest_z = std::max(largest_z, std::abs(c.z(k, truth[k])));
      smallest = std::min(smallest, ratio);
      largest = std::max(largest, ratio);
    }
    std::printf("%s G%dc, %d seeds: largest |mean - exact| %.2f standard errors, scatter/claimed error %.3f to %.3f\n",
                GetParam().name.c_str(), order, seeds(), largest_z, smallest, largest);
  }
}

// The same test must see a wrong model: another kernel in G2 between different sites, N off by 5 % in G4c, by 10 % in G6c (plain
// estimators are too noisy for that).
TEST_P(ErrorBars, RejectAWrongModel) {
  const Coverage& c = coverage(GetParam());
  const MomentLayout layout = moment_layout(small_run(GetParam(), width));
  const Vector wrong_kernel = exact_row(small_run(GetParam(), width, GetParam().wrong_kernel));
  const Vector truth = exact_row(small_run(GetParam(), width));
  double seen = 0.0;
  for (const std::vector<int>& pair : {std::vector<int>{0, 1}, {0, 2}, {1, 2}, {2, 2}}) {
    const Eigen::Index k = layout.index(2).position(pair);
    seen = std::max(seen, std::abs(c.z(k, wrong_kernel[k])));
  }
  EXPECT_GT(seen, 6.0) << "G2";
  std::printf("%s: a wrong kernel (%s) is %.1f standard errors off\n", GetParam().name.c_str(),
              GetParam().wrong_kernel.substr(0, GetParam().wrong_kernel.size() - 1).c_str(), seen);
  if (GetParam().estimator == EstimatorKind::plain) return;
  for (const auto& [order, factor] : {std::pair(4, 1.05), std::pair(6, 1.21)}) {
    double off = 0.0;
    for (int t = 0; t < layout.index(order).size(); ++t) {
      const Eigen::Index k = layout.offset(order) + t;
      off = std::max(off, std::abs(c.z(k, truth[k] / factor)));
    }
    EXPECT_GT(off, 6.0) << "G" << order << "c";
    std::printf("%s: G%dc too small by a factor %.2f is %.1f standard errors off\n", GetParam().name.c_str(), order, factor, off);
  }
}

/// [deformation], sites at which every correlator depends on it, and derivatives in the strength.
std::string deformed(const std::string& deformation, const std::string& derivatives) {
  return "[deformation]\n" + deformation + "[sites]\npoints = -0.6; 0.3; 1.2\n[measure]\nderivatives = " + derivatives + "\n";
}

const std::string quartic = "kind = weight-quartic\nstrength = 0.5\n", ring = "kind = weight-ring\nstrength = 0.2\n";
const std::string narrow_cosines = cosines + "sigma-weight = 1.1\n";

const std::vector<Case> deformed_cases = {
    {"quartic_score", EstimatorKind::conditional, narrow_cosines, "", deformed(quartic, "score"), 8},
    {"quartic_differences", EstimatorKind::conditional, narrow_cosines, "", deformed(quartic, "differences"), 25},
    {"ring_score", EstimatorKind::conditional, narrow_cosines, "", deformed(ring, "score")},
    {"ring_differences", EstimatorKind::conditional, narrow_cosines, "", deformed(ring, "differences")},
};

/// The same with the strength multiplied by 1.6.
Config stronger(const Case& test) {
  Config config = small_run(test, width);
  for (double& strength : config.deformations.front().strengths) strength *= 1.6;
  return config;
}

class DeformedErrorBars : public testing::TestWithParam<Case> {};

// Of the correlators, their first and their second derivatives; and a strength that is 1.6 times as large is seen in each.
TEST_P(DeformedErrorBars, CoverTheTruthAndRejectAnotherStrength) {
  const Coverage& c = coverage(GetParam());
  const Config config = small_run(GetParam(), width);
  const MomentLayout layout = moment_layout(config);
  const Vector truth = exact_row(config), wrong = exact_row(stronger(GetParam()));
  // Scatter over runs is known to 1/√(2 runs); blocks with heavier tails than normal claim some per cent too little.
  const double tolerance = 0.05 + 4.5 / std::sqrt(2.0 * GetParam().runs());
  for (Eigen::Index first = 0; first < truth.size(); first += layout.size())
    for (const int order : layout.orders()) {
      double largest_z = 0.0, smallest = 2.0, largest = 0.0, wrong_z = 0.0;
      for (int t = 0; t < layout.index(order).size(); ++t) {
        const Eigen::Index k = first + layout.offset(order) + t;
        const double ratio = c.scatter[k] / c.claimed_error[k];
        EXPECT_LT(std::abs(c.z(k, truth[k])), 4.5) << "row " << first / layout.size() << " order " << order << " tuple " << t;
        EXPECT_NEAR(ratio, 1.0, tolerance) << "row " << first / layout.size() << " order " << order << " tuple " << t;
        largest_z = std::max(largest_z, std::abs(c.z(k, truth[k])));
        wrong_z = std::max(wrong_z, std::abs(c.z(k, wrong[k])));
        smallest = std::min(smallest, ratio);
        largest = std::max(largest, ratio);
      }
      std::printf(
          "%s G%dc, derivative %td: largest |mean - exact| %.2f standard errors, scatter/claimed error %.3f to %.3f, "
          "another strength %.1f off\n",
          GetParam().name.c_str(), order, first / layout.size(), largest_z, smallest, largest, wrong_z);
      EXPECT_GT(wrong_z, 5.0) << "row " << first / layout.size() << " order " << order;
    }
}

INSTANTIATE_TEST_SUITE_P(Ensembles, DeformedErrorBars, testing::ValuesIn(deformed_cases),
                         [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(Ensembles, ErrorBars, testing::ValuesIn(cases), [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace nnft
