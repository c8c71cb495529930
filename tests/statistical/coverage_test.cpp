// Error bars cover the truth: many seeds of a small run against the exact values, and wrong exact values rejected.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "nnft/run/exact_values.hpp"
#include "support/small_run.hpp"

namespace nnft {
namespace {

int seeds() { return test::seeds(1500); }

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
Config small_config(const Case& test, int net_width, const std::string& wrong = "") {
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

/// What a run estimates, in the order of exact_row: value and error of each.
std::pair<Vector, Vector> estimates(const PointResult& result) {
  const Eigen::Index moments = result.connected.value.size(), rows = 1 + std::ssize(result.derivatives);
  Vector value(rows * moments), error(rows * moments);
  value.head(moments) = result.connected.value;
  error.head(moments) = result.connected.error;
  for (Eigen::Index k = 1; k < rows; ++k) {
    value.segment(k * moments, moments) = result.derivatives[static_cast<std::size_t>(k - 1)].value;
    error.segment(k * moments, moments) = result.derivatives[static_cast<std::size_t>(k - 1)].error;
  }
  return {value, error};
}

/// Of each quantity over the seeds.
struct Coverage {
  Vector mean;           ///< of the estimates
  Vector scatter;        ///< their standard deviation
  Vector claimed_error;  ///< rms of the errors they claim
  int runs;

  /// Deviation of the mean from `truth` in its own standard errors.
  double z(Eigen::Index k, double truth) const { return (mean[k] - truth) / (scatter[k] / std::sqrt(runs)); }
};

/// Adds up estimates; sums are about an origin near them, so that nothing cancels.
class CoverageSums {
 public:
  explicit CoverageSums(Vector origin)
      : origin_(std::move(origin)),
        sum_(Vector::Zero(origin_.size())),
        squares_(Vector::Zero(origin_.size())),
        errors_(Vector::Zero(origin_.size())) {}

  /// Of one seed, shape (quantities) each.
  void add(const Vector& value, const Vector& error) {
    const Vector deviation = value - origin_;
    sum_ += deviation;
    squares_ += deviation.cwiseAbs2();
    errors_ += error.cwiseAbs2();
    ++runs_;
  }
  Coverage coverage() const {
    const double n = runs_;
    const Vector mean = sum_ / n;
    const Vector variance = (squares_ / n - mean.cwiseAbs2()) * (n / (n - 1.0));
    return {origin_ + mean, variance.cwiseSqrt(), (errors_ / n).cwiseSqrt(), runs_};
  }

 private:
  Vector origin_, sum_, squares_, errors_;
  int runs_ = 0;
};

Coverage measure(const Case& of) {
  Config config = small_config(of, width);
  const Plan plan(config, 1);
  CoverageSums sums(exact_row(config));
  for (int seed = 0; seed < of.runs(); ++seed) {
    config.run.seed = 1000 + static_cast<std::uint64_t>(seed);
    const auto [value, error] = estimates(test::small_run(config, plan));
    sums.add(value, error);
  }
  return sums.coverage();
}

const Coverage& coverage(const Case& test) {
  static std::map<std::string, Coverage> measured;
  const auto found = measured.find(test.name);
  return found != measured.end() ? found->second : measured.emplace(test.name, measure(test)).first->second;
}

class ErrorBars : public testing::TestWithParam<Case> {};

TEST_P(ErrorBars, CoverTheTruth) {
  const Coverage& c = coverage(GetParam());
  const Config config = small_config(GetParam(), width);
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
  const MomentLayout layout = moment_layout(small_config(GetParam(), width));
  const Vector wrong_kernel = exact_row(small_config(GetParam(), width, GetParam().wrong_kernel));
  const Vector truth = exact_row(small_config(GetParam(), width));
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
  Config config = small_config(test, width);
  for (double& strength : config.deformations.front().strengths) strength *= 1.6;
  return config;
}

class DeformedErrorBars : public testing::TestWithParam<Case> {};

// Of the correlators, their first and their second derivatives; and a strength that is 1.6 times as large is seen in each.
TEST_P(DeformedErrorBars, CoverTheTruthAndRejectAnotherStrength) {
  const Coverage& c = coverage(GetParam());
  const Config config = small_config(GetParam(), width);
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
