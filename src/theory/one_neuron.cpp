#include "nnft/theory/one_neuron.hpp"

#include <cmath>
#include <string>

#include "nnft/core/error.hpp"
#include "nnft/stats/cumulants.hpp"

namespace nnft {
namespace {

/// E[a^n] of a ~ N(0, σ²), n even: (n − 1)!! σ^n.
double gaussian_moment(int order, double sigma) {
  double moment = std::pow(sigma, order);
  for (int k = order - 1; k > 1; k -= 2) moment *= k;
  return moment;
}

std::span<const double> view(const Vector& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }
std::span<double> view(Vector& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }

}  // namespace

Vector connected_from_one_neuron(const MomentLayout& layout, const FeatureMoment& feature_moment, double sigma_out,
                                 double width) {
  if (!(width >= 1.0)) throw UsageError("exact correlators: expected width >= 1, got " + std::to_string(width));
  Vector moments(layout.size());
  for (const int order : layout.orders()) {
    const PackedIndex& index = layout.index(order);
    const double weight = gaussian_moment(order, sigma_out);
    for (int t = 0; t < index.size(); ++t)
      moments[layout.offset(order) + t] = weight * feature_moment({index.tuple(t), static_cast<std::size_t>(order)});
  }
  const CumulantEstimator cumulants(layout, Vector::Zero(layout.index(2).size()));
  Vector connected(layout.size());
  cumulants.connected(view(moments), view(connected));
  for (const int order : layout.orders())
    connected.segment(layout.offset(order), layout.index(order).size()) /= std::pow(width, order / 2 - 1);
  return connected;
}

Vector full_from_connected(const MomentLayout& layout, const Vector& connected) {
  const CumulantEstimator cumulants(layout, Vector::Zero(layout.index(2).size()));
  Vector full(layout.size());
  cumulants.full(view(connected), view(full));
  return full;
}

}  // namespace nnft
