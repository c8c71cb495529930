#include "nnft/stats/tails.hpp"

#include <algorithm>
#include <cmath>

namespace nnft {

namespace {

/// Moments of order 2 and 4 come first.
Eigen::Index improved_columns(const MomentLayout& moments) {
  return moments.orders().size() < 3 ? moments.size() : moments.offset(6);
}

}  // namespace

Tails find_tails(const SumLayout& layout, const BlockTable& table, const Estimate& connected) {
  const MomentLayout& moments = layout.moments();
  const auto orders = static_cast<Eigen::Index>(moments.orders().size());
  const Eigen::Index sites = layout.sites();
  Tails tails{RowMatrix::Zero(orders, sites), RowMatrix::Zero(orders, sites), Vector::Zero(moments.size()),
              Vector::Zero(moments.size()), Vector::Ones(moments.size())};
  const Vector totals = table.sums.colwise().sum().transpose();
  const Vector largest = table.sums.middleCols(layout.maxima_offset(), sites).colwise().maxCoeff().transpose();
  for (Eigen::Index k = 0; k < orders; ++k) {
    const int order = moments.orders()[static_cast<std::size_t>(k)];
    for (Eigen::Index site = 0; site < sites; ++site) {
      const double contribution = std::pow(largest[site], order / 2);
      const double sum = totals[layout.power_offset(order / 2) + site], squares = totals[layout.power_offset(order) + site];
      if (sum > 0.0) tails.share(k, site) = contribution / sum;
      if (squares > 0.0) tails.variance_share(k, site) = contribution * contribution / squares;
    }
    if (layout.chain().improved() && order <= 4) continue;
    const PackedIndex& index = moments.index(order);
    for (int t = 0; t < index.size(); ++t)
      for (int leg = 0; leg < order; ++leg)
        if (tails.variance_share(k, index.tuple(t)[leg]) > largest_trusted_share) tails.trusted[moments.offset(order) + t] = 0.0;
  }
  const RowMatrix& rows = connected.leave_one_out;
  const auto blocks = static_cast<double>(rows.rows());
  const Vector centre = rows.colwise().mean().transpose();
  for (Eigen::Index m = 0; m < moments.size(); ++m) {
    double second = 0.0, fourth = 0.0;
    for (Eigen::Index b = 0; b < rows.rows(); ++b) {
      const double square = (rows(b, m) - centre[m]) * (rows(b, m) - centre[m]);
      second += square / blocks;
      fourth += square * square / blocks;
    }
    tails.kurtosis[m] = second > 0.0 ? fourth / (second * second) - 3.0 : 0.0;
    const bool improved = layout.chain().improved() && m < improved_columns(moments);
    if (improved && tails.kurtosis[m] > std::max(3.0, largest_trusted_block * largest_trusted_block * blocks))
      tails.trusted[m] = 0.0;
    tails.error_of_error[m] = connected.error[m] * 0.5 * std::sqrt(std::max(0.0, tails.kurtosis[m] + 2.0) / blocks);
  }
  return tails;
}

}  // namespace nnft
