#include "nnft/theory/isserlis.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace nnft {
namespace {

double pairings(const RowMatrix& covariance, std::vector<int> rest) {
  if (rest.empty()) return 1.0;
  const int last = rest.back();
  rest.pop_back();
  double sum = 0.0;
  for (std::size_t k = 0; k < rest.size(); ++k) {
    std::vector<int> others = rest;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(k));
    sum += covariance(rest[k], last) * pairings(covariance, others);
  }
  return sum;
}

/// 2^{−n} Σ_ε (Π ε_i, if signed) exp(−½ε·Gε) over all signs.
double sum_of_waves(const RowMatrix& covariance, std::span<const int> tuple, bool with_sign) {
  const std::size_t n = tuple.size();
  double sum = 0.0;
  std::vector<double> sign(n);
  for (std::uint32_t signs = 0; signs < (1u << n); ++signs) {
    double product = 1.0, square = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      sign[i] = (signs >> i & 1u) != 0u ? 1.0 : -1.0;
      product *= sign[i];
      for (std::size_t j = 0; j < i; ++j) square += 2.0 * sign[i] * sign[j] * covariance(tuple[i], tuple[j]);
      square += covariance(tuple[i], tuple[i]);
    }
    sum += (with_sign ? product : 1.0) * std::exp(-0.5 * square);
  }
  return std::ldexp(sum, -static_cast<int>(n));
}

}  // namespace

double gaussian_product(const RowMatrix& covariance, std::span<const int> tuple) {
  return tuple.size() % 2 != 0 ? 0.0 : pairings(covariance, {tuple.begin(), tuple.end()});
}

double gaussian_cos_product(const RowMatrix& covariance, std::span<const int> tuple) {
  return sum_of_waves(covariance, tuple, false);
}

double gaussian_sin_product(const RowMatrix& covariance, std::span<const int> tuple) {
  if (tuple.size() % 2 != 0) return 0.0;
  return (tuple.size() % 4 == 0 ? 1.0 : -1.0) * sum_of_waves(covariance, tuple, true);
}

}  // namespace nnft
