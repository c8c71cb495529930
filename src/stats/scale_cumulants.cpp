#include "nnft/stats/scale_cumulants.hpp"

#include <algorithm>
#include <numeric>

namespace nnft {
namespace {

using Polynomial = std::vector<double>;

Polynomial product(const Polynomial& a, const Polynomial& b) {
  Polynomial c(a.size() + b.size() - 1, 0.0);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) c[i + j] += a[i] * b[j];
  return c;
}

/// E[v^n] = Π_{j<n} (1 + jα).
Polynomial moment(int n) {
  Polynomial all = {1.0};
  for (int j = 1; j < n; ++j) all = product(all, {1.0, static_cast<double>(j)});
  return all;
}

}  // namespace

// Moments are sums over the block of the first power: E[all] = Σ_A κ(first, A) E[the others].
std::vector<double> scale_cumulant(const std::vector<int>& powers) {
  Polynomial cumulant = moment(std::accumulate(powers.begin(), powers.end(), 0));
  const std::size_t others = powers.size() - 1;
  for (std::size_t subset = 0; subset + 1 < std::size_t{1} << others; ++subset) {
    std::vector<int> block = {powers[0]};
    int rest = 0;
    for (std::size_t k = 0; k < others; ++k) {
      if ((subset >> k) % 2 == 1)
        block.push_back(powers[k + 1]);
      else
        rest += powers[k + 1];
    }
    const Polynomial term = product(scale_cumulant(block), moment(rest));
    cumulant.resize(std::max(cumulant.size(), term.size()), 0.0);
    for (std::size_t k = 0; k < term.size(); ++k) cumulant[k] -= term[k];
  }
  return cumulant;
}

}  // namespace nnft
