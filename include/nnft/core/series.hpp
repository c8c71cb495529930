#pragma once
/// @file Power series in a few small parameters, truncated at a total order: derivatives of any function of them by plain
/// arithmetic.

#include <array>
#include <cstddef>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {

/// Powers of each parameter.
inline constexpr int max_series_parameters = 3;
using MultiIndex = std::array<int, max_series_parameters>;

/// The monomials of `parameters` parameters up to a total order of `order`: by total order, then falling powers of the first
/// parameter: 1, s, t, s², st, t², …. The first one is 1.
class SeriesBasis {
 public:
  /// @throws ShapeError unless 0 <= parameters <= max_series_parameters and 0 <= order <= max_order.
  SeriesBasis(int parameters, int order);

  static constexpr int max_order = 3;
  static constexpr int max_size = 20;

  int parameters() const noexcept { return parameters_; }
  int order() const noexcept { return order_; }
  int size() const noexcept { return static_cast<int>(indices_.size()); }
  const MultiIndex& index(int k) const { return indices_[static_cast<std::size_t>(k)]; }
  /// Where a monomial stands; −1 if it is beyond the order.
  int position(const MultiIndex& index) const noexcept;
  /// The monomial of the product of two; −1 if it is beyond the order.
  int product(int a, int b) const noexcept { return products_[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)]; }
  /// Π k! of a monomial's powers: the derivative at the origin is this times the coefficient.
  double factorial(int k) const noexcept;

 private:
  int parameters_;
  int order_;
  std::vector<MultiIndex> indices_;
  std::array<std::array<int, max_size>, max_size> products_{};
};

/// Coefficients of the monomials of a basis, which must outlive it. T is double or long double.
template <class T>
class Series {
 public:
  explicit Series(const SeriesBasis& basis, T constant = T(0)) : basis_(&basis) { coefficients_[0] = constant; }

  const SeriesBasis& basis() const noexcept { return *basis_; }
  T& operator[](int k) { return coefficients_[static_cast<std::size_t>(k)]; }
  const T& operator[](int k) const { return coefficients_[static_cast<std::size_t>(k)]; }

  Series& operator+=(const Series& other) {
    for (int k = 0; k < basis_->size(); ++k) (*this)[k] += other[k];
    return *this;
  }
  Series& operator-=(const Series& other) {
    for (int k = 0; k < basis_->size(); ++k) (*this)[k] -= other[k];
    return *this;
  }
  Series& operator*=(T factor) {
    for (int k = 0; k < basis_->size(); ++k) (*this)[k] *= factor;
    return *this;
  }
  friend Series operator+(Series a, const Series& b) { return a += b; }
  friend Series operator-(Series a, const Series& b) { return a -= b; }
  friend Series operator*(Series a, T factor) { return a *= factor; }
  friend Series operator*(T factor, Series a) { return a *= factor; }
  friend Series operator*(const Series& a, const Series& b) {
    Series product(a.basis());
    for (int i = 0; i < a.basis().size(); ++i)
      for (int j = 0; j < a.basis().size(); ++j)
        if (const int k = a.basis().product(i, j); k >= 0) product[k] += a[i] * b[j];
    return product;
  }
  /// a/b for b with a constant term that is not 0.
  friend Series operator/(const Series& a, const Series& b) {
    Series quotient(a.basis());
    for (int k = 0; k < a.basis().size(); ++k) {
      T sum = a[k];
      // Monomials are sorted by total order, so whatever multiplies b's higher terms into k stands before it.
      for (int i = 0; i < k; ++i)
        for (int j = 1; j <= k; ++j)
          if (a.basis().product(i, j) == k) sum -= quotient[i] * b[j];
      quotient[k] = sum / b[0];
    }
    return quotient;
  }

 private:
  const SeriesBasis* basis_;
  std::array<T, SeriesBasis::max_size> coefficients_{};
};

/// f(x) for a series x, from f and its derivatives up to the basis' order at x's constant term.
template <class T>
Series<T> compose(const Series<T>& x, const std::array<T, SeriesBasis::max_order + 1>& derivatives) {
  Series<T> step = x;
  step[0] = T(0);
  Series<T> power(x.basis(), T(1)), sum(x.basis());
  T factorial = T(1);
  for (int k = 0; k <= x.basis().order(); ++k) {
    if (k > 0) {
      power = power * step;
      factorial *= T(k);
    }
    sum += power * (derivatives[static_cast<std::size_t>(k)] / factorial);
  }
  return sum;
}

}  // namespace nnft
