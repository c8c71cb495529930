#include "nnft/theory/normalisable.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/core/symmetric_eigen.hpp"

namespace nnft {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

double mu2_limit(const FieldCouplings& couplings, double quadratic_limit) {
  if (couplings.kappa != 0.0) return couplings.kappa > 0.0 ? infinity : -infinity;
  if (couplings.lambda != 0.0) return couplings.lambda > 0.0 ? infinity : -infinity;
  return quadratic_limit;
}

bool is_normalisable(const FieldCouplings& couplings, double quadratic_limit) {
  return couplings.free() || couplings.mu2 < mu2_limit(couplings, quadratic_limit);
}

double process_quadratic_limit(const RowMatrix& node_covariance, const Vector& weights) {
  if (node_covariance.rows() != weights.size() || node_covariance.cols() != weights.size())
    throw ShapeError("process_quadratic_limit: expected a covariance of shape (" + std::to_string(weights.size()) + ", " +
                     std::to_string(weights.size()) + "), got (" + std::to_string(node_covariance.rows()) + ", " +
                     std::to_string(node_covariance.cols()) + ")");
  const Vector root = weights.cwiseSqrt();
  const Eigen::MatrixXd product = root.asDiagonal() * node_covariance * root.asDiagonal();
  return 1.0 / symmetric_eigen(product).values[weights.size() - 1];
}

double network_quadratic_limit(const OutputLayer& output, double response, const Vector& weights) {
  switch (output.density.shape) {
    case DensityShape::laplace:
    case DensityShape::student_t:
      return 0.0;
    case DensityShape::uniform:
    case DensityShape::rademacher:
      return std::isfinite(response) ? infinity : 0.0;
    case DensityShape::normal:
      break;
  }
  return 1.0 / (output.sigma_out * output.sigma_out * response + output.sigma_out_bias * output.sigma_out_bias * weights.sum());
}

double cos_response(const Vector& weights) { return weights.sum(); }

double free_scalar_response(const Vector& weights, const FreeScalarSpec& spec, int dimension) {
  const double amplitude = spec.amplitude(dimension) * std::pow(spec.mass, spec.momentum_exponent);
  return amplitude * amplitude * weights.sum();
}

double mlp_response(const Vector& weights, const MlpSpec& spec) {
  const double bound = activation_bound(spec.activation);
  return bound * bound * weights.sum();
}

}  // namespace nnft
