#include "nnft/field/gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/core/symmetric_eigen.hpp"

namespace nnft {

RowMatrix covariance_factor(const RowMatrix& covariance) {
  const Eigen::Index sites = covariance.rows();
  if (sites < 1 || covariance.cols() != sites)
    throw ShapeError("GaussianProcess: expected a square covariance matrix, got shape (" + std::to_string(sites) + ", " +
                     std::to_string(covariance.cols()) + ")");
  if (!covariance.allFinite()) throw UsageError("GaussianProcess: every covariance must be finite");
  if ((covariance - covariance.transpose()).cwiseAbs().maxCoeff() > 1e-12 * covariance.cwiseAbs().maxCoeff())
    throw UsageError("GaussianProcess: expected a symmetric covariance matrix");
  const SymmetricEigen eigen = symmetric_eigen(covariance);
  const Vector& values = eigen.values;
  const double largest = values[sites - 1];
  if (!(largest > 0.0) || values[0] < -1e-10 * largest)
    throw UsageError("GaussianProcess: expected a positive covariance matrix, got eigenvalues from " + std::to_string(values[0]) +
                     " to " + std::to_string(largest));
  const auto rank = (values.array() >= smallest_relative_eigenvalue * largest).count();
  RowMatrix factor(sites, rank);
  for (Eigen::Index k = 0; k < rank; ++k) factor.col(k) = std::sqrt(values[sites - 1 - k]) * eigen.vectors.col(sites - 1 - k);
  return factor;
}

GaussianProcess::GaussianProcess(std::vector<RowMatrix> covariances, const Stream& stream, SimdPath path)
    : FieldEnsemble(static_cast<int>(covariances.at(0).rows()), static_cast<int>(covariances.size()), 0),
      covariances_(std::move(covariances)),
      stream_(stream),
      variates_(variate_kernels(path)),
      kernels_(field_kernels(path)),
      normals_(static_cast<std::size_t>((sites() + 1) * batch_samples)) {
  for (const RowMatrix& covariance : covariances_) factors_.push_back(covariance_factor(covariance));
}

void GaussianProcess::fields(std::uint64_t first_sample, double* fields) {
  variates_.normals(stream_, {Purpose::process, first_sample, 0, sites()}, normals_.data());
  for (const RowMatrix& factor : factors_) {
    kernels_.affine({1, sites(), static_cast<int>(factor.cols())}, {.weights = normals_.data(), .sites = factor.data()}, fields);
    fields += sites() * batch_samples;
  }
}

void GaussianProcess::feature_products(std::uint64_t, double* sums) {
  for (const RowMatrix& covariance : covariances_)
    for (Eigen::Index i = 0; i < covariance.rows(); ++i)
      for (Eigen::Index j = i; j < covariance.cols(); ++j, sums += batch_samples)
        std::fill_n(sums, batch_samples, covariance(i, j));
}

std::vector<ParameterArray> GaussianProcess::parameters(std::uint64_t) { return {}; }

}  // namespace nnft
