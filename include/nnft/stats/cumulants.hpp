#pragma once
/// @file Joint cumulants from moments and back, by set partitions, for any order. McCullagh, Tensor Methods in Statistics, §2.3.

#include <span>
#include <vector>

#include "nnft/core/types.hpp"
#include "nnft/stats/moment_layout.hpp"

namespace nnft {

/// A partition of {0, …, n−1} into blocks of even size, each sorted, ordered by first element.
using SetPartition = std::vector<std::vector<int>>;

/// All partitions of `order` elements into blocks of even size (those that survive when moments of odd order vanish).
std::vector<SetPartition> even_set_partitions(int order);

/// Connected and full correlators of an even theory from the means of its monomials.
///
/// The means are moments of the field with the reference kernel K₀ taken out of its Gaussian part: E[e^{Jφ}] = e^{½JK₀J} Σ m
/// JJ…/n!. So K₀ enters the connected correlator of order 2 only. K₀ = 0 for the plain estimator.
class CumulantEstimator {
 public:
  /// @param reference_kernel K₀ of the packed pairs, shape (pairs). @throws ShapeError if it does not fit the layout.
  CumulantEstimator(const MomentLayout& layout, Vector reference_kernel);

  /// Rows of connected correlators have the layout of the means.
  int size() const noexcept { return size_; }
  /// G_c of every tuple; both of shape (size()). κ = Σ_π (−1)^{|π|−1} (|π|−1)! Π_B m_B, plus K₀ at order 2. T: double, long
  /// double or a Series of one of them.
  template <class T>
  void connected(std::span<const T> means, std::span<T> cumulants) const;
  void connected(std::span<const double> means, std::span<double> cumulants) const { connected<double>(means, cumulants); }
  /// G of every tuple from G_c; both of shape (size()). G = Σ_π Π_B κ_B.
  template <class T>
  void full(std::span<const T> cumulants, std::span<T> moments) const;
  void full(std::span<const double> cumulants, std::span<double> moments) const { full<double>(cumulants, moments); }
  /// Σ_π w_π Π_B κ_B of every tuple; weights[o] are those of even_set_partitions of the o-th order of the layout, in their order.
  template <class T>
  void weighted(std::span<const T> cumulants, std::span<T> sums, const std::vector<std::vector<T>>& weights) const;

 private:
  template <class T, class Weight>
  void sum_over_partitions(std::span<const T> factors, std::span<T> sums, Weight weight) const;

  struct Term {
    double weight;  ///< (−1)^{|π|−1} (|π|−1)!
    int factors;    ///< |π|
  };
  struct OrderTable {
    int offset;
    int tuples;
    std::vector<Term> terms;
    std::vector<int> places;  ///< tuples × Σ factors: where the factors of each term stand in a row
  };

  int size_;
  Vector reference_kernel_;
  std::vector<OrderTable> orders_;
};

}  // namespace nnft
