#include "nnft/theory/deep_coincident.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

double binomial(int n, int k) {
  double value = 1.0;
  for (int j = 1; j <= k; ++j) value = value * (n - k + j) / j;
  return value;
}

/// κ_1 … κ_n from m_1 … m_n (index 0 unused): m_n = Σ_k C(n − 1, k − 1) κ_k m_{n−k}.
std::vector<double> cumulants_from_moments(const std::vector<double>& moments) {
  std::vector<double> cumulants(moments.size(), 0.0);
  for (int n = 1; n < static_cast<int>(moments.size()); ++n) {
    double value = moments[static_cast<std::size_t>(n)];
    for (int k = 1; k < n; ++k)
      value -= binomial(n - 1, k - 1) * cumulants[static_cast<std::size_t>(k)] * moments[static_cast<std::size_t>(n - k)];
    cumulants[static_cast<std::size_t>(n)] = value;
  }
  return cumulants;
}

std::vector<double> moments_from_cumulants(const std::vector<double>& cumulants) {
  std::vector<double> moments(cumulants.size(), 0.0);
  moments[0] = 1.0;
  for (int n = 1; n < static_cast<int>(cumulants.size()); ++n)
    for (int k = 1; k <= n; ++k)
      moments[static_cast<std::size_t>(n)] +=
          binomial(n - 1, k - 1) * cumulants[static_cast<std::size_t>(k)] * moments[static_cast<std::size_t>(n - k)];
  return moments;
}

double double_factorial(int n) { return n <= 1 ? 1.0 : n * double_factorial(n - 2); }

/// E[X^k], k = 0 … highest, of the mean X of `width` independent σ(g)², g ~ N(0, 1).
std::vector<double> layer_moments(Activation activation, double width, int highest) {
  std::vector<double> one(static_cast<std::size_t>(highest) + 1, 1.0);
  for (int k = 1; k <= highest; ++k)
    one[static_cast<std::size_t>(k)] = double_factorial(2 * k - 1) * (activation == Activation::relu ? 0.5 : 1.0);
  std::vector<double> mean = cumulants_from_moments(one);
  for (int k = 1; k <= highest; ++k) mean[static_cast<std::size_t>(k)] /= std::pow(width, k - 1);
  return moments_from_cumulants(mean);
}

void expect_possible(const CoincidentProblem& problem) {
  const MlpSpec& spec = problem.spec;
  const std::string who = "exact coincident correlators of deep nets: expected ";
  if (spec.activation != Activation::relu && spec.activation != Activation::identity)
    throw UsageError(who + "relu or identity, got " + std::string(to_string(spec.activation)));
  if (spec.sigma_bias > 0.0)
    throw UsageError(who + "no biases in hidden layers, got sigma-bias " + std::to_string(spec.sigma_bias));
  if (!spec.density.is_normal()) throw UsageError(who + "normal weights, got " + std::string(to_string(spec.density.shape)));
  if (!problem.output.density.is_normal())
    throw UsageError(who + "normal output weights, got " + std::string(to_string(problem.output.density.shape)));
  if (!(problem.width >= 1.0) || problem.width != std::floor(problem.width) || problem.width > 4e9)
    throw UsageError(who + "a whole finite width, got " + std::to_string(problem.width));
  if (problem.highest_order < 2 || problem.highest_order % 2 != 0)
    throw UsageError(who + "an even order, got " + std::to_string(problem.highest_order));
}

}  // namespace

Vector deep_coincident_connected(const CoincidentProblem& problem, const Vector& x) {
  expect_possible(problem);
  const MlpSpec& spec = problem.spec;
  const int highest = problem.highest_order / 2;
  // K = σ_a² σ_w^{2L} |x|²/d Π_l X_l, and φ is Gaussian given K: κ_2k(φ) = (2k − 1)!! κ_k(K).
  const double weight = problem.output.sigma_out * problem.output.sigma_out * std::pow(spec.sigma_weight, 2 * spec.depth) *
                        x.squaredNorm() / static_cast<double>(x.size());
  std::vector<double> moments(static_cast<std::size_t>(highest) + 1);
  for (int k = 0; k <= highest; ++k) moments[static_cast<std::size_t>(k)] = std::pow(weight, k);
  for (int layer = 0; layer < spec.depth; ++layer) {
    const bool fixed = layer + 1 < spec.depth && !spec.hidden_widths.empty();
    const double width = fixed ? spec.hidden_widths.at(static_cast<std::size_t>(layer)) : problem.width;
    const std::vector<double> factor = layer_moments(spec.activation, width, highest);
    for (int k = 0; k <= highest; ++k) moments[static_cast<std::size_t>(k)] *= factor[static_cast<std::size_t>(k)];
  }
  const std::vector<double> cumulants = cumulants_from_moments(moments);
  Vector connected(highest);
  for (int k = 1; k <= highest; ++k) connected[k - 1] = double_factorial(2 * k - 1) * cumulants[static_cast<std::size_t>(k)];
  connected[0] += problem.output.sigma_out_bias * problem.output.sigma_out_bias;
  return connected;
}

}  // namespace nnft
