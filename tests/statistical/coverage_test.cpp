// Error bars cover the truth: many seeds of a small run against the exact values, and wrong exact values rejected.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "nnft/run/analysis.hpp"
#include "nnft/run/ensemble_factory.hpp"
#include "nnft/run/pilot.hpp"

namespace nnft {
namespace {

constexpr int seeds = 1500;

/// Over the seeds, for each moment of the layout.
struct Coverage {
  Vector mean;           ///< of the estimates
  Vector scatter;        ///< their standard deviation
  Vector claimed_error;  ///< rms of the errors they claim
  MomentLayout layout;

  /// Deviation of the mean from `truth` in its own standard errors.
  double z(Eigen::Index k, double truth) const { return (mean[k] - truth) / (scatter[k] / std::sqrt(seeds)); }
};

Config small_run(EstimatorKind estimator, double sigma_weight, int width) {
  const std::string kind(to_string(estimator));
  return parse_config("[field]\narchitecture = cos\nwidth = " + std::to_string(width) +
                          "\nsigma-weight = " + std::to_string(sigma_weight) +
                          "\nsigma-out = 1.3\n[sites]\npoints = 0; 0.6; 1.5\n[measure]\nestimator = " + kind +
                          "\n[run]\nnetworks = 2048\nblocks = 32\nslice = 64\n",
                      "coverage.ini", {});
}

Vector exact_values(double sigma_weight, int width) {
  const Config config = small_run(EstimatorKind::plain, sigma_weight, width);
  const Plan plan(config, 1);
  return *exact_connected(config, plan.points().front(), plan.layout());
}

/// One run as the program does it, without its ranks and files.
Estimate run(const Config& config, const Plan& plan) {
  const ScanPoint& point = plan.points().front();
  const SimdPath path = widest_simd_path();
  Vector reference = Vector::Zero(plan.layout().index(2).size());
  if (config.measure.estimator == EstimatorKind::conditional) {
    const std::unique_ptr<FieldEnsemble> ensemble = make_ensemble(config, point, path);
    reference = pilot_kernel(*ensemble);
  }
  MomentSampler sampler = make_sampler(config, plan, 0, reference, path);
  BlockTable table(config.run.blocks, plan.layout().size());
  for (std::uint64_t slice = 0; slice < plan.blocks() * plan.slices_per_block(); ++slice) {
    const std::uint64_t block = slice % plan.blocks();
    sampler.add_slice(slice * plan.slice(), static_cast<int>(plan.slice()),
                      {table.sums.row(static_cast<Eigen::Index>(block)).data(), static_cast<std::size_t>(table.moments())});
    table.counts[block] += static_cast<std::int64_t>(plan.slice());
  }
  return analyse(point, plan.layout(), reference, table).connected;
}

const Coverage& coverage(EstimatorKind estimator) {
  static const auto measure = [](EstimatorKind kind) {
    Config config = small_run(kind, 1.1, 16);
    const Plan plan(config, 1);
    const Eigen::Index size = plan.layout().size();
    Vector sum = Vector::Zero(size), squares = Vector::Zero(size), errors = Vector::Zero(size);
    const Vector origin = exact_values(1.1, 16);
    for (int seed = 0; seed < seeds; ++seed) {
      config.run.seed = 1000 + static_cast<std::uint64_t>(seed);
      const Estimate estimate = run(config, plan);
      const Vector deviation = estimate.value - origin;
      sum += deviation;
      squares += deviation.cwiseAbs2();
      errors += estimate.error.cwiseAbs2();
    }
    const Vector mean = sum / seeds;
    const Vector variance = (squares / seeds - mean.cwiseAbs2()) * (seeds / (seeds - 1.0));
    return Coverage{origin + mean, variance.cwiseSqrt(), (errors / seeds).cwiseSqrt(), plan.layout()};
  };
  static const Coverage plain = measure(EstimatorKind::plain);
  static const Coverage conditional = measure(EstimatorKind::conditional);
  return estimator == EstimatorKind::plain ? plain : conditional;
}

class ErrorBars : public testing::TestWithParam<EstimatorKind> {};

TEST_P(ErrorBars, CoverTheTruth) {
  const Coverage& c = coverage(GetParam());
  const Vector truth = exact_values(1.1, 16);
  for (const int order : c.layout.orders()) {
    double largest_z = 0.0, smallest = 2.0, largest = 0.0;
    for (int t = 0; t < c.layout.index(order).size(); ++t) {
      const Eigen::Index k = c.layout.offset(order) + t;
      const double ratio = c.scatter[k] / c.claimed_error[k];
      EXPECT_LT(std::abs(c.z(k, truth[k])), 4.0) << "order " << order << " tuple " << t;
      EXPECT_NEAR(ratio, 1.0, 0.08) << "order " << order << " tuple " << t;
      largest_z = std::max(largest_z, std::abs(c.z(k, truth[k])));
      smallest = std::min(smallest, ratio);
      largest = std::max(largest, ratio);
    }
    std::printf("%s G%dc, %d seeds: largest |mean - exact| %.2f standard errors, scatter/claimed error %.3f to %.3f\n",
                std::string(to_string(GetParam())).c_str(), order, seeds, largest_z, smallest, largest);
  }
}

INSTANTIATE_TEST_SUITE_P(Estimators, ErrorBars, testing::Values(EstimatorKind::plain, EstimatorKind::conditional),
                         [](const auto& path) { return std::string(to_string(path.param)); });

// The same test must see a wrong model: σ_w off by 2 % in G2 between different sites, N off by 5 % in G4c.
TEST(ErrorBars, RejectAWrongModel) {
  const Coverage& c = coverage(EstimatorKind::conditional);
  const Vector wrong_sigma = exact_values(1.1 * 1.02, 16);
  const Vector wrong_width = exact_values(1.1, 16) / 1.05;
  for (const std::vector<int>& pair : {std::vector<int>{0, 1}, {0, 2}, {1, 2}}) {
    const Eigen::Index k = c.layout.index(2).position(pair);
    EXPECT_GT(std::abs(c.z(k, wrong_sigma[k])), 4.0) << "G2(" << pair[0] << " " << pair[1] << ")";
    std::printf("G2(%d %d) with sigma_w off by 2 %%: %.1f standard errors\n", pair[0], pair[1], c.z(k, wrong_sigma[k]));
  }
  for (int t = 0; t < c.layout.index(4).size(); ++t) {
    const Eigen::Index k = c.layout.offset(4) + t;
    EXPECT_GT(std::abs(c.z(k, wrong_width[k])), 4.0) << "G4c tuple " << t;
    if (t == 0) std::printf("G4c(0 0 0 0) with N off by 5 %%: %.1f standard errors\n", c.z(k, wrong_width[k]));
  }
}

}  // namespace
}  // namespace nnft
