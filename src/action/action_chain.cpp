#include "nnft/action/action_chain.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <string>
#include <utility>

#include "nnft/core/error.hpp"
#include "random/sign_flips.hpp"
#include "random/slice_bracket.hpp"

namespace nnft {
namespace {

std::size_t rows(int count) { return static_cast<std::size_t>(count) * batch_samples; }

/// The sample whose random numbers an update takes; chains are below 2^20.
std::uint64_t sample_of(std::uint64_t step, std::uint64_t chain) noexcept { return step << 20 | chain; }

RowMatrix lower_factor(const RowMatrix& covariance, int sites) {
  if (covariance.rows() != sites || covariance.cols() != sites)
    throw ShapeError("reference Gaussian: expected a covariance of " + std::to_string(sites) + " sites, got " +
                     std::to_string(covariance.rows()) + " x " + std::to_string(covariance.cols()));
  const Eigen::LLT<RowMatrix> cholesky(covariance);
  if (!covariance.allFinite() || cholesky.info() != Eigen::Success)
    throw ShapeError("reference Gaussian: expected a positive definite covariance");
  return cholesky.matrixL();
}

RowMatrix inverse_of(const RowMatrix& factor) {
  const RowMatrix half =
      factor.triangularView<Eigen::Lower>().solve(RowMatrix(RowMatrix::Identity(factor.rows(), factor.cols())));
  return half.transpose() * half;
}

}  // namespace

GaussianReference::GaussianReference(const SiteAction& action, const RowMatrix& covariance)
    : factor_(lower_factor(covariance, action.sites())),
      precision_(inverse_of(factor_)),
      potential_(action.with_quadratic(action.quadratic() - 0.5 * precision_)) {}

GaussianReference::GaussianReference(RowMatrix factor, RowMatrix precision, SiteAction potential)
    : factor_(std::move(factor)), precision_(std::move(precision)), potential_(std::move(potential)) {}

std::optional<GaussianReference> GaussianReference::of_gaussian_part(const SiteAction& action) {
  constexpr double singular_below = 1e-14;
  const RowMatrix precision = 2.0 * action.quadratic();
  const Eigen::LLT<RowMatrix> cholesky(precision);
  if (cholesky.info() != Eigen::Success || !(cholesky.rcond() > singular_below)) return std::nullopt;
  // 2 g2 = MMᵀ, so that M⁻ᵀ is a factor of C.
  const RowMatrix identity = RowMatrix::Identity(action.sites(), action.sites());
  const RowMatrix factor = cholesky.matrixU().solve(identity);
  return GaussianReference(factor, precision, action.with_quadratic(RowMatrix::Zero(action.sites(), action.sites())));
}

ActionChains::ActionChains(GaussianReference reference, const Stream& stream, std::uint64_t first_chain, SimdPath path)
    : reference_(std::move(reference)),
      polynomial_(polynomial_view(reference_.potential())),
      stream_(stream),
      first_chain_(first_chain),
      variates_(variate_kernels(path)),
      kernels_(action_kernels(path)),
      fields_(rows(sites())),
      normals_(rows(sites() + 1)),
      direction_(rows(sites())),
      trial_(rows(sites())),
      potential_(rows(1)) {}

void ActionChains::start(std::uint64_t step, const Vector& other) {
  variates_.normals(stream_, {Purpose::process, sample_of(step, first_chain_), 0, sites()}, normals_.data());
  kernels_.multiply(sites(), sites(), reference_.factor().data(), normals_.data(), fields_.data());
  for (std::uint64_t c = 0; other.size() > 0 && c < batch_samples; ++c)
    for (int a = 0; (first_chain_ + c) % 2 == 1 && a < sites(); ++a) fields_.data()[rows(a) + c] = other[a];
  renew();
}

void ActionChains::restore(const RowMatrix& fields) {
  for (int c = 0; c < batch_samples; ++c)
    for (int a = 0; a < sites(); ++a) fields_.data()[a * batch_samples + c] = fields(c, a);
  renew();
}

void ActionChains::save(RowMatrix& fields) const {
  for (int c = 0; c < batch_samples; ++c)
    for (int a = 0; a < sites(); ++a) fields(c, a) = fields_.data()[a * batch_samples + c];
}

void ActionChains::action(double* values) const {
  const RowMatrix& precision = reference_.precision();
  std::copy_n(potential_.data(), batch_samples, values);
  for (int a = 0; a < sites(); ++a)
    for (int b = a; b < sites(); ++b) {
      const double factor = a == b ? 0.5 * precision(a, a) : precision(a, b);
      const double *left = fields_.data() + rows(a), *right = fields_.data() + rows(b);
      for (int c = 0; c < batch_samples; ++c) values[c] += factor * left[c] * right[c];
    }
}

void ActionChains::renew() { kernels_.polynomial(polynomial_, fields_.data(), potential_.data()); }

void ActionChains::update(std::uint64_t step) {
  const std::uint64_t sample = sample_of(step, first_chain_);
  variates_.normals(stream_, {Purpose::slice_direction, sample, 0, sites()}, normals_.data());
  kernels_.multiply(sites(), sites(), reference_.factor().data(), normals_.data(), direction_.data());
  SliceBracket bracket(variates_, stream_, sample);
  std::array<double, batch_samples> values{};
  bracket.close(kernels_.exponentials, potential_.data(), values, [&](const double* turns, double* potentials) {
    kernels_.rotate(sites(), turns, fields_.data(), direction_.data(), trial_.data());
    kernels_.polynomial(polynomial_, trial_.data(), potentials);
  });
  // The fields that were tried last are those of the angles found.
  std::swap(fields_, trial_);
  std::ranges::copy(values, potential_.data());
  tried_ = bracket.tried();
  SignFlips(variates_, stream_, sample).apply(sites(), fields_.data());
}

}  // namespace nnft
