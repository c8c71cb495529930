#pragma once
/// @file Whether an error bar can be trusted: heavy tails are seen by how much of a sum few samples make up.

#include "nnft/core/types.hpp"
#include "nnft/stats/block_table.hpp"
#include "nnft/stats/jackknife.hpp"
#include "nnft/stats/sum_layout.hpp"

namespace nnft {

/// Of one scan point. Row k of the matrices belongs to order 2(k + 1); shape (orders, sites). Vectors have the layout of the
/// moments.
struct Tails {
  RowMatrix share;           ///< of the largest sample in Σ x^{n/2}, x = φ² or K at the site
  RowMatrix variance_share;  ///< of the largest sample in Σ x^n, the sum that the error bar of Σ x^{n/2} comes from
  Vector kurtosis;           ///< excess kurtosis of the leave-one-out values of each connected correlator; 0 for normal ones
  Vector error_of_error;     ///< error · ½√((kurtosis + 2)/B)
  Vector trusted;            ///< 1, or 0 where a site of the tuple has variance_share above largest_trusted_share in this order;
                             ///< of improved estimators, where a block makes up more of the variance than largest_trusted_block
};

/// A sample that makes up more of the sum of squares than this leaves an error bar that depends on whether it was drawn.
inline constexpr double largest_trusted_share = 0.05;

/// Improved estimators are no averages of powers of φ²: of them only blocks tell. A block that makes up the share s of the
/// variance makes the kurtosis about s²B.
inline constexpr double largest_trusted_block = 0.5;

/// @param connected of the blocks that are present, shape (B, moments).
Tails find_tails(const SumLayout& layout, const BlockTable& table, const Estimate& connected);

}  // namespace nnft
