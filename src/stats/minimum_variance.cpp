#include "nnft/stats/minimum_variance.hpp"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

constexpr double smallest_difference = 1e-6;   ///< in units of the scatter of the estimator that is corrected
constexpr double smallest_eigenvalue = 1e-10;  ///< of the differences' correlation matrix, in units of the largest

void check_shapes(std::span<const Estimate> estimators) {
  if (estimators.empty()) throw ShapeError("minimum_variance: expected at least one estimator, got none");
  const Estimate& first = estimators.front();
  for (const Estimate& other : estimators)
    if (other.value.size() != first.value.size() || other.leave_one_out.rows() != first.leave_one_out.rows() ||
        other.leave_one_out.cols() != first.value.size())
      throw ShapeError("minimum_variance: expected estimators of " + std::to_string(first.leave_one_out.rows()) + " blocks and " +
                       std::to_string(first.value.size()) + " quantities, got (" + std::to_string(other.leave_one_out.rows()) +
                       ", " + std::to_string(other.leave_one_out.cols()) + ")");
}

/// Of one quantity, shape (blocks, estimators).
RowMatrix pseudo_values(std::span<const Estimate> estimators, Eigen::Index quantity) {
  const Eigen::Index blocks = estimators.front().leave_one_out.rows();
  const auto b = static_cast<double>(blocks);
  RowMatrix values(blocks, std::ssize(estimators));
  for (Eigen::Index k = 0; k < values.cols(); ++k) {
    const Estimate& estimate = estimators[static_cast<std::size_t>(k)];
    const double uncorrected = estimate.value[quantity] + estimate.bias[quantity];
    // θ̂ + (B − 1)(θ̂ − θ_(b)): equal values stay what they are.
    values.col(k) = uncorrected + (b - 1.0) * (uncorrected - estimate.leave_one_out.col(quantity).array());
  }
  return values;
}

double mean_of(const Vector& values) { return values[0] + (values.array() - values[0]).mean(); }

double variance_of(const Vector& values) { return (values.array() - mean_of(values)).square().mean(); }

/// Weights of least variance in some blocks, shape (blocks, estimators).
class Weights {
 public:
  Weights(const RowMatrix& blocks, bool combine) : weights_(Vector::Zero(blocks.cols())) {
    base_ = least_scatter(blocks);
    weights_[base_] = 1.0;
    if (combine) subtract_differences(blocks);
  }

  /// Σ w p as p_base + Σ w (p − p_base), which does not cancel.
  double of(const Eigen::Ref<const Eigen::RowVectorXd>& values) const {
    double sum = values[base_];
    for (Eigen::Index k = 0; k < values.size(); ++k)
      if (weights_[k] != 0.0 && k != base_) sum += weights_[k] * (values[k] - values[base_]);
    return sum;
  }
  const Vector& values() const noexcept { return weights_; }

 private:
  static Eigen::Index least_scatter(const RowMatrix& blocks) {
    Eigen::Index best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (Eigen::Index k = 0; k < blocks.cols(); ++k)
      if (const double variance = variance_of(blocks.col(k)); variance < least) {
        least = variance;
        best = k;
      }
    return best;
  }

  void subtract_differences(const RowMatrix& blocks) {
    const Vector base = blocks.col(base_).array() - mean_of(blocks.col(base_));
    const double scatter = base.norm();
    std::vector<Eigen::Index> places;
    Eigen::MatrixXd differences(blocks.rows(), blocks.cols());
    std::vector<double> norms;
    for (Eigen::Index k = 0; k < blocks.cols(); ++k) {
      if (k == base_) continue;
      Vector difference = blocks.col(k) - blocks.col(base_);
      difference.array() -= mean_of(difference);
      const double norm = difference.norm();
      if (!(norm > smallest_difference * scatter)) continue;
      differences.col(std::ssize(places)) = difference / norm;
      places.push_back(k);
      norms.push_back(norm);
    }
    const Eigen::Index count = std::ssize(places);
    if (count == 0) return;
    const Eigen::MatrixXd used = differences.leftCols(count);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> modes(used.transpose() * used);
    const Vector projections = modes.eigenvectors().transpose() * (used.transpose() * base);
    Vector scaled = Vector::Zero(count);
    for (Eigen::Index k = 0; k < count; ++k)
      if (modes.eigenvalues()[k] > smallest_eigenvalue * modes.eigenvalues()[count - 1])
        scaled[k] = projections[k] / modes.eigenvalues()[k];
    const Vector slopes = modes.eigenvectors() * scaled;
    for (Eigen::Index k = 0; k < count; ++k) {
      const double slope = slopes[k] / norms[static_cast<std::size_t>(k)];
      weights_[places[static_cast<std::size_t>(k)]] = -slope;
      weights_[base_] += slope;
    }
  }

