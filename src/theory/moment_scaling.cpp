#include "nnft/theory/moment_scaling.hpp"

#include <cmath>

#include "nnft/stats/cumulants.hpp"
#include "nnft/theory/one_neuron.hpp"

namespace nnft {
namespace {

CumulantEstimator estimator(const MomentLayout& layout) {
  return CumulantEstimator(layout, Vector::Zero(layout.index(2).size()));
}

}  // namespace

std::vector<StrengthSeries> connected_moments(const MomentLayout& layout, std::span<const StrengthSeries> full) {
  std::vector<StrengthSeries> connected(full.begin(), full.end());
  estimator(layout).connected<StrengthSeries>(full, connected);
  return connected;
}

std::vector<StrengthSeries> full_moments(const MomentLayout& layout, std::span<const StrengthSeries> connected) {
  std::vector<StrengthSeries> full(connected.begin(), connected.end());
  estimator(layout).full<StrengthSeries>(connected, full);
  return full;
}

std::vector<StrengthSeries> scaled_connected(const MomentLayout& layout, std::span<const StrengthSeries> connected,
                                             std::span<const StrengthSeries> ratios) {
  std::vector<StrengthSeries> full = full_moments(layout, connected);
  for (const int order : layout.orders())
    for (int t = 0; t < layout.index(order).size(); ++t) {
      StrengthSeries& moment = full[static_cast<std::size_t>(layout.offset(order) + t)];
      moment = moment * ratios[static_cast<std::size_t>(order / 2)];
    }
  return connected_moments(layout, full);
}

std::vector<StrengthSeries> shared_scale_moments(double strength, int highest, const SeriesBasis& basis) {
  std::vector<StrengthSeries> moments(1, StrengthSeries(basis, 1.0L));
  const StrengthSeries alpha = strength_variable(basis, strength);
  for (int k = 0; k < highest; ++k) moments.push_back(moments.back() * (moments.front() + alpha * static_cast<long double>(k)));
  return moments;
}

void add_output_bias(const MomentLayout& layout, const OutputLayer& output, std::span<StrengthSeries> connected) {
  if (output.sigma_out_bias == 0.0) return;
  for (const int order : layout.orders()) {
    const long double cumulant =
        density_cumulant(output.density, order) * std::pow(static_cast<long double>(output.sigma_out_bias), order);
    for (int t = 0; t < layout.index(order).size(); ++t)
      connected[static_cast<std::size_t>(layout.offset(order) + t)][0] += cumulant;
  }
}

}  // namespace nnft
