#include "nnft/stats/minimum_variance.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

/// Estimators that agree to rounding share their weight.
constexpr double least_shrinkage = 1e-10;

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
  Weights(const RowMatrix& blocks, double shrinkage) : weights_(Vector::Zero(blocks.cols())) {
    base_ = least_scatter(blocks);
    weights_[base_] = 1.0;
    combine_all(blocks, shrinkage);
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

  /// w ∝ S⁻¹ (R + shrinkage · 1)⁻¹ S⁻¹ 1, R the correlations and S the standard deviations.
  void combine_all(const RowMatrix& blocks, double shrinkage) {
    RowMatrix scaled(blocks.rows(), blocks.cols());
    Vector scatter(blocks.cols());
    for (Eigen::Index k = 0; k < blocks.cols(); ++k) {
      scaled.col(k) = blocks.col(k).array() - mean_of(blocks.col(k));
      scatter[k] = scaled.col(k).norm();
      if (!(scatter[k] > 0.0)) return;  // nothing is better than a constant
      scaled.col(k) /= scatter[k];
    }
    const double least = scatter.minCoeff();
    Eigen::MatrixXd correlation = scaled.transpose() * scaled;
    correlation.diagonal().array() += std::max(shrinkage, least_shrinkage);
    const Vector weights = correlation.ldlt().solve(least * scatter.cwiseInverse()).cwiseQuotient(scatter / least);
    if (weights.allFinite() && weights.sum() > 0.0) weights_ = weights / weights.sum();
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

Combination combine(const RowMatrix& values, const CombinationRule& rule, Eigen::Index folds) {
  Combination combination{Vector(values.rows()), Vector::Zero(values.cols())};
  if (values.rows() < fewest_combined_blocks || values.cols() == 1) {
    combination.values = values.col(0);
    combination.weights[0] = 1.0;
    return combination;
  }
  for (Eigen::Index fold = 0; fold < folds; ++fold) {
    const Weights weights(other_folds(values, fold, folds), rule.shrinkage);
    for (Eigen::Index b = fold; b < values.rows(); b += folds) {
      combination.values[b] = weights.of(values.row(b));
      combination.weights += weights.values() / static_cast<double>(values.rows());
    }
  }
  return combination;
}

}  // namespace

CombinedEstimate minimum_variance(std::span<const Estimate> estimators, const CombinationRule& rule) {
  check_shapes(estimators);
  const Eigen::Index quantities = estimators.front().value.size(), blocks = estimators.front().leave_one_out.rows();
  const Vector none = Vector::Constant(quantities, not_a_number);
  CombinedEstimate result{{none, none, none, RowMatrix::Constant(blocks, quantities, not_a_number)},
                          none,
                          RowMatrix::Zero(quantities, std::ssize(estimators))};
  const Eigen::Index parts = std::clamp<Eigen::Index>(rule.folds, 2, std::max<Eigen::Index>(blocks, 2));
  for (Eigen::Index q = 0; q < quantities; ++q) {
    const RowMatrix all = pseudo_values(estimators, q);
    std::vector<Eigen::Index> finite;
    for (Eigen::Index k = 0; k < all.cols(); ++k)
      if (all.col(k).allFinite()) finite.push_back(k);
    if (finite.empty() || blocks < 2) continue;
    const Combination combination = combine(all(Eigen::all, finite), rule, parts);
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
    const double plain = finite.front() == 0 ? variance_of(all.col(0)) : not_a_number;
    result.variance_reduction[q] = plain == variance ? 1.0 : plain / variance;
  }
  return result;
}

}  // namespace nnft