  Vector weights_;
  Eigen::Index base_ = 0;
};

RowMatrix other_folds(const RowMatrix& values, Eigen::Index fold, Eigen::Index folds) {
  std::vector<Eigen::Index> rows;
  for (Eigen::Index b = 0; b < values.rows(); ++b)
    if (b % folds != fold) rows.push_back(b);
  return values(rows, Eigen::all);
}

/// One quantity's combination.
struct Combination {
  Vector values;   ///< pseudo-values of the blocks
  Vector weights;  ///< mean over the blocks
};

Combination combine(const RowMatrix& values, Eigen::Index folds) {
  Combination combination{Vector(values.rows()), Vector::Zero(values.cols())};
  if (values.rows() < fewest_selected_blocks || values.cols() == 1) {
    combination.values = values.col(0);
    combination.weights[0] = 1.0;
    return combination;
  }
  for (Eigen::Index fold = 0; fold < folds; ++fold) {
    const Weights weights(other_folds(values, fold, folds), values.rows() >= fewest_combined_blocks);
    for (Eigen::Index b = fold; b < values.rows(); b += folds) {
      combination.values[b] = weights.of(values.row(b));
      combination.weights += weights.values() / static_cast<double>(values.rows());
    }
  }
  return combination;
}

}  // namespace

CombinedEstimate minimum_variance(std::span<const Estimate> estimators, int folds) {
  check_shapes(estimators);
  const Eigen::Index quantities = estimators.front().value.size(), blocks = estimators.front().leave_one_out.rows();
  const Vector none = Vector::Constant(quantities, std::nan(""));
  CombinedEstimate result{{none, none, none, RowMatrix::Constant(blocks, quantities, std::nan(""))},
                          none,
                          RowMatrix::Zero(quantities, std::ssize(estimators))};
  const Eigen::Index parts = std::clamp<Eigen::Index>(folds, 2, std::max<Eigen::Index>(blocks, 2));
  for (Eigen::Index q = 0; q < quantities; ++q) {
    const RowMatrix all = pseudo_values(estimators, q);
    std::vector<Eigen::Index> finite;
    for (Eigen::Index k = 0; k < all.cols(); ++k)
      if (all.col(k).allFinite()) finite.push_back(k);
    if (finite.empty() || blocks < 2) continue;
    const Combination combination = combine(all(Eigen::all, finite), parts);
    const double mean = mean_of(combination.values), variance = variance_of(combination.values);
    const auto b = static_cast<double>(blocks);
    result.estimate.value[q] = mean;
    result.estimate.error[q] = std::sqrt(variance / (b - 1.0));
    result.estimate.leave_one_out.col(q) = mean + (mean - combination.values.array()) / (b - 1.0);
    result.estimate.bias[q] = 0.0;
    for (std::size_t k = 0; k < finite.size(); ++k) {
      const double weight = combination.weights[static_cast<Eigen::Index>(k)];
      result.weights(q, finite[k]) = weight;
      result.estimate.bias[q] += weight * estimators[static_cast<std::size_t>(finite[k])].bias[q];
    }
    const double plain = finite.front() == 0 ? variance_of(all.col(0)) : std::nan("");
    result.variance_reduction[q] = plain == variance ? 1.0 : plain / variance;
  }
  return result;
}

}  // namespace nnft
