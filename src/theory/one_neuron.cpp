#include "nnft/theory/one_neuron.hpp"

#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/stats/cumulants.hpp"
#include "nnft/theory/neuron_rule.hpp"

namespace nnft {
namespace {

std::span<const double> view(const Vector& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }
std::span<double> view(Vector& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }

}  // namespace

void expect_moment(const ParameterDensity& density, int order) {
  if (static_cast<double>(order) < density.first_missing_moment()) return;
  std::ostringstream message;
  message << "exact correlators: order " << order << " of " << to_string(density.shape) << " parameters with "
          << density.degrees_of_freedom << " degrees of freedom is infinite; expected more than " << order;
  throw UsageError(message.str());
}

Vector feature_moments(const MomentLayout& layout, const FeatureMoment& feature_moment) {
  Vector moments(moment_row_size(layout));
  for (const int order : layout.orders()) {
    const auto& index = layout.index(order);
    for (int t = 0; t < index.size(); ++t)
      moments[layout.offset(order) + t] = feature_moment({index.tuple(t), static_cast<std::size_t>(order)});
  }
  return moments;
}

double density_cumulant(const ParameterDensity& density, int order) {
  expect_moment(density, order);
  // κ_n = m_n − Σ_{k < n} C(n − 1, k − 1) κ_k m_{n−k}, even orders only.
  std::vector<double> cumulants(static_cast<std::size_t>(order / 2) + 1, 0.0);
  for (int n = 2; n <= order; n += 2) {
    double value = density.moment(n);
    for (int k = 2; k < n; k += 2) {
      double binomial = 1.0;
      for (int j = 1; j < k; ++j) binomial = binomial * (n - j) / j;
      value -= binomial * cumulants[static_cast<std::size_t>(k / 2)] * density.moment(n - k);
    }
    cumulants[static_cast<std::size_t>(n / 2)] = value;
  }
  return cumulants.back();
}

Vector connected_from_one_neuron(const MomentLayout& layout, const Vector& feature_moments, const OutputLayer& output,
                                 double width) {
  if (!(width >= 1.0)) throw UsageError("exact correlators: expected width >= 1, got " + std::to_string(width));
  if (feature_moments.size() < moment_row_size(layout))
    throw ShapeError("exact correlators: expected " + std::to_string(moment_row_size(layout)) + " moments, got " +
                     std::to_string(feature_moments.size()));
  const CumulantEstimator cumulants(layout, Vector::Zero(layout.index(2).size()));
  Vector moments = Vector::Zero(cumulants.size()), connected = Vector::Zero(cumulants.size());
  for (const int order : layout.orders()) {
    const bool needed = order == 2 || std::isfinite(width);
    if (needed) expect_moment(output.density, order);
    const int offset = layout.offset(order), count = layout.index(order).size();
    if (needed)
      moments.segment(offset, count) =
          output.density.moment(order) * std::pow(output.sigma_out, order) * feature_moments.segment(offset, count);
  }
  cumulants.connected(view(moments), view(connected));
  for (const int order : layout.orders()) {
    const int offset = layout.offset(order), count = layout.index(order).size();
    connected.segment(offset, count) /= std::pow(width, order / 2 - 1);
    if (output.sigma_out_bias > 0.0)
      connected.segment(offset, count).array() +=
          density_cumulant(output.density, order) * std::pow(output.sigma_out_bias, order);
  }
  return connected;
}

Vector connected_from_one_neuron(const MomentLayout& layout, const FeatureMoment& feature_moment, double sigma_out,
                                 double width) {
  return connected_from_one_neuron(layout, feature_moments(layout, feature_moment), OutputLayer{sigma_out, 0.0, {}}, width);
}

Vector full_from_connected(const MomentLayout& layout, const Vector& connected) {
  const CumulantEstimator cumulants(layout, Vector::Zero(layout.index(2).size()));
  Vector full(layout.size());
  cumulants.full(view(connected), view(full));
  return full;
}

Vector connected_from_full(const MomentLayout& layout, const Vector& full) {
  const CumulantEstimator cumulants(layout, Vector::Zero(layout.index(2).size()));
  Vector connected(layout.size());
  cumulants.connected(view(full), view(connected));
  return connected;
}

}  // namespace nnft
