#include "nnft/stats/model_average.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nnft/core/error.hpp"

namespace nnft {

Vector model_weights(std::span<const ModelScore> scores) {
  Vector criterion(scores.size());
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const double value = scores[k].chi2 + 2.0 * scores[k].parameters + 2.0 * scores[k].points_cut;
    criterion[static_cast<Eigen::Index>(k)] = value;
    if (!std::isnan(value)) least = std::min(least, value);
  }
  Vector weights(criterion.size());
  for (Eigen::Index k = 0; k < weights.size(); ++k)
    weights[k] = std::isnan(criterion[k]) ? 0.0 : std::exp(-0.5 * (criterion[k] - least));
  const double sum = weights.sum();
  return sum > 0.0 ? Vector(weights / sum) : weights;
}

AveragedParameter average_models(const Vector& values, const Vector& errors, const Vector& weights) {
  if (values.size() != errors.size() || values.size() != weights.size())
    throw ShapeError("average_models: expected one value, error and weight of each model");
  double sum = 0.0, mean = 0.0;
  for (Eigen::Index k = 0; k < values.size(); ++k)
    if (!std::isnan(values[k])) {
      sum += weights[k];
      mean += weights[k] * values[k];
    }
  if (!(sum > 0.0)) return {not_a_number, not_a_number, 0.0};
  mean /= sum;
  double variance = 0.0;
  for (Eigen::Index k = 0; k < values.size(); ++k)
    if (!std::isnan(values[k])) variance += weights[k] / sum * (errors[k] * errors[k] + std::pow(values[k] - mean, 2));
  return {mean, std::sqrt(variance), sum};
}

}  // namespace nnft
