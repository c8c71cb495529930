#include "nnft/stats/chain_convergence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// A variance below this times the mean square is rounding.
constexpr double constant_below = 1e-13;

void check_shapes(const SplitChains& chains) {
  const Eigen::Index size = chains.first.size();
  for (const Vector* other : {&chains.second, &chains.first_samples, &chains.second_samples, &chains.squares})
    if (other->size() != size)
      throw ShapeError("split chains: expected numbers of " + std::to_string(size) + " chains, got " +
                       std::to_string(other->size()));
}

}  // namespace

double split_rhat(const SplitChains& chains) {
  check_shapes(chains);
  const Eigen::Index count = chains.first.size();
  const double samples = chains.first_samples.sum() + chains.second_samples.sum();
  const auto parts = static_cast<double>(2 * count);
  if (count == 0 || !(chains.first_samples.minCoeff() >= 2.0) || !(chains.second_samples.minCoeff() >= 2.0)) return not_a_number;
  Vector means(2 * count);
  means << chains.first.cwiseQuotient(chains.first_samples), chains.second.cwiseQuotient(chains.second_samples);
  const double explained = chains.first.dot(means.head(count)) + chains.second.dot(means.tail(count));
  const double within = (chains.squares.sum() - explained) / (samples - parts);
  const double between = (means.array() - means.mean()).square().sum() / (parts - 1.0);
  const double rounding = constant_below * chains.squares.sum() / samples;
  if (!(within > rounding)) return between > rounding ? std::numeric_limits<double>::infinity() : 1.0;
  const double length = parts / (chains.first_samples.cwiseInverse().sum() + chains.second_samples.cwiseInverse().sum());
  return std::sqrt(1.0 - 1.0 / length + between / within);
}

double thermalisation_deviation(const SplitChains& chains) {
  check_shapes(chains);
  const auto count = static_cast<double>(chains.first.size());
  if (count < 2.0) return not_a_number;
  const Vector means = chains.first.cwiseQuotient(chains.first_samples);
  const Vector differences = means - chains.second.cwiseQuotient(chains.second_samples);
  const double mean = differences.mean();
  const double variance = (differences.array() - mean).square().sum() / (count * (count - 1.0));
  const double rounding = constant_below * std::abs(means.mean());
  if (std::abs(mean) <= rounding) return 0.0;
  return mean / std::max(std::sqrt(variance), rounding);
}

}  // namespace nnft
