// p-values of correlated_chi2 are uniform where all is right, small for wrong means, and not uniform for wrong error bars.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include "nnft/stats/hypothesis.hpp"
#include "support/coverage.hpp"
#include "support/sizes.hpp"

namespace nnft {
namespace {

const int data_sets = test::sized(1000, 5);
constexpr double scale_of_ks = 1.95;  ///< √n D exceeds it with probability 1e-3 if p is uniform

/// Gaussian noise of `quantities` numbers, `mixing` times independent normals.
struct Noise {
  RowMatrix mixing;  ///< shape (quantities, normals); identity if empty
  int quantities;

  Vector errors(int blocks) const {
    if (mixing.size() == 0) return Vector::Constant(quantities, 1.0 / std::sqrt(blocks));
    return mixing.rowwise().norm() / std::sqrt(blocks);
  }
  RowMatrix draw(int blocks, std::mt19937_64& engine) const {
    std::normal_distribution<double> normal;
    RowMatrix data(blocks, mixing.size() == 0 ? quantities : mixing.cols());
    for (double& x : data.reshaped()) x = normal(engine);
    return mixing.size() == 0 ? data : RowMatrix(data * mixing.transpose());
  }
};

Noise flat(int quantities) { return {RowMatrix(), quantities}; }

/// Smooth modes, each of half the amplitude of the one before, as correlators on close sites have.
Noise hierarchical(int quantities) {
  constexpr int modes = 14;
  RowMatrix mixing(quantities, modes);
  for (int q = 0; q < quantities; ++q)
    for (int k = 0; k < modes; ++k) mixing(q, k) = std::ldexp(std::cos(3.14159265 * k * (q + 0.5) / quantities), -k);
  return {mixing, quantities};
}

/// One file's mean and the leave-one-out values of it.
struct Source {
  Vector mean;
  RowMatrix leave_one_out;
};

Source simulate(const Noise& noise, int blocks, std::mt19937_64& engine) {
  const RowMatrix data = noise.draw(blocks, engine);
  const Vector mean = data.colwise().mean().transpose();
  return {mean, ((mean.transpose() * blocks).replicate(blocks, 1) - data) / (blocks - 1.0)};
}

/// What is tested: noise, blocks of each file, and what is wrong with it.
struct Case {
  Noise noise;
  std::vector<int> blocks;
  double shift_in_errors = 0.0;  ///< of every quantity, with alternating signs
  double claimed_error = 1.0;    ///< over the true one
};

std::vector<CorrelatedChi2> run(const Case& test, int repetitions) {
  std::mt19937_64 engine(20240607);
  std::vector<CorrelatedChi2> results;
  for (int r = 0; r < repetitions; ++r) {
    Vector deviation = Vector::Zero(test.noise.quantities);
    Vector variance = deviation;
    std::vector<RowMatrix> rows;
    for (const int blocks : test.blocks) {
      Source source = simulate(test.noise, blocks, engine);
      deviation += rows.empty() ? source.mean : Vector(-source.mean);
      variance += test.noise.errors(blocks).cwiseAbs2();
      rows.push_back(source.leave_one_out * test.claimed_error);
    }
    for (Eigen::Index q = 0; q < deviation.size(); ++q)
      deviation[q] += (q % 2 == 0 ? 1.0 : -1.0) * test.shift_in_errors * std::sqrt(variance[q]);
    results.push_back(correlated_chi2(deviation, rows));
  }
  return results;
}

double uniformity(const std::vector<CorrelatedChi2>& results) {
  std::vector<double> p;
  for (const CorrelatedChi2& result : results) p.push_back(result.p_value);
  return test::uniformity(std::move(p));
}

double mean_of(const std::vector<CorrelatedChi2>& results, double (*value)(const CorrelatedChi2&)) {
  double sum = 0.0;
  for (const CorrelatedChi2& result : results) sum += value(result);
  return sum / static_cast<double>(results.size());
}

void expect_uniform(const std::string& name, const Case& test) {
  const std::vector<CorrelatedChi2> results = run(test, data_sets);
  const double ks = uniformity(results);
  const double p = mean_of(results, [](const CorrelatedChi2& r) { return r.p_value; });
  const double per_mode = mean_of(results, [](const CorrelatedChi2& r) { return r.chi2 / r.modes; });
  const double modes = mean_of(results, [](const CorrelatedChi2& r) { return static_cast<double>(r.modes); });
  std::printf("%s: sqrt(n) D = %.3f, mean p = %.3f, chi2/dof = %.3f, modes = %.1f\n", name.c_str(), ks, p, per_mode, modes);
  NNFT_SKIP_IF_SMALL();
  EXPECT_LT(ks, scale_of_ks) << name;
  EXPECT_NEAR(p, 0.5, 4.0 / std::sqrt(12.0 * data_sets)) << name;
  Case wrong = test;
  wrong.claimed_error = 0.8;
  const double ks_of_wrong = uniformity(run(wrong, 300));
  std::printf("%s, errors claimed 0.8 of the true: sqrt(n) D = %.3f\n", name.c_str(), ks_of_wrong);
  EXPECT_GT(ks_of_wrong, scale_of_ks) << name;
}

TEST(CorrelatedChi2, UniformForAHierarchicalSpectrum) { expect_uniform("hierarchical", {hierarchical(40), {64}}); }
TEST(CorrelatedChi2, UniformForAFlatSpectrum) { expect_uniform("flat", {flat(300), {256}}); }
TEST(CorrelatedChi2, UniformForFewQuantitiesAndBlocks) { expect_uniform("few", {flat(3), {32}}); }
TEST(CorrelatedChi2, UniformForTheFewestBlocks) { expect_uniform("fewest", {hierarchical(40), {17}}); }
TEST(CorrelatedChi2, UniformForTwoSources) { expect_uniform("two sources", {hierarchical(40), {256, 64}}); }
TEST(CorrelatedChi2, UniformForTwoFlatSources) { expect_uniform("two flat sources", {flat(100), {256, 64}}); }

TEST(CorrelatedChi2, RejectsShiftsOfAFewErrors) {
  const std::vector<Case> cases = {
      {hierarchical(40), {64}, 5.0}, {flat(300), {256}, 3.0}, {hierarchical(40), {256, 64}, 5.0}, {flat(100), {256, 64}, 4.0}};
  for (const Case& test : cases) {
    const double rejected =
        mean_of(run(test, test::sized(100, 5)), [](const CorrelatedChi2& r) { return r.p_value < 1e-3 ? 1.0 : 0.0; });
    std::printf("shift rejected: %.2f\n", rejected);
    EXPECT_GT(rejected, 0.9);
  }
}

}  // namespace
}  // namespace nnft
