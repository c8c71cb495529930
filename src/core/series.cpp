#include "nnft/core/series.hpp"

#include <numeric>
#include <string>

namespace nnft {

SeriesBasis::SeriesBasis(int parameters, int order) : parameters_(parameters), order_(order) {
  if (parameters < 0 || parameters > max_series_parameters || order < 0 || order > max_order)
    throw ShapeError("SeriesBasis: expected at most " + std::to_string(max_series_parameters) + " parameters and order " +
                     std::to_string(max_order) + ", got " + std::to_string(parameters) + " and " + std::to_string(order));
  for (int total = 0; total <= order; ++total)
    for (int first = total; first >= 0; --first)
      for (int second = total - first; second >= 0; --second) {
        const MultiIndex index = {first, second, total - first - second};
        bool there = true;
        for (int p = parameters; p < max_series_parameters; ++p) there = there && index[static_cast<std::size_t>(p)] == 0;
        if (there) indices_.push_back(index);
      }
  for (int a = 0; a < size(); ++a)
    for (int b = 0; b < size(); ++b) {
      MultiIndex sum = index(a);
      for (std::size_t p = 0; p < sum.size(); ++p) sum[p] += index(b)[p];
      products_[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)] = position(sum);
    }
}

int SeriesBasis::position(const MultiIndex& wanted) const noexcept {
  for (int k = 0; k < size(); ++k)
    if (index(k) == wanted) return k;
  return -1;
}

double SeriesBasis::factorial(int k) const noexcept {
  double product = 1.0;
  for (const int power : index(k))
    for (int n = 2; n <= power; ++n) product *= n;
  return product;
}

}  // namespace nnft
