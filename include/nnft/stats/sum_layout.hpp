#pragma once
/// @file Where each sum stands in a row of sums over samples: what samplers add up, trees carry and files store.

#include <utility>

#include "nnft/stats/chain_layout.hpp"
#include "nnft/stats/derivative_layout.hpp"
#include "nnft/stats/histogram_layout.hpp"
#include "nnft/stats/moment_layout.hpp"
#include "nnft/stats/sum_tree.hpp"

namespace nnft {

/// Columns of a row, in this order: the monomials of a MomentLayout; for each source J the exponential whose mean is
/// Z[J]e^{−½JK₀J}; for each summed derivative the monomials again, times powers of V − V₀ (score) or as differences; those
/// powers themselves (score only); per site the sums of x, x², …, x^P with P the highest order; the columns of a ChainLayout that
/// are added; the bins of a HistogramLayout; per site the largest x; the chain's state. Here x is φ² (plain) or K (conditional)
/// at the site: from its powers one sees whether few samples make up a sum.
class SumLayout {
 public:
  SumLayout(MomentLayout moments, int sources, DerivativeLayout derivatives = {}, const ChainExtents& chain = {})
      : moments_(std::move(moments)), sources_(sources), derivatives_(std::move(derivatives)), chain_(moments_, chain) {}
  /// The same with histograms. @throws ShapeError if they are of sites that do not exist.
  SumLayout with_histograms(HistogramLayout histograms) const;

  const MomentLayout& moments() const noexcept { return moments_; }
  int sites() const noexcept { return moments_.sites(); }
  int sources() const noexcept { return sources_; }
  int source_offset() const noexcept { return moments_.size(); }
  const DerivativeLayout& derivatives() const noexcept { return derivatives_; }
  /// Where the monomials of summed derivative k begin.
  int derivative_offset(int k) const noexcept { return source_offset() + sources_ + k * moments_.size(); }
  int summed_derivatives() const noexcept { return static_cast<int>(derivatives_.summed().size()); }
  int score_offset() const noexcept { return derivative_offset(summed_derivatives()); }
  /// Columns of powers of V: one for each summed derivative, or none.
  int scores() const noexcept { return derivatives_.method() == DerivativeMethod::score ? summed_derivatives() : 0; }
  /// P.
  int powers() const noexcept { return moments_.orders().back(); }
  /// Where the sums of x^power begin, power = 1 … P.
  int power_offset(int power) const noexcept { return score_offset() + scores() + (power - 1) * sites(); }
  const ChainLayout& chain() const noexcept { return chain_; }
  int chain_offset() const noexcept { return power_offset(powers() + 1); }
  const HistogramLayout& histograms() const noexcept { return histograms_; }
  int histogram_offset() const noexcept { return chain_offset() + chain_.summed(); }
  int maxima_offset() const noexcept { return histogram_offset() + histograms_.size(); }
  /// Columns that are not added but of which the larger is kept.
  int maxima() const noexcept { return sites(); }
  int state_offset() const noexcept { return maxima_offset() + maxima(); }
  int size() const noexcept { return state_offset() + chain_.state(); }
  /// What becomes of the last columns of two rows.
  ColumnRule rule() const noexcept { return {maxima(), chain_.state()}; }

 private:
  MomentLayout moments_;
  int sources_;
  DerivativeLayout derivatives_;
  ChainLayout chain_;
  HistogramLayout histograms_;
};

}  // namespace nnft
