#include "nnft/theory/strength_series.hpp"

#include <cmath>

namespace nnft {

StrengthSeries strength_variable(const SeriesBasis& basis, double strength) {
  StrengthSeries variable(basis, strength);
  if (const int k = basis.position({1, 0, 0}); k >= 0) variable[k] = 1.0L;
  return variable;
}

StrengthSeries exp(const StrengthSeries& x) {
  const long double value = std::exp(x[0]);
  return compose(x, {value, value, value, value});
}

StrengthSeries expm1(const StrengthSeries& x) {
  const long double slope = std::exp(x[0]);
  return compose(x, {std::expm1(x[0]), slope, slope, slope});
}

StrengthSeries pow(const StrengthSeries& x, long double power) {
  std::array<long double, SeriesBasis::max_order + 1> derivatives;
  long double factor = 1.0L;
  for (int k = 0; k <= SeriesBasis::max_order; ++k) {
    derivatives[static_cast<std::size_t>(k)] = factor * std::pow(x[0], power - k);
    factor *= power - k;
  }
  return compose(x, derivatives);
}

StrengthSeries lift(const StrengthSeries& series, const SeriesBasis& basis, int parameter) {
  StrengthSeries lifted(basis);
  for (int k = 0; k < series.basis().size(); ++k) {
    MultiIndex index{};
    index[static_cast<std::size_t>(parameter)] = series.basis().index(k)[0];
    if (const int place = basis.position(index); place >= 0) lifted[place] = series[k];
  }
  return lifted;
}

std::vector<StrengthSeries> lift(const std::vector<StrengthSeries>& series, const SeriesBasis& basis, int parameter) {
  std::vector<StrengthSeries> lifted;
  for (const StrengthSeries& one : series) lifted.push_back(lift(one, basis, parameter));
  return lifted;
}

}  // namespace nnft
