#include "nnft/field/field_operator.hpp"

#include <cmath>
#include <numbers>

#include "nnft/core/portable_math.hpp"

namespace nnft {
namespace {

/// w_z w_y v(z − y).
RowMatrix smeared_weights(const NodeGrid& grid, double range) {
  const RowMatrix nodes = grid.coordinates();
  const Vector weights = grid.weights();
  double norm = 1.0;
  for (int j = 0; j < grid.dimension(); ++j) norm *= 1.0 / (range * std::sqrt(2.0 * std::numbers::pi));
  RowMatrix pairs(grid.size(), grid.size());
  for (int z = 0; z < grid.size(); ++z)
    for (int y = 0; y < grid.size(); ++y) {
      const double square = (nodes.row(z) - nodes.row(y)).squaredNorm() / (range * range);
      pairs(z, y) = weights[z] * weights[y] * norm * static_cast<double>(portable_exp(-0.5L * square));
    }
  return pairs;
}

}  // namespace

FieldOperator::FieldOperator(const NodeGrid& grid, const FieldCouplings& couplings)
    : couplings_(couplings), weights_(grid.weights()) {
  if (!couplings.local()) pair_weights_ = smeared_weights(grid, couplings.range);
}

double FieldOperator::value(const Vector& phi) const {
  const Eigen::ArrayXd square = phi.array().square();
  const double quartic =
      couplings_.local() ? (weights_.array() * square.square()).sum() : square.matrix().dot(pair_weights_ * square.matrix());
  return couplings_.lambda / 24.0 * quartic - 0.5 * couplings_.mu2 * (weights_.array() * square).sum() +
         couplings_.kappa / 720.0 * (weights_.array() * square.cube()).sum();
}

Vector FieldOperator::gradient(const Vector& phi) const {
  const Eigen::ArrayXd square = phi.array().square();
  const Eigen::ArrayXd quartic =
      couplings_.local() ? Eigen::ArrayXd(weights_.array() * square) : Eigen::ArrayXd((pair_weights_ * square.matrix()).array());
  return (phi.array() * (couplings_.lambda / 6.0 * quartic - couplings_.mu2 * weights_.array() +
                         couplings_.kappa / 120.0 * weights_.array() * square.square()))
      .matrix();
}

}  // namespace nnft
