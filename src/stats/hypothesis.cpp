#include "nnft/stats/hypothesis.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// Rows: blocks; columns: quantities with a positive error; entries such that AᵀA is their correlation matrix.
struct Normalised {
  Eigen::MatrixXd blocks;
  Vector pulls;
};

Normalised normalise(const Vector& deviations, const RowMatrix& leave_one_out) {
  const auto b = static_cast<double>(leave_one_out.rows());
  const RowMatrix centred = leave_one_out.rowwise() - leave_one_out.colwise().mean();
  const Vector errors = (centred.colwise().squaredNorm() * ((b - 1.0) / b)).cwiseSqrt().transpose();
  std::vector<Eigen::Index> kept;
  for (Eigen::Index q = 0; q < errors.size(); ++q)
    if (errors[q] > 0.0) kept.push_back(q);
  Normalised result{Eigen::MatrixXd(leave_one_out.rows(), static_cast<Eigen::Index>(kept.size())),
                    Vector(static_cast<Eigen::Index>(kept.size()))};
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const auto column = static_cast<Eigen::Index>(k);
    result.blocks.col(column) = centred.col(kept[k]) * (std::sqrt((b - 1.0) / b) / errors[kept[k]]);
    result.pulls[column] = deviations[kept[k]] / errors[kept[k]];
  }
  return result;
}

}  // namespace

CorrelatedChi2 correlated_chi2(const Vector& deviations, const RowMatrix& leave_one_out) {
  const Eigen::Index blocks = leave_one_out.rows();
  if (deviations.size() != leave_one_out.cols() || blocks < 8)
    throw ShapeError("correlated_chi2: expected " + std::to_string(deviations.size()) +
                     " columns and at least 8 blocks, got shape (" + std::to_string(blocks) + ", " +
                     std::to_string(leave_one_out.cols()) + ")");
  const Normalised data = normalise(deviations, leave_one_out);
  CorrelatedChi2 result;
  if (data.pulls.size() == 0) return result;
  // The nonzero spectrum of AᵀA is that of AAᵀ; the smaller of the two is decomposed.
  const bool by_block = blocks < data.pulls.size();
  const Eigen::MatrixXd gram =
      by_block ? Eigen::MatrixXd(data.blocks * data.blocks.transpose()) : Eigen::MatrixXd(data.blocks.transpose() * data.blocks);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(gram);
  const Vector projected = by_block ? Vector(data.blocks * data.pulls) : data.pulls;
  const Eigen::Index last = gram.rows() - 1;
  const double largest = solver.eigenvalues()[last];
  const auto limit = std::max<Eigen::Index>(1, blocks / 8);
  for (Eigen::Index k = last; k >= 0 && result.modes < limit; --k) {
    const double variance = solver.eigenvalues()[k];
    if (!(variance > 1e-4 * largest)) break;
    const double along = solver.eigenvectors().col(k).dot(projected) / (by_block ? std::sqrt(variance) : 1.0);
    result.chi2 += along * along / variance;
    ++result.modes;
  }
  const auto n = static_cast<double>(blocks - 1);
  const double m = result.modes;
  // P(F > f) of Fisher's F(m, n − m + 1) at Hotelling's f = chi2 (n − m + 1)/(n m).
  using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
  result.p_value = boost::math::ibeta(0.5 * (n - m + 1.0), 0.5 * m, n / (n + result.chi2), Policy());
  return result;
}

double normal_p_value(double pull) { return std::erfc(std::abs(pull) / std::sqrt(2.0)); }

}  // namespace nnft
